// There must be a lawful basis for sharing (UK GDPR, Article 6).
// Never takes a basis that the type does not have.

internal import ExchangeModel

struct LawfulBasisRule: Rule {
  let name = "lawful-basis"
  let source = "UK GDPR Article 6; message catalogue"

  func evaluate(_ facts: Facts, _ terms: Terms) -> RuleOutcome {
    let allowed = terms.messageType.lawfulBases
    guard let claim = facts.claims.lawfulBasis else {
      return allowed.isEmpty
        ? deny(.lawfulBasisNotAllowed, "This type of message has no lawful basis on record.")
        : permit("No lawful basis is stated; the one of the message type applies.")
    }
    guard allowed.allows(claim) else {
      return deny(
        .lawfulBasisNotAllowed, "This type of message rests on other bases: \(allowed.listed).")
    }
    return permit("The lawful basis stated is one that this type of message rests on.")
  }
}
