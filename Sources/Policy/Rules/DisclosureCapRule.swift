// Who answers a trace tells no more than was asked for: yes or no, the school, the address, all.
// Never widens what the sender chose to tell.

internal import ExchangeModel

struct DisclosureCapRule: Rule {
  let name = "disclosure-cap"
  let source =
    "Message catalogue: a trace is answered in grades, up to the cap that the requester states; "
    + "UK GDPR Article 5(1)(c), data minimisation"

  func evaluate(_ facts: Facts, _ terms: Terms) -> RuleOutcome {
    guard let trace = facts.trace else {
      return notApplicable("The message answers no trace.")
    }
    guard let cap = trace.cap else {
      return notApplicable(
        "The message names no trace request that its sender was asked here, so no cap is known.")
    }
    guard trace.discloses <= cap else {
      return deny(
        .beyondDisclosureCap,
        "The request asks for no more than \(words(cap)), and the response tells "
          + "\(words(trace.discloses)).")
    }
    return permit("The response tells no more than the request asks for: \(words(cap)).")
  }

  private func words(_ cap: DisclosureCap) -> String {
    switch cap {
    case .yesNo: "yes or no"
    case .school: "yes or no and the school"
    case .address: "yes or no, the school and the address"
    case .full: "everything"
    }
  }
}
