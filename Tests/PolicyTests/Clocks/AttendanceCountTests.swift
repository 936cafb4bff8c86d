// The clocks that count absence in the register: sessions, runs, doubts; and against a naive count.

import ExchangeModel
import Policy
import Testing

/// A register from a first day on: one text a calendar day, `I` for both sessions, `I.P` for two
/// codes, `-` for no mark, and an empty text for a day without marks.
private func register(_ first: String, _ texts: [String]) throws -> [DayMarks] {
  let start = try day(first)
  return try texts.enumerated().compactMap { index, text in
    guard !text.isEmpty else { return nil }
    let parts = text.split(separator: ".").map { String($0) }
    let codes = try (parts.count == 2 ? parts : [text, text]).map { code in
      code == "-" ? nil : try #require(AttendanceCode(code), "\(code)")
    }
    return DayMarks(date: start.adding(days: Int64(index)), am: codes[0], pm: codes[1])
  }
}

@Suite struct AttendanceCountTests {
  private func count(
    _ code: String, _ marks: [DayMarks], reduced: [DateRange] = []
  ) throws -> AttendanceCount {
    let clock = try #require(StatutoryClock.find(code))
    let days = SchoolDays(try SampleCalendars.school())
    return try #require(try clock.count(marks, by: days, reducedTimetables: reduced))
  }

  private static let week = ["I", "I", "I", "I", "I", "", ""]

  /// Scenario 9: days that are not consecutive, half-days, an INSET day and a mid-term break.
  @Test func fifteenDaysOfIllness() throws {
    // From Monday 12 October: ten days, the break, two half-days, and on past the INSET day.
    let marks =
      try register("2026-10-12", Self.week) + register("2026-10-19", Self.week)
      + register("2026-10-26", ["#", "#", "#", "#", "#"])
      + register("2026-11-02", ["I./", "/.I", "/", "/", "/", "", ""])
      + register("2026-11-09", ["/", "/", "/", "/", "/", "", ""])
      + register("2026-11-16", ["/", "/", "/", "/", "/", "", ""])
      + register("2026-11-23", ["/", "I", "I", "I./", "#", "", ""])
      + register("2026-11-30", ["I./"])
    let before = try count("ABS-ILL-15", marks)
    #expect(before.days == "14" && before.reachedOn == nil)
    #expect(before.doubts.isEmpty)
    let half = try count("ABS-ILL-15", marks + register("2026-12-01", ["I./"]))
    #expect(half.days == "14.5" && half.reachedOn == nil)
    let reached = try count("ABS-ILL-15", marks + register("2026-12-01", ["I", "/"]))
    #expect(reached.days == "15")
    #expect(reached.reachedOn == (try day("2026-12-01")) && !reached.isBeyond)
    let beyond = try count("ABS-ILL-15", marks + register("2026-12-01", ["I", "/.I"]))
    #expect(beyond.isBeyond && beyond.days == "15.5")
    #expect(beyond.reachedOn == (try day("2026-12-01")))
  }

  @Test func marksOnDaysWithoutSessionsAreNotCounted() throws {
    // Thursday, the INSET Friday, a Saturday, and the afternoon of the half-day.
    let inset = try count("ABS-ILL-15", register("2026-11-26", ["I", "I", "I"]))
    #expect(inset.sessions == 2)
    #expect(inset.doubts.map(\.kind) == Array(repeating: .noSession, count: 4))
    let half = try count("ABS-ILL-15", register("2026-12-18", ["I"]))
    #expect(half.sessions == 1 && half.doubts.map(\.session) == [.pm])
  }

  /// Twenty school days with only G, N and O, through the mid-term break.
  private func absence(_ change: (inout [String]) -> Void = { _ in }) throws -> [DayMarks] {
    let absent = ["O", "N", "G", "O", "O.G", "", ""]
    var texts = absent + absent + ["", "", "", "", "", "", ""] + absent + absent
    change(&texts)
    return try register("2026-10-12", texts)
  }

  @Test func twentyContinuousDays() throws {
    let full = try count("ABS-20", absence())
    #expect(full.run == 20 && full.longestRun == 20 && full.sessions == 40)
    #expect(full.reachedOn == (try day("2026-11-13")) && !full.isBeyond && full.doubts.isEmpty)
    let nineteen = try count("ABS-20", absence { $0[32] = "/" })
    #expect(nineteen.run == 0 && nineteen.longestRun == 19 && nineteen.reachedOn == nil)
    // One session with another code ends the run.
    for code in ["I", "P", "K", "B", "U", "Y1", "T", "L", "/"] {
      let broken = try count("ABS-20", absence { $0[8] = "O.\(code)" })
      #expect(broken.longestRun == 13 && broken.run == 13 && broken.reachedOn == nil, "\(code)")
    }
    // A mark that is not there is not an absence.
    let missing = try count("ABS-20", absence { $0[8] = "O.-" })
    #expect(missing.run == 13 && missing.doubts.map(\.kind) == [.unmarked])
  }

  @Test func tenUnauthorisedDays() throws {
    let late = try count("ABS-UNAUTH-10", absence { $0[3] = "U.O" })
    #expect(late.reachedOn == (try day("2026-10-23")) && late.longestRun == 20 && late.isBeyond)
    let authorised = try count("ABS-UNAUTH-10", absence { $0[9] = "I" })
    #expect(authorised.longestRun == 12)
  }

  @Test func unsettledCodesAreDueInFiveSchoolDays() throws {
    let marks = try register("2026-10-21", ["N", "/.N", "/"])
    let found = try count("N-CODE-5", marks)
    #expect(
      found.unsettled.map(\.dueOn)
        == (try ["2026-11-04", "2026-11-04", "2026-11-05"].map { try day($0) }))
    #expect(found.sessions == 3 && found.reachedOn == nil)
    let later = try count("N-CODE-5", marks + register("2026-11-04", ["/", "/"]))
    #expect(later.reachedOn == (try day("2026-11-04")) && later.isBeyond)
  }

  @Test func reducedTimetablesMustBeInForce() throws {
    let marks = try register("2026-11-16", ["C2", "O.C2", "K", "P", "B"])
    let without = try count("ABS-20", marks)
    #expect(without.doubts.map(\.kind) == Array(repeating: .noReducedTimetable, count: 3))
    #expect(without.longestRun == 0)
    let inForce = [try range("2026-11-16", "2026-11-20")]
    #expect(try count("ABS-20", marks, reduced: inForce).doubts.isEmpty)
    for code in ["P", "K", "B"] { #expect(AttendanceCode(code)?.isAttending == true) }
    #expect(AttendanceCode("C2")?.isAttending == false)
  }

  @Test func contradictionsAreDoubtsAndNotCounted() throws {
    let closed = try count("ABS-ILL-15", register("2026-11-16", ["I", "#", "I"]))
    #expect(closed.sessions == 4)
    #expect(closed.doubts.map(\.kind) == [.closedOnSchoolDay, .closedOnSchoolDay])
    let twice = try register("2026-11-16", ["I", "I"]) + register("2026-11-17", ["/"])
    let repeated = try count("ABS-ILL-15", twice)
    #expect(repeated.sessions == 2 && repeated.doubts.map(\.kind) == [.repeated])
    #expect(try count("ABS-20", []).run == 0)
  }

  @Test func marksBeyondTheCalendarAreAGap() throws {
    #expect(throws: CalendarGap.self) {
      _ = try count("ABS-ILL-15", register("2026-08-31", ["I", "I"]))
    }
    // Due five school days after the end of the last term: next year's calendar is needed.
    #expect(throws: CalendarGap.self) {
      _ = try count("N-CODE-5", register("2027-07-21", ["N"]))
    }
  }

  @Test func onlyCodesOfTheListAreRead() {
    for code in ["", "i", "C3", "Y8", "A", "//", " I", "\u{212A}"] {
      #expect(AttendanceCode(code) == nil, "\(code)")
    }
  }

  @Test func otherClocksCountNoMarks() throws {
    let clock = try #require(StatutoryClock.find("CSC-1"))
    #expect(try clock.count([], by: SchoolDays(try SampleCalendars.school())) == nil)
  }

  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func countsAsANaiveCountDoes(seed: UInt64) throws {
    var numbers = SeededNumbers(state: seed)
    let calendar = try SampleCalendars.school()
    let codes = ["I", "O", "N", "G", "U", "/", "K"]
    let first = try day("2026-09-03").adding(days: Int64.random(in: 0..<150, using: &numbers))
    var marks: [DayMarks] = []
    var ill = 0
    var run = 0
    var longest = 0
    for offset in 0..<Int64.random(in: 1..<120, using: &numbers) {
      let date = first.adding(days: offset)
      let isOpen =
        !date.isWeekend && calendar.terms.contains { $0.contains(date) }
        && !calendar.breaks.contains { $0.contains(date) } && !calendar.insetDays.contains(date)
        && !calendar.closures.contains(date)
      guard isOpen else { continue }
      let hasAfternoon = calendar.halfDays[date] == nil
      // Mostly absent, so that runs become long.
      let drawn = (0..<2).map { _ in
        Int.random(in: 0..<10, using: &numbers) < 9
          ? "O" : codes[Int.random(in: 0..<codes.count, using: &numbers)]
      }
      let held = hasAfternoon ? drawn : [drawn[0]]
      ill += held.count { $0 == "I" }
      run = held.allSatisfy { "GNO".contains($0) } ? run + 1 : 0
      longest = max(longest, run)
      marks.append(
        DayMarks(
          date: date, am: AttendanceCode(drawn[0]),
          pm: hasAfternoon ? AttendanceCode(drawn[1]) : nil))
    }
    marks.shuffle(using: &numbers)
    let illness = try count("ABS-ILL-15", marks)
    #expect(illness.sessions == ill && illness.doubts.isEmpty)
    let continuous = try count("ABS-20", marks)
    #expect(continuous.run == run && continuous.longestRun == longest)
    #expect((continuous.reachedOn != nil) == (longest >= 20))
  }
}
