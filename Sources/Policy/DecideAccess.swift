// The decision about one party and one admitted message: may it see what it asks for?
// Pure, and the same for every door: inbox, status, proofs, documents, listings and exports.

package import ExchangeModel

/// Asks every access rule, in fixed order, and answers with all of their outcomes. Deny wins.
package func decideAccess(_ facts: AccessFacts) -> AccessDecision {
  AccessDecision(rules: accessRules.map { $0.evaluate(facts) })
}

/// All access rules, in the order in which they are asked and shown.
let accessRules: [any AccessRule] = [OwnMessageRule(), HeldRule(), SealedRule()]

/// One ground for letting a party see something of a message, or not.
protocol AccessRule: Sendable {
  var name: String { get }
  var source: String { get }
  func evaluate(_ facts: AccessFacts) -> RuleOutcome
}

extension AccessRule {
  func permit(_ reason: String) -> RuleOutcome {
    RuleOutcome(rule: name, verdict: .permit, source: source, reason: reason)
  }

  func deny(_ code: RefusalCode, _ reason: String) -> RuleOutcome {
    RuleOutcome(rule: name, verdict: .deny, source: source, reason: reason, code: code)
  }
}

/// A message is for its sender and its recipient; the operator exports for the person it is about.
struct OwnMessageRule: AccessRule {
  let name = "own-message"
  let source = "Exchange rules: a message is seen by its sender and its recipient alone"

  /// Who of the operator's staff may open content, with a reason that is logged.
  private static let openers: Set<StaffRole> = [
    .dataProtectionOfficer, .caldicottGuardian, .safeguardingLead,
  ]

  func evaluate(_ facts: AccessFacts) -> RuleOutcome {
    guard facts.wasPermitted else {
      return deny(.notFound, "The message was never permitted, so there is nothing to see.")
    }
    guard facts.callerState == .live else {
      return deny(.partySuspended, "The party that asks is suspended.")
    }
    switch (facts.relation, facts.asked) {
    case (.sender, _), (.recipient, _): return permit("The party sent or receives the message.")
    case (.gatewayOperator, .status), (.gatewayOperator, .listing), (.gatewayOperator, .export):
      return permit("The operator lists messages and exports them for the person concerned.")
    case (.gatewayOperator, .content) where !facts.isSealed:
      guard let role = facts.staffRole, Self.openers.contains(role) else {
        return deny(.roleNotAllowed, "The role sees addressing and events, never content.")
      }
      return permit("The role may open content, with a reason, and the log says so.")
    case (.gatewayOperator, _), (.stranger, _):
      return deny(.notFound, "The message is neither from the party nor to it.")
    }
  }
}

/// What is held back is not handed to its recipient, whichever door is asked.
struct HeldRule: AccessRule {
  let name = "not-held"
  let source = "Exchange rules: a withdrawn consent stops what has not been taken"

  func evaluate(_ facts: AccessFacts) -> RuleOutcome {
    guard facts.heldBecause != nil else { return permit("The message is not held.") }
    let isHandedOver =
      switch facts.asked {
      case .content, .attachment, .listing: true
      case .status, .proof, .export: false
      }
    guard facts.relation == .recipient, isHandedOver else {
      return permit("The message is held from its recipient; its state may still be seen.")
    }
    return deny(.messageHeld, "The message is held back from its recipient.")
  }
}

/// Sealed messages are for their two parties: nobody else lists, counts or exports them.
struct SealedRule: AccessRule {
  let name = "sealed"
  let source = "SEND Partnership Service policy: an impartial service at arm's length"

  func evaluate(_ facts: AccessFacts) -> RuleOutcome {
    guard facts.isSealed else { return permit("The message is not sealed.") }
    switch facts.relation {
    case .sender, .recipient: return permit("The party is one of the two of a sealed message.")
    case .gatewayOperator, .stranger:
      return deny(.notFound, "A sealed message is for its two parties alone.")
    }
  }
}
