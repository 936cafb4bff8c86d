// The clocks that count absence, over the marks of one pupil in the register: by sessions, each
// half a school day. Never fills in a mark that is not there, and never settles a contradiction.

package import ExchangeModel

/// What a counting clock says of some marks.
package struct AttendanceCount: Sendable, Hashable {
  /// Something in the marks that a person must look at; it is not counted.
  package struct Doubt: Sendable, Hashable {
    package enum Kind: String, Sendable {
      /// A session of a school day has no mark.
      case unmarked
      /// There is a mark for a session that the calendar does not have.
      case noSession = "no-session"
      /// The mark says that the school was closed, and the calendar that it was open.
      case closedOnSchoolDay = "closed-on-school-day"
      /// C2 without a reduced timetable in force.
      case noReducedTimetable = "no-reduced-timetable"
      /// The day stands twice among the marks.
      case repeated
    }

    package let kind: Kind
    package let date: CivilDate
    package let session: SchoolSession?
  }

  /// A session with code N, and the last day to settle it.
  package struct Unsettled: Sendable, Hashable {
    package let date: CivilDate
    package let session: SchoolSession
    package let dueOn: CivilDate
  }

  /// Sessions counted: in all for illness, in the run that is still going on for continuous
  /// absence, unsettled ones for N-CODE-5.
  package internal(set) var sessions = 0
  /// For continuous absence: whole school days in the run that goes on at the last mark.
  package internal(set) var run = 0
  /// For continuous absence: whole school days in the longest run.
  package internal(set) var longestRun = 0
  /// The first day on which the clock's number was reached; nil when it was not.
  package internal(set) var reachedOn: CivilDate?
  /// More than the clock's number: some policies act only then.
  package internal(set) var isBeyond = false
  package internal(set) var unsettled: [Unsettled] = []
  package internal(set) var doubts: [Doubt] = []

  /// The sessions as school days: `14.5`.
  package var days: String { "\(sessions / 2)" + (sessions % 2 == 0 ? "" : ".5") }
}

extension StatutoryClock {
  /// Counts the marks of one pupil; nil for a clock that counts none.
  ///
  /// - `marks`: in any order. A session of a school day between the first and the last of them that
  ///   has no mark is a doubt, and ends a run.
  /// - `reducedTimetables`: when one is in force for the pupil.
  /// Throws: `CalendarGap` when a day between the first and the last mark is not covered, or for
  /// N-CODE-5 one of those until it is due.
  package func count(
    _ marks: [DayMarks], by days: SchoolDays, reducedTimetables: [DateRange] = []
  ) throws(CalendarGap) -> AttendanceCount? {
    guard kind == .counter else { return nil }
    let walk = try RegisterWalk(marks, by: days, reducedTimetables: reducedTimetables)
    var count = AttendanceCount()
    count.doubts = walk.doubts
    switch code {
    case "ABS-ILL-15": countSessions(walk, into: &count) { $0.isIllness }
    case "ABS-UNAUTH-10": countRuns(walk, into: &count) { $0.isUnauthorised }
    case "ABS-20": countRuns(walk, into: &count) { $0.isAbsentWithoutReason }
    default: try countUnsettled(walk, by: days, into: &count)
    }
    return count
  }

  private func countSessions(
    _ walk: RegisterWalk, into count: inout AttendanceCount, _ isMeant: (AttendanceCode) -> Bool
  ) {
    for day in walk.days {
      count.sessions += day.sessions.count { $0.code.map(isMeant) ?? false }
      if count.reachedOn == nil, count.sessions >= 2 * self.count { count.reachedOn = day.date }
    }
    count.isBeyond = count.sessions > 2 * self.count
  }

  /// A run is of school days on which every session has a code that is meant; days without a
  /// session neither lengthen nor end it.
  private func countRuns(
    _ walk: RegisterWalk, into count: inout AttendanceCount, _ isMeant: (AttendanceCode) -> Bool
  ) {
    for day in walk.days {
      if day.sessions.allSatisfy({ $0.code.map(isMeant) ?? false }) {
        count.run += 1
        count.sessions += day.sessions.count
      } else {
        count.run = 0
        count.sessions = 0
      }
      count.longestRun = max(count.longestRun, count.run)
      if count.reachedOn == nil, count.run >= self.count { count.reachedOn = day.date }
    }
    count.isBeyond = count.longestRun > self.count
  }

  private func countUnsettled(
    _ walk: RegisterWalk, by days: SchoolDays, into count: inout AttendanceCount
  ) throws(CalendarGap) {
    for day in walk.days {
      for (session, code) in day.sessions where code?.isUnsettled == true {
        let due = try days.day(self.count, after: day.date)
        count.unsettled.append(
          AttendanceCount.Unsettled(date: day.date, session: session, dueOn: due))
      }
    }
    count.sessions = count.unsettled.count
    let last = walk.days.last?.date
    count.reachedOn = count.unsettled.map(\.dueOn).min().flatMap { due in
      last.map { due <= $0 } == true ? due : nil
    }
    count.isBeyond = count.unsettled.contains { due in last.map { due.dueOn < $0 } ?? false }
  }
}

/// The school days from the first mark to the last, with the code of each session, or none where
/// it is missing or in doubt.
private struct RegisterWalk {
  struct Day {
    let date: CivilDate
    var sessions: [(session: SchoolSession, code: AttendanceCode?)]
  }

  private(set) var days: [Day] = []
  private(set) var doubts: [AttendanceCount.Doubt] = []
  private let reducedTimetables: [DateRange]

  init(
    _ marks: [DayMarks], by calendar: SchoolDays, reducedTimetables: [DateRange]
  ) throws(CalendarGap) {
    self.reducedTimetables = reducedTimetables
    var byDate: [CivilDate: DayMarks] = [:]
    var repeated: Set<CivilDate> = []
    for mark in marks where byDate.updateValue(mark, forKey: mark.date) != nil {
      repeated.insert(mark.date)
    }
    guard var date = byDate.keys.min(), let last = byDate.keys.max() else { return }
    while date <= last {
      let isRepeated = repeated.contains(date)
      if isRepeated { doubt(.repeated, date, nil) }
      try add(date, isRepeated ? nil : byDate[date], by: calendar, isSilent: isRepeated)
      date = date.adding(days: 1)
    }
  }

  private mutating func add(
    _ date: CivilDate, _ marks: DayMarks?, by calendar: SchoolDays, isSilent: Bool
  ) throws(CalendarGap) {
    let open = try calendar.sessions(on: date)
    for session in SchoolSession.allCases where !open.contains(session) {
      // A planned closure is what the register shows on such a day.
      if let code = marks?.mark(session), !code.isPlannedClosure {
        doubt(.noSession, date, session)
      }
    }
    guard !open.isEmpty else { return }
    var day = Day(date: date, sessions: [])
    for session in open {
      var code = marks?.mark(session)
      if let found = code {
        if found.isPlannedClosure {
          doubt(.closedOnSchoolDay, date, session)
          code = nil
        } else if found.isReducedTimetable,
          !reducedTimetables.contains(where: { $0.contains(date) })
        {
          doubt(.noReducedTimetable, date, session)
        }
      } else if !isSilent {
        doubt(.unmarked, date, session)
      }
      day.sessions.append((session, code))
    }
    days.append(day)
  }

  private mutating func doubt(
    _ kind: AttendanceCount.Doubt.Kind, _ date: CivilDate, _ session: SchoolSession?
  ) {
    doubts.append(AttendanceCount.Doubt(kind: kind, date: date, session: session))
  }
}
