// One request and its answer while they are under way on a connection. Never outlives them.

import ExchangeModel
import NIOCore
import NIOHTTP1

/// The request being answered.
struct Exchange {
  let number: UInt64
  let id: RequestID
  let receivedAt: Timestamp
  let startedAt: NIODeadline
  var verb = HTTPVerb.other
  var isKeepAlive = false
  var route: Route?
  var party: Party?
  var refusal: RefusalCode?
  var requestBytes = 0
  /// The answer made before the body ended; sent when it has.
  var earlyAnswer: HTTPResponse?
  /// Set once the head of the answer went out.
  var hasAnswered = false
  var status = 0
  var responseBytes = 0
  /// What a streamed answer may still write; nil when it has no announced length.
  var responseBytesDue: Int?
  var isChunkedAnswer = false
  var task: Task<Void, Never>?

  init(number: UInt64, id: RequestID, receivedAt: Timestamp, startedAt: NIODeadline) {
    self.number = number
    self.id = id
    self.receivedAt = receivedAt
    self.startedAt = startedAt
  }
}

/// A request whose body is still to come, kept until it can be handed over.
struct PendingRequest {
  let checked: CheckedHead
  let route: Route
  let parameters: [(name: String, value: String)]
  let fields: HTTPHeaders
  let party: Party?
}

/// Where the input of a connection stands.
enum ConnectionInput {
  /// TLS is not up yet; without TLS this is left at once.
  case handshaking
  /// Between requests.
  case idle
  /// Bytes have come, no whole head yet.
  case head
  /// The head was answered in advance; nothing but its end may come.
  case awaitingEnd
  /// A body is being collected.
  case collecting(PendingRequest, limit: Int)
  /// A body is handed to the handler while it comes.
  case streaming(BodyStream.Producer.Source, limit: Int)
  /// The request is whole; the next waits until it is answered.
  case complete
  /// The last answer went out before the request ended: read and forget until the peer is done.
  case lingering
  case closed
}

/// What may wait behind a request in flight.
enum QueuedPart {
  case http(HTTPServerRequestPart)
  /// The parser gave up here.
  case fault(RefusalCode)
}
