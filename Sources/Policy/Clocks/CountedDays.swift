// Counting school days and working days by calendars. Never guesses: a day that no calendar covers
// ends the count with a `CalendarGap`.

package import ExchangeModel

/// Days of which some count.
package protocol CountedDays: Sendable {
  func counts(_ day: CivilDate) throws(CalendarGap) -> Bool
}

extension CountedDays {
  /// The nth day that counts after a day; that day itself for 0. The day of the start is never
  /// counted.
  package func day(_ count: Int, after start: CivilDate) throws(CalendarGap) -> CivilDate {
    var day = start
    var left = count
    // Ends at the calendars' end at the latest.
    while left > 0 {
      day = day.adding(days: 1)
      if try counts(day) { left -= 1 }
    }
    return day
  }

  /// How many days count after a day, up to another and with it; 0 when that is not later.
  package func count(
    after start: CivilDate, through end: CivilDate
  ) throws(CalendarGap) -> Int {
    var total = 0
    var day = start
    while day < end {
      day = day.adding(days: 1)
      if try counts(day) { total += 1 }
    }
    return total
  }
}

/// The school days of one school: days with at least one session (Education Act 1996, section 579).
package struct SchoolDays: CountedDays {
  package let owner: CalendarOwner
  private let calendars: [SchoolCalendar]

  /// - `calendars`: newest first; the first that covers a day speaks for it.
  package init(owner: CalendarOwner, _ calendars: [SchoolCalendar]) {
    self.owner = owner
    self.calendars = calendars
  }

  package init(_ calendar: SchoolCalendar) { self.init(owner: calendar.owner, [calendar]) }

  package func counts(_ day: CivilDate) throws(CalendarGap) -> Bool {
    let calendar = try calendar(of: day)
    return calendar.isSchoolDay(day)
  }

  /// The sessions of a day: none, one or both.
  package func sessions(on day: CivilDate) throws(CalendarGap) -> [SchoolSession] {
    let calendar = try calendar(of: day)
    guard calendar.isSchoolDay(day) else { return [] }
    return calendar.halfDays[day].map { [$0] } ?? SchoolSession.allCases
  }

  private func calendar(of day: CivilDate) throws(CalendarGap) -> SchoolCalendar {
    guard let found = calendars.first(where: { $0.valid.contains(day) }) else {
      throw CalendarGap(key: CalendarKey(.school, owner), day: day)
    }
    return found
  }
}

extension SchoolCalendar {
  fileprivate func isSchoolDay(_ day: CivilDate) -> Bool {
    !day.isWeekend && terms.contains { $0.contains(day) } && !breaks.contains { $0.contains(day) }
      && !insetDays.contains(day) && !closures.contains(day)
  }
}

/// The working days of an authority's agencies: neither weekends nor bank holidays.
package struct WorkingDays: CountedDays {
  package let owner: CalendarOwner
  private let calendars: [WorkingCalendar]

  /// - `calendars`: newest first; the first that covers a day speaks for it.
  package init(owner: CalendarOwner, _ calendars: [WorkingCalendar]) {
    self.owner = owner
    self.calendars = calendars
  }

  package init(_ calendar: WorkingCalendar) { self.init(owner: calendar.owner, [calendar]) }

  package func counts(_ day: CivilDate) throws(CalendarGap) -> Bool {
    guard let calendar = calendars.first(where: { $0.valid.contains(day) }) else {
      throw CalendarGap(key: CalendarKey(.working, owner), day: day)
    }
    return !day.isWeekend && !calendar.bankHolidays.contains(day)
  }
}
