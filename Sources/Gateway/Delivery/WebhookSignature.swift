// Signatures of what is pushed, after Standard Webhooks 1.0: `v1` HMAC-SHA-256 with the party's
// secret, `v1a` Ed25519 with the gateway's key. Several stand side by side during a rotation.
// Never logs or prints a secret; `secretText` is for the one moment at which it is handed over.

import Crypto
package import ExchangeModel
import Foundation
package import Storage

/// What signs one party's pushes.
package struct WebhookSignature: Sendable {
  private let secrets: [SymmetricKey]
  private let keys: [Curve25519.Signing.PrivateKey]

  /// Throws when a signing key is no Ed25519 seed.
  package init(secrets: [EndpointSecret], keys: [SigningKey]) throws {
    self.secrets = secrets.map { SymmetricKey(data: $0.bytes) }
    self.keys = try keys.map { try Curve25519.Signing.PrivateKey(rawRepresentation: $0.seed) }
  }

  /// The values of `webhook-timestamp` (seconds) and `webhook-signature` for a body.
  package func fields(
    id: String, at time: Timestamp, body: [UInt8]
  ) throws -> (timestamp: String, signature: String) {
    let timestamp = String(time.milliseconds / 1000)
    let signed = Data("\(id).\(timestamp).".utf8) + body
    var signatures = secrets.map { secret in
      "v1,"
        + Data(HMAC<SHA256>.authenticationCode(for: signed, using: secret)).base64EncodedString()
    }
    for key in keys {
      signatures.append("v1a," + (try key.signature(for: signed)).base64EncodedString())
    }
    return (timestamp, signatures.joined(separator: " "))
  }

  /// A secret as it is handed to its party.
  package static func secretText(_ bytes: [UInt8]) -> String {
    "whsec_" + Data(bytes).base64EncodedString()
  }

  /// Reads `whsec_…`: 24 to 64 bytes. Nil when it is not one.
  package static func secret(_ text: String) -> [UInt8]? {
    guard text.hasPrefix("whsec_"), let data = Data(base64Encoded: String(text.dropFirst(6))),
      (24...64).contains(data.count)
    else { return nil }
    return Array(data)
  }

  /// A public key as it is published.
  package static func publicKeyText(_ bytes: [UInt8]) -> String {
    "whpk_" + Data(bytes).base64EncodedString()
  }
}
