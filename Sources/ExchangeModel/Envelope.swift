// The envelope: who sends what kind of message to whom, for which purpose, on which ground.
// A closed profile of CloudEvents 1.0 (DESIGN 4.1). Never holds personal data outside `payload`.

/// A message as its sender addressed it. Made only by the readers in Validation, which have
/// checked every attribute's form; whether it may be shared is decided later.
package struct Envelope: Sendable, Equatable {
  /// The sender's own id; with `source` unique for ever (CloudEvents `id`).
  package var id: String
  package var source: PartyURN
  /// The CloudEvents type, e.g. `gatehouse.medical-referral.v1`.
  package var type: String
  /// When the sender says it happened: RFC 3339 as written, kept exactly.
  package var time: String?
  package var recipient: PartyURN
  package var purpose: Purpose
  package var lawfulBasis: LawfulBasis?
  package var specialCondition: SpecialCondition?
  package var legalGateway: LegalGateway?
  package var consentRef: String?
  package var overrideRef: String?
  package var correlationID: String?
  package var causationID: String?
  package var inReplyTo: String?
  /// When the message is no longer worth delivering: RFC 3339 as written.
  package var expiryTime: String?
  package var priority: Priority?
  package var dataSchema: String?
  package var traceParent: String?
  package var traceState: String?
  package var payload: Payload

  package init(
    id: String, source: PartyURN, type: String, recipient: PartyURN, purpose: Purpose,
    payload: Payload
  ) {
    self.id = id
    self.source = source
    self.type = type
    self.recipient = recipient
    self.purpose = purpose
    self.payload = payload
  }
}

/// The content carried: one JSON value or one XML document, in UTF-8.
package struct Payload: Sendable, Equatable {
  package var format: ContentFormat
  /// For JSON one JSON text; for XML one element with the namespaces it needs, no declaration.
  package var bytes: [UInt8]

  package init(format: ContentFormat, bytes: [UInt8]) {
    self.format = format
    self.bytes = bytes
  }
}
