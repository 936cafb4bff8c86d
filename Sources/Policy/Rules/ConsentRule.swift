// Consent, where the type rests on it, and only there (DESIGN 5, promise 3).
// Never takes a reference for consent: what the register answers is what counts.

internal import ExchangeModel

struct ConsentRule: Rule {
  let name = "consent"
  let source =
    "UK GDPR Articles 6(1)(a) and 7; common-law duty of confidence; message catalogue: consent "
    + "rule of the type"

  func evaluate(_ facts: Facts, _ terms: Terms) -> RuleOutcome {
    switch terms.messageType.consentRule {
    case "CN0":
      withoutConsent(
        facts,
        "The law grounds this type of message, so no consent is asked; privacy notices tell "
          + "families of it.")
    case "CN1":
      resting(
        facts, terms,
        on: "This type of message rests on consent to this recipient, purpose and items")
    case "CN2":
      resting(
        facts, terms,
        on: "Health is asked about, so this type of message rests on the family's permission")
    case "CN3":
      withoutConsent(
        facts,
        "The law grounds this type of message; the family is told and involved unless that is "
          + "unsafe, and a refusal is recorded but does not stop the statutory task.")
    case "CN4":
      withoutConsent(
        facts,
        "The law requires this disclosure, or a child is at risk, so consent is no bar; who "
          + "decided and why is recorded.")
    case "CN5":
      resting(
        facts, terms,
        on: "A professional refers somebody with that person's consent, which the referrer holds")
    case "CN6": confirmed(facts)
    default:
      deny(.consentRequired, "The message type names no consent rule that the exchange knows.")
    }
  }

  func obligations(_ facts: Facts, _ terms: Terms) -> [Obligation] {
    switch terms.messageType.consentRule {
    case "CN1": [.noOnwardSharing]
    case "CN3": [.tellFamily]
    case "CN4": [.recordDisclosure]
    default: []
    }
  }

  /// The law is the ground; a consent that is named all the same changes nothing, and the reason
  /// says so, lest anybody take it for the ground.
  private func withoutConsent(_ facts: Facts, _ reason: String) -> RuleOutcome {
    guard let consent = facts.consent else { return permit(reason) }
    let remark =
      if consent.fault == nil, consent.child != .other {
        "The consent that the message names was not needed."
      } else {
        "The consent that the message names does not stand for it; consent is not the ground, so "
          + "that does not stop the message."
      }
    return permit("\(reason) \(remark)")
  }

  /// Rests on a live record that covers the message, on the family's own act, or on a disclosure
  /// without consent.
  private func resting(_ facts: Facts, _ terms: Terms, on ground: String) -> RuleOutcome {
    if facts.has(.consentWithdrawal, terms) {
      return permit("Withdrawing a consent needs no consent (UK GDPR Article 7(3)).")
    }
    if Self.isFamily(facts.sender.role) {
      return permit("\(ground). The family sends it itself, and consents by doing so.")
    }
    let fault = facts.consent?.fault(terms.vocabulary)
    if let consent = facts.consent, fault == nil {
      let child =
        consent.child == .unknown
        ? " The message carries nothing by which to compare its child with the record's." : ""
      return permit("\(ground). The consent named is live and covers the message.\(child)")
    }
    if facts.hasOverride, terms.allowsOverride {
      return permit(
        "\(ground). There is none that covers it; a disclosure without consent is on record for "
          + "this message, with who decided and why.")
    }
    if facts.consent == nil, answersRequest(facts, terms) {
      return permit(
        "\(ground). The message answers a request of the recipient's under the same purpose, and "
          + "rests on the permission that the request rested on.")
    }
    if let fault { return deny(fault.code, "\(ground). \(fault.reason)") }
    // The sender chose the other way: what is wrong with that helps it more.
    if let fault = facts.disclosure?.fault, terms.allowsOverride {
      return deny(fault.code, "\(ground). None is named. \(fault.reason)")
    }
    return deny(.consentRequired, "\(ground). The message names no consent.")
  }

  /// A child over 12 confirms what a parent asks for: the confirmation must stand, whatever it
  /// names. Whether the child has capacity is the register's business.
  private func confirmed(_ facts: Facts) -> RuleOutcome {
    let ground = "A child over 12 confirms this request"
    guard let consent = facts.consent else {
      return deny(.consentRequired, "\(ground). The message names no confirmation.")
    }
    if let fault = consent.fault { return deny(fault.code, "\(ground). \(fault.reason)") }
    guard consent.child != .other else {
      return deny(.consentDoesNotCover, "\(ground). The confirmation is another child's.")
    }
    return permit("\(ground). The confirmation is on record.")
  }

  /// True for an answer that goes back to who asked, under the same purpose, where health was
  /// asked about with a permission that still stands. A type that itself expects an answer is a
  /// question, and needs its own.
  private func answersRequest(_ facts: Facts, _ terms: Terms) -> Bool {
    guard terms.messageType.consentRule.isSame(as: "CN2"),
      terms.messageType.expectedReplies.isEmpty
    else { return false }
    return facts.onward.contains { earlier in
      earlier.link == .reply && earlier.goesBack && earlier.standsOnConsent
        && earlier.purpose?.isSame(as: facts.claims.purpose) == true
    }
  }

  /// Families, in person, through an authority's or a service's form.
  static func isFamily(_ role: PartyRole) -> Bool {
    ["family-portal", "parent-portal", "public-portal"].allows(role.rawValue)
  }
}
