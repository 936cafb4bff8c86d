// A consent is withdrawn by who holds it, or by the family (UK GDPR, Article 7(3)).
// Never asks why: a withdrawal needs no reason.

internal import ExchangeModel

struct WithdrawalRule: Rule {
  let name = "withdrawal"
  let source = "UK GDPR Article 7(3); SEND Partnership Service policy: consent may be withdrawn"

  func evaluate(_ facts: Facts, _ terms: Terms) -> RuleOutcome {
    guard facts.has(.consentWithdrawal, terms) else {
      return notApplicable("The message withdraws no consent.")
    }
    guard facts.claims.states(.consentWithdrawal) else {
      return deny(.withdrawalNotAllowed, "The message does not say which consent is withdrawn.")
    }
    guard facts.mayWithdraw == true else {
      return deny(
        .withdrawalNotAllowed,
        "The sender neither holds the consent that is withdrawn nor speaks for the family.")
    }
    return permit("The sender holds the consent that is withdrawn, or speaks for the family.")
  }
}
