// The decision about a trace: who may look, and how much of whom is shown, in every combination.

import ExchangeModel
import Policy
import Testing

@Suite struct TraceRulesTests {
  private static func facts(
    _ asked: TraceFacts.Asked, _ change: (inout TraceFacts) -> Void = { _ in }
  ) -> TraceFacts {
    var facts = TraceFacts(
      asked: asked, role: PartyRole(rawValue: "children-missing-education"), state: .live,
      purpose: "children-missing-education", isNamedOfficer: true)
    change(&facts)
    return facts
  }

  private func code(_ facts: TraceFacts) -> RefusalCode? { decideTrace(facts).refusalCode }

  @Test func officersDoAllOfIt() {
    for asked in TraceFacts.Asked.allCases { #expect(code(Self.facts(asked)) == nil) }
  }

  @Test(arguments: TraceFacts.Asked.allCases)
  func suspendedPartiesDoNothing(_ asked: TraceFacts.Asked) {
    #expect(code(Self.facts(asked) { $0.state = .suspended }) == .partySuspended)
  }

  @Test(arguments: ["school", "camhs", "police", "gateway", ""])
  func othersNeitherSearchNorSee(_ role: String) {
    for asked in [TraceFacts.Asked.search, .enquiry, .disclosure] {
      let facts = Self.facts(asked) { $0.role = PartyRole(rawValue: role) }
      #expect(code(facts) == .traceNotAllowed)
    }
  }

  @Test(arguments: ["medical-education", "attendance", ""])
  func otherPurposesAreNone(_ purpose: String) {
    for asked in [TraceFacts.Asked.search, .enquiry, .disclosure] {
      #expect(code(Self.facts(asked) { $0.purpose = purpose }) == .purposeNotAllowed)
    }
  }

  /// Every combination of what can be true of a candidate: only one of them shows a home.
  @Test func disclosureIsGraded() {
    let truths = [false, true]
    for isNamed in truths {
      for isRestricted in truths {
        for isHousehold in truths {
          for isOver in truths {
            for (tellsHome, isTaken) in [
              (false, false), (true, false), (false, true), (true, true),
            ] {
              let facts = Self.facts(.disclosure) {
                $0.isNamedOfficer = isNamed
                $0.isRestricted = isRestricted
                $0.isHousehold = isHousehold
                $0.isOver = isOver
                $0.tellsHome = tellsHome
                $0.isTakenForChild = isTaken
              }
              let mayBe = isNamed && !isRestricted && !isHousehold && !isOver
              #expect((code(facts) == nil) == (mayBe && (!tellsHome || isTaken)), "\(facts)")
            }
          }
        }
      }
    }
    #expect(code(Self.facts(.disclosure) { $0.tellsHome = true }) == .candidateNotConfirmed)
    #expect(code(Self.facts(.disclosure) { $0.isRestricted = true }) == .restrictedChild)
    #expect(code(Self.facts(.disclosure) { $0.isOver = true }) == .traceClosed)
  }
}
