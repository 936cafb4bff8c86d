// The outgoing half of a connection: handlers run, answers written, one write and one flush for a
// whole answer. Never answers twice: an answer names the number of its exchange.

import ExchangeModel
import Logging
import NIOCore

extension Connection {
  /// Hands a request to its route's handler.
  func start(_ pending: PendingRequest, body: RequestBody, _ context: ChannelHandlerContext) {
    guard let exchange else { return }
    let charge = bodyCharge
    bodyCharge = nil
    let request = HTTPRequest(
      verb: pending.checked.verb, segments: pending.checked.target.segments,
      template: pending.route.template, path: pending.checked.target.path,
      rawQuery: pending.checked.target.rawQuery, body: body, peer: peer, party: pending.party,
      receivedAt: exchange.receivedAt, id: exchange.id, fields: pending.fields,
      parameters: pending.parameters)
    let logger = shared.settings.logger
    switch pending.route.answer {
    case .immediate(let handler):
      do {
        answer(try handler(request), isLast: false)
      } catch {
        let failure = HandlerFailure(error, request, logger)
        self.exchange?.refusal = failure.code
        answer(failure.response, isLast: false)
      }
    case .async(let handler):
      let remote = RemoteConnection(self, number: exchange.number)
      self.exchange?.task = Task { await remote.run(handler, request, logger, charge) }
    case .asyncOnLoop(let handler):
      let remote = RemoteConnection(self, number: exchange.number)
      self.exchange?.task = Task(executorPreference: loop.taskExecutor) {
        await remote.run(handler, request, logger, charge)
      }
    }
  }

  /// Writes a whole answer, or the head of a streamed one.
  func answer(_ response: HTTPResponse, isLast: Bool) {
    guard let context, var exchange, !exchange.hasAnswered else { return }
    let isInputDone = if case .complete = input { true } else { false }
    let isClosing = isLast || !isInputDone || !exchange.isKeepAlive || loop.isStopping
    exchange.isKeepAlive = !isClosing
    exchange.hasAnswered = true
    exchange.status = response.status
    var framing = ResponseFraming.length(0)
    var bytes: [UInt8] = []
    var isStreamed = false
    switch response.body {
    case .none: break
    case .bytes(let body):
      bytes = body
      framing = .length(body.count)
    case .stream(let length, _):
      isStreamed = exchange.verb != .head
      framing = length.map { .length($0) } ?? .chunked
      exchange.responseBytesDue = length
      exchange.isChunkedAnswer = length == nil
    }
    if response.status == 204 || response.status == 304 { framing = .bodiless }
    if exchange.verb == .head || framing == .bodiless { bytes = [] }
    var buffer = context.channel.allocator.buffer(capacity: 384 + bytes.count)
    buffer.writeResponseHead(
      response, framing: framing, isClosing: isClosing, date: loop.dateField, id: exchange.id)
    buffer.writeBytes(bytes)
    exchange.responseBytes = bytes.count
    self.exchange = exchange
    if isStreamed {
      deadline = .now() + .seconds(limits.idleSeconds)
      context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    } else {
      finish(buffer)
    }
  }

  /// Writes the end of an answer and makes ready for the next request, or closes.
  private func finish(_ buffer: ByteBuffer) {
    guard let context, let exchange else { return }
    record(exchange)
    if exchange.isKeepAlive {
      self.exchange = nil
      context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
      becomeIdle()
      advance()
    } else {
      let isInputDone = if case .complete = input { true } else { false }
      self.exchange = nil
      input = .lingering
      pausedSince = nil
      deadline = .now() + .seconds(limits.idleSeconds)
      let written = context.eventLoop.makePromise(of: Void.self)
      context.writeAndFlush(wrapOutboundOut(buffer), promise: written)
      written.futureResult.assumeIsolated().whenComplete { _ in self.end(isInputDone) }
    }
  }

  /// After the last answer: closes, or closes our half and reads on for a moment.
  private func end(_ isInputDone: Bool) {
    guard let context else { return }
    deadline = .now() + .seconds(shared.settings.edgeLimits.lingerSeconds)
    context.close(mode: isInputDone ? .all : .output, promise: nil)
    advance()
  }

  // MARK: Streamed answers

  /// Writes a piece; the future completes when the socket has taken it.
  func write(_ bytes: [UInt8], number: UInt64) -> EventLoopFuture<Void> {
    guard let context, var exchange, exchange.number == number, exchange.hasAnswered else {
      return loop.eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
    }
    guard !bytes.isEmpty else { return loop.eventLoop.makeSucceededVoidFuture() }
    if let due = exchange.responseBytesDue {
      guard bytes.count <= due else {
        abort()
        return loop.eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
      }
      exchange.responseBytesDue = due - bytes.count
    }
    exchange.responseBytes += bytes.count
    self.exchange = exchange
    deadline = .now() + .seconds(limits.idleSeconds)
    var buffer = context.channel.allocator.buffer(capacity: bytes.count + 24)
    if exchange.isChunkedAnswer { buffer.writeString(String(bytes.count, radix: 16) + "\r\n") }
    buffer.writeBytes(bytes)
    if exchange.isChunkedAnswer { buffer.writeStaticString("\r\n") }
    let promise = context.eventLoop.makePromise(of: Void.self)
    context.writeAndFlush(wrapOutboundOut(buffer), promise: promise)
    return promise.futureResult
  }

  /// Ends a streamed answer; a short or failed one breaks the connection, so that the peer can
  /// never take it for whole.
  func finishStream(number: UInt64, isWhole: Bool) {
    guard let exchange, exchange.number == number, let context else { return }
    guard exchange.hasAnswered else { return abort() }
    if exchange.verb == .head { return }
    guard isWhole, (exchange.responseBytesDue ?? 0) == 0 else { return abort() }
    var buffer = context.channel.allocator.buffer(capacity: 8)
    if exchange.isChunkedAnswer { buffer.writeStaticString("0\r\n\r\n") }
    finish(buffer)
  }

  private func record(_ exchange: Exchange) {
    if exchange.status >= 500 {
      shared.counters.add(.answersFailed)
    } else if exchange.status >= 400 {
      shared.counters.add(.answersRefused)
    }
    let settings = shared.settings
    guard settings.observe != nil || settings.logger.logLevel <= .debug else { return }
    let record = ExchangeRecord(
      id: exchange.id, verb: exchange.verb, template: exchange.route?.template ?? "-",
      party: exchange.party?.urn, status: exchange.status, refusal: exchange.refusal,
      requestBytes: exchange.requestBytes, responseBytes: exchange.responseBytes,
      microseconds: (NIODeadline.now() - exchange.startedAt).nanoseconds / 1000)
    settings.observe?(record)
    settings.logger.debug("request answered", metadata: record.metadata)
  }
}

extension ExchangeRecord {
  fileprivate var metadata: Logger.Metadata {
    [
      "event": "http.answered", "request.id": "\(id)", "http.verb": "\(verb.rawValue)",
      "route": "\(template)", "http.status": "\(status)",
      "http.request.bytes": "\(requestBytes)", "http.response.bytes": "\(responseBytes)",
      "duration.us": "\(microseconds)", "party": "\(party?.text ?? "-")",
      "refusal": "\(refusal?.rawValue ?? "-")",
    ]
  }
}
