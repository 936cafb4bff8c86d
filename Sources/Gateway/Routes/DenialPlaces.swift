// Tells a sender why a message was denied: each rule that denied it, in its own words, at the
// attribute of the envelope that it is about. Never more than the decision may tell its asker.

import ExchangeModel

extension Refusal {
  /// The refusal with the reasons of a decision, where it has none of its own.
  func explained(by decision: Decision?, in format: ContentFormat) -> Refusal {
    guard issues.isEmpty, let decision, decision.verdict == .deny else { return self }
    let reasons = decision.asTold.rules.filter { $0.verdict == .deny }.map { outcome in
      let name = Self.attributes[outcome.rule].map { "/" + $0 } ?? ""
      return ValidationIssue(
        place: format == .json ? name : "/event" + name, line: nil, rule: outcome.rule,
        message: outcome.reason)
    }
    return Refusal(code, issues: reasons)
  }

  /// The attribute of the envelope that a rule is about; the whole envelope for any other.
  private static let attributes = [
    "parties-live": "recipient", "message-type-version": "type", "route": "recipient",
    "residency": "recipient", "purpose": "purpose", "lawful-basis": "lawfulbasis",
    "special-condition": "specialcondition", "legal-gateway": "legalgateway",
    "data-categories": "data", "consent": "consentref", "override": "overrideref",
    "onward-use": "causationid", "withdrawal": "data", "publication": "data",
    "expiry": "expirytime",
  ]
}
