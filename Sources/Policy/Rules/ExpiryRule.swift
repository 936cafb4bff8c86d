// A message that is no longer worth delivering is not taken (DESIGN 4.1, expirytime).
// Never reads the clock: the facts say what time it is.

internal import ExchangeModel

struct ExpiryRule: Rule {
  let name = "expiry"
  let source = "Exchange rules: expirytime"

  func evaluate(_ facts: Facts, _ terms: Terms) -> RuleOutcome {
    switch facts.expiry {
    case .none: notApplicable("The message states no time of expiry.")
    case .unreadable: deny(.expired, "The time of expiry is not an RFC 3339 date-time.")
    case .passed: deny(.expired, "The message's time of expiry has passed.")
    case .ahead: permit("The message's time of expiry is still to come.")
    }
  }
}
