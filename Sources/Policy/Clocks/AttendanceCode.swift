// The codes of the attendance register and what each means to a clock. Never guesses the meaning
// of a code that is not on the list.

package import ExchangeModel

/// A code of the register (SI 2024/208; Working Together to Improve School Attendance 2024).
package struct AttendanceCode: Sendable, Hashable, CustomStringConvertible {
  package let text: String

  /// Nil for a code that there is not.
  package init?(_ text: String) {
    guard Self.all.allows(text) else { return nil }
    self.text = text
  }

  package var description: String { text }

  private static let all = [
    "/", "\\", "L", "K", "V", "P", "W", "B", "D", "C1", "M", "J1", "S", "X", "C2", "C", "T", "R",
    "I", "E", "Q", "Y1", "Y2", "Y3", "Y4", "Y5", "Y6", "Y7", "G", "N", "O", "U", "Z", "#",
  ]

  package var isIllness: Bool { text == "I" }

  /// The reason is not yet established.
  package var isUnsettled: Bool { text == "N" }

  /// Leave not granted, reason not established, or none: all that ground (i) may rest on.
  package var isAbsentWithoutReason: Bool { ["G", "N", "O"].allows(text) }

  /// What counts as unauthorised: those, and arriving after the register closed.
  package var isUnauthorised: Bool { ["G", "N", "O", "U"].allows(text) }

  /// A part-time timetable, which must be in force for the code to stand.
  package var isReducedTimetable: Bool { text == "C2" }

  /// The whole school is closed as planned.
  package var isPlannedClosure: Bool { text == "#" }

  /// Present, or at an approved activity elsewhere: P, K and B count as attending.
  package var isAttending: Bool {
    ["/", "\\", "L", "K", "V", "P", "W", "B"].allows(text)
  }
}

/// A day's marks in the register.
package struct DayMarks: Sendable, Hashable {
  package let date: CivilDate
  /// Nil where there is no mark.
  package let am: AttendanceCode?
  package let pm: AttendanceCode?

  package init(date: CivilDate, am: AttendanceCode?, pm: AttendanceCode?) {
    self.date = date
    self.am = am
    self.pm = pm
  }

  func mark(_ session: SchoolSession) -> AttendanceCode? { session == .am ? am : pm }
}
