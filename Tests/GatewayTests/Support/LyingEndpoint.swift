// An endpoint that speaks TLS and then answers with whatever bytes a test gives it. Never keeps
// anything of a push.

import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

@testable import Gateway

final class LyingEndpoint: Sendable {
  let certificate: IssuedCertificate
  private let channel: any Channel
  private let box: Box

  private final class Box: Sendable {
    let requests = Mutex(0)
  }

  /// What follows each request.
  struct Lie: Sendable {
    let name: String
    let bytes: [UInt8]
    var closes = false
    /// How often the bytes are sent.
    var times = 1
    /// What the gateway calls it.
    let word: String
  }

  private final class Teller: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    let lie: Lie
    let box: Box

    init(_ lie: Lie, _ box: Box) {
      self.lie = lie
      self.box = box
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      // The head of a request; what comes of its body after that is not looked at.
      guard unwrapInboundIn(data).readableBytesView.starts(with: Array("POST ".utf8)) else {
        return
      }
      box.requests.withLock { $0 += 1 }
      for _ in 0..<lie.times {
        context.write(wrapOutboundOut(ByteBuffer(bytes: lie.bytes)), promise: nil)
      }
      context.flush()
      if lie.closes { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }
  }

  /// Requests that came.
  var requests: Int { box.requests.withLock { $0 } }
  var port: Int { channel.localAddress?.port ?? 0 }
  var url: String { "https://localhost:\(port)/push" }

  private init(_ channel: any Channel, _ box: Box, _ certificate: IssuedCertificate) {
    self.channel = channel
    self.box = box
    self.certificate = certificate
  }

  static func start(_ gateway: GatewayHarness, _ lie: Lie) async throws -> LyingEndpoint {
    let certificate = try gateway.authority.issue(
      .server(at: gateway.clock.now()), surroundings: gateway.surroundings)
    let chain = try NIOSSLCertificate.fromPEMBytes(Array(certificate.certificatePEM.utf8))
    let key = try NIOSSLPrivateKey(bytes: Array((certificate.keyPEM ?? "").utf8), format: .pem)
    let context = try NIOSSLContext(
      configuration: .makeServerConfiguration(
        certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key)))
    let box = Box()
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          try pipeline.addHandler(NIOSSLServerHandler(context: context))
          try pipeline.addHandler(Teller(lie, box))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    return LyingEndpoint(channel, box, certificate)
  }

  func stop() async { try? await channel.close().get() }
}
