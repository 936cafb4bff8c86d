// What a program must not read by itself is looked at by a person first, such as a ground for
// deletion of the regulations of 2006, whose letters mean other things than those of 2024.
// Never refuses: the message is kept, and a person releases it.

internal import ExchangeModel

struct ReviewRule: Rule {
  let name = "review"
  let source = "Exchange rules: a person decides about a child; SI 2024/208, regulation 9(1)"

  func evaluate(_ facts: Facts, _ terms: Terms) -> RuleOutcome {
    guard facts.claims.needsReview else {
      return notApplicable("Nothing in the message needs a person's eye before it is delivered.")
    }
    return permit("A person looks at the message before it is delivered.")
  }

  func obligations(_ facts: Facts, _ terms: Terms) -> [Obligation] {
    guard facts.claims.needsReview else { return [] }
    return [.holdForReview]
  }
}

extension Obligation {
  static let holdForReview = Obligation(
    kind: Self.holdForReviewKind,
    detail: "The message is held until a person has looked at what is marked for review, and "
      + "releases it.")
}
