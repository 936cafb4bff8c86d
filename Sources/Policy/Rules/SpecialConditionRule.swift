// The condition for special category data, such as health (UK GDPR, Article 9; DPA 2018,
// Schedule 1). Never takes a condition that the type does not have.

internal import ExchangeModel

struct SpecialConditionRule: Rule {
  let name = "special-condition"
  let source = "UK GDPR Article 9 and Data Protection Act 2018 Schedule 1; message catalogue"

  func evaluate(_ facts: Facts, _ terms: Terms) -> RuleOutcome {
    let allowed = terms.messageType.specialConditions
    guard let claim = facts.claims.specialCondition else {
      return allowed.isEmpty
        ? notApplicable("This type of message carries no special category data.")
        : permit("No special condition is stated; the one of the message type applies.")
    }
    guard allowed.allows(claim) else {
      return deny(
        .specialConditionNotAllowed,
        "This type of message rests on other special conditions: \(allowed.listed).")
    }
    return permit("The special condition stated is one that this type of message rests on.")
  }
}
