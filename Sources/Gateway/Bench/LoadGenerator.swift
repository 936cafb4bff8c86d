// Drives a gateway over mutual TLS with a number of keep-alive connections, on one event loop of
// its own. Never opens a connection inside the measured window.

import ExchangeModel
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS

/// What one window of load gave.
package struct LoadResult: Sendable {
  /// Microseconds a message took, in ascending order: one for each answer in the window.
  package let latencies: [UInt32]
  /// Answers other than 202, by status.
  package let otherAnswers: [Int: Int]
  /// Connections that broke.
  package let broken: Int

  /// The latency that a part (0 to 1) of the messages did not exceed, in milliseconds.
  package func milliseconds(at part: Double) -> Double {
    guard !latencies.isEmpty else { return 0 }
    let index = min(latencies.count - 1, max(0, Int(Double(latencies.count) * part)))
    return Double(latencies[index]) / 1000
  }
}

/// The connections of one step.
package final class LoadGenerator: Sendable {
  private struct State {
    let tally: LoadTally
    var connections: [LoadConnection] = []
    var channels: [any Channel] = []
  }

  private final class Box {
    var state: State
    init(_ state: State) { self.state = state }
  }

  private let group: MultiThreadedEventLoopGroup
  private let box: NIOLoopBound<Box>
  private var loop: any EventLoop { box.eventLoop }

  /// Opens the connections and waits until TLS is up on all.
  package static func connect(
    to port: Int, as folder: BenchFolder, connections: Int, sending referral: BenchReferral
  ) async throws -> LoadGenerator {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let loop = group.next()
    let box = try await loop.submit {
      NIOLoopBound(Box(State(tally: LoadTally())), eventLoop: loop)
    }.get()
    let generator = LoadGenerator(group, box)
    do {
      let tls = try NIOSSLContext(configuration: Self.tls(folder))
      for _ in 0..<connections { try await generator.open(port, tls, referral) }
      return generator
    } catch {
      await generator.end()
      throw error
    }
  }

  private init(_ group: MultiThreadedEventLoopGroup, _ box: NIOLoopBound<Box>) {
    self.group = group
    self.box = box
  }

  private static func tls(_ folder: BenchFolder) throws -> TLSConfiguration {
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.minimumTLSVersion = .tlsv13
    tls.trustRoots = .file(folder.authority)
    tls.certificateChain = try NIOSSLCertificate.fromPEMFile(folder.certificate)
      .map { .certificate($0) }
    tls.privateKey = .privateKey(try NIOSSLPrivateKey(file: folder.key, format: .pem))
    return tls
  }

  private func open(
    _ port: Int, _ tls: NIOSSLContext, _ referral: BenchReferral
  ) async throws {
    let head = """
      POST /v1/messages HTTP/1.1\r
      Host: localhost:\(port)\r
      Content-Type: \(referral.format.envelopeMediaType)\r
      Content-Length: \(referral.bytes.count)\r
      \r

      """
    var request = ByteBuffer(string: head)
    let idOffset = request.readableBytes + referral.idOffset
    request.writeBytes(referral.bytes)
    let ready = loop.makePromise(of: Void.self)
    let connect = ClientBootstrap(group: loop)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelInitializer { [box, request] channel in
        channel.eventLoop.makeCompletedFuture {
          let state = box.value.state
          let connection = LoadConnection(
            request: request, idOffset: idOffset, tally: state.tally)
          let pipeline = channel.pipeline.syncOperations
          try pipeline.addHandler(
            try NIOSSLClientHandler(context: tls, serverHostname: "localhost"))
          try pipeline.addHandler(HandshakeWait(ready))
          try pipeline.addHandler(connection)
          box.value.state.connections.append(connection)
          box.value.state.channels.append(channel)
        }
      }
      .connect(host: "127.0.0.1", port: port)
    connect.whenFailure { ready.fail($0) }
    try await ready.futureResult.get()
  }

  /// Begins to send on every connection.
  package func begin() async throws {
    try await onLoop { box in
      for connection in box.state.connections { connection.send() }
    }
  }

  /// Opens the window: answers from here on count.
  package func openWindow() async throws {
    try await onLoop { box in
      box.state.tally.latencies.reserveCapacity(1 << 20)
      box.state.tally.isMeasuring = true
    }
  }

  /// Closes the window; the load goes on.
  package func closeWindow() async throws {
    try await onLoop { $0.state.tally.isMeasuring = false }
  }

  /// Lets what is under way be answered (for ten seconds at most), closes, and gives the result.
  package func finish() async throws -> LoadResult {
    try await onLoop { $0.state.tally.isEnding = true }
    for _ in 0..<1000 {
      let isWaiting = try await onLoop { $0.state.connections.contains { $0.isWaiting } }
      guard isWaiting else { break }
      try await Task.sleep(for: .milliseconds(10))
    }
    let result = try await onLoop { box in
      let tally = box.state.tally
      let unanswered = box.state.connections.count { $0.isWaiting }
      return LoadResult(
        latencies: tally.latencies.sorted(), otherAnswers: tally.otherAnswers,
        broken: tally.broken + unanswered)
    }
    await end()
    return result
  }

  private func end() async {
    try? await onLoop { box in
      for channel in box.state.channels { channel.close(promise: nil) }
    }
    try? await group.shutdownGracefully()
  }

  private func onLoop<Value: Sendable>(
    _ body: @escaping @Sendable (Box) -> Value
  ) async throws -> Value {
    try await loop.submit { [box] in body(box.value) }.get()
  }
}

/// Tells when TLS is up.
private final class HandshakeWait: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer

  private let ready: EventLoopPromise<Void>

  init(_ ready: EventLoopPromise<Void>) { self.ready = ready }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .handshakeCompleted? = event as? TLSUserEvent {
      ready.succeed()
      context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    ready.fail(error)
    context.fireErrorCaught(error)
  }

  func channelInactive(context: ChannelHandlerContext) {
    ready.fail(ChannelError.eof)
    context.fireChannelInactive()
  }
}
