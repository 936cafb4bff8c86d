// A disclosure without consent names its record, and only where consent, or a use for safeguarding,
// is what is missing. Never lets an override stand in for a missing ground elsewhere.

internal import ExchangeModel

struct OverrideRule: Rule {
  let name = "override"
  let source =
    "Children Act 1989 section 47 and DfE advice on information sharing; message catalogue: "
    + "disclosure without consent, with a named decider and a reason"

  func evaluate(_ facts: Facts, _ terms: Terms) -> RuleOutcome {
    guard let disclosure = facts.disclosure else {
      return notApplicable("The message claims no disclosure without consent.")
    }
    guard terms.allowsOverride || facts.onward.contains(where: { isAsked($0, facts, terms) })
    else {
      return deny(
        .overrideNotAllowed,
        "Nothing in this message needs a disclosure without consent: its type does not rest on "
          + "consent, and no data in it is used onward for safeguarding.")
    }
    if let fault = disclosure.fault { return deny(fault) }
    return permit(
      "The disclosure without consent is on record for this message, with who decided and why.")
  }

  func obligations(_ facts: Facts, _ terms: Terms) -> [Obligation] {
    facts.disclosure == nil ? [] : [.recordDisclosure]
  }

  private func isAsked(_ earlier: OnwardFact, _ facts: Facts, _ terms: Terms) -> Bool {
    switch OnwardUseRule.need(of: earlier, facts, terms) {
    case .override, .consentOrOverride: true
    case .nothing, .consent, .impossible: false
    }
  }
}
