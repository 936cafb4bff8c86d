// Duties: opened and settled with the messages, by calendars, and told of once.

import ExchangeModel
import Foundation
import GRDB
import MessageLog
import Policy
import Storage
import Synchronization
import Testing

/// Calendar files as an operator has them.
enum CalendarFiles {
  static func working(_ owner: String = "la:850", holidays: [String] = []) -> [UInt8] {
    let list = holidays.map { #"{"date":"\#($0)"}"# }.joined(separator: ",")
    return Array(
      """
      {"kind":"working","owner":"\(owner)","validFrom":"2026-01-01","validThrough":"2027-12-31",
       "bankHolidays":[\(list)]}
      """.utf8)
  }

  static func school(_ owner: String = "urn:gatehouse:850:4321") -> [UInt8] {
    Array(
      """
      {"kind":"school","owner":"\(owner)","validFrom":"2026-09-01","validThrough":"2027-08-31",
       "terms":[{"first":"2026-09-02","last":"2026-12-18"}],"insetDays":["2026-11-27"]}
      """.utf8)
  }
}

/// A type that awaits replies: each a slug, a count and unit, and what it is an alternative to.
func awaiting(
  _ replies: [(slug: String, within: (Int, String)?, instead: String?)], sealed: Bool = false
) -> MessageType {
  let list: [[String: Any]] = replies.map { reply in
    var object: [String: Any] = ["type": "gatehouse.\(reply.slug).v1"]
    if let (count, unit) = reply.within { object["within"] = ["count": count, "unit": unit] }
    if let other = reply.instead { object["alternativeTo"] = "gatehouse.\(other).v1" }
    return object
  }
  var change: [String: Any] = ["expectedReplies": list]
  if sealed { change["sensitivity"] = "SEALED" }
  return SampleTypes.type("medical-referral", change)
}

@Suite struct DutyTests {
  private static let acknowledgement = SampleTypes.type("referral-acknowledgement")
  private static let oneWorkingDay = awaiting([
    ("referral-acknowledgement", (1, "working-day"), nil), ("triage-outcome", nil, nil),
  ])

  private func owed(
    _ test: TestStore, by agency: Agency = .iss, _ side: Duty.Side = .owedByMe,
    _ state: Duty.State = .open
  ) async throws -> [Duty] {
    try await test.store.duties(
      of: agency.spki, side: side, state: state, after: nil, limit: 100
    ).duties
  }

  /// The acknowledgement of ISS to the school, naming a message.
  private func reply(
    _ id: String, to reference: String?, type: MessageType = acknowledgement,
    from agency: Agency = .iss, _ alter: (inout Envelope) -> Void = { _ in }
  ) -> Submission {
    submission(id, from: agency, to: Agency.school.urn, type: type) { envelope in
      envelope.inReplyTo = reference
      alter(&envelope)
    }
  }

  @Test func opensOneForEachReply() async throws {
    let test = try await TestStore.make()
    _ = try await test.store.importCalendar(CalendarFiles.working())
    let receipt = try await test.admit(submission("1", type: Self.oneWorkingDay))
    try await test.admit(submission("2"))
    let duties = try await owed(test)
    #expect(duties.map(\.id.text) == ["\(receipt.messageID).1", "\(receipt.messageID).2"])
    #expect(try await owed(test, by: .school, .owedToMe) == duties)
    #expect(try await owed(test, by: .school).isEmpty)
    #expect(try await owed(test, by: .cme, .owedToMe).isEmpty)
    let first = try #require(duties.first)
    // Saturday 21 November: the end of Monday.
    #expect(first.dueAt?.description == "2026-11-23T23:59:59.999Z")
    #expect(first.replyTypes == ["gatehouse.referral-acknowledgement.v1"])
    #expect(first.calendarMissing == nil && first.clock?.count == 1)
    #expect(duties.last?.dueAt == nil && duties.last?.clock == nil)
    #expect(duties.last?.calendarMissing == nil)
  }

  @Test func areMetByTheReplyThatNamesTheMessage() async throws {
    let test = try await TestStore.make()
    _ = try await test.store.importCalendar(CalendarFiles.working())
    let receipt = try await test.admit(submission("1", type: Self.oneWorkingDay))
    let other = try await test.admit(submission("2", type: Self.oneWorkingDay))
    // No reference, a reference to nothing, another type, the wrong side: nothing is settled.
    try await test.admit(reply("r1", to: nil))
    try await test.admit(reply("r2", to: "no-such-message"))
    try await test.admit(
      reply("r3", to: receipt.messageID.text, type: SampleTypes.type("meeting-reply")))
    try await test.admit(
      submission("r4", type: Self.acknowledgement) { $0.inReplyTo = receipt.messageID.text })
    #expect(try await owed(test).count == 4)
    let met = try await test.admit(reply("r5", to: receipt.messageID.text))
    #expect(try await owed(test).count == 3)
    let settled = try #require(try await owed(test, by: .iss, .owedByMe, .met).first)
    #expect(settled.metBy == met.messageID && settled.state == .met)
    #expect(settled.id.text == "\(receipt.messageID).1")
    // The sender's own id does as well, and so does the thread.
    try await test.admit(reply("r6", to: "2"))
    #expect(try await owed(test, by: .iss, .owedByMe, .met).count == 2)
    try await test.admit(
      reply("r7", to: nil, type: SampleTypes.type("triage-outcome")) {
        $0.correlationID = other.messageID.text
      })
    #expect(try await owed(test).map(\.id.text) == ["\(receipt.messageID).2"])
    // Once met it stays so, and the log says it once for each.
    try await test.admit(reply("r8", to: receipt.messageID.text))
    #expect(
      try test.leaves(.dutyMet).map { $0[.outcome] } == ["in-time", "in-time", "no-time-limit"])
    #expect(try await LogKey.verify(test.store).faults == [])
  }

  @Test func alternativesAreOneDuty() async throws {
    let test = try await TestStore.make()
    let type = awaiting([
      ("information-disclosure", (2, "working-day"), nil),
      ("not-to-share-decision", (2, "working-day"), "information-disclosure"),
    ])
    let receipt = try await test.admit(submission("1", type: type))
    let duty = try #require(try await owed(test).first)
    #expect(try await owed(test).count == 1)
    #expect(
      duty.replyTypes == [
        "gatehouse.information-disclosure.v1", "gatehouse.not-to-share-decision.v1",
      ])
    try await test.admit(
      reply("r", to: receipt.messageID.text, type: SampleTypes.type("not-to-share-decision")))
    #expect(try await owed(test).isEmpty)
  }

  @Test func lapseWhenTheMessageIsRefused() async throws {
    let test = try await TestStore.make()
    let refused = try await test.admit(submission("1", type: Self.oneWorkingDay))
    let taken = try await test.admit(submission("2", type: Self.oneWorkingDay))
    for (id, outcome) in [(refused, Acknowledgement.Outcome.refused), (taken, .taken)] {
      _ = try await test.store.acknowledge(
        id.messageID, by: Agency.iss.spki,
        Acknowledgement(
          outcome: outcome, reason: outcome == .refused ? "not-ours" : nil, detail: nil))
    }
    #expect(try await owed(test).allSatisfy { $0.messageID == taken.messageID })
    #expect(try await owed(test, by: .school, .owedToMe, .lapsed).count == 2)
  }

  @Test func waitForTheirCalendar() async throws {
    let test = try await TestStore.make()
    let type = awaiting([
      ("referral-acknowledgement", (1, "working-day"), nil),
      ("triage-outcome", (5, "school-day"), nil),
      ("meeting-reply", (3, "calendar-day"), nil),
    ])
    let facts = FactsSeen()
    _ = try await test.store.admit(submission("1", type: type)) { found in
      facts.keep(found.repliesWithoutCalendar)
      return .permitted
    }
    let missing = ["gatehouse.referral-acknowledgement.v1", "gatehouse.triage-outcome.v1"]
    #expect(facts.last == missing)
    var duties = try await owed(test)
    #expect(
      duties.map { $0.calendarMissing?.text } == [
        "working la:850", "school urn:gatehouse:850:4321", nil,
      ])
    #expect(duties.map { $0.dueAt != nil } == [false, false, true])
    #expect(try await test.store.calendarsWanted().map(\.duties) == [1, 1])
    // Opened on Saturday; the calendar comes on Sunday and counts from Saturday.
    test.time.advance(seconds: 86_400)
    let done = try await test.store.importCalendar(CalendarFiles.school())
    #expect(done.version == 1 && done.isNew && done.reckoned == 1)
    duties = try await owed(test)
    // Monday to Thursday, past the INSET day, Monday.
    #expect(duties[1].dueAt?.description == "2026-11-30T23:59:59.999Z")
    #expect(duties[1].calendarMissing == nil && duties[0].calendarMissing != nil)
    #expect(try await test.store.calendarsWanted().map(\.key.text) == ["working la:850"])
    // Another authority's calendar is not this one's.
    _ = try await test.store.importCalendar(CalendarFiles.working("la:851"))
    #expect(try await test.store.calendarsWanted().count == 1)
    _ = try await test.store.importCalendar(CalendarFiles.working())
    #expect(try await test.store.calendarsWanted().isEmpty)
    _ = try await test.store.admit(submission("2", type: type)) { found in
      facts.keep(found.repliesWithoutCalendar)
      return .permitted
    }
    #expect(facts.last == [])
  }

  @Test func anImportByAnotherProcessCountsAtTheNextMessage() async throws {
    let test = try await TestStore.make()
    try await test.admit(submission("1", type: Self.oneWorkingDay))
    let other = try TestStore(folder: test.folder, time: test.time)
    _ = try await other.store.importCalendar(CalendarFiles.working())
    try await test.admit(submission("2", type: Self.oneWorkingDay))
    #expect(try await owed(test).filter { $0.clock != nil }.allSatisfy { $0.dueAt != nil })
  }

  @Test func aCorrectedCalendarMovesWhatIsOpen() async throws {
    let test = try await TestStore.make()
    _ = try await test.store.importCalendar(CalendarFiles.working())
    let met = try await test.admit(submission("1", type: Self.oneWorkingDay))
    try await test.admit(submission("2", type: Self.oneWorkingDay))
    try await test.admit(reply("r", to: met.messageID.text))
    let done = try await test.store.importCalendar(
      CalendarFiles.working(holidays: ["2026-11-23"]))
    #expect(done.version == 2 && done.reckoned == 1)
    let due = try await owed(test).compactMap { $0.dueAt?.description }
    #expect(due == ["2026-11-24T23:59:59.999Z"])
    let settled = try await owed(test, by: .iss, .owedByMe, .met)
    #expect(settled.first?.dueAt?.description == "2026-11-23T23:59:59.999Z")
    let again = try await test.store.importCalendar(
      CalendarFiles.working(holidays: ["2026-11-23"]))
    #expect(!again.isNew && again.version == 2)
    #expect(try test.leaves(.calendarChanged).count == 2)
  }

  @Test func areToldOnceSoonDueAndOnceOverdue() async throws {
    let test = try await TestStore.make()
    _ = try await test.store.importCalendar(CalendarFiles.working())
    let receipt = try await test.admit(submission("1", type: Self.oneWorkingDay))
    let first = try await test.store.sweepDuties()
    #expect(first.reminded == 0 && first.next?.description == "2026-11-23T08:15:00.000Z")
    // To Monday 08:15.
    test.time.advance(seconds: 47 * 3600 + 900)
    let second = try await test.store.sweepDuties()
    #expect(second.reminded == 1 && second.overdue == 0)
    #expect(second.next?.description == "2026-11-24T00:00:00.000Z")
    #expect(try await test.store.sweepDuties().reminded == 0)
    let reminder = try #require(try await test.store.noticesDue(limit: 10).first)
    #expect(reminder.kind == .dutyReminder && reminder.recipient == Agency.iss.urn)
    #expect(reminder.about == receipt.messageID.text)
    #expect(reminder.detail["state"] == "due" && reminder.detail["clock"] == "1 working-day")
    #expect(reminder.detail["dueAt"] == "2026-11-23T23:59:59.999Z")
    #expect(reminder.detail["whatIsOwed"] == "gatehouse.referral-acknowledgement.v1")
    #expect(reminder.detail["duty"] == "\(receipt.messageID).1")
    test.time.advance(seconds: 16 * 3600)
    let third = try await test.store.sweepDuties()
    #expect(third.overdue == 1 && third.next == nil)
    #expect(try await test.store.sweepDuties() == DutySweep())
    let notices = try await test.store.noticesDue(limit: 10).map {
      ($0.recipient, $0.detail["state"])
    }
    #expect(notices.map(\.0) == [Agency.iss.urn, Agency.iss.urn, Agency.school.urn])
    #expect(notices.map(\.1) == ["due", "overdue", "overdue"])
    #expect(try test.leaves(.dutyOverdue).count == 1)
    #expect(try await owed(test, by: .school, .owedToMe, .overdue).count == 1)
    // Late, and met all the same.
    try await test.admit(reply("r", to: receipt.messageID.text))
    #expect(try test.leaves(.dutyMet).map { $0[.outcome] } == ["late"])
    #expect(try await owed(test, by: .school, .owedToMe, .overdue).isEmpty)
  }

  @Test func whatIsMetOrHeldIsNotToldOf() async throws {
    let test = try await TestStore.make()
    _ = try await test.store.importCalendar(CalendarFiles.working())
    let met = try await test.admit(submission("1", type: Self.oneWorkingDay))
    let held = try await test.admit(submission("2", type: Self.oneWorkingDay))
    try await test.admit(reply("r", to: met.messageID.text))
    try await test.tool().write { database in
      try database.execute(
        sql: """
          INSERT INTO held SELECT sequence, 'administrator', 0, leaf FROM message
          WHERE message_id = ?
          """, arguments: [held.messageID.text])
    }
    test.time.advance(seconds: 10 * 86_400)
    #expect(try await test.store.sweepDuties() == DutySweep())
    #expect(try await test.store.noticesDue(limit: 10).isEmpty)
    // Held from its recipient, it is not listed to it; its sender still sees it.
    #expect(try await owed(test).allSatisfy { $0.messageID == met.messageID })
    #expect(
      try await owed(test, by: .school, .owedToMe).contains { $0.messageID == held.messageID })
  }

  @Test func aSealedMessagesDutiesAreItsTwoPartiesAlone() async throws {
    let test = try await TestStore.make()
    let type = awaiting([("subject-access-collation", (10, "working-day"), nil)], sealed: true)
    try await test.admit(submission("1", type: type))
    #expect(try await owed(test).count == 1)
    #expect(try await owed(test, by: .school, .owedToMe).count == 1)
    for side in Duty.Side.allCases { #expect(try await owed(test, by: .cme, side).isEmpty) }
  }

  @Test func arePagedOldestFirst() async throws {
    let test = try await TestStore.make()
    for id in 1...5 { try await test.admit(submission("\(id)", type: Self.oneWorkingDay)) }
    let all = try await owed(test)
    #expect(all.count == 10)
    var found: [Duty] = []
    var after: DutyID?
    for _ in 0..<4 {
      let page = try await test.store.duties(
        of: Agency.iss.spki, side: .owedByMe, state: .open, after: after, limit: 3)
      found += page.duties
      after = page.next
      #expect((after == nil) == (found.count == 10))
    }
    #expect(found == all)
    await #expect(throws: Refusal(.badParameter)) {
      _ = try await test.store.duties(
        of: Agency.iss.spki, side: .owedByMe, state: .open,
        after: DutyID("01935e5e-0000-7000-8000-000000000000.1"), limit: 3)
    }
  }

  @Test(arguments: [
    "", ".", "1.1", "01935e5e-0000-7000-8000-000000000000",
    "01935e5e-0000-7000-8000-000000000000.0",
    "01935e5e-0000-7000-8000-000000000000.01", "01935e5e-0000-7000-8000-000000000000.-1",
    "01935e5e-0000-7000-8000-000000000000.99999", "01935e5e-0000-7000-8000-000000000000.1.1",
  ])
  func otherTextsAreNoDutyIDs(text: String) { #expect(DutyID(text) == nil) }

  @Test func aFileWithFaultsIsNotKept() async throws {
    let test = try await TestStore.make()
    let bad = Array(#"{"kind":"working","owner":"la:850","validFrom":"2026-02-30"}"#.utf8)
    do {
      _ = try await test.store.importCalendar(bad)
      Issue.record("it was imported")
    } catch let refusal as Refusal {
      #expect(refusal.code == .badRequest)
      #expect(refusal.issues.map(\.place).contains("/validFrom"))
    }
    #expect(try await test.store.calendars().isEmpty)
    #expect(try test.count("calendar") == 0)
  }

  /// Whatever is admitted, answered and imported in whatever order, a duty is met exactly when its
  /// answer came, and has a due time exactly when its calendar is there.
  @Test(arguments: [11, 12, 13] as [UInt64])
  func agreesWithANaiveRegister(seed: UInt64) async throws {
    var numbers = seed
    func draw(_ below: UInt64) -> Int {
      numbers = numbers &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((numbers >> 33) % below)
    }
    let test = try await TestStore.make()
    var open: [String: Int] = [:]
    var met = 0
    for step in 0..<40 {
      switch draw(5) {
      case 0, 1:
        let receipt = try await test.admit(submission("m\(step)", type: Self.oneWorkingDay))
        open[receipt.messageID.text] = 2
      case 2:
        let target = open.keys.sorted().first ?? "none"
        try await test.admit(reply("r\(step)", to: target))
        if open[target] == 2 { (open[target], met) = (1, met + 1) }
      case 3: try await test.admit(reply("r\(step)", to: draw(2) == 0 ? nil : "elsewhere"))
      default: test.time.advance(seconds: Int64(draw(100_000)))
      }
      if step == 25 { _ = try await test.store.importCalendar(CalendarFiles.working()) }
      let listed = try await owed(test)
      #expect(listed.count == open.values.reduce(0, +))
      #expect(try await owed(test, by: .iss, .owedByMe, .met).count == met)
      let timed = listed.filter { $0.clock != nil }
      #expect(timed.allSatisfy { ($0.dueAt != nil) == (step >= 25) })
    }
  }
}

/// What a decision was asked about.
private final class FactsSeen: Sendable {
  private let seen = Mutex<[String]?>(nil)
  var last: [String]? { seen.withLock { $0 } }
  func keep(_ types: [String]) { seen.withLock { $0 = types } }
}

extension TestStore {
  /// The events of a kind in the log, in order.
  func leaves(_ kind: LogEvent.Kind) throws -> [LogEvent] {
    try tool().read { try Data.fetchAll($0, sql: "SELECT event FROM leaf ORDER BY leaf_index") }
      .map { try LogEvent(canonicalBytes: Array($0)) }.filter { $0.kind == kind }
  }
}
