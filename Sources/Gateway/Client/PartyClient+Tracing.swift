// A party's side of tracing and of the cases. Never reads what it sends: the gateway checks.

package import ExchangeModel
import Validation

extension PartyClient {
  private static let json = [("Content-Type", "application/json")]

  /// Looks for a child; the body is NewTrace of the gateway's /openapi.json.
  package func trace(_ body: [UInt8]) async throws -> ClientAnswer {
    try await call("POST", "/v1/traces", headers: Self.json, body: body)
  }

  package func trace(_ id: MessageID) async throws -> ClientAnswer {
    try await call("GET", "/v1/traces/\(id)")
  }

  /// One more step of a trace: `confirmation`, `enquiries`, `requests`, `answer`, `replies`.
  package func trace(
    _ id: MessageID, _ step: String, _ body: [UInt8]
  ) async throws -> ClientAnswer {
    try await call("POST", "/v1/traces/\(id)/\(step)", headers: Self.json, body: body)
  }

  /// A batch of pupils, one a line.
  package func changePupils(_ lines: [UInt8]) async throws -> ClientAnswer {
    try await call(
      "POST", "/v1/pupils", headers: [("Content-Type", "application/x-ndjson")], body: lines)
  }

  /// A page of the party's cases.
  package func cases(limit: Int, after: MessageID? = nil) async throws -> ClientAnswer {
    let start = after.map { "&after=\($0)" } ?? ""
    return try await call("GET", "/v1/cases?limit=\(limit)\(start)")
  }

  package func exchangeCase(_ id: MessageID) async throws -> ClientAnswer {
    try await call("GET", "/v1/cases/\(id)")
  }
}
