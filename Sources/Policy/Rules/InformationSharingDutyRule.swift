// The duty to share for safeguarding is enacted and awaits its commencement. Until then nobody can
// refuse under it. Never decides when it commences: a setting does.

internal import ExchangeModel

struct InformationSharingDutyRule: Rule {
  let name = "information-sharing-duty"
  let source =
    "Children Act 2004 sections 16LA to 16LD, inserted by the Children's Wellbeing and Schools Act "
    + "2026 section 4; enacted, in force here when the settings say so"

  /// The duty as a legal gateway of the vocabulary.
  static let gateway = "ca2004-s16la"

  func evaluate(_ facts: Facts, _ terms: Terms) -> RuleOutcome {
    let isInForce = facts.inForce.informationSharingDuty
    if facts.has(.notToShare, terms) {
      return isInForce
        ? permit("The duty to share is in force here, and so is the duty to record a refusal.")
        : deny(
          .notInForce,
          "A decision not to share is recorded under a duty that is not in force here yet.")
    }
    guard grounds(of: facts, terms).legalGateway?.isSame(as: Self.gateway) == true else {
      return notApplicable("The message does not rest on the duty to share for safeguarding.")
    }
    return permit(
      isInForce
        ? "The duty to share for safeguarding is in force here."
        : "The duty to share for safeguarding is not in force here yet; the message may be sent, "
          + "and nobody is bound to answer it.")
  }
}
