// Civil time in London: the changes of the clock, months of unequal length, leap days; and against
// the machine's own time-zone database where it has one.

import ExchangeModel
import Foundation
import Policy
import Testing

@Suite struct UKTimeTests {
  @Test(arguments: [
    ("2026-03-28T23:59:59.999Z", "2026-03-28"), ("2026-03-29T00:59:59.999Z", "2026-03-29"),
    ("2026-03-29T22:59:59.999Z", "2026-03-29"), ("2026-03-29T23:00:00.000Z", "2026-03-30"),
    ("2026-10-24T22:59:59.999Z", "2026-10-24"), ("2026-10-24T23:00:00.000Z", "2026-10-25"),
    ("2026-10-25T01:00:00.000Z", "2026-10-25"), ("2026-10-25T23:59:59.999Z", "2026-10-25"),
    ("2026-10-26T00:00:00.000Z", "2026-10-26"), ("2026-12-31T23:59:59.999Z", "2026-12-31"),
    ("2028-02-29T12:00:00.000Z", "2028-02-29"), ("1969-12-31T23:59:59.999Z", "1969-12-31"),
  ])
  func dates(time: String, date: String) throws {
    #expect(UKTime.date(of: try instant(time)) == (try day(date)))
  }

  @Test(arguments: [
    ("2026-03-28", "2026-03-28T00:00:00.000Z", "2026-03-28T23:59:59.999Z"),
    ("2026-03-29", "2026-03-29T00:00:00.000Z", "2026-03-29T22:59:59.999Z"),
    ("2026-03-30", "2026-03-29T23:00:00.000Z", "2026-03-30T22:59:59.999Z"),
    ("2026-10-25", "2026-10-24T23:00:00.000Z", "2026-10-25T23:59:59.999Z"),
    ("2026-10-26", "2026-10-26T00:00:00.000Z", "2026-10-26T23:59:59.999Z"),
    // 31 March and 31 October can be the Sunday of the change.
    ("2030-03-31", "2030-03-31T00:00:00.000Z", "2030-03-31T22:59:59.999Z"),
    ("2027-10-31", "2027-10-30T23:00:00.000Z", "2027-10-31T23:59:59.999Z"),
  ])
  func days(date: String, start: String, end: String) throws {
    #expect(UKTime.start(of: try day(date)) == (try instant(start)))
    #expect(UKTime.end(of: try day(date)) == (try instant(end)))
  }

  @Test(.enabled(if: TimeZone(identifier: "Europe/London") != nil))
  func agreesWithTheMachinesDatabase() throws {
    let zone = try #require(TimeZone(identifier: "Europe/London"))
    var numbers = SeededNumbers(state: 7)
    for _ in 0..<20_000 {
      // 1996 to 2037.
      let time = Timestamp(
        milliseconds: Int64.random(in: 820_454_400_000..<2_145_916_800_000, using: &numbers))
      let seconds = TimeInterval(time.milliseconds / 1000)
      let isAhead = zone.secondsFromGMT(for: Date(timeIntervalSince1970: seconds)) == 3600
      #expect(UKTime.isSummerTime(at: time) == isAhead, "\(time)")
      let date = UKTime.date(of: time)
      #expect(UKTime.start(of: date) <= time && time <= UKTime.end(of: date), "\(time)")
    }
  }

  @Test(arguments: [
    ("2026-01-31", 1, "2026-02-28"), ("2028-01-31", 1, "2028-02-29"),
    ("2026-08-31", 1, "2026-09-30"), ("2026-11-30", 3, "2027-02-28"),
    ("2026-11-21", 6, "2027-05-21"), ("2026-12-31", 2, "2027-02-28"),
    ("2028-02-29", 12, "2029-02-28"), ("2026-10-31", 13, "2027-11-30"),
    ("2026-05-15", 0, "2026-05-15"), ("2026-01-15", -2, "2025-11-15"),
  ])
  func months(from: String, count: Int64, to: String) throws {
    #expect(try day(from).adding(months: count) == (try day(to)))
  }

  @Test func saturatedTimesDoNotTrap() {
    for time in [Timestamp(milliseconds: .max), Timestamp(milliseconds: .min)] {
      _ = UKTime.date(of: time)
      #expect(!UKTime.isSummerTime(at: time))
    }
  }
}
