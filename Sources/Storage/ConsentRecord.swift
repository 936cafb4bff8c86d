// A consent as the register takes it and tells it: values. Who consents is personal: it goes into a
// sealed column and out to the party that holds the record, and nowhere else.

package import ExchangeModel

/// By what right somebody consents (the published `consentStatement`).
package enum ConsentCapacity: String, Sendable, CaseIterable {
  case parentalResponsibility = "parental-responsibility"
  /// The child confirms where a parent asks (consent rule CN6).
  case childOver12 = "child-over-12"
  case youngPerson = "young-person"
  case adultServiceUser = "adult-service-user"
  case representative
}

/// Where what was signed or recorded can be found again.
package struct ConsentEvidence: Sendable, Equatable {
  /// The kinds of evidence: what bears witness to the consent.
  package static let kinds = ["signed-form", "online-form", "recording", "note-of-conversation"]

  /// SHA-256 in lower-case hex.
  package let sha256: String
  package let kind: String

  package init(sha256: String, kind: String) {
    self.sha256 = sha256
    self.kind = kind
  }
}

/// A consent, or a refusal of it, to be recorded.
package struct NewConsent: Sendable {
  /// How a consent may have been given: the words of the published `consentStatement`, and
  /// `in-person`.
  package static let methods = ["in-writing", "electronic", "verbal-recorded", "in-person"]

  /// False when the person was asked and refused.
  package var isGiven = true
  /// Identifiers by the names of `MessageType.childIdentifiers`. Personal; hashed at once.
  package var child: [String: String] = [:]
  /// Who consents, and what that person is to the child. Personal.
  package var givenBy = ""
  package var relationship: String?
  package var capacity: ConsentCapacity
  /// Tokens of the vocabulary.
  package var purposes: [String]
  /// Categories of data, or items that a message type names.
  package var items: [String]
  package var recipients: [PartyURN]
  package var method: String
  package var evidence: ConsentEvidence?
  package var givenOn: CivilDate
  package var reviewBy: CivilDate
  /// The last day of it; nil when it has none.
  package var expiresOn: CivilDate?
  /// The record that this one takes the place of.
  package var supersedes: MessageID?

  package init(
    capacity: ConsentCapacity, purposes: [String], items: [String], recipients: [PartyURN],
    method: String, givenOn: CivilDate, reviewBy: CivilDate
  ) {
    self.capacity = capacity
    self.purposes = purposes
    self.items = items
    self.recipients = recipients
    self.method = method
    self.givenOn = givenOn
    self.reviewBy = reviewBy
  }
}

/// A record of the register. `child` and the name in it are never part of what a recipient sees.
package struct ConsentRecord: Sendable, Equatable {
  /// The version of the record's shape.
  package static let schemaVersion: Int64 = 1

  package let id: MessageID
  package let holder: PartyURN
  package let state: ConsentFact.State
  package let purposes: [String]
  /// Items and recipients that it still covers; those withdrawn stand in `history`.
  package let items: [String]
  package let recipients: [PartyURN]
  package let reviewBy: CivilDate
  /// Nil where the reader may know no more: a named recipient.
  package let details: Details?

  /// What the party that holds the record sees besides.
  package struct Details: Sendable, Equatable {
    /// Personal.
    package let givenBy: String
    /// Personal.
    package let relationship: String?
    package let capacity: String
    package let method: String
    package let evidence: ConsentEvidence?
    package let givenOn: CivilDate
    package let expiresOn: CivilDate?
    package let supersedes: MessageID?
    package let recordedAt: Timestamp
    package let history: [ConsentChange]
  }
}

/// One line of a record's history.
package struct ConsentChange: Sendable, Equatable {
  package enum Kind: String, Sendable, CaseIterable {
    case given, refused, withdrawn, expired, superseded, reviewed
  }

  package let kind: Kind
  /// All of it but for a withdrawal in part.
  package let scope: WithdrawalScope
  package let at: Timestamp
  /// Who said so; nil for the gateway, when the record ran out.
  package let actor: PartyURN?
  /// With `reviewed`: the day of the next review.
  package let reviewBy: CivilDate?
  /// The holder's own words; may be personal.
  package let reason: String?
  package let logIndex: Int64
}

/// A page of the records that a party holds, in the order recorded.
package struct ConsentPage: Sendable, Equatable {
  package let records: [ConsentRecord]
  package let hasMore: Bool
}

extension WithdrawalScope {
  /// `all`, `recipient` or `item`.
  package var word: String {
    switch self {
    case .all: "all"
    case .recipient: "recipient"
    case .item: "item"
    }
  }

  /// Which recipient or item; nil for all.
  package var subject: String? {
    switch self {
    case .all: nil
    case .recipient(let party): party.text
    case .item(let item): item
    }
  }
}
