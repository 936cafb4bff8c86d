// Days in order: comparing, moving, weekends, and runs from a first day to a last.
// Never knows a school's or an authority's calendar: those are in Calendars.swift.

extension CivilDate: Comparable {
  package static func < (left: Self, right: Self) -> Bool {
    (left.year, left.month, left.day) < (right.year, right.month, right.day)
  }

  /// The day this many days later, or earlier when negative.
  package func adding(days: Int64) -> CivilDate {
    CivilDate(daysSinceEpoch: daysSinceEpoch + days)
  }

  /// 0 for Monday to 6 for Sunday.
  package var weekday: Int64 {
    // 1970-01-01 was a Thursday.
    let rest = (daysSinceEpoch + 3) % 7
    return rest < 0 ? rest + 7 : rest
  }

  package var isWeekend: Bool { weekday >= 5 }
}

/// The days from a first to a last, both of them included.
package struct DateRange: Sendable, Hashable, CustomStringConvertible {
  package let first: CivilDate
  package let last: CivilDate

  /// Nil when the last day is before the first.
  package init?(first: CivilDate, last: CivilDate) {
    guard first <= last else { return nil }
    self.first = first
    self.last = last
  }

  package func contains(_ day: CivilDate) -> Bool { first <= day && day <= last }

  /// How many days it has.
  package var count: Int64 { last.daysSinceEpoch - first.daysSinceEpoch + 1 }

  package var description: String { "\(first) to \(last)" }
}
