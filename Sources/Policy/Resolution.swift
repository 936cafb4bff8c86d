// The grounds as they stand once the type's defaults are filled in, and what follows from a permit.
// Never keeps a claim that the type does not allow: such a text is the sender's own, and may hold
// anything.

internal import ExchangeModel

/// Stands in the grounds of a denied decision for a claim that was not of the vocabulary.
private let notAllowed = "not-allowed"

/// The claimed purpose, basis, condition and gateway where allowed, or the first that the type has.
func grounds(of facts: Facts, _ terms: Terms) -> Grounds {
  let type = terms.messageType
  return Grounds(
    purpose: resolved(facts.claims.purpose, type.purposes) ?? notAllowed,
    lawfulBasis: resolved(facts.claims.lawfulBasis, type.lawfulBases) ?? notAllowed,
    specialCondition: resolved(facts.claims.specialCondition, type.specialConditions),
    legalGateway: facts.claims.legalGateway == nil
      ? standingGateway(type.legalGateways, facts)
      : resolved(facts.claims.legalGateway, type.legalGateways))
}

/// The legal gateway that applies where none is stated: the type's first that is in force, so that
/// nothing is stamped with a law that has not begun.
@Sendable func standingGateway(_ allowed: [String], _ facts: Facts) -> String? {
  guard !facts.inForce.informationSharingDuty else { return allowed.first }
  return allowed.first { !$0.isSame(as: InformationSharingDutyRule.gateway) } ?? allowed.first
}

private func resolved(_ claim: String?, _ allowed: [String]) -> String? {
  guard let claim else { return allowed.first }
  return allowed.allows(claim) ? claim : nil
}

/// What must be done because the message is permitted: what every message asks for, then what its
/// rules add, each thing once.
func obligations(of facts: Facts, _ terms: Terms) -> [Obligation] {
  let type = terms.messageType
  var obligations = [
    Obligation(kind: "retain", detail: "\(type.retention.rule): \(type.retention.text)")
  ]
  if type.isSealed {
    obligations += [
      Obligation(
        kind: "seal",
        detail: "Nobody but the sender and the recipient lists, opens or exports this message."),
      .noOnwardSharing,
    ]
  }
  for rule in rules {
    for obligation in rule.obligations(facts, terms) where !obligations.contains(obligation) {
      obligations.append(obligation)
    }
  }
  return obligations
}

extension Obligation {
  static let noOnwardSharing = Obligation(
    kind: "no-onward-sharing",
    detail: "The recipient does not pass this on without a new consent that names whom it goes to.")

  static let recordDisclosure = Obligation(
    kind: "record-disclosure",
    detail: "Record who decided, why, what was withheld, and who was told or why not.")

  static let tellFamily = Obligation(
    kind: "tell-family",
    detail: "Tell the family and involve them unless that is unsafe; record a refusal.")
}
