// What a trace is to its asker: the answer, who was shown, what a person confirmed.
// Never holds more of a child than was shown.

package import ExchangeModel
package import PupilTracing

/// A trace about to be made.
package struct NewTrace: Sendable {
  package var query: TraceQuery
  /// A token of the vocabulary.
  package var purpose: String
  /// Why, as a trace request says it: `moved-unknown`, `no-show`, ….
  package var reason: String
  /// A post or staff number of the officer, or the name of the system. No person's name.
  package var officer: String
  package var isNamedOfficer: Bool
  /// The trace request that it is made for; then its fields are the question.
  package var request: MessageID?

  package init(
    query: TraceQuery, purpose: String, reason: String, officer: String, isNamedOfficer: Bool,
    request: MessageID? = nil
  ) {
    self.query = query
    self.purpose = purpose
    self.reason = reason
    self.officer = officer
    self.isNamedOfficer = isNamedOfficer
    self.request = request
  }
}

/// How much of a candidate was shown.
package enum PupilDisclosure: String, Sendable, CaseIterable, Comparable {
  /// Surname, forename, year of birth.
  case name
  case school, address, full

  /// True when a home is told.
  package var tellsHome: Bool { self >= .address }

  package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .name: 0
    case .school: 1
    case .address: 2
    case .full: 3
    }
  }
}

/// A reason for or against a candidate, in fixed words with its weight.
package struct ShownReason: Sendable, Equatable {
  /// A word of `FieldReason.Field`.
  package let field: String
  package let text: String
  package let bits: Double
}

/// A candidate as shown at first.
package struct ShownCandidate: Sendable, Equatable {
  /// From 1, best first.
  package let number: Int
  /// Whose pools have the child; none for one whose whereabouts must stay unknown, since a pool is
  /// a school's.
  package let heldBy: [PartyURN]
  package let reading: CandidateReading
  package let bits: Double
  package let posterior: Double
  /// Each reason in fixed words with its bits.
  package let reasons: [ShownReason]
  package let surname: String
  package let forename: String
  /// 0 when unknown.
  package let yearOfBirth: Int
  package let isRestricted: Bool
  package let disclosed: PupilDisclosure
}

/// What a person said of a trace.
package struct TraceConfirmation: Sendable, Equatable {
  package enum Result: String, Sendable, CaseIterable {
    /// The candidate is the child.
    case confirmed
    /// The candidate may be the child, and somebody must still look.
    case possible
    /// None of the candidates is the child.
    case notHere = "not-here"
  }

  package let result: Result
  /// The candidate meant; nil for `notHere`.
  package let candidate: Int?
  /// As a trace confirmation says it: `school-roll`, `home-visit`, …; nil for `notHere`.
  package let verifiedBy: String?

  package init(result: Result, candidate: Int?, verifiedBy: String?) {
    self.result = result
    self.candidate = candidate
    self.verifiedBy = verifiedBy
  }
}

/// What another party answered to a yes-or-no question.
package struct TraceEnquiry: Sendable, Equatable {
  package enum Answer: String, Sendable, CaseIterable {
    case yes, no
    /// It keeps no pupils with the gateway, so only a request can tell.
    case unknown
  }

  package let party: PartyURN
  package let answer: Answer
  package let askedAt: Timestamp
}

/// A trace.
package struct TraceRecord: Sendable {
  package let id: MessageID
  package let askedAt: Timestamp
  package let officer: String
  package let isNamedOfficer: Bool
  package let purpose: String
  package let reason: String
  package let request: MessageID?
  package let outcome: TraceOutcome
  package let notHere: Double
  package let modelVersion: String
  package let candidates: [ShownCandidate]
  package let confirmation: TraceConfirmation?
  package let enquiries: [TraceEnquiry]
  /// The case of the requests sent for it; nil while there are none.
  package let caseID: MessageID?
}

/// What composing a message from a trace takes: the question, and the child that was confirmed.
package struct TraceMaterial: Sendable {
  package let trace: TraceRecord
  package let party: Party
  /// Nil once it was erased.
  package let query: TraceQuery?
  /// The confirmed candidate's record; nil when none was confirmed.
  package let record: PupilRecord?
  package let isRestricted: Bool
  /// For a trace made for a request: who asked, and the most that it asked for.
  package let requester: PartyURN?
  package let cap: DisclosureCap?
}
