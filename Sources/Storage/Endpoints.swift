// Where a party takes what is pushed to it, and what its pushes are signed with: the values.
// Never prints a secret: `EndpointSecret` has no description of its bytes.

package import ExchangeModel

/// A party's endpoint.
package struct Endpoint: Sendable, Equatable {
  package enum State: String, Sendable, CaseIterable { case live, retired }

  package let party: PartyURN
  /// `https://host[:port]/path`.
  package let url: String
  /// The format it is sent, whatever the sender's was.
  package let format: ContentFormat
  /// SHA-256 of the public keys its certificate may have, in lower-case hex; empty when the
  /// authorities alone decide.
  package let pins: [String]
  /// The authorities its certificate must chain to, in PEM; nil when the pins alone decide.
  package let authorities: String?
  package let state: State
  /// Why it was retired; nil while it is live.
  package let reason: String?
  package let changedAt: Timestamp

  package init(
    party: PartyURN, url: String, format: ContentFormat, pins: [String], authorities: String?,
    state: State = .live, reason: String? = nil, changedAt: Timestamp = Timestamp(milliseconds: 0)
  ) {
    self.party = party
    self.url = url
    self.format = format
    self.pins = pins
    self.authorities = authorities
    self.state = state
    self.reason = reason
    self.changedAt = changedAt
  }
}

/// A secret of an endpoint, shared with its party (HMAC-SHA-256).
package struct EndpointSecret: Sendable {
  package let id: Int64
  package let bytes: [UInt8]
  /// When it ends, while it is being replaced; nil for the newest.
  package let endsAt: Timestamp?
}

/// A signing key of the gateway (Ed25519).
package struct SigningKey: Sendable {
  package let id: Int64
  /// The seed, 32 bytes.
  package let seed: [UInt8]
  package let publicKey: [UInt8]
  package let endsAt: Timestamp?
}
