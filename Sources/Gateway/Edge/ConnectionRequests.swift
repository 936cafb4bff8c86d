// The incoming half of a connection: heads, bodies, limits and deadlines. Never answers by itself
// except to refuse; what a handler answers goes out in ConnectionAnswers.swift.

import ExchangeModel
import NIOCore
import NIOHTTP1

extension Connection {
  func receive(_ head: HTTPRequestHead) {
    switch input {
    case .idle, .head: break
    default: return
    }
    let started = NIODeadline.now()
    let now = shared.settings.surroundings.now()
    exchangeCount += 1
    exchange = Exchange(
      number: exchangeCount, id: loop.nextRequestID(), receivedAt: now, startedAt: started)
    shared.counters.add(.requests)
    switch shared.rules.check(head) {
    case .failure(let refusal): fail(refusal.code)
    case .success(let checked): dispatch(checked, head, now, started)
    }
  }

  private func dispatch(
    _ checked: CheckedHead, _ head: HTTPRequestHead, _ now: Timestamp, _ started: NIODeadline
  ) {
    exchange?.verb = checked.verb
    exchange?.isKeepAlive = checked.isKeepAlive && !loop.isStopping
    let route: Route
    let parameters: [(name: String, value: String)]
    switch shared.router.find(checked.verb, checked.target.segments) {
    case .found(let found, let values): (route, parameters) = (found, values)
    case .noSuchPath: return refuse(Refusal(.notFound), checked)
    case .noSuchVerb(let allow):
      return refuse(Refusal(.methodNotAllowed), checked, allow: allow)
    }
    exchange?.route = route
    var party: Party?
    if route.access == .party {
      switch identify(at: now) {
      case .success(let found): party = found
      case .failure(let refusal): return refuse(refusal, checked)
      }
    }
    exchange?.party = party
    let pending = PendingRequest(
      checked: checked, route: route, parameters: parameters, fields: head.headers, party: party)
    receiveBody(of: pending, started)
  }

  /// The party of this connection, asked anew for every request (see `PeerIdentity.check`).
  private func identify(at now: Timestamp) -> Result<Party, Refusal> {
    guard let peer else { return .failure(Refusal(.certificateUnknown)) }
    if let code = peer.check(at: now) { return .failure(Refusal(code)) }
    return shared.settings.identify(peer, now)
  }

  /// Refuses a request that was understood. The connection lives on when no body is to come.
  private func refuse(_ refusal: Refusal, _ checked: CheckedHead, allow: String? = nil) {
    guard let id = exchange?.id else { return }
    exchange?.refusal = refusal.code
    var response = ProblemDetails.response(refusal, instance: id)
    if let allow { response.fields["Allow"] = allow }
    if checked.framing == .none {
      exchange?.earlyAnswer = response
      input = .awaitingEnd
    } else {
      answer(response, isLast: true)
    }
  }

  private func receiveBody(of pending: PendingRequest, _ started: NIODeadline) {
    let announced: Int? =
      switch pending.checked.framing {
      case .none: 0
      case .length(let length): length
      case .chunked: nil
      }
    switch pending.route.body {
    case .none:
      guard pending.checked.framing == .none else {
        return refuse(Refusal(.badRequest), pending.checked)
      }
      input = .collecting(pending, limit: 0)
    case .buffered(let limit):
      guard (announced ?? 0) <= limit else {
        return refuse(Refusal(.contentTooLarge), pending.checked)
      }
      // Trust an announced length only as far as one read: memory follows what really comes.
      collected.reserveCapacity(min(announced ?? 0, 64 << 10))
      deadline = started + .seconds(limits.bodySeconds)
      input = .collecting(pending, limit: limit)
    case .streamed(let limit):
      guard (announced ?? 0) <= limit else {
        return refuse(Refusal(.contentTooLarge), pending.checked)
      }
      deadline = started + .seconds(limits.bodySeconds)
      startStreaming(pending, limit: limit, length: announced)
    }
  }

  private func startStreaming(_ pending: PendingRequest, limit: Int, length: Int?) {
    guard let context else { return }
    let bound = NIOLoopBound(self, eventLoop: loop.eventLoop)
    let eventLoop = loop.eventLoop
    let number = exchangeCount
    let demand = BodyDemand(
      onDemand: { eventLoop.execute { bound.value.bodyIsWanted(number) } },
      onStop: { eventLoop.execute { bound.value.bodyIsWanted(number) } })
    let edge = shared.settings.edgeLimits
    let made = BodyStream.Producer.makeSequence(
      elementType: ByteBuffer.self, failureType: (any Error).self,
      backPressureStrategy: .init(
        lowWatermark: edge.streamedReadsResume, highWatermark: edge.streamedReads),
      finishOnDeinit: true, delegate: demand)
    pausedSince = nil
    pausedNanoseconds = 0
    input = .streaming(made.source, limit: limit)
    let stream = BodyStream(length: length, producer: made.sequence)
    start(pending, body: .stream(stream), context)
  }

  /// The handler of a streamed body asks for more, or has stopped asking.
  private func bodyIsWanted(_ number: UInt64) {
    guard exchange?.number == number, let since = pausedSince else { return }
    pausedSince = nil
    pausedNanoseconds += (NIODeadline.now() - since).nanoseconds
    resumeReading()
  }

  func receive(_ bytes: ByteBuffer) {
    switch input {
    case .collecting(let pending, let limit):
      guard bytes.readableBytes <= limit - collected.count else { return fail(.contentTooLarge) }
      guard hasRoom(for: bytes.readableBytes, of: pending) else { return fail(.tooBusy) }
      collected.append(contentsOf: bytes.readableBytesView)
    case .streaming(let source, let limit):
      exchange?.requestBytes += bytes.readableBytes
      guard (exchange?.requestBytes ?? 0) <= limit else { return fail(.contentTooLarge) }
      if case .stopProducing = source.yield(bytes), pausedSince == nil { pausedSince = .now() }
    case .awaitingEnd: fail(.badRequest)
    default: break
    }
  }

  /// Whether so many bytes more may be collected beside what all other requests hold.
  private func hasRoom(for count: Int, of pending: PendingRequest) -> Bool {
    let beyond = collected.count + count - max(collected.count, limits.freeBodyBytes)
    guard beyond > 0 else { return true }
    let charge = bodyCharge ?? BodyCharge(shared.counters)
    if bodyCharge == nil, case .length(let length) = pending.checked.framing {
      // An array that grows by itself doubles. What is not written to costs no memory.
      collected.reserveCapacity(length)
    }
    bodyCharge = charge
    return charge.take(beyond, most: limits.bodyBytes)
  }

  func receiveEnd() {
    switch input {
    case .collecting(let pending, _):
      guard let context else { return }
      input = .complete
      deadline = .distantFuture
      if case .none = pending.route.body { return start(pending, body: .none, context) }
      var body: [UInt8] = []
      swap(&body, &collected)
      exchange?.requestBytes = body.count
      start(pending, body: .bytes(body), context)
    case .streaming(let source, _):
      input = .complete
      deadline = .distantFuture
      pausedSince = nil
      source.finish()
    case .awaitingEnd:
      input = .complete
      guard let response = exchange?.earlyAnswer else { return close() }
      answer(response, isLast: false)
    default: break
    }
  }

  /// A fault that ends the connection: refused if no answer has begun, closed in any case.
  func fail(_ code: RefusalCode) {
    switch input {
    case .lingering, .closed: return
    case .handshaking: return abort()
    default: break
    }
    if exchange == nil {
      exchangeCount += 1
      exchange = Exchange(
        number: exchangeCount, id: loop.nextRequestID(),
        receivedAt: shared.settings.surroundings.now(), startedAt: .now())
    }
    (collected, bodyCharge) = ([], nil)
    if case .streaming(let source, _) = input { source.finish(Refusal(code)) }
    guard let exchange, !exchange.hasAnswered else { return abort() }
    exchange.task?.cancel()
    self.exchange?.refusal = code
    answer(ProblemDetails.response(Refusal(code), instance: exchange.id), isLast: true)
  }

  /// The deadline has passed.
  func expire(at now: NIODeadline) {
    switch input {
    case .handshaking:
      refuseHandshake(.timeout)
      abort()
    case .idle, .lingering, .closed: close()
    case .streaming where bodyIsFastEnough(at: now):
      deadline = now + .seconds(1)
      return
    case .head, .collecting, .streaming, .awaitingEnd: fail(.requestTimeout)
    // An answer that the peer does not take.
    case .complete: abort()
    }
    shared.counters.add(.deadlines)
  }

  private func bodyIsFastEnough(at now: NIODeadline) -> Bool {
    guard let exchange else { return false }
    var waited = pausedNanoseconds
    if let pausedSince { waited += (now - pausedSince).nanoseconds }
    let milliseconds = ((now - exchange.startedAt).nanoseconds - waited) / 1_000_000
    if milliseconds < limits.bodySeconds * 1000 { return true }
    return Int64(exchange.requestBytes) * 1000 >= Int64(limits.minimumBodyRate) * milliseconds
  }
}
