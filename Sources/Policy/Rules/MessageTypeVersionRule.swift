// A version of a message type that has ended is not taken any more. Never reads the clock: the
// facts say whether its last day is over.

internal import ExchangeModel

struct MessageTypeVersionRule: Rule {
  let name = "message-type-version"
  let source = "Message catalogue: the last day of a version"

  func evaluate(_ facts: Facts, _ terms: Terms) -> RuleOutcome {
    let end = terms.messageType.endsOn.map { ", whose last day is \($0)," } ?? ""
    if facts.hasTypeEnded {
      return deny(
        .messageTypeEnded,
        "This version of the message type\(end) is not taken any more; a newer one is.")
    }
    return permit("This version of the message type\(end) is in use.")
  }
}
