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
  /// What must be done because of this rule; asked only when every rule lets the message through.
  func obligations(_ facts: Facts, _ terms: Terms) -> [Obligation]
}

extension Rule {
  func obligations(_ facts: Facts, _ terms: Terms) -> [Obligation] { [] }

  func permit(_ reason: String) -> RuleOutcome {
    RuleOutcome(rule: name, verdict: .permit, source: source, reason: reason)
  }

  func deny(_ code: RefusalCode, _ reason: String) -> RuleOutcome {
    RuleOutcome(rule: name, verdict: .deny, source: source, reason: reason, code: code)
  }

  func deny(_ fault: Fault) -> RuleOutcome { deny(fault.code, fault.reason) }

  func notApplicable(_ reason: String) -> RuleOutcome {
    RuleOutcome(rule: name, verdict: .notApplicable, source: source, reason: reason)
  }
}

/// Why a record does not carry a message.
struct Fault: Sendable, Equatable {
  let code: RefusalCode
  let reason: String
}

extension Facts {
  /// True when a message of this type does this to a register, by its descriptor or its payload.
  func has(_ effect: MessageType.Effect, _ terms: Terms) -> Bool {
    terms.messageType.effect == effect || claims.states(effect)
  }
}

extension Claims {
  /// True when the payload was complete enough to have this effect.
  func states(_ effect: MessageType.Effect) -> Bool {
    self.effect.map { $0.isSame(as: effect.rawValue) } ?? false
  }
}
