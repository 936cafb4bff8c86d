// Which replies are owed, and by when. Never stops a message for want of a calendar, and never
// guesses a day: without one the day is unknown, and that is said.

internal import ExchangeModel

struct DutyClocksRule: Rule {
  let name = "duty-clocks"
  let source = "Message catalogue: expected replies and time limits; statutory guidance"

  func evaluate(_ facts: Facts, _ terms: Terms) -> RuleOutcome {
    guard !terms.messageType.expectedReplies.isEmpty else {
      return notApplicable("No reply is expected to this type of message.")
    }
    guard facts.repliesWithoutCalendar.isEmpty else {
      return permit(
        "Replies are expected, and the day on which some are due cannot be reckoned for want of a "
          + "calendar.")
    }
    return permit("Replies are expected: the obligations name them, with their time limits.")
  }

  func obligations(_ facts: Facts, _ terms: Terms) -> [Obligation] {
    var obligations = terms.messageType.expectedReplies.map { reply in
      Obligation(
        kind: "reply-expected", detail: "\(words(of: reply.type)): \(limit(reply.within))")
    }
    if !facts.repliesWithoutCalendar.isEmpty {
      let replies = String.row(facts.repliesWithoutCalendar.map(words))
      obligations.append(
        Obligation(
          kind: "calendar-missing",
          detail: "The day on which this is due is unknown until the calendar is imported: "
            + "\(replies)."))
    }
    return obligations
  }

  /// The words of a message type of the catalogue: `referral acknowledgement` for
  /// `gatehouse.referral-acknowledgement.v1`.
  private func words(of type: String) -> String {
    let parts = type.split(separator: ".")
    let slug = parts.count == 3 ? String(parts[1]) : type
    return String(slug.map { $0 == "-" ? " " : $0 })
  }

  private func limit(_ clock: MessageType.Clock?) -> String {
    guard let clock else { return "no time limit" }
    let unit = String(clock.unit.map { $0 == "-" ? " " : $0 })
    return "within \(clock.count) \(unit)\(clock.count == 1 ? "" : "s")"
  }
}
