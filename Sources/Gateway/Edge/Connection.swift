// One connection: parsed request parts in, answers out, one request at a time and in order.
// Never blocks, and never leaves its event loop; handlers run in tasks of their own.

import ExchangeModel
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import NIOTLS

/// The last handler of a connection's pipeline.
final class Connection: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  let loop: EdgeLoop
  let handshake: HandshakeNotes?
  var context: ChannelHandlerContext?
  var input: ConnectionInput
  var exchange: Exchange?
  /// The verified certificate, taken once when the handshake ends.
  private(set) var peer: PeerIdentity?
  /// When the sweep cuts this connection off, unless it moves on before.
  var deadline: NIODeadline
  var collected: [UInt8] = []
  /// For what is collected beyond `Limits.freeBodyBytes`.
  var bodyCharge: BodyCharge?
  var exchangeCount: UInt64 = 0
  /// Streamed body: how long its handler kept us waiting, which is not the peer's fault.
  var pausedSince: NIODeadline?
  var pausedNanoseconds: Int64 = 0

  private var queue = CircularBuffer<QueuedPart>()
  private var queuedHeads = 0
  private var hasOverrun = false
  private var isAdvancing = false
  private var readIsDue = false

  var shared: EdgeShared { loop.shared }
  var limits: Limits { loop.shared.settings.limits }

  init(loop: EdgeLoop, handshake: HandshakeNotes?) {
    self.loop = loop
    self.handshake = handshake
    input = handshake == nil ? .idle : .handshaking
    let settings = loop.shared.settings
    let seconds =
      handshake == nil ? settings.limits.headerSeconds : settings.edgeLimits.handshakeSeconds
    deadline = .now() + .seconds(seconds)
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    loop.add(self)
  }

  func handlerRemoved(context: ChannelHandlerContext) { forget() }

  func channelInactive(context: ChannelHandlerContext) {
    forget()
    context.fireChannelInactive()
  }

  private func forget() {
    guard context != nil else { return }
    context = nil
    if case .streaming(let source, _) = input { source.finish(ChannelError.eof) }
    input = .closed
    exchange?.task?.cancel()
    exchange = nil
    (collected, bodyCharge) = ([], nil)
    queue.removeAll()
    loop.remove(self)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case .handshakeCompleted? = event as? TLSUserEvent { handshakeCompleted(context) }
    context.fireUserInboundEventTriggered(event)
  }

  private func handshakeCompleted(_ context: ChannelHandlerContext) {
    let certificate = try? context.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self)
      .peerCertificate
    peer = certificate.flatMap { PeerIdentity($0) }
    shared.counters.add(.handshakesCompleted)
    guard peer != nil || shared.settings.tls?.requiresClientCertificate == false else {
      // Cannot happen while the handshake asks for a certificate; closed rather than trusted.
      refuseHandshake(.noCertificate)
      return abort()
    }
    if case .handshaking = input { becomeIdle() }
  }

  func becomeIdle() {
    input = .idle
    deadline = .now() + .seconds(limits.idleSeconds)
  }

  /// Bytes came in, before the parser has seen them: a request's clock starts at its first byte.
  /// False when they are to be thrown away.
  func admitBytes() -> Bool {
    switch input {
    case .lingering, .closed: return false
    case .idle:
      input = .head
      deadline = .now() + .seconds(limits.headerSeconds)
      return true
    default: return true
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let part = unwrapInboundIn(data)
    if queue.isEmpty, canTakePart {
      take(part)
    } else {
      enqueue(.http(part))
    }
  }

  private var canTakePart: Bool {
    switch input {
    case .complete, .handshaking: false
    case .lingering, .closed: true
    // An answer the peer does not read holds back the next request.
    case .idle, .head: context?.channel.isWritable ?? true
    default: true
    }
  }

  private func enqueue(_ part: QueuedPart) {
    guard !hasOverrun else { return }
    if case .http(.head) = part {
      queuedHeads += 1
      if queuedHeads > shared.settings.edgeLimits.pipelinedRequests {
        hasOverrun = true
        return queue.append(.fault(.tooBusy))
      }
    }
    queue.append(part)
  }

  /// Takes what waits, as far as the present request allows, and reads on when nothing does.
  func advance() {
    guard !isAdvancing else { return }
    isAdvancing = true
    while canTakePart, let part = queue.popFirst() {
      switch part {
      case .http(let part):
        if case .head = part { queuedHeads -= 1 }
        take(part)
      case .fault(let code): fail(code)
      }
    }
    isAdvancing = false
    resumeReading()
  }

  private func take(_ part: HTTPServerRequestPart) {
    switch part {
    case .head(let head): receive(head)
    case .body(let bytes): receive(bytes)
    case .end: receiveEnd()
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if error is HTTPParserError || error is NIOHTTPDecoderError {
      let code: RefusalCode =
        (error as? HTTPParserError) == .headerOverflow ? .headersTooLarge : .badRequest
      if queue.isEmpty, canTakePart { fail(code) } else { enqueue(.fault(code)) }
      return
    }
    if case .handshaking = input { refuseHandshake(handshake?.reason ?? TLSRefusal(error)) }
    abort()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { advance() }
    context.fireChannelWritabilityChanged()
  }

  // MARK: Reading

  func read(context: ChannelHandlerContext) {
    if mayRead { context.read() } else { readIsDue = true }
  }

  private var mayRead: Bool { queue.isEmpty && pausedSince == nil }

  func resumeReading() {
    guard readIsDue, mayRead, let context else { return }
    readIsDue = false
    context.read()
  }

  // MARK: Ends

  /// Ends politely: at once when idle, after the answer otherwise.
  func stop() {
    switch input {
    case .idle, .handshaking, .head: close()
    default: break
    }
  }

  /// Ends at once.
  func abort() {
    exchange?.task?.cancel()
    close()
  }

  func close() {
    guard let context else { return }
    context.close(mode: .all, promise: nil)
  }

  func refuseHandshake(_ reason: TLSRefusal) {
    shared.counters.add(.handshakesRefused)
    shared.settings.logger.info(
      "handshake refused",
      metadata: [
        "event": "tls.refused", "reason": "\(reason.rawValue)",
        "remote": "\(context?.remoteAddress?.ipAddress ?? "-")",
      ])
  }
}

/// Sees the bytes before the parser does; see `Connection.admitBytes`.
final class ByteWatch: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let connection: Connection

  init(_ connection: Connection) { self.connection = connection }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if connection.admitBytes() { context.fireChannelRead(data) }
  }
}
