// All that a decision rests on. Never the payload: what a message says about a child does not
// decide who may have it.

package import ExchangeModel

/// What is known about a message, its type and its parties at one instant, read in the same
/// transaction that stores the outcome.
package struct Facts: Sendable, Equatable {
  // The envelope's claims.
  package var source: PartyURN
  package var recipientURN: PartyURN
  package var purpose: Purpose
  package var lawfulBasis: LawfulBasis?
  package var specialCondition: SpecialCondition?
  package var legalGateway: LegalGateway?
  package var consentRef: String?
  package var overrideRef: String?
  /// RFC 3339, as written.
  package var expiryTime: String?
  // The registers.
  package var messageType: MessageType
  package var sender: Party
  /// Nil when the directory has no such party.
  package var recipient: Party?
  package var now: Timestamp
  package var catalogueVersion: String

  /// The facts about an envelope, whose payload is left behind.
  package init(
    envelope: Envelope, messageType: MessageType, sender: Party, recipient: Party?,
    now: Timestamp, catalogueVersion: String
  ) {
    source = envelope.source
    recipientURN = envelope.recipient
    purpose = envelope.purpose
    lawfulBasis = envelope.lawfulBasis
    specialCondition = envelope.specialCondition
    legalGateway = envelope.legalGateway
    consentRef = envelope.consentRef
    overrideRef = envelope.overrideRef
    expiryTime = envelope.expiryTime
    self.messageType = messageType
    self.sender = sender
    self.recipient = recipient
    self.now = now
    self.catalogueVersion = catalogueVersion
  }
}
