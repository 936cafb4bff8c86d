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
    legalGateway: resolved(facts.claims.legalGateway, type.legalGateways))
}

private func resolved(_ claim: String?, _ allowed: [String]) -> String? {
  guard let claim else { return allowed.first }
  return allowed.allows(claim) ? claim : nil
}

/// What must be done because the message is permitted.
func obligations(of facts: Facts, _ terms: Terms) -> [Obligation] {
  var obligations = [Obligation(kind: "retain", detail: terms.messageType.retention.rule)]
  switch terms.messageType.consentRule {
  case "CN3":
    obligations.append(
      Obligation(
        kind: "tell-family",
        detail: "Tell the family and involve them unless that is unsafe; record a refusal."))
  case "CN4":
    obligations.append(
      Obligation(
        kind: "record-disclosure",
        detail: "Record who decided, why, what was withheld, and who was told or why not."))
  default: break
  }
  return obligations
}
