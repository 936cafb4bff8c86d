// Duties over the real API: what a referral opens, who sees it, and what settles it.

import ExchangeModel
import Foundation
import Storage
import Testing
import Validation

@testable import Gateway

@Suite("Duties") struct DutyTests {
  private static let working = Array(
    """
    {"kind":"working","owner":"la:850","validFrom":"2020-01-01","validThrough":"2021-12-31",
     "bankHolidays":[]}
    """.utf8)

  @Test(
    "A referral opens duties that its two parties see, with a due time once there is a calendar")
  func opened() async throws {
    try await GatewayHarness.with { harness in
      let id = try await harness.admitted()
      for (agency, side) in [(Agency.service, "owed-by-me"), (.school, "owed-to-me")] {
        let answer = try await harness.client(agency).call("GET", "/v1/duties?side=\(side)")
        #expect(answer.status == 200)
        #expect(answer.header("Cache-Control") == "no-store")
        #expect(try AnswerSchemaTests.faults(answer.bytes, by: "DutyPage") == [])
        let duties = try answer.json()["duties"].map { Array($0.elements) } ?? []
        #expect(duties.map { $0["messageId"]?.string } == [id, id])
        #expect(duties.map { $0["calendarMissing"]?.bool } == [true, false])
        #expect(duties.first?["calendar"]?["owner"]?.string == "la:850")
      }
      for (agency, side) in [(Agency.camhs, Duty.Side.owedByMe), (.school, .owedByMe)] {
        let answer = try await harness.client(agency).duties(side: side)
        #expect(try answer.json()["duties"]?.count == 0)
      }
      // A calendar that reaches ten days on from the harness's day.
      let today = String(harness.clock.now().description.prefix(10))
      let year = try #require(CivilDate(today)).year
      let file = String(decoding: Self.working, as: UTF8.self)
        .replacing("2020-01-01", with: "\(year)-01-01").replacing(
          "2021-12-31", with: "\(year + 1)-12-31")
      let done = try await harness.store.importCalendar(Array(file.utf8))
      #expect(done.reckoned == 1)
      let page = try await harness.client(.service).duties(limit: 1)
      #expect(try AnswerSchemaTests.faults(page.bytes, by: "DutyPage") == [])
      let first = try #require(try page.json()["duties"].flatMap { Array($0.elements).first })
      #expect(first["dueAt"]?.string?.hasSuffix(".999Z") == true)
      let next = try #require(try page.json()["next"]?.string.flatMap { DutyID($0) })
      let rest = try await harness.client(.service).duties(limit: 1, after: next)
      #expect(try rest.json()["duties"]?.count == 1)
      #expect(try rest.json()["next"]?.kind == .null)
    }
  }

  @Test("A duty that is overdue is told to both parties, by message")
  func reminded() async throws {
    try await GatewayHarness.with { harness in
      try await harness.join(.gateway)
      let id = try await harness.admitted()
      let year = try #require(CivilDate(String(harness.clock.now().description.prefix(10)))).year
      let file = String(decoding: Self.working, as: UTF8.self)
        .replacing("2020-01-01", with: "\(year)-01-01")
        .replacing("2021-12-31", with: "\(year + 1)-12-31")
      _ = try await harness.store.importCalendar(Array(file.utf8))
      harness.clock.move(seconds: 10 * 86_400)
      _ = try await harness.store.sweepDuties()
      for agency in [Agency.service, .school] {
        let reminder = try await harness.client(agency).wait(for: "gatehouse.duty-reminder.v1")
        #expect(reminder["data"]?["messageId"]?.string == id)
        #expect(reminder["data"]?["state"]?.string == "overdue")
        #expect(reminder["data"]?["dueAt"]?.string?.isEmpty == false)
      }
    }
  }

  @Test("The watch pauses until the next duty, never longer than a minute nor at all too short")
  func pauses() {
    let now = Timestamp(milliseconds: 1_795_251_600_000)
    for (next, pause) in [
      (nil, 60_000), (now.adding(seconds: 5), 5000), (now.adding(seconds: -5), 250),
      (now.adding(seconds: 86_400), 60_000), (Timestamp(milliseconds: .max), 60_000),
      (Timestamp(milliseconds: .min), 60_000),
    ] as [(Timestamp?, Int64)] {
      #expect(DutyWatch.pause(until: next, now: now) == pause)
    }
  }
}
