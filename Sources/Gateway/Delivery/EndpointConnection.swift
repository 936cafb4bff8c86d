// One TLS connection to an endpoint: a request, its answer, then perhaps the next request.
// Never sends a byte of a message before the peer's key is the one expected, and never follows a
// redirect: an answer is an answer.

import NIOCore
import NIOHTTP1
import NIOSSL
import NIOTLS

/// What is posted.
struct PushRequest: Sendable {
  let target: String
  let fields: [(String, String)]
  let body: [UInt8]
}

/// A connection that has been made.
struct EndpointConnection: Sendable {
  private let channel: any Channel
  private let handler: NIOLoopBound<EndpointHandler>

  fileprivate init(_ channel: any Channel, _ handler: NIOLoopBound<EndpointHandler>) {
    self.channel = channel
    self.handler = handler
  }

  var isOpen: Bool { channel.isActive }

  func close() { channel.close(promise: nil) }

  /// Posts, and waits for the answer until the deadline. The connection can be used again when it
  /// is still open then.
  func post(_ request: PushRequest, by deadline: NIODeadline) async throws -> PushAnswer {
    let loop = channel.eventLoop
    return try await withTaskCancellationHandler {
      try await loop.flatSubmit { [handler] in
        handler.value.post(request, by: deadline, on: loop)
      }.get()
    } onCancel: {
      channel.close(promise: nil)
    }
  }

  /// Puts the handlers of a connection into a pipeline; `secured` succeeds once the peer has shown
  /// the right key, and fails with a `PushFault`.
  static func prepare(
    _ channel: any Channel, tls: NIOSSLClientHandler, pins: [String],
    secured: EventLoopPromise<EndpointConnection>
  ) throws {
    let handler = EndpointHandler(pins: pins)
    let connection = EndpointConnection(
      channel, NIOLoopBound(handler, eventLoop: channel.eventLoop))
    handler.secured = { fault in
      if let fault { secured.fail(fault) } else { secured.succeed(connection) }
    }
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(tls)
    try pipeline.addHTTPClientHandlers()
    try pipeline.addHandler(handler)
  }
}

/// The connection's state, on its event loop only.
private final class EndpointHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  /// Bytes of an answer's body that are kept; of a longer one nothing is.
  private static let longestBody = 64 << 10
  /// How long a connection that is not used stays open.
  private static let idle = TimeAmount.seconds(30)

  private let pins: [String]
  /// Called once: with the fault, or nil when the connection can be used.
  var secured: ((PushFault?) -> Void)?
  private var context: ChannelHandlerContext?
  private var waiting: EventLoopPromise<PushAnswer>?
  private var timer: Scheduled<Void>?
  private var answer: PushAnswer?
  private var bodyBytes = 0
  private var staysOpen = true

  init(pins: [String]) { self.pins = pins }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }
  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .handshakeCompleted? = event as? TLSUserEvent {
      let isPinned = pins.isEmpty || peerKey(context).map(pins.contains) ?? false
      secure(isPinned ? nil : .otherKey)
      if !isPinned { context.close(promise: nil) }
    }
    context.fireUserInboundEventTriggered(event)
  }

  private func peerKey(_ context: ChannelHandlerContext) -> String? {
    let handler = try? context.pipeline.syncOperations.handler(type: NIOSSLClientHandler.self)
    return handler?.peerCertificate.flatMap { PeerIdentity($0) }?.spkiSHA256
  }

  private func secure(_ fault: PushFault?) {
    secured?(fault)
    secured = nil
  }

  func post(
    _ request: PushRequest, by deadline: NIODeadline, on loop: any EventLoop
  ) -> EventLoopFuture<PushAnswer> {
    guard let context, context.channel.isActive, waiting == nil else {
      return loop.makeFailedFuture(PushFault.brokenOff)
    }
    let promise = loop.makePromise(of: PushAnswer.self)
    waiting = promise
    timer?.cancel()
    timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [weak self] in
      self?.fail(.timeout)
    }
    var head = HTTPRequestHead(version: .http1_1, method: .POST, uri: request.target)
    for (name, value) in request.fields { head.headers.add(name: name, value: value) }
    head.headers.add(name: "Content-Length", value: String(request.body.count))
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    let body = context.channel.allocator.buffer(bytes: request.body)
    context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    return promise.futureResult
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      answer = PushAnswer(
        status: Int(head.status.code), retryAfter: head.headers.first(name: "Retry-After"),
        isJSON: head.headers.first(name: "Content-Type")?.lowercased()
          .hasPrefix("application/json") ?? false)
      bodyBytes = 0
      staysOpen = head.isKeepAlive
    case .body(let bytes):
      bodyBytes += bytes.readableBytes
      if bodyBytes <= Self.longestBody {
        answer?.body += Array(bytes.readableBytesView)
      } else {
        answer?.body = []
        // Whoever sends more than that sends for ever: the status has been said.
        staysOpen = false
        finish(context)
      }
    case .end: finish(context)
    }
  }

  private func finish(_ context: ChannelHandlerContext) {
    guard let promise = waiting, let answer else { return }
    waiting = nil
    self.answer = nil
    timer?.cancel()
    if staysOpen {
      timer = context.eventLoop.assumeIsolated().scheduleTask(in: Self.idle) { [weak self] in
        self?.context?.close(promise: nil)
      }
    } else {
      context.close(promise: nil)
    }
    promise.succeed(answer)
  }

  private func fail(_ fault: PushFault) {
    timer?.cancel()
    secure(fault == .brokenOff ? .tls : fault)
    waiting?.fail(fault)
    waiting = nil
    context?.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    fail(.brokenOff)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case let error as HTTPParserError where error == .invalidEOFState: fail(.brokenOff)
    case is HTTPParserError: fail(.notHTTP)
    case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
      // Many peers end without TLS's own farewell; the answer was whole before it or not.
      if secured != nil { fail(.tls) }
    default: fail(.brokenOff)
    }
  }
}
