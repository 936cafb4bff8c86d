// Who may see what of an admitted message: the whole table, against its rules in words.

import ExchangeModel
import Policy
import Testing

@Suite struct DecideAccessTests {
  /// What the table says, written down apart from the rules.
  private func expected(_ facts: AccessFacts) -> RefusalCode? {
    if !facts.wasPermitted { return .notFound }
    if facts.callerState == .suspended { return .partySuspended }
    switch facts.relation {
    case .stranger: return .notFound
    case .sender: return nil
    case .recipient:
      guard facts.heldBecause != nil else { return nil }
      return [.content, .attachment, .listing].contains(facts.asked) ? .messageHeld : nil
    case .gatewayOperator:
      if facts.isSealed { return .notFound }
      if facts.asked == .content {
        let opens: [StaffRole?] = [
          .dataProtectionOfficer, .caldicottGuardian, .safeguardingLead,
        ]
        return opens.contains(facts.staffRole) ? nil : .roleNotAllowed
      }
      return [.status, .listing, .export].contains(facts.asked) ? nil : .notFound
    }
  }

  @Test(arguments: AccessFacts.Relation.allCases, AccessFacts.Asked.allCases)
  func everyCase(relation: AccessFacts.Relation, asked: AccessFacts.Asked) {
    for held in [nil] + HoldReason.allCases.map(Optional.some) {
      for isSealed in [false, true] {
        for wasPermitted in [true, false] {
          for state in [Party.State.live, .suspended] {
            for role in [nil] + StaffRole.allCases.map(Optional.some) {
              let facts = AccessFacts(
                asked: asked, relation: relation, callerState: state,
                wasPermitted: wasPermitted, heldBecause: held, isSealed: isSealed,
                staffRole: role)
              let answer = Policy.decideAccess(facts)
              #expect(answer.refusalCode == expected(facts), "\(facts)")
              #expect((answer.verdict == .permit) == (answer.refusalCode == nil))
            }
          }
        }
      }
    }
  }

  @Test func noRuleIsSilent() {
    let facts = AccessFacts(
      asked: .content, relation: .stranger, callerState: .live, wasPermitted: true,
      heldBecause: .administrator, isSealed: true)
    let answer = Policy.decideAccess(facts)
    #expect(answer.rules.map(\.rule) == ["own-message", "not-held", "sealed"])
    for outcome in answer.rules {
      #expect(!outcome.source.isEmpty && outcome.reason.hasSuffix("."))
    }
  }
}
