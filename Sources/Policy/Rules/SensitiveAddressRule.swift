// Where a child lives may have to stay unknown to whoever looks for it. Such an address leaves the
// gateway only where a consent or a recorded disclosure releases it to this recipient.
// Never stops the message: the rest of it may be what keeps the child safe.

internal import ExchangeModel

struct SensitiveAddressRule: Rule {
  let name = "sensitive-address"
  let source =
    "DPA 2018 Schedule 2 and UK GDPR Article 5(1)(f), confidentiality; message catalogue: "
    + "addressSensitive"

  func evaluate(_ facts: Facts, _ terms: Terms) -> RuleOutcome {
    guard facts.claims.hasSensitiveAddress else {
      return notApplicable("The message marks no address as sensitive.")
    }
    return permit(
      isReleased(facts)
        ? "The address is sensitive, and its release to this recipient is on record."
        : "The address is sensitive and not released to this recipient, so it is taken out of the "
          + "copy that is delivered.")
  }

  func obligations(_ facts: Facts, _ terms: Terms) -> [Obligation] {
    guard facts.claims.hasSensitiveAddress else { return [] }
    if isReleased(facts) {
      return [
        Obligation(
          kind: "address-released",
          detail: "The recipient keeps the address from everybody whom the release does not name.")
      ]
    }
    return [
      Obligation(
        kind: Obligation.maskKind,
        detail:
          "address, telephone numbers and school are taken out of the copy that is delivered"),
      Obligation(
        kind: "check-attachments",
        detail: "Attached documents are delivered as they are: the sender makes sure that none "
          + "tells where the child lives or goes to school."),
    ]
  }

  private func isReleased(_ facts: Facts) -> Bool {
    if facts.consent?.isRelease == true { return true }
    return facts.hasOverride && facts.disclosure?.disclosesAddress == true
  }
}
