// Consent, where the type's purpose rests on it, and only there (DESIGN 5, promise 3).
// Never takes a reference for consent: until there is a register of live consents, types that need
// one are denied.

internal import ExchangeModel

struct ConsentRule: Rule {
  let name = "consent"
  let source = "Message catalogue: the type's consent rule"

  func evaluate(_ facts: Facts, _ terms: Terms) -> RuleOutcome {
    switch terms.messageType.consentRule {
    case "CN0":
      permit(
        "The law grounds this type of message, so no consent is asked; privacy notices tell "
          + "families of it.")
    case "CN2":
      permit(
        "The law grounds this type of message; permission is needed before health is asked about, "
          + "and the message says who gave it.")
    case "CN3":
      permit(
        "The law grounds this type of message; the family is told and involved unless that is "
          + "unsafe, and a refusal is recorded but does not stop the statutory task.")
    case "CN4":
      permit(
        "The law requires this disclosure, or a child is at risk, so consent is no bar; who "
          + "decided and why is recorded.")
    case "CN5":
      deny(
        .consentRequired,
        "The referrer must hold the consent of the person, and the exchange has no live register "
          + "of consents yet in which to find it.")
    case "CN6":
      deny(
        .consentRequired,
        "A child over 12 must confirm the request, and the exchange has no live register of "
          + "consents yet in which to find that.")
    case "CN1", "CN1/CN5":
      deny(
        .consentRequired,
        "This type of message rests on consent to this recipient and these items, and the exchange "
          + "has no live register of consents yet in which to find it.")
    default:
      deny(.consentRequired, "The message type names no consent rule that the exchange knows.")
    }
  }
}
