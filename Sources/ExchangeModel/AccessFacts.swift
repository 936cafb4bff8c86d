// The question whether a party may see something of a message that was admitted, and the answer.
// Every path to content asks it (DESIGN 5, promise 2). Never holds content.

/// What is known when a party asks for something of an admitted message.
package struct AccessFacts: Sendable, Hashable {
  /// What is asked for.
  package enum Asked: String, Sendable, Hashable, CaseIterable {
    /// The payload.
    case content
    /// Addressing, state and timeline.
    case status
    /// The signed proof of admission.
    case proof
    /// A document that goes with it.
    case attachment
    /// Its line in a listing, such as an inbox or a count.
    case listing
    /// Its place in an export for the person it is about.
    case export
  }

  /// What the caller is to the message.
  package enum Relation: String, Sendable, Hashable, CaseIterable {
    case sender, recipient
    /// Who runs the gateway, at its machine.
    case gatewayOperator = "operator"
    case stranger
  }

  package let asked: Asked
  package let relation: Relation
  package let callerState: Party.State
  /// Whether the decision at admission was a permit.
  package let wasPermitted: Bool
  /// Why it is held back from its recipient; nil when it is not.
  package let heldBecause: HoldReason?
  /// True when it is sealed (the SEND Partnership Service): for its two parties alone.
  package let isSealed: Bool
  /// What the one of the operator's staff who asks is there for; nil for the machine's command
  /// without a role, and for parties.
  package let staffRole: StaffRole?

  package init(
    asked: Asked, relation: Relation, callerState: Party.State, wasPermitted: Bool,
    heldBecause: HoldReason?, isSealed: Bool, staffRole: StaffRole? = nil
  ) {
    self.asked = asked
    self.relation = relation
    self.callerState = callerState
    self.wasPermitted = wasPermitted
    self.heldBecause = heldBecause
    self.isSealed = isSealed
    self.staffRole = staffRole
  }
}

/// Why a message is held.
package enum HoldReason: String, Sendable, Hashable, Codable, CaseIterable {
  /// The consent that it rests on was withdrawn before its recipient had it.
  case consentWithdrawn = "consent-withdrawn"
  /// A person must look at it before it is delivered.
  case review
  /// An administrator holds it.
  case administrator
}

/// The answer, rule by rule.
package struct AccessDecision: Sendable, Equatable {
  package let rules: [RuleOutcome]

  package init(rules: [RuleOutcome]) { self.rules = rules }

  package var verdict: Decision.Verdict {
    rules.contains { $0.verdict == .deny } ? .deny : .permit
  }

  /// The code of the first rule that denied; nil when permitted.
  package var refusalCode: RefusalCode? {
    rules.first { $0.verdict == .deny }?.refusalCode
  }
}

/// How a room that holds messages asks; Policy answers.
package typealias AccessPolicy = @Sendable (AccessFacts) -> AccessDecision
