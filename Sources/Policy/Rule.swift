// What a rule is. Each stands in a file of its own under Rules/.
// Never silent: a rule with nothing to say says that.

internal import ExchangeModel

/// One ground for permitting or denying.
protocol Rule: Sendable {
  /// The rule's name in decisions and logs.
  var name: String { get }
  /// The statute, notice or clause of the exchange that the rule comes from.
  var source: String { get }
  /// The rule's say. Reasons hold fixed English and words of the published vocabulary only; never
  /// a value that the sender made up.
  func evaluate(_ facts: Facts, _ terms: Terms) -> RuleOutcome
}

extension Rule {
  func permit(_ reason: String) -> RuleOutcome {
    RuleOutcome(rule: name, verdict: .permit, source: source, reason: reason)
  }

  func deny(_ code: RefusalCode, _ reason: String) -> RuleOutcome {
    RuleOutcome(rule: name, verdict: .deny, source: source, reason: reason, code: code)
  }

  func notApplicable(_ reason: String) -> RuleOutcome {
    RuleOutcome(rule: name, verdict: .notApplicable, source: source, reason: reason)
  }
}
