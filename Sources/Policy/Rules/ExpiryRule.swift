// A message that is no longer worth delivering is not taken (DESIGN 4.1, expirytime).
// Never reads the clock: the facts say what time it is.

internal import ExchangeModel

struct ExpiryRule: Rule {
  let name = "expiry"
  let source = "Exchange rules: expirytime"

  func evaluate(_ facts: Facts) -> RuleOutcome {
    guard let text = facts.expiryTime else {
      return notApplicable("The message states no time of expiry.")
    }
    guard let expiry = Timestamp(rfc3339: text) else {
      return deny(.expired, "The time of expiry is not an RFC 3339 date-time.")
    }
    guard expiry > facts.now else {
      return deny(.expired, "The message's time of expiry has passed.")
    }
    return permit("The message's time of expiry is still to come.")
  }
}
