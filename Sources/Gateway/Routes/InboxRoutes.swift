// The recipient's calls: list, fetch in either format, acknowledge.

import ExchangeModel
import Storage
import Validation

struct InboxRoutes: Sendable {
  let store: Store
  let delivery: DeliveredEnvelope
  let limits: Limits
  private let streams: InboxStreams

  init(store: Store, delivery: DeliveredEnvelope, limits: Limits) {
    self.store = store
    self.delivery = delivery
    self.limits = limits
    streams = InboxStreams(store: store, limits: limits)
  }

  var routes: [Route] {
    [
      Route(.get, "/v1/inbox", handler: list),
      Route(.get, "/v1/inbox/{messageId}", handler: fetch),
      Route(
        .post, "/v1/inbox/{messageId}/acknowledgement", body: .buffered(limit: 16 << 10),
        handler: acknowledge),
      Route(.post, "/v1/inbox/leases", handler: lease),
      Route(.post, "/v1/inbox/leases/{leaseId}/renewal", handler: renewLease),
      Route(.delete, "/v1/inbox/leases/{leaseId}", handler: endLease),
    ]
  }

  private func list(_ request: HTTPRequest) async throws -> HTTPResponse {
    let limit = try request.integer(
      "limit", default: min(100, limits.inboxPage), in: 1...limits.inboxPage)
    let wait = try request.integer("wait", default: 0, in: 0...Int(limits.longPollSeconds))
    if InboxStreams.isAsked(request) { return try await stream(request, limit: limit) }
    let page = try await request.page(of: "this inbox", cursor: MessageID.init) { after in
      try await store.inbox(
        of: try request.spki(), after: after, limit: limit, wait: .seconds(wait))
    }
    var writer = JSONWriter()
    writer.write(page)
    return .json(writer.bytes, fields: ["Cache-Control": "no-store"])
  }

  private func stream(_ request: HTTPRequest, limit: Int) async throws -> HTTPResponse {
    let spki = try request.spki()
    // A client that comes back says where it was; whoever follows a listing gives its `next`.
    let resumed = request.header("Last-Event-ID").flatMap(MessageID.init)
    let after = try await request.page(of: "this inbox", cursor: MessageID.init) { after in
      let start = resumed ?? after
      // Asked before the answer begins: a cursor of another inbox is refused like any other.
      _ = try await store.inbox(of: spki, after: start, limit: 1, wait: .zero)
      return start
    }
    return try streams.response(to: spki, after: after, limit: limit)
  }

  private func lease(_ request: HTTPRequest) async throws -> HTTPResponse {
    let limit = try request.integer(
      "limit", default: min(10, limits.leasedMessages), in: 1...limits.leasedMessages)
    let seconds = try leaseSeconds(request)
    let wait = try request.integer("wait", default: 0, in: 0...Int(limits.longPollSeconds))
    let lease = try await store.lease(
      of: try request.spki(), limit: limit, seconds: seconds, wait: .seconds(wait))
    return Self.answer(lease)
  }

  private func renewLease(_ request: HTTPRequest) async throws -> HTTPResponse {
    let id = try Self.leaseID(request)
    let seconds = try leaseSeconds(request)
    return Self.answer(
      try await store.renewLease(id, of: try request.spki(), seconds: seconds))
  }

  private func endLease(_ request: HTTPRequest) async throws -> HTTPResponse {
    try await store.endLease(try Self.leaseID(request), of: try request.spki())
    return .empty(204)
  }

  private func leaseSeconds(_ request: HTTPRequest) throws -> Int64 {
    Int64(try request.integer("seconds", default: 60, in: 1...Int(limits.leaseSeconds)))
  }

  private static func leaseID(_ request: HTTPRequest) throws -> MessageID {
    guard let id = MessageID(request.parameter("leaseId")) else { throw Refusal(.notFound) }
    return id
  }

  private static func answer(_ lease: InboxLease) -> HTTPResponse {
    var writer = JSONWriter()
    writer.write(lease)
    return .json(writer.bytes, fields: ["Cache-Control": "no-store"])
  }

  private func fetch(_ request: HTTPRequest) async throws -> HTTPResponse {
    let id = try request.messageID()
    let accept = request.headers("Accept").joined(separator: ",")
    // Asked before the read is logged: a caller that cannot take either format has read nothing.
    guard MediaType.acceptedFormat(accept, stored: .json) != nil else {
      throw Refusal(.notAcceptable)
    }
    let stored = try await store.open(id, by: try request.spki())
    guard let format = MediaType.acceptedFormat(accept, stored: stored.format) else {
      throw Refusal(.notAcceptable)
    }
    return HTTPResponse(
      status: 200,
      fields: [
        "Content-Type": format.envelopeMediaType + "; charset=utf-8", "Vary": "Accept",
        "Cache-Control": "no-store",
      ],
      body: .bytes(try delivery.bytes(of: stored, as: format)))
  }

  private func acknowledge(_ request: HTTPRequest) async throws -> HTTPResponse {
    let id = try request.messageID()
    let acknowledgement = try AcknowledgementReader.read(request.bytes, limits: limits)
    let status = try await store.acknowledge(id, by: try request.spki(), acknowledgement)
    var writer = JSONWriter()
    writer.write(status)
    return .json(writer.bytes)
  }
}
