// From a start and a time limit to the last instant that is in time. Never reads the clock.

package import ExchangeModel

/// The units of time limits.
package enum ClockUnit: String, Sendable, CaseIterable {
  case schoolDay = "school-day"
  case workingDay = "working-day"
  case calendarDay = "calendar-day"
  case hour
  case month
}

/// Where a time limit runs from.
package enum ClockStart: Sendable, Hashable {
  /// A day in London.
  case on(CivilDate)
  /// An instant; for limits in days and months its day in London counts.
  case at(Timestamp)

  package var date: CivilDate {
    switch self {
    case .on(let date): date
    case .at(let time): UKTime.date(of: time)
    }
  }

  /// The instant, or the first of the day: the earlier an hour limit starts, the safer.
  package var instant: Timestamp {
    switch self {
    case .on(let date): UKTime.start(of: date)
    case .at(let time): time
    }
  }
}

/// When something is due.
package struct DueTime: Sendable, Hashable {
  /// The last instant that is in time: for limits in days and months the end of that day in London.
  package let at: Timestamp
  /// That instant's day in London.
  package let on: CivilDate
  /// When the one who owes is to be reminded: with one day of the limit's own kind left, or a
  /// quarter of its length when that is less.
  package let remindAt: Timestamp

  init(at: Timestamp, start: Timestamp, dayBefore: Timestamp) {
    self.at = at
    on = UKTime.date(of: at)
    let quarter = (at.milliseconds - start.milliseconds) / 4
    remindAt = max(dayBefore, Timestamp(milliseconds: at.milliseconds - max(0, quarter)))
  }
}

/// The days that limits in days are counted by; those that a limit does not need may be missing.
package struct ClockDays: Sendable {
  package let school: SchoolDays
  package let working: WorkingDays

  /// - `key`: the calendar that is looked for; names the gap when none of `calendars` covers a day.
  package init(key: CalendarKey, calendars: [DayCalendar]) {
    var schools: [SchoolCalendar] = []
    var workings: [WorkingCalendar] = []
    for calendar in calendars {
      switch calendar {
      case .school(let calendar): schools.append(calendar)
      case .working(let calendar): workings.append(calendar)
      }
    }
    school = SchoolDays(owner: key.owner, schools)
    working = WorkingDays(owner: key.owner, workings)
  }
}

/// A number of units, and how they are counted.
struct TimeLimit: Sendable, Hashable {
  var count: Int
  var unit: ClockUnit
  /// Whether the day of the start is the first of the count.
  var countsStartDay = false

  func due(from start: ClockStart, by days: ClockDays) throws(CalendarGap) -> DueTime {
    switch unit {
    case .hour:
      let at = start.instant.adding(seconds: Int64(count) * 3600)
      return DueTime(at: at, start: start.instant, dayBefore: at.adding(seconds: -86_400))
    case .calendarDay:
      let due = start.date.adding(days: Int64(countsStartDay ? count - 1 : count))
      return ended(on: due, before: due.adding(days: -1), start)
    case .month:
      let due = start.date.adding(months: Int64(count))
      return ended(on: due, before: due.adding(days: -1), start)
    case .schoolDay: return try due(from: start, counting: days.school)
    case .workingDay: return try due(from: start, counting: days.working)
    }
  }

  private func due(
    from start: ClockStart, counting days: some CountedDays
  ) throws(CalendarGap) -> DueTime {
    // Counting the day of the start is counting after the day before it.
    let origin = countsStartDay ? start.date.adding(days: -1) : start.date
    let before = try days.day(count - 1, after: origin)
    let due = try days.day(1, after: before)
    return ended(on: due, before: before, start)
  }

  private func ended(on day: CivilDate, before: CivilDate, _ start: ClockStart) -> DueTime {
    DueTime(at: UKTime.end(of: day), start: start.instant, dayBefore: UKTime.end(of: before))
  }
}

/// When the reply to a message is due, or which calendar is missing to say so.
///
/// A limit runs from the day after the message was admitted, in days of London, and the whole of
/// its last day is in time.
package func reckonDue(_ facts: DueFacts) -> DueAnswer {
  let start = ClockStart.at(facts.start)
  let key = facts.key ?? CalendarKey(.working, .none)
  // The units are checked when the message types are read; an unknown one is never taken for
  // another.
  guard let unit = ClockUnit(rawValue: facts.clock.unit), facts.clock.count > 0 else {
    return .unknown(CalendarGap(key: key, day: start.date))
  }
  let days = ClockDays(key: key, calendars: facts.calendars)
  do {
    let due = try TimeLimit(count: facts.clock.count, unit: unit).due(from: start, by: days)
    return .due(at: due.at, remindAt: due.remindAt)
  } catch {
    return .unknown(error)
  }
}
