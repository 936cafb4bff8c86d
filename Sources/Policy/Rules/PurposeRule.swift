// The purpose stated must be one that the type is for, and one that the recipient is registered
// for (UK GDPR, Article 5(1)(b)). Never guesses a purpose.

internal import ExchangeModel

struct PurposeRule: Rule {
  let name = "purpose"
  let source =
    "UK GDPR Article 5(1)(b), purpose limitation; message catalogue: purpose of the type, and of "
    + "the recipient's registration"

  func evaluate(_ facts: Facts, _ terms: Terms) -> RuleOutcome {
    let allowed = terms.messageType.purposes
    let claim = facts.claims.purpose
    guard allowed.allows(claim) else {
      return deny(
        .purposeNotAllowed,
        "This type of message is for another purpose: "
          + "\(terms.vocabulary.listed(allowed, in: .purposes)).")
    }
    let purpose = terms.vocabulary.named(claim, in: .purposes)
    if let registered = facts.recipient?.purposes, !registered.allows(claim) {
      return deny(
        .purposeNotAllowed, "The recipient is not registered for the purpose \(purpose).")
    }
    return permit("This type of message is for the purpose stated: \(purpose).")
  }
}
