// What becomes public names no child. Never repeats what was found: only its kind.

internal import ExchangeModel

struct PublicationRule: Rule {
  let name = "publication"
  let source =
    "Children Act 2004 section 16F and Working Together: published reviews identify nobody; "
    + "safeguarding partnership's privacy notice"

  func evaluate(_ facts: Facts, _ terms: Terms) -> RuleOutcome {
    guard facts.has(.publication, terms) else {
      return notApplicable("Nothing in the message is to be published.")
    }
    guard facts.claims.states(.publication) else {
      return deny(.identityInPublication, "The text to be published could not be looked through.")
    }
    let found = facts.claims.identityFound
    guard found.isEmpty else {
      return deny(
        .identityInPublication,
        "The text to be published seems to hold what identifies a child: \(kinds(found)).")
    }
    return permit(
      "No name, date of birth, address or identifier was found in the text to be published.")
  }

  /// The kinds in plain words.
  private func kinds(_ found: [String]) -> String {
    var words: [String] = []
    for kind in found {
      let word =
        switch kind {
        case "upn": "a unique pupil number"
        case "uln": "a unique learner number"
        case "nhs-number": "an NHS number"
        case "name": "a name"
        case "date-of-birth", "date": "a date of birth"
        case "postcode", "uk-postcode", "address": "an address"
        default: "an identifier"
        }
      if !words.contains(word) { words.append(word) }
    }
    return .row(words)
  }
}
