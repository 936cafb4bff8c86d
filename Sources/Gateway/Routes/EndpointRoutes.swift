// What a party needs to know to take what is pushed to it: its endpoint as the gateway has it, and
// the keys that sign. Never a secret: that was shown once, when it was made.

import ExchangeModel
import Storage
import Validation

struct EndpointRoutes: Sendable {
  let store: Store

  var routes: [Route] { [Route(.get, "/v1/endpoint", handler: show)] }

  private func show(_ request: HTTPRequest) async throws -> HTTPResponse {
    let party = try await request.caller(store)
    guard let endpoint = try await store.endpoint(of: party.urn) else { throw Refusal(.notFound) }
    var writer = JSONWriter()
    writer.write(endpoint, keys: try await store.signingKeys())
    return .json(writer.bytes, fields: ["Cache-Control": "no-store"])
  }
}

extension JSONWriter {
  /// An endpoint as its party sees it, with the public keys that sign now.
  mutating func write(_ endpoint: Endpoint, keys: [SigningKey]) {
    beginObject()
    member("url", endpoint.url)
    member("format", endpoint.format.rawValue)
    member("state", endpoint.state.rawValue)
    if let reason = endpoint.reason { member("reason", reason) }
    member("changedAt", endpoint.changedAt.description)
    key("pins")
    beginArray()
    for pin in endpoint.pins { string(pin) }
    endArray()
    key("hasAuthority")
    bool(endpoint.authorities != nil)
    key("keys")
    beginArray()
    for signing in keys {
      beginObject()
      member("key", WebhookSignature.publicKeyText(signing.publicKey))
      if let endsAt = signing.endsAt { member("until", endsAt.description) }
      endObject()
    }
    endArray()
    endObject()
  }
}
