// A kind of message, as its folder's `message.json` describes it (DESIGN 4.2): data, not code.
// Never decides anything: Policy reads it.

/// A message type with its routes, purpose, bases and rules.
package struct MessageType: Sendable, Equatable, Codable {
  /// The CloudEvents `type`, e.g. `gatehouse.medical-referral.v1`.
  package let type: String
  /// The folder's name, e.g. `medical-referral`.
  package let slug: String
  package let version: Int
  /// The catalogue's code, e.g. `MED.REF`.
  package let code: String
  package let title: String
  package let description: String
  /// Who may send this to whom, by role.
  package let routes: [Route]
  /// The purposes it may state.
  package let purposes: [String]
  package let lawfulBases: [String]
  package let specialConditions: [String]
  package let legalGateways: [String]
  /// The consent rule of the catalogue, `CN0` to `CN6`.
  package let consentRule: String
  package let expectedReplies: [ExpectedReply]
  package let retention: Retention
  package let attachments: [AttachmentRule]
  /// The government classification, e.g. `OFFICIAL-SENSITIVE`.
  package let sensitivity: String
  package let priority: String
  /// JSON Pointers into the payload where the child's identifiers stand.
  package let childIdentifiers: [String: String]
  /// JSON Pointer to the items that a consent must cover; nil where the payload's categories of
  /// data are what it must cover.
  package let consentItems: String?
  /// JSON Pointers to what a person must look at before the message is delivered, such as a code
  /// of regulations that are no longer in force; nil for most types.
  package let reviewWhenPresent: [String]?
  /// What an admitted message does to the gateway's own registers; nil for most types.
  package let effect: Effect?
  /// The last day (in UTC) on which this version is taken; nil while it has no end.
  package let endsOn: CivilDate?

  /// What an admitted message does beyond being delivered.
  package enum Effect: String, Sendable, Codable, CaseIterable {
    /// It records a disclosure without consent, which `overrideref` may then name.
    case disclosureWithoutConsent = "disclosure-without-consent"
    /// It withdraws a consent on record.
    case consentWithdrawal = "consent-withdrawal"
    /// It records a decision not to share (Children Act 2004, sections 16LA to 16LD).
    case notToShare = "not-to-share"
    /// It records an objection (UK GDPR, Article 21).
    case objection
    /// It makes something public, so nothing in it may identify a child.
    case publication
    /// It carries a transfer file, which is checked before it is admitted.
    case transfer
    /// It puts a transfer file into the lost pupil pool, searches the pool, claims a file of it.
    case lostPupilPosting = "lost-pupil-posting"
    case lostPupilSearch = "lost-pupil-search"
    case lostPupilClaim = "lost-pupil-claim"
    /// It is a step of a case of a child missing education, a register or a trace.
    case missingChildReferral = "missing-child-referral"
    case missingChildStatus = "missing-child-status"
    case newPupilReturn = "new-pupil-return"
    case deletionReturn = "deletion-return"
    case deletionReturnCheck = "deletion-return-check"
    case deletionOutcome = "deletion-outcome"
    case traceRequest = "trace-request"
    case traceResponse = "trace-response"
    case traceConfirmation = "trace-confirmation"
  }

  /// True for messages that nobody but their two parties may list or open.
  package var isSealed: Bool { sensitivity.utf8.elementsEqual("SEALED".utf8) }

  package struct Route: Sendable, Equatable, Codable {
    package let from: [String]
    package let to: [String]
    /// True when sender and recipient must be of one local authority.
    package let sameAuthority: Bool
  }

  package struct ExpectedReply: Sendable, Equatable, Codable {
    package let type: String
    /// How long the reply may take, e.g. `{"count": 1, "unit": "working-day"}`; nil when open.
    package let within: Clock?
    /// The type of another expected reply in place of which this one may come: either of them is
    /// enough. Nil for a reply of its own right.
    package let alternativeTo: String?
    /// Roles one of which, by opening the message, gives this reply as well: the recipient's
    /// acknowledgement says so (`openedBy`). Nil where only a message will do.
    package let openedBy: [String]?
  }

  package struct Clock: Sendable, Equatable, Codable {
    package let count: Int
    /// `school-day`, `working-day`, `calendar-day`, `hour` or `month`.
    package let unit: String

    package init(count: Int, unit: String) {
      self.count = count
      self.unit = unit
    }
  }

  package struct Retention: Sendable, Equatable, Codable {
    /// The catalogue's rule, e.g. `R.MED`.
    package let rule: String
    package let text: String
  }

  package struct AttachmentRule: Sendable, Equatable, Codable {
    /// What it is, e.g. `attendance-certificate`.
    package let kind: String
    package let isRequired: Bool
    /// Media types it may have, e.g. `application/pdf`.
    package let mediaTypes: [String]
  }
}
