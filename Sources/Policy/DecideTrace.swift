// The decision about one trace: may this party look for a child, and see how much of one?
// Pure, and asked in the transaction that writes the trace. Never sees who is looked for.

package import ExchangeModel

/// Asks every rule of tracing, in fixed order, and answers with all of their outcomes. Deny wins.
package func decideTrace(_ facts: TraceFacts) -> AccessDecision {
  AccessDecision(rules: traceRules.map { $0.evaluate(facts) })
}

/// All rules of tracing, in the order in which they are asked and shown.
let traceRules: [any TraceRule] = [TracerRule(), TracePurposeRule(), SeenChildRule()]

/// One ground for letting a party trace, or not.
protocol TraceRule: Sendable {
  var name: String { get }
  var source: String { get }
  func evaluate(_ facts: TraceFacts) -> RuleOutcome
}

extension TraceRule {
  func permit(_ reason: String) -> RuleOutcome {
    RuleOutcome(rule: name, verdict: .permit, source: source, reason: reason)
  }

  func deny(_ code: RefusalCode, _ reason: String) -> RuleOutcome {
    RuleOutcome(rule: name, verdict: .deny, source: source, reason: reason, code: code)
  }
}

/// Those whose duty it is to find children trace; schools and authorities' teams load their pupils.
struct TracerRule: TraceRule {
  let name = "tracer"
  let source = "Education Act 1996 section 436A; Children Act 2004 section 10"

  private static let tracers = ["children-missing-education"]
  private static let loaders = [
    "school", "special-school", "independent-school", "education-centre", "admissions",
    "children-missing-education",
  ]

  func evaluate(_ facts: TraceFacts) -> RuleOutcome {
    guard facts.state == .live else {
      return deny(.partySuspended, "The party that asks is suspended.")
    }
    let roles = facts.asked == .load ? Self.loaders : Self.tracers
    guard roles.allows(facts.role.rawValue) else {
      return deny(.traceNotAllowed, "Parties of this role do not do this.")
    }
    return permit("It is the duty of parties of this role.")
  }
}

/// A search has a purpose that tracing serves.
struct TracePurposeRule: TraceRule {
  let name = "trace-purpose"
  let source = "UK GDPR Article 5(1)(b); vocabulary: children-missing-education, safeguarding"

  private static let purposes = ["children-missing-education", "safeguarding"]

  func evaluate(_ facts: TraceFacts) -> RuleOutcome {
    guard facts.asked != .load else { return permit("A pool is kept for tracing alone.") }
    guard Self.purposes.allows(facts.purpose) else {
      return deny(.purposeNotAllowed, "A child is traced as missing education, or to keep it safe.")
    }
    return permit("The purpose is one that children are traced for.")
  }
}

/// More than a name and a year is shown to a named officer, of the child alone, and never of one
/// whose whereabouts must stay unknown. First the school; a home only once a person took the
/// candidate for the child; nothing once the search is over.
struct SeenChildRule: TraceRule {
  let name = "seen-child"
  let source =
    "UK GDPR Article 5(1)(c); DPA 2018 Schedule 2; UPN guide 2019, 6.5 and 6.6: adopted children "
    + "and children at risk"

  func evaluate(_ facts: TraceFacts) -> RuleOutcome {
    switch facts.asked {
    case .load, .search: return permit("Names and years of birth are shown at first, no more.")
    case .enquiry:
      return facts.isNamedOfficer
        ? permit("A named officer asks others.")
        : deny(.traceNotAllowed, "Others are asked by a named officer alone.")
    case .disclosure:
      guard facts.isNamedOfficer else {
        return deny(.traceNotAllowed, "More of a child is shown to a named officer alone.")
      }
      guard !facts.isRestricted else {
        return deny(.restrictedChild, "Where this child is must stay unknown.")
      }
      guard !facts.isHousehold else {
        return deny(.traceNotAllowed, "This is another child, whom nobody looks for.")
      }
      guard !facts.isOver else {
        return deny(.traceClosed, "Nobody is looked for any more, so there is nothing to show.")
      }
      guard !facts.tellsHome || facts.isTakenForChild else {
        return deny(.candidateNotConfirmed, "A home is shown once a person knows the child by it.")
      }
      return permit("A named officer asks to see more of the child.")
    }
  }
}
