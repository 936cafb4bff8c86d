// The calls of the consent register: record, list, see, withdraw, review.
// Never tells a party of a record that it neither holds nor is named in.

import ExchangeModel
import Storage
import Validation

struct ConsentRoutes: Sendable {
  let store: Store
  let words: ConsentWords
  let limits: Limits

  var routes: [Route] {
    [
      Route(
        .post, "/v1/consents", body: .buffered(limit: limits.consentBytes), handler: record),
      Route(.get, "/v1/consents", handler: list),
      Route(.get, "/v1/consents/{consentId}", handler: see),
      Route(
        .post, "/v1/consents/{consentId}/withdrawal", body: .buffered(limit: 16 << 10),
        handler: withdraw),
      Route(
        .post, "/v1/consents/{consentId}/review", body: .buffered(limit: 16 << 10),
        handler: review),
    ]
  }

  private func record(_ request: HTTPRequest) async throws -> HTTPResponse {
    let consent = try ConsentReader.consent(request.bytes, words: words, limits: limits)
    let record = try await store.record(consent, by: try request.spki())
    return answer(record, status: 201, fields: ["Location": "/v1/consents/\(record.id)"])
  }

  private func list(_ request: HTTPRequest) async throws -> HTTPResponse {
    let limit = try request.integer(
      "limit", default: limits.consentsPage, in: 1...limits.consentsPage)
    let page = try await request.page(of: "your consents", cursor: MessageID.init) { after in
      try await store.consents(of: try request.spki(), after: after, limit: limit)
    }
    var writer = JSONWriter()
    writer.write(page)
    return .json(writer.bytes, fields: ["Cache-Control": "no-store"])
  }

  private func see(_ request: HTTPRequest) async throws -> HTTPResponse {
    answer(try await store.consent(try request.consentID(), for: try request.spki()))
  }

  private func withdraw(_ request: HTTPRequest) async throws -> HTTPResponse {
    let id = try request.consentID()
    let (scope, reason) = try ConsentReader.withdrawal(request.bytes, limits: limits)
    return answer(
      try await store.withdrawConsent(id, scope, reason: reason, by: try request.spki()))
  }

  private func review(_ request: HTTPRequest) async throws -> HTTPResponse {
    let id = try request.consentID()
    let reviewBy = try ConsentReader.review(request.bytes, limits: limits)
    return answer(try await store.reviewConsent(id, until: reviewBy, by: try request.spki()))
  }

  private func answer(
    _ record: ConsentRecord, status: Int = 200, fields: HTTPFields = [:]
  ) -> HTTPResponse {
    var writer = JSONWriter()
    writer.write(record)
    var fields = fields
    fields["Cache-Control"] = "no-store"
    return .json(writer.bytes, status: status, fields: fields)
  }
}

extension HTTPRequest {
  /// The record's id in the path. Throws `not-found` when it is not one.
  fileprivate func consentID() throws -> MessageID {
    guard let id = MessageID(parameter("consentId")) else { throw Refusal(.notFound) }
    return id
  }
}
