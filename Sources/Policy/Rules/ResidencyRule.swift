// Data stays in the United Kingdom and the European Economic Area, as families were told.
// Never guesses where a party is: the directory says where it processes what it is sent.

internal import ExchangeModel

struct ResidencyRule: Rule {
  let name = "residency"
  let source = "Privacy notices: data is not processed outside the EEA; UK GDPR Chapter V"

  /// ISO 3166-1 alpha-2: the United Kingdom, the 27 of the European Union, and Iceland,
  /// Liechtenstein and Norway.
  static let countries = [
    "GB", "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT",
    "LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE", "IS", "LI", "NO",
  ]

  func evaluate(_ facts: Facts, _ terms: Terms) -> RuleOutcome {
    guard Self.countries.allows(facts.sender.country) else {
      return deny(
        .residencyNotAllowed,
        "The sending party processes data outside the United Kingdom and the European Economic "
          + "Area.")
    }
    guard let recipient = facts.recipient else {
      return notApplicable("There is no known recipient whose country could be looked up.")
    }
    guard Self.countries.allows(recipient.country) else {
      return deny(
        .residencyNotAllowed,
        "The receiving party processes data outside the United Kingdom and the European Economic "
          + "Area.")
    }
    return permit(
      "Both parties process data in the United Kingdom or the European Economic Area.")
  }
}
