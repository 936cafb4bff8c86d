// The question when a reply is due, and the answer. Storage asks, Policy answers.
// Never holds anything but a clock, a start and calendars.

/// What the time limit of a reply is reckoned from.
package struct DueFacts: Sendable {
  package let clock: MessageType.Clock
  /// When the message that awaits the reply was admitted.
  package let start: Timestamp
  /// The calendar that the clock needs; nil for one that runs without.
  package let key: CalendarKey?
  /// What is at hand of that calendar: newest first, the first that covers a day speaks for it.
  package let calendars: [DayCalendar]

  package init(
    clock: MessageType.Clock, start: Timestamp, key: CalendarKey?, calendars: [DayCalendar]
  ) {
    self.clock = clock
    self.start = start
    self.key = key
    self.calendars = calendars
  }
}

/// When a reply is due.
package enum DueAnswer: Sendable, Hashable {
  /// - `at`: the last instant that is in time.
  /// - `remindAt`: when the one who owes is to be reminded.
  case due(at: Timestamp, remindAt: Timestamp)
  /// It cannot be said, for want of a calendar.
  case unknown(CalendarGap)
}

/// How a room that holds duties asks.
package typealias DuePolicy = @Sendable (DueFacts) -> DueAnswer

extension CalendarKey {
  /// The calendar that a clock of this unit needs between two parties; nil for units that need
  /// none.
  ///
  /// School days are those of the school among the two, of the owing party when both are schools,
  /// and where neither is one those that the owing party's authority publishes: never an
  /// authority's in place of a school's own. Working days are those of the owing party's authority.
  package static func needed(
    unit: String, owedBy: PartyURN, owedTo: PartyURN
  ) -> CalendarKey? {
    if unit.utf8.elementsEqual("working-day".utf8) {
      return CalendarKey(.working, CalendarOwner(authorityOf: owedBy))
    }
    guard unit.utf8.elementsEqual("school-day".utf8) else { return nil }
    if owedBy.isSchool { return CalendarKey(.school, CalendarOwner(owedBy)) }
    if owedTo.isSchool { return CalendarKey(.school, CalendarOwner(owedTo)) }
    return CalendarKey(.school, CalendarOwner(authorityOf: owedBy))
  }
}

extension PartyURN {
  /// True when the slug is an establishment number: four digits.
  package var isSchool: Bool {
    slug.utf8.count == 4 && slug.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }
}
