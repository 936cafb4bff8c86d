// A party's side of the consent register. Never reads what it sends: the gateway checks.

package import ExchangeModel
import Validation

extension PartyClient {
  private static let json = [("Content-Type", "application/json")]

  /// Records a consent from its JSON.
  package func recordConsent(_ body: [UInt8]) async throws -> ClientAnswer {
    try await call("POST", "/v1/consents", headers: Self.json, body: body)
  }

  /// A page of the consents that the party holds.
  package func consents(after: MessageID? = nil, limit: Int) async throws -> ClientAnswer {
    let start = after.map { "&after=\($0)" } ?? ""
    return try await call("GET", "/v1/consents?limit=\(limit)" + start)
  }

  package func consent(_ id: MessageID) async throws -> ClientAnswer {
    try await call("GET", "/v1/consents/\(id)")
  }

  /// Withdraws a consent, wholly unless `recipient` or `item` says which part.
  package func withdrawConsent(
    _ id: MessageID, recipient: String? = nil, item: String? = nil, reason: String? = nil
  ) async throws -> ClientAnswer {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("scope", recipient != nil ? "recipient" : item != nil ? "item" : "all")
    if let recipient { writer.member("recipient", recipient) }
    if let item { writer.member("item", item) }
    if let reason { writer.member("reason", reason) }
    writer.endObject()
    return try await call(
      "POST", "/v1/consents/\(id)/withdrawal", headers: Self.json, body: writer.bytes)
  }

  /// Says that a consent was reviewed, and until when it stands.
  package func reviewConsent(_ id: MessageID, until day: CivilDate) async throws -> ClientAnswer {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("reviewBy", day.description)
    writer.endObject()
    return try await call(
      "POST", "/v1/consents/\(id)/review", headers: Self.json, body: writer.bytes)
  }
}
