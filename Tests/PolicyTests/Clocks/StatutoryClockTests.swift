// Every clock of the catalogue with its due time, and the replies that messages await.

import ExchangeModel
import Policy
import Testing

@Suite struct StatutoryClockTests {
  private static let codes = [
    "ABS-ILL-15", "ABS-UNAUTH-10", "ABS-20", "N-CODE-5", "NEWPUPIL-5", "EXC-6", "CTF-15", "CP-5",
    "CSC-1", "HSCP-5", "HSCP-15", "CSPR-6M", "SAR-1M", "EHC-15", "BREACH-72", "SAO-15",
  ]

  @Test func theSixteenClocksAreThere() {
    #expect(StatutoryClock.all.count == 16)
    #expect(Set(StatutoryClock.all.map(\.code)) == Set(Self.codes))
    for clock in StatutoryClock.all {
      #expect(StatutoryClock.find(clock.code) == clock)
      for text in [clock.text, clock.source, clock.startsWith, clock.endsWith] {
        #expect(!text.isEmpty, "\(clock.code)")
      }
    }
    #expect(StatutoryClock.find("CSC-2") == nil)
  }

  @Test(arguments: [
    ("NEWPUPIL-5", "2026-11-20", "2026-11-30"), ("CP-5", "2026-10-22", "2026-11-05"),
    // In the holidays the days of the next term count.
    ("CP-5", "2026-12-28", "2027-01-11"), ("EXC-6", "2026-11-23", "2026-12-01"),
    ("CTF-15", "2026-11-20", "2026-12-14"), ("CSC-1", "2026-11-20", "2026-11-23"),
    ("CSC-1", "2026-12-24", "2026-12-29"), ("HSCP-5", "2026-12-22", "2026-12-31"),
    ("HSCP-15", "2026-11-20", "2026-12-11"), ("EHC-15", "2027-03-15", "2027-04-07"),
    ("CSPR-6M", "2026-08-31", "2027-02-28"), ("SAR-1M", "2026-11-21", "2026-12-21"),
    ("SAO-15", "2026-11-21", "2026-12-05"), ("ABS-ILL-15", "2026-11-20", "2026-12-14"),
  ])
  func dueOn(code: String, from: String, due: String) throws {
    let clock = try #require(StatutoryClock.find(code))
    let found = try clock.due(from: .on(try day(from)), by: try SampleCalendars.days())
    #expect(found.on == (try day(due)))
    #expect(found.at == UKTime.end(of: try day(due)))
    #expect(found.remindAt <= found.at)
  }

  @Test func hoursRunThroughTheNightAndTheChangeOfClocks() throws {
    let clock = try #require(StatutoryClock.find("BREACH-72"))
    let start = try instant("2026-10-23T15:30:00Z")
    let due = try clock.due(from: .at(start), by: try SampleCalendars.days())
    #expect(due.at == (try instant("2026-10-26T15:30:00Z")))
    let fromDay = try clock.due(from: .on(try day("2026-07-01")), by: try SampleCalendars.days())
    #expect(fromDay.at == (try instant("2026-07-03T23:00:00Z")))
  }

  @Test func anInstantCountsByItsDayInLondon() throws {
    let clock = try #require(StatutoryClock.find("CSC-1"))
    // Half past midnight in London on Friday 3 July is still Thursday in UTC.
    let late = ClockStart.at(try instant("2026-07-02T23:30:00Z"))
    #expect(try clock.due(from: late, by: try SampleCalendars.days()).on == (try day("2026-07-06")))
  }

  @Test func subjectAccessMayTakeLonger() throws {
    let clock = try #require(StatutoryClock.find("SAR-1M"))
    let days = try SampleCalendars.days()
    func due(
      _ from: String, _ change: (inout ClockCircumstances) throws -> Void
    ) throws -> CivilDate {
      var known = ClockCircumstances()
      try change(&known)
      return try clock.due(from: .on(try day(from)), by: days, known).on
    }
    #expect(try due("2026-11-30") { $0.isComplex = true } == day("2027-02-28"))
    #expect(try due("2026-11-01") { $0.identityOn = try day("2026-11-10") } == day("2026-12-10"))
    #expect(try due("2026-11-01") { $0.identityOn = try day("2026-10-10") } == day("2026-12-01"))
    let pause = try range("2026-11-05", "2026-11-09")
    #expect(try due("2026-11-01") { $0.pauses = [pause] } == day("2026-12-06"))
    // Days in two pauses, and days before the month began, stop it once or not at all.
    let overlap = try range("2026-11-08", "2026-11-12")
    #expect(try due("2026-11-01") { $0.pauses = [overlap, pause] } == day("2026-12-09"))
    #expect(
      try due("2026-11-01") {
        $0.pauses = [pause]
        $0.identityOn = try day("2026-11-08")
      } == day("2026-12-10"))
    // A pause after it was due does not revive it; one that begins in the time won does.
    let after = try range("2026-12-05", "2026-12-07")
    #expect(try due("2026-11-01") { $0.pauses = [after] } == day("2026-12-01"))
    #expect(try due("2026-11-01") { $0.pauses = [after, pause] } == day("2026-12-09"))
  }

  @Test func lostPupilsWaitAsTheirAuthorityDoes() throws {
    let clock = try #require(StatutoryClock.find("CTF-15"))
    var known = ClockCircumstances()
    known.lostPupilDays = 20
    let start = ClockStart.on(try day("2026-11-20"))
    #expect(
      try clock.due(from: start, by: try SampleCalendars.days(), known).on == day("2027-01-05"))
  }

  @Test func aMissingCalendarIsNamed() throws {
    let owner = try SampleCalendars.owner("urn:gatehouse:850:7021")
    let none = ClockDays(key: CalendarKey(.school, owner), calendars: [])
    for code in Self.codes {
      let clock = try #require(StatutoryClock.find(code))
      let due = Result { () throws(CalendarGap) in
        try clock.due(from: .at(Timestamp(milliseconds: 1_795_251_600_000)), by: none)
      }
      switch due {
      case .success: #expect(clock.calendar == nil, "\(code)")
      case .failure(let gap):
        #expect(gap.key.kind == clock.calendar, "\(code)")
        #expect(gap.key.owner == owner)
      }
    }
  }

  @Test(arguments: [
    // Admitted on a Saturday, reminded when less than a quarter of the time is left.
    ("working-day", 1, "2026-11-23T23:59:59.999Z", "2026-11-23T08:15:00.000Z"),
    ("working-day", 10, "2026-12-04T23:59:59.999Z", "2026-12-03T23:59:59.999Z"),
    ("school-day", 6, "2026-12-01T23:59:59.999Z", "2026-11-30T23:59:59.999Z"),
    ("calendar-day", 42, "2027-01-02T23:59:59.999Z", "2027-01-01T23:59:59.999Z"),
    ("month", 1, "2026-12-21T23:59:59.999Z", "2026-12-20T23:59:59.999Z"),
    ("hour", 8, "2026-11-21T17:00:00.000Z", "2026-11-21T15:00:00.000Z"),
    ("hour", 720, "2026-12-21T09:00:00.000Z", "2026-12-20T09:00:00.000Z"),
  ])
  func replies(unit: String, count: Int, at: String, remindAt: String) throws {
    let key = CalendarKey(.school, try SampleCalendars.owner("urn:gatehouse:850:4321"))
    let answer = reckonDue(
      DueFacts(
        clock: MessageType.Clock(count: count, unit: unit),
        start: try instant("2026-11-21T09:00:00Z"),
        key: key,
        calendars: [.school(try SampleCalendars.school()), .working(try SampleCalendars.working())])
    )
    #expect(answer == .due(at: try instant(at), remindAt: try instant(remindAt)))
  }

  @Test func unknownUnitsAndCountsAreNeverReckoned() throws {
    for (unit, count) in [("fortnight", 1), ("hour", 0), ("working-day", -1)] {
      let answer = reckonDue(
        DueFacts(
          clock: MessageType.Clock(count: count, unit: unit),
          start: try instant("2026-11-21T09:00:00Z"), key: nil, calendars: []))
      guard case .unknown = answer else {
        Issue.record("\(unit) \(count) was reckoned")
        continue
      }
    }
  }

  @Test(arguments: [
    ("850:4321", "850:iss", "school-day", "school urn:gatehouse:850:4321"),
    ("850:iss", "850:4321", "school-day", "school urn:gatehouse:850:4321"),
    ("850:4321", "851:4551", "school-day", "school urn:gatehouse:850:4321"),
    ("851:4551", "850:4321", "school-day", "school urn:gatehouse:851:4551"),
    ("850:adm", "850:cme", "school-day", "school la:850"),
    ("850:iss", "851:4551", "working-day", "working la:850"),
    ("851:4551", "850:iss", "working-day", "working la:851"),
    ("850:iss", "850:4321", "month", nil), ("850:iss", "850:4321", "hour", nil),
  ])
  func whoseCalendar(owedBy: String, owedTo: String, unit: String, key: String?) throws {
    let owing = try #require(PartyURN("urn:gatehouse:" + owedBy))
    let owed = try #require(PartyURN("urn:gatehouse:" + owedTo))
    #expect(CalendarKey.needed(unit: unit, owedBy: owing, owedTo: owed)?.text == key)
  }
}
