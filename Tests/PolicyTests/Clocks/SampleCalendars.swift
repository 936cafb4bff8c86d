// An invented school's year and England's bank holidays of 2026 and 2027, as test data.

import ExchangeModel
import Policy
import Testing

func day(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> CivilDate {
  try #require(CivilDate(text), sourceLocation: sourceLocation)
}

func range(_ first: String, _ last: String) throws -> DateRange {
  try #require(DateRange(first: try day(first), last: try day(last)))
}

func instant(_ text: String) throws -> Timestamp { try #require(Timestamp(rfc3339: text)) }

enum SampleCalendars {
  static func owner(_ text: String) throws -> CalendarOwner { try #require(CalendarOwner(text)) }

  /// 2026/27 with a mid-term break, an INSET day and a last day that ends at noon.
  static func school() throws -> SchoolCalendar {
    SchoolCalendar(
      owner: try owner("urn:gatehouse:850:4321"), valid: try range("2026-09-01", "2027-08-31"),
      terms: [
        try range("2026-09-02", "2026-12-18"), try range("2027-01-05", "2027-03-25"),
        try range("2027-04-12", "2027-07-22"),
      ],
      breaks: [
        try range("2026-10-26", "2026-10-30"), try range("2027-02-15", "2027-02-19"),
        try range("2027-05-31", "2027-06-04"),
      ],
      insetDays: [try day("2026-09-02"), try day("2026-11-27")],
      closures: [try day("2027-05-03")], halfDays: [try day("2026-12-18"): .am])
  }

  static let bankHolidays = [
    "2026-01-01", "2026-04-03", "2026-04-06", "2026-05-04", "2026-05-25", "2026-08-31",
    "2026-12-25", "2026-12-28", "2027-01-01", "2027-03-26", "2027-03-29", "2027-05-03",
    "2027-05-31", "2027-08-30", "2027-12-27", "2027-12-28",
  ]

  static func working() throws -> WorkingCalendar {
    WorkingCalendar(
      owner: try owner("la:850"), valid: try range("2026-01-01", "2027-12-31"),
      bankHolidays: Set(try bankHolidays.map { try day($0) }))
  }

  static func days() throws -> ClockDays {
    ClockDays(
      key: CalendarKey(.school, try owner("urn:gatehouse:850:4321")),
      calendars: [.school(try school()), .working(try working())])
  }
}

/// SplitMix64: the same numbers for the same seed.
struct SeededNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}
