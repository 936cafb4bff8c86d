// The clocks of the law that the catalogue names, as data: what starts each, what ends it, and how
// it is counted. Never decides what follows from one that has run out: people do.

package import ExchangeModel

/// A clock of the law or of practice.
package struct StatutoryClock: Sendable, Hashable {
  package enum Kind: String, Sendable {
    /// Something is to be done by the due time.
    case deadline
    /// Nothing may be asked before the due time: it is the shortest period allowed.
    case minimum
    /// Counts sessions in the attendance register; what it starts is to be done when it is reached.
    case counter
  }

  /// The catalogue's code, e.g. `ABS-ILL-15`.
  package let code: String
  package let text: String
  package let kind: Kind
  package let unit: ClockUnit
  package let count: Int
  /// Whether the day of the start is the first of the count.
  package let countsStartDay: Bool
  /// The statute, guidance or practice that it comes from.
  package let source: String
  package let startsWith: String
  package let endsWith: String

  init(
    _ code: String, _ kind: Kind, _ count: Int, _ unit: ClockUnit, countsStartDay: Bool = false,
    text: String, source: String, startsWith: String, endsWith: String
  ) {
    self.code = code
    self.kind = kind
    self.count = count
    self.unit = unit
    self.countsStartDay = countsStartDay
    self.text = text
    self.source = source
    self.startsWith = startsWith
    self.endsWith = endsWith
  }

  /// The clock of this code; nil when there is none.
  package static func find(_ code: String) -> StatutoryClock? {
    all.first { $0.code.utf8.elementsEqual(code.utf8) }
  }

  /// The calendar that it needs; nil when it runs without one.
  package var calendar: CalendarKey.Kind? {
    switch unit {
    case .schoolDay: .school
    case .workingDay: .working
    case .calendarDay, .hour, .month: nil
    }
  }
}

/// What is known of one case beside the start of its clock.
package struct ClockCircumstances: Sendable, Hashable {
  /// SAR-1M: the request is complex, or one of a number of requests: two months more.
  package var isComplex = false
  /// SAR-1M: the day on which the person's identity was established, where it was asked for; the
  /// month begins then.
  package var identityOn: CivilDate?
  /// SAR-1M: periods of waiting for a clarification, from the day of asking to the day of the
  /// answer. Neither counts.
  package var pauses: [DateRange] = []
  /// CTF-15, for a file posted to the lost pupil pool: school days by the authority's practice, 15
  /// or 20; nil for the 15 of a known destination.
  package var lostPupilDays: Int?

  package init() {}
}

extension StatutoryClock {
  /// When it is due.
  ///
  /// - `days`: the calendars that it may need; none for hours, calendar days and months.
  /// Throws: `CalendarGap` naming the calendar and the first day that it does not cover.
  package func due(
    from start: ClockStart, by days: ClockDays, _ known: ClockCircumstances = .init()
  ) throws(CalendarGap) -> DueTime {
    var limit = TimeLimit(count: count, unit: unit, countsStartDay: countsStartDay)
    switch code {
    case "CTF-15":
      limit.count = known.lostPupilDays ?? count
      return try limit.due(from: start, by: days)
    case "SAR-1M": return subjectAccess(from: start, known)
    default: return try limit.due(from: start, by: days)
    }
  }

  /// Data (Use and Access) Act 2025: the month begins with the request, or with the proof of
  /// identity when that is later; complex requests get two more; the days of a pause for a
  /// clarification do not count.
  private func subjectAccess(from start: ClockStart, _ known: ClockCircumstances) -> DueTime {
    let first = known.identityOn.map { max($0, start.date) } ?? start.date
    var due = first.adding(months: Int64(count + (known.isComplex ? 2 : 0)))
    var counted = first
    for pause in known.pauses.sorted(by: { $0.first < $1.first }) where pause.first <= due {
      // Days before the month began, or in an earlier pause too, cannot stop it again.
      let from = max(pause.first, counted)
      guard from <= pause.last else { continue }
      due = due.adding(days: pause.last.daysSinceEpoch - from.daysSinceEpoch + 1)
      counted = pause.last.adding(days: 1)
    }
    let origin = first == start.date ? start.instant : UKTime.start(of: first)
    return DueTime(
      at: UKTime.end(of: due), start: origin, dayBefore: UKTime.end(of: due.adding(days: -1)))
  }
}
