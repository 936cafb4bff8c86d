// An objection on record is weighed by a person before data is processed further (UK GDPR,
// Article 21). Never decides it.

internal import ExchangeModel

struct ObjectionRule: Rule {
  let name = "objection"
  let source = "UK GDPR Article 21; children in need notice: damage or distress"

  func evaluate(_ facts: Facts, _ terms: Terms) -> RuleOutcome {
    guard facts.hasObjection else {
      return notApplicable("No objection for this child is on record.")
    }
    return permit("An objection for this child is on record; a person weighs it.")
  }

  func obligations(_ facts: Facts, _ terms: Terms) -> [Obligation] {
    guard facts.hasObjection else { return [] }
    return [
      Obligation(
        kind: "consider-objection",
        detail: "Processing may go on only for compelling grounds that override the child's "
          + "interests, or for legal claims; a person decides that and writes down why.")
    ]
  }
}
