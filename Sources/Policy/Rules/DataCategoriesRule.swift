// A message carries no more than its purpose needs, and the safeguarding partnership is sent no
// more than its privacy notice lists. Never sees the data: its categories are what counts.

internal import ExchangeModel

struct DataCategoriesRule: Rule {
  let name = "data-categories"
  let source =
    "UK GDPR Article 5(1)(c), data minimisation; vocabulary: categories of data of each purpose; "
    + "safeguarding partnership's privacy notice"

  /// Both the role of the partnership and the purpose that its privacy notice is about.
  private static let partnership = "safeguarding-partnership"
  /// A family's own rights reach the partnership like anybody: its notice is no limit to them.
  private static let rights = ["information-rights", "impartial-family-support"]

  func evaluate(_ facts: Facts, _ terms: Terms) -> RuleOutcome {
    let carried = facts.claims.dataCategories
    guard !carried.isEmpty else {
      return notApplicable("The message carries no data of any listed category.")
    }
    let words = terms.vocabulary
    let purpose = facts.claims.purpose
    let allowed = words.purpose(purpose)?.dataCategories ?? []
    let excess = carried.filter { !allowed.allows($0) }
    guard excess.isEmpty else {
      return deny(
        .dataCategoryNotAllowed,
        "The purpose stated does not need these categories of data: \(titles(excess, words)).")
    }
    guard facts.recipient?.role.rawValue.isSame(as: Self.partnership) == true,
      !Self.rights.allows(purpose)
    else {
      return permit("The purpose stated needs every category of data that the message carries.")
    }
    let notice = words.purpose(Self.partnership)?.dataCategories ?? []
    let unlisted = carried.filter { !notice.allows($0) }
    guard unlisted.isEmpty else {
      return deny(
        .dataCategoryNotAllowed,
        "The safeguarding partnership's privacy notice does not list these categories of data: "
          + "\(titles(unlisted, words)).")
    }
    return permit(
      "The purpose stated needs every category of data that the message carries, and the "
        + "safeguarding partnership's privacy notice lists them.")
  }

  private func titles(_ tokens: [String], _ vocabulary: Vocabulary) -> String {
    .row(tokens.map { vocabulary.title($0, in: .dataCategories) ?? $0 })
  }
}
