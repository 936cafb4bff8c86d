// Counting school and working days: tables of boundaries, and seeded calendars against a naive
// walk day by day.

import ExchangeModel
import Policy
import Testing

@Suite struct CountedDaysTests {
  @Test(arguments: [
    // A Friday before the mid-term break; the INSET day of 27 November; the end of term.
    ("2026-10-23", 1, "2026-11-02"), ("2026-11-26", 1, "2026-11-30"),
    ("2026-12-17", 1, "2026-12-18"), ("2026-12-17", 2, "2027-01-05"),
    ("2026-11-21", 5, "2026-11-30"), ("2026-09-01", 1, "2026-09-03"),
    ("2027-04-30", 1, "2027-05-04"), ("2026-11-20", 0, "2026-11-20"),
  ])
  func schoolDays(from: String, count: Int, to: String) throws {
    let days = SchoolDays(try SampleCalendars.school())
    #expect(try days.day(count, after: try day(from)) == (try day(to)))
    #expect(try days.count(after: try day(from), through: try day(to)) == count)
  }

  @Test(arguments: [
    ("2026-11-20", 1, "2026-11-23"), ("2026-11-21", 1, "2026-11-23"),
    ("2026-12-24", 1, "2026-12-29"), ("2026-12-24", 4, "2027-01-04"),
    ("2027-03-25", 1, "2027-03-30"), ("2026-04-02", 1, "2026-04-07"),
    ("2027-05-28", 1, "2027-06-01"), ("2026-08-28", 1, "2026-09-01"),
    ("2026-11-20", 15, "2026-12-11"),
  ])
  func workingDays(from: String, count: Int, to: String) throws {
    let days = WorkingDays(try SampleCalendars.working())
    #expect(try days.day(count, after: try day(from)) == (try day(to)))
  }

  @Test func aDayThatNoCalendarCoversIsAGap() throws {
    let school = SchoolDays(try SampleCalendars.school())
    let gap = CalendarGap(
      key: CalendarKey(.school, try SampleCalendars.owner("urn:gatehouse:850:4321")),
      day: try day("2027-09-01"))
    #expect(throws: gap) { try school.day(5, after: try day("2027-07-20")) }
    #expect(throws: gap) {
      try school.count(after: try day("2027-08-30"), through: try day("2028-01-01"))
    }
    // The last days that are covered still count.
    #expect(try school.day(2, after: try day("2027-07-20")) == (try day("2027-07-22")))
    #expect(throws: CalendarGap.self) { try school.counts(try day("2026-08-31")) }
    let none = WorkingDays(owner: try SampleCalendars.owner("la:851"), [])
    #expect(throws: CalendarGap.self) { try none.day(1, after: try day("2026-11-20")) }
  }

  @Test func theNewestCalendarThatCoversADaySpeaksForIt() throws {
    let old = try SampleCalendars.school()
    let snow = SchoolCalendar(
      owner: old.owner, valid: try range("2026-11-23", "2026-11-24"), terms: [])
    let days = SchoolDays(owner: old.owner, [snow, old])
    #expect(try days.day(1, after: try day("2026-11-20")) == (try day("2026-11-25")))
  }

  @Test func halfDaysAreSchoolDaysWithOneSession() throws {
    let days = SchoolDays(try SampleCalendars.school())
    #expect(try days.sessions(on: try day("2026-12-18")) == [.am])
    #expect(try days.sessions(on: try day("2026-12-17")) == [.am, .pm])
    for closed in ["2026-11-27", "2026-11-28", "2026-10-28", "2026-12-21", "2027-05-03"] {
      #expect(try days.sessions(on: try day(closed)).isEmpty)
    }
  }

  /// A calendar drawn at random, with a list of its school days made another way.
  private static func random(
    _ numbers: inout SeededNumbers
  ) throws -> (SchoolCalendar, WorkingCalendar, [Bool], [Bool], CivilDate) {
    let first = CivilDate(daysSinceEpoch: Int64.random(in: 20_000..<21_500, using: &numbers))
    let length = Int64.random(in: 30..<400, using: &numbers)
    let valid = try #require(DateRange(first: first, last: first.adding(days: length - 1)))
    var isTerm = Array(repeating: false, count: Int(length))
    var terms: [DateRange] = []
    var breaks: [DateRange] = []
    var at: Int64 = 0
    while at < length {
      let end = min(length - 1, at + Int64.random(in: 0..<80, using: &numbers))
      terms.append(
        try #require(DateRange(first: first.adding(days: at), last: first.adding(days: end))))
      for index in at...end { isTerm[Int(index)] = true }
      let middle = Int64.random(in: at...end, using: &numbers)
      breaks.append(
        try #require(
          DateRange(
            first: first.adding(days: middle), last: first.adding(days: min(end, middle + 4)))
        ))
      for index in middle...min(end, middle + 4) { isTerm[Int(index)] = false }
      at = end + 2 + Int64.random(in: 0..<20, using: &numbers)
    }
    var inset: Set<CivilDate> = []
    var holidays: Set<CivilDate> = []
    var isWorking = Array(repeating: true, count: Int(length))
    for index in 0..<Int(length) {
      let date = first.adding(days: Int64(index))
      if Int.random(in: 0..<20, using: &numbers) == 0 {
        inset.insert(date)
        isTerm[index] = false
      }
      if Int.random(in: 0..<20, using: &numbers) == 0 {
        holidays.insert(date)
        isWorking[index] = false
      }
      // 1970-01-03 and every seventh day from it are Saturdays.
      let phase = (date.daysSinceEpoch - 2) % 7
      if phase == 0 || phase == 1 {
        isTerm[index] = false
        isWorking[index] = false
      }
    }
    let owner = try SampleCalendars.owner("la:850")
    return (
      SchoolCalendar(owner: owner, valid: valid, terms: terms, breaks: breaks, insetDays: inset),
      WorkingCalendar(owner: owner, valid: valid, bankHolidays: holidays), isTerm, isWorking, first
    )
  }

  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func countsAsANaiveWalkDoes(seed: UInt64) throws {
    var numbers = SeededNumbers(state: seed)
    let (school, working, isTerm, isWorking, first) = try Self.random(&numbers)
    let both: [(any CountedDays, [Bool])] = [
      (SchoolDays(school), isTerm), (WorkingDays(working), isWorking),
    ]
    for (days, counts) in both {
      for _ in 0..<50 {
        let start = Int.random(in: 0..<counts.count, using: &numbers)
        let count = Int.random(in: 1..<25, using: &numbers)
        let later = counts.indices.filter { $0 > start && counts[$0] }
        let from = first.adding(days: Int64(start))
        if later.count >= count {
          let end = later[count - 1]
          let found = try days.day(count, after: from)
          #expect(found == first.adding(days: Int64(end)))
          #expect(try days.count(after: from, through: found) == count)
        } else {
          #expect(throws: CalendarGap.self) { try days.day(count, after: from) }
        }
      }
    }
  }
}
