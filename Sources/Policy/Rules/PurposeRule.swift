// The purpose stated must be one that the type is for (UK GDPR, Article 5(1)(b)).
// Never guesses a purpose.

internal import ExchangeModel

struct PurposeRule: Rule {
  let name = "purpose"
  let source = "UK GDPR Article 5(1)(b), purpose limitation; message catalogue"

  func evaluate(_ facts: Facts, _ terms: Terms) -> RuleOutcome {
    let allowed = terms.messageType.purposes
    guard allowed.allows(facts.claims.purpose) else {
      return deny(
        .purposeNotAllowed, "This type of message is for other purposes: \(allowed.listed).")
    }
    return permit("The purpose stated is one that this type of message is for.")
  }
}
