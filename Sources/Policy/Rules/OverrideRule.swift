// A disclosure without consent names its record, and only where the type's rule knows overrides.
// Never lets an override stand in for a missing ground elsewhere.

internal import ExchangeModel

struct OverrideRule: Rule {
  let name = "override"
  let source = "Message catalogue: consent rule CN4, disclosure without consent"

  func evaluate(_ facts: Facts, _ terms: Terms) -> RuleOutcome {
    guard facts.disclosure != nil else { return notApplicable("No override is claimed.") }
    guard terms.messageType.consentRule == "CN4" else {
      return deny(.overrideNotAllowed, "The consent rule of this type of message has no override.")
    }
    return permit("The record of a disclosure without consent is named.")
  }
}
