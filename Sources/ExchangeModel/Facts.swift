// All that a decision about one message rests on, as values: the claims, the registers' answers and
// the payload's categories. Kept beside the decision, so that it can be made again years later.
// Never holds a person's identifier, a time or a text of the sender's own.

/// What is known about a message, its parties and its grounds at the instant of deciding. Times
/// are resolved: the same facts give the same decision for ever.
package struct Facts: Sendable, Hashable, Codable {
  package var claims: Claims
  package var sender: PartyFact
  /// Nil when the directory has no such party.
  package var recipient: PartyFact?
  /// Whether the message's source is the party that sent it.
  package var isOwnName: Bool
  package var expiry: Expiry
  /// True once the last day of this version of the message type is over.
  package var hasTypeEnded: Bool
  /// The record that `consentref` names; nil when the message names none.
  package var consent: ConsentFact?
  /// The record that `overrideref` names; nil when the message names none.
  package var disclosure: DisclosureFact?
  /// For a message that withdraws a consent: whether its sender may. Nil for others.
  package var mayWithdraw: Bool?
  /// The messages that `causationid` and `inreplyto` name.
  package var onward: [OnwardFact]
  /// Types of expected replies whose time limit cannot be reckoned, for want of a calendar.
  package var repliesWithoutCalendar: [String]
  /// True when an objection of the child or family to such processing is on record.
  package var hasObjection: Bool
  /// For a response to a trace: what it tells, and what was asked. Nil for others.
  package var trace: TraceFact?
  package var inForce: InForce

  package init(claims: Claims, sender: PartyFact, recipient: PartyFact?) {
    self.claims = claims
    self.sender = sender
    self.recipient = recipient
    isOwnName = true
    expiry = .none
    hasTypeEnded = false
    onward = []
    repliesWithoutCalendar = []
    hasObjection = false
    inForce = InForce()
  }

  /// Whether the message states a time of expiry, and which side of now it is on.
  package enum Expiry: String, Sendable, Codable { case none, ahead, passed, unreadable }

  /// Law that is enacted and not yet commenced: in force here only when the settings say so.
  package struct InForce: Sendable, Hashable, Codable {
    /// Children Act 2004, sections 16LA to 16LD (the duty to share, and to record a refusal).
    package var informationSharingDuty: Bool

    package init(informationSharingDuty: Bool = false) {
      self.informationSharingDuty = informationSharingDuty
    }
  }
}

/// What a message says of itself, in words of the vocabulary; a word that is not one of them
/// stands here as `unknown`, since it may be anything.
package struct Claims: Sendable, Hashable, Codable {
  /// Stands for a claimed word that the vocabulary does not have.
  package static let unknown = "unknown"

  /// The CloudEvents type.
  package let type: String
  /// The catalogue, vocabulary included, that the message was read by.
  package let catalogueVersion: String
  package var purpose: String
  package var lawfulBasis: String?
  package var specialCondition: String?
  package var legalGateway: String?
  /// The categories of data in the payload, sorted.
  package var dataCategories: [String]
  package var hasSensitiveAddress: Bool
  /// True when a person must look at the message before it is delivered.
  package var needsReview: Bool
  /// `MessageType.Effect`, where the payload is complete enough to have it.
  package var effect: String?
  /// Kinds of identity found in a text that is to be published, e.g. `upn`, `name`; sorted.
  package var identityFound: [String]

  package init(
    envelope: Envelope, content: ContentFacts, messageType: MessageType, vocabulary: Vocabulary,
    catalogueVersion: String
  ) {
    type = messageType.type
    self.catalogueVersion = catalogueVersion
    purpose = Self.known(envelope.purpose.rawValue, in: messageType.purposes) {
      vocabulary.purpose($0)?.token
    }
    lawfulBasis = envelope.lawfulBasis.map { claim in
      Self.known(claim.rawValue, in: messageType.lawfulBases) {
        Self.token($0, in: vocabulary.lawfulBases)
      }
    }
    specialCondition = envelope.specialCondition.map { claim in
      Self.known(claim.rawValue, in: messageType.specialConditions) {
        Self.token($0, in: vocabulary.specialConditions)
      }
    }
    legalGateway = envelope.legalGateway.map { claim in
      Self.known(claim.rawValue, in: messageType.legalGateways) {
        Self.token($0, in: vocabulary.legalGateways)
      }
    }
    dataCategories = content.dataCategories
    hasSensitiveAddress = content.hasSensitiveAddress
    needsReview = content.needsReview
    effect = content.effect == nil ? nil : messageType.effect?.rawValue
    identityFound = []
    if case .publication(let findings, _) = content.effect { identityFound = findings }
  }

  /// The published word with these bytes. The type's own words are asked first: they are nearly
  /// always the answer, and the very same text in memory.
  private static func known(
    _ claim: String, in allowed: [String], otherwise: (String) -> String?
  ) -> String {
    allowed.first { $0.utf8.elementsEqual(claim.utf8) } ?? otherwise(claim) ?? unknown
  }

  private static func token(_ claim: String, in words: [Vocabulary.Word]) -> String? {
    words.first { $0.token.utf8.elementsEqual(claim.utf8) }?.token
  }
}

/// A party as the directory has it at the instant of deciding.
package struct PartyFact: Sendable, Hashable, Codable {
  package var urn: PartyURN
  package var role: PartyRole
  package var state: Party.State
  /// ISO 3166-1 alpha-2: where the party processes what it is sent.
  package var country: String
  /// The purposes that the party is registered for; nil: those of its role in the catalogue.
  package var purposes: [String]?

  package init(_ party: Party) {
    urn = party.urn
    role = party.role
    state = party.state
    country = party.country
    purposes = party.purposes
  }
}

/// What the register answers about the consent that a message names, measured against that message.
package struct ConsentFact: Sendable, Hashable, Codable {
  package enum State: String, Sendable, Codable {
    case notFound = "not-found"
    case given, refused, withdrawn, expired, superseded
    case reviewOverdue = "review-overdue"
  }

  package enum ChildMatch: String, Sendable, Codable {
    case same, other
    /// The message carries no identifier of the child, or the record none that compares.
    case unknown
  }

  /// The record's id; empty when there is none.
  package var record: String
  package var state: State
  /// True when the sender holds the record, or is named in it.
  package var isForSender: Bool
  package var coversRecipient: Bool
  package var coversPurpose: Bool
  /// Items of the message that the record does not name; sorted.
  package var missingItems: [String]
  package var child: ChildMatch
  /// True when the record releases a sensitive address to this recipient: its items name
  /// `address`.
  package var releasesAddress: Bool

  package init(
    record: String, state: State, isForSender: Bool = false, coversRecipient: Bool = false,
    coversPurpose: Bool = false, missingItems: [String] = [], child: ChildMatch = .unknown,
    releasesAddress: Bool = false
  ) {
    self.record = record
    self.state = state
    self.isForSender = isForSender
    self.coversRecipient = coversRecipient
    self.coversPurpose = coversPurpose
    self.missingItems = missingItems
    self.child = child
    self.releasesAddress = releasesAddress
  }
}

/// What is on record about a disclosure without consent that a message names.
package struct DisclosureFact: Sendable, Hashable, Codable {
  package enum State: String, Sendable, Codable {
    case notFound = "not-found"
    case onRecord = "on-record"
    case reviewOverdue = "review-overdue"
  }

  /// The gateway's id of the message that recorded it; empty when there is none.
  package var record: String
  package var state: State
  /// True when this sender recorded it.
  package var isForSender: Bool
  /// True when it was recorded for this very message.
  package var coversMessage: Bool
  package var disclosesAddress: Bool

  package init(
    record: String, state: State, isForSender: Bool = false, coversMessage: Bool = false,
    disclosesAddress: Bool = false
  ) {
    self.record = record
    self.state = state
    self.isForSender = isForSender
    self.coversMessage = coversMessage
    self.disclosesAddress = disclosesAddress
  }
}

/// A message whose data this one uses onward, or which it answers.
package struct OnwardFact: Sendable, Hashable, Codable {
  package enum Link: String, Sendable, Codable {
    case causation = "causationid"
    case reply = "inreplyto"
  }

  package var link: Link
  /// The purpose under which the earlier message was shared; nil when the sender neither sent nor
  /// received a message of that id.
  package var purpose: String?
  /// True when this message goes back to the party that sent the earlier one.
  package var goesBack: Bool
  /// True when the earlier message's own sender is the sender of this one.
  package var isOwn: Bool
  /// True when the earlier message was sealed.
  package var wasSealed: Bool
  /// True when the earlier message rests on a consent on record that still stands.
  package var standsOnConsent: Bool

  package init(
    link: Link, purpose: String?, goesBack: Bool = false, isOwn: Bool = false,
    wasSealed: Bool = false, standsOnConsent: Bool = false
  ) {
    self.link = link
    self.purpose = purpose
    self.goesBack = goesBack
    self.isOwn = isOwn
    self.wasSealed = wasSealed
    self.standsOnConsent = standsOnConsent
  }
}
