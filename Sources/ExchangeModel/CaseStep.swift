// The steps that messages make in a case: of a child missing education, of a deletion from a
// register, of a trace. Never holds who the child is.

/// What a message says to the case it belongs to, in words of its schema.
package enum CaseStep: Sendable, Equatable {
  case missingChildReferral
  /// The officers' own reference of the case, which is personal, and the state they tell.
  case missingChildStatus(reference: String, status: String)
  case newPupilReturn
  /// `isHistoric`: its ground is a letter of 2006, which no program reads.
  case deletionReturn(isHistoric: Bool)
  case deletionReturnCheck(result: String)
  /// `deleted` or `withdrawn`: what became of a deletion that a school had returned.
  case deletionOutcome(result: String)
  case traceRequest(cap: DisclosureCap)
  /// `discloses`: the most that the response tells.
  case traceResponse(result: String, discloses: DisclosureCap)
  case traceConfirmation(result: String)
}

/// How much of a child a trace may tell, or tells: each includes those before it.
package enum DisclosureCap: String, Sendable, Codable, CaseIterable, Comparable {
  case yesNo = "yes-no"
  case school = "yes-no+school"
  case address = "yes-no+school+address"
  case full

  package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .yesNo: 0
    case .school: 1
    case .address: 2
    case .full: 3
    }
  }
}

/// What a response to a trace tells, beside what its request asked for.
package struct TraceFact: Sendable, Hashable, Codable {
  /// The most that the request asks for; nil when the response answers no request that its sender
  /// was asked here.
  package var cap: DisclosureCap?
  package var discloses: DisclosureCap

  package init(cap: DisclosureCap?, discloses: DisclosureCap) {
    self.cap = cap
    self.discloses = discloses
  }
}
