// A client that sends the bytes it is told to, over TLS or not, and reads answers as they come.
// Never corrects what a test sends.

import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// An answer read from the wire.
struct RawAnswer: Sendable {
  let status: Int
  let fields: [(name: String, value: String)]
  let body: [UInt8]

  var text: String { String(decoding: body, as: UTF8.self) }

  func field(_ name: String) -> String? {
    fields.first { $0.name.lowercased() == name.lowercased() }?.value
  }
}

/// One connection to a server under test.
final class RawClient: Sendable {
  struct TimedOut: Error {}

  private struct State {
    var received: [UInt8] = []
    var isClosed = false
  }

  private let channel: any Channel
  private let box: Box

  private final class Box: Sendable {
    let state = Mutex(State())
  }

  private final class Collector: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    let box: Box

    init(_ box: Box) { self.box = box }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      let bytes = Array(unwrapInboundIn(data).readableBytesView)
      box.state.withLock { $0.received.append(contentsOf: bytes) }
    }

    func channelInactive(context: ChannelHandlerContext) {
      box.state.withLock { $0.isClosed = true }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
      if case .inputClosed? = event as? ChannelEvent { box.state.withLock { $0.isClosed = true } }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      box.state.withLock { $0.isClosed = true }
      context.close(promise: nil)
    }
  }

  private init(_ channel: any Channel, _ box: Box) {
    self.channel = channel
    self.box = box
  }

  /// Connects; nil for `tls` speaks plain.
  static func connect(port: Int, tls: TLSConfiguration?) async throws -> RawClient {
    let context = try tls.map { try NIOSSLContext(configuration: $0) }
    let box = Box()
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          if let context {
            try channel.pipeline.syncOperations.addHandler(
              NIOSSLClientHandler(context: context, serverHostname: "localhost"))
          }
          try channel.pipeline.syncOperations.addHandler(Collector(box))
        }
      }
      .connect(host: "127.0.0.1", port: port).get()
    return RawClient(channel, box)
  }

  /// Sends bytes; errors show as a closed connection.
  func send(_ text: String) { send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) {
    channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
  }

  func close() async { try? await channel.close().get() }

  /// True when the server closes within the time.
  func closes(within limit: Duration = .seconds(60)) async -> Bool {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
      if box.state.withLock({ $0.isClosed }) { return true }
      try? await Task.sleep(for: .milliseconds(5))
    }
    return false
  }

  var isClosed: Bool { box.state.withLock { $0.isClosed } }

  /// Everything received and not yet read as an answer.
  var pending: String { box.state.withLock { String(decoding: $0.received, as: UTF8.self) } }

  /// The next whole answer. Throws `TimedOut` when none comes, or the server closes without one.
  func answer(
    isHead: Bool = false, within limit: Duration = .seconds(60)
  ) async throws -> RawAnswer {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
      let (answer, isClosed) = box.state.withLock { state in
        (Self.take(&state.received, isHead: isHead), state.isClosed)
      }
      if let answer { return answer }
      if isClosed { throw TimedOut() }
      try await Task.sleep(for: .milliseconds(2))
    }
    throw TimedOut()
  }

  /// Sends a request and reads its answer.
  func ask(_ text: String) async throws -> RawAnswer {
    send(text)
    return try await answer()
  }

  private static func take(_ bytes: inout [UInt8], isHead: Bool) -> RawAnswer? {
    guard let headEnd = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
    let head = String(decoding: bytes[..<headEnd.lowerBound], as: UTF8.self)
    // Swift counts CR LF as one Character.
    let lines = head.split(separator: "\r\n")
    let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    let fields = lines.dropFirst().map { line -> (name: String, value: String) in
      let parts = line.split(separator: ":", maxSplits: 1)
      return (String(parts[0]), parts.count > 1 ? String(parts[1].dropFirst()) : "")
    }
    let rest = bytes[headEnd.upperBound...]
    let shell = RawAnswer(status: status, fields: fields, body: [])
    if isHead || status == 204 || status == 304 {
      bytes = Array(rest)
      return shell
    }
    if shell.field("Transfer-Encoding") != nil {
      guard let end = rest.firstRange(of: Array("0\r\n\r\n".utf8)) else { return nil }
      let body = dechunk(Array(rest[..<end.upperBound]))
      bytes = Array(rest[end.upperBound...])
      return RawAnswer(status: status, fields: fields, body: body)
    }
    let length = shell.field("Content-Length").flatMap { Int($0) } ?? 0
    guard rest.count >= length else { return nil }
    bytes = Array(rest.dropFirst(length))
    return RawAnswer(status: status, fields: fields, body: Array(rest.prefix(length)))
  }

  private static func dechunk(_ bytes: [UInt8]) -> [UInt8] {
    var body: [UInt8] = []
    var rest = bytes[...]
    while let line = rest.firstRange(of: Array("\r\n".utf8)) {
      let size = Int(String(decoding: rest[..<line.lowerBound], as: UTF8.self), radix: 16) ?? 0
      if size == 0 { break }
      rest = rest[line.upperBound...]
      body.append(contentsOf: rest.prefix(size))
      rest = rest.dropFirst(size + 2)
    }
    return body
  }
}
