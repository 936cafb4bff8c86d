// Article 19: every earlier recipient is told, settled by its acknowledgement, chased when late.

import ExchangeModel
import GRDB
import Testing

@testable import Storage

@Suite struct RectificationTests {
  private static let request = RectificationRequest(
    subject: Child.subject(Child.ada), field: "surname", kind: "rectified", old: "Samplesen",
    new: "Sampleson", reason: nil, from: "2026-11-16T09:30:00Z")

  private static let fortnight: @Sendable (Timestamp, PartyURN) -> Timestamp = { at, _ in
    at.adding(seconds: 14 * 86_400)
  }

  /// Begins one over all messages that the school sent about the child.
  private func start(
    _ test: TestStore, _ request: RectificationRequest = request
  ) async throws -> MessageID {
    let sent = try await test.store.sentMessages(
      about: request.subject, by: Agency.school.spki, after: nil, limit: 100)
    return try await test.store.startRectification(
      request, in: sent.map(\.sequence), by: Agency.school.spki
    ).id
  }

  private func states(_ test: TestStore, _ id: MessageID) async throws -> [String] {
    try await test.store.rectification(id, for: Agency.school.spki).recipients.map {
      "\($0.recipient.slug) \($0.state)"
    }
  }

  private func settle(
    _ test: TestStore, _ id: String, from agency: Agency, to reference: String
  ) async throws {
    try await test.admit(
      message(
        id, about: [:], from: agency, to: .school, type: SampleTypes.settlement,
        alter: { $0.inReplyTo = reference }))
  }

  @Test func everyEarlierRecipientIsToldOnce() async throws {
    let test = try await TestStore.make()
    let read = try await test.admit(message("m-1"))
    _ = try await test.store.open(read.messageID, by: Agency.iss.spki)
    try await test.admit(message("m-2"))
    try await test.admit(message("m-3", to: .cme, type: SampleTypes.sealedShare))
    try await test.admit(message("m-4", about: Child.bo, to: .cme))
    try await test.admit(message("m-5", from: .iss, to: .cme))
    let id = try await start(test)
    #expect(try await states(test, id) == ["cme owed", "iss owed"])
    let notices = try await test.store.noticesDue(limit: 10)
    #expect(notices.map(\.kind) == [.rectification, .rectification])
    #expect(notices.allSatisfy { $0.source == Agency.school.urn })
    let detail = try #require(notices.first?.detail)
    #expect(detail["subjectKey"]?.utf8.count == 64)
    #expect(detail["old"] == "Samplesen")
    #expect(detail["new"] == "Sampleson")
    #expect(detail["reason"] == nil)
    #expect(Set(detail.keys) == ["subjectKey", "field", "kind", "from", "old", "new"])
    let sent = try await test.sendNotices()
    #expect(sent.map(\.recipient) == [Agency.cme.urn, Agency.iss.urn])
    #expect(try await states(test, id) == ["cme notified", "iss notified"])
    #expect(try await LogKey.verify(test.store).faults == [])
  }

  @Test func theSameRequestAgainIsTheSameRectification() async throws {
    let test = try await TestStore.make()
    try await test.admit(message("m-1"))
    let first = try await start(test)
    #expect(try await start(test) == first)
    #expect(try test.count("notice") == 1)
    let later = RectificationRequest(
      subject: Self.request.subject, field: "surname", kind: "rectified", old: "Sampleson",
      new: "Samplesen", reason: nil, from: "2026-11-17T09:30:00Z")
    #expect(try await start(test, later) != first)
    #expect(try test.count("notice") == 2)
  }

  @Test func acknowledgementsSettleByEitherId() async throws {
    let test = try await TestStore.make()
    try await test.admit(message("m-1"))
    try await test.admit(message("m-2", to: .cme))
    let id = try await start(test)
    let sent = try await test.sendNotices()
    let toCME = try #require(sent.first { $0.recipient == Agency.cme.urn })
    // Somebody else's acknowledgement settles nothing, and one that names no notice neither.
    try await settle(test, "a-0", from: .iss, to: toCME.message.text)
    try await settle(test, "a-1", from: .cme, to: "m-2")
    #expect(try await states(test, id) == ["cme notified", "iss notified"])
    try await settle(test, "a-2", from: .cme, to: toCME.message.text)
    #expect(try await states(test, id) == ["cme acknowledged", "iss notified"])
    let number = try await test.tool().read {
      try String.fetchOne(
        $0,
        sql: "SELECT source_id FROM message WHERE type LIKE '%notice%' AND recipient LIKE '%iss'")
    }
    try await settle(test, "a-3", from: .iss, to: try #require(number))
    #expect(try await states(test, id) == ["cme acknowledged", "iss acknowledged"])
    let rectification = try await test.store.rectification(id, for: Agency.school.spki)
    #expect(rectification.recipients.allSatisfy { $0.answer != nil && $0.notice != nil })
  }

  @Test func anAnswerBeforeTheNoticeIsMarkedSentCounts() async throws {
    let test = try await TestStore.make()
    try await test.admit(message("m-1"))
    let id = try await start(test)
    let notice = try #require(try await test.store.noticesDue(limit: 1).first)
    let owed = submission("n-1", type: SampleTypes.notice)
    let receipt = try await test.admit(
      Submission(
        envelope: owed.envelope, claims: owed.claims, content: owed.content,
        messageType: owed.messageType, received: owed.received, format: owed.format,
        priority: .routine, expiresAt: nil, attachments: [], sender: .notice(notice.id)))
    try await settle(test, "a-1", from: .iss, to: receipt.messageID.text)
    #expect(try await states(test, id) == ["iss acknowledged"])
  }

  @Test func theLateAreChasedOnceAndThenOverdue() async throws {
    let test = try await TestStore.make()
    try await test.admit(message("m-1"))
    try await test.admit(message("m-2", to: .cme))
    let id = try await start(test)
    // Not told yet: no time runs.
    test.time.advance(seconds: 30 * 86_400)
    #expect(try await test.store.sweepRectifications(due: Self.fortnight) == 0)
    let sent = try await test.sendNotices()
    let toCME = try #require(sent.first { $0.recipient == Agency.cme.urn })
    try await settle(test, "a-1", from: .cme, to: toCME.message.text)
    test.time.advance(seconds: 14 * 86_400 - 1)
    #expect(try await test.store.sweepRectifications(due: Self.fortnight) == 0)
    test.time.advance(seconds: 1)
    #expect(try await test.store.sweepRectifications(due: Self.fortnight) == 1)
    #expect(try await test.store.sweepRectifications(due: Self.fortnight) == 0)
    #expect(try await states(test, id) == ["cme acknowledged", "iss overdue"])
    let chase = try #require(try await test.store.noticesDue(limit: 10).first)
    #expect(chase.detail["chase"] == "1")
    #expect(chase.detail["new"] == "Sampleson")
    #expect(chase.source == Agency.school.urn)
    // An answer to the reminder settles it too.
    let again = try #require(try await test.sendNotices().first)
    try await settle(test, "a-2", from: .iss, to: again.message.text)
    #expect(try await states(test, id) == ["cme acknowledged", "iss acknowledged"])
  }

  @Test func theDutyOfTheNoticeSaysWhenItIsLate() async throws {
    let test = try await TestStore.make()
    try await test.admit(message("m-1"))
    let id = try await start(test)
    _ = try await test.sendNotices(type: SampleTypes.noticeWithClock)
    test.time.advance(seconds: 2 * 86_400)
    #expect(try await test.store.sweepRectifications(due: Self.fortnight) == 0)
    test.time.advance(seconds: 2 * 86_400)
    #expect(try await test.store.sweepRectifications(due: Self.fortnight) == 1)
    #expect(try await states(test, id) == ["iss overdue"])
  }

  @Test func whatWasHeldUnseenIsNotGivenAway() async throws {
    let test = try await TestStore.make()
    try await test.admit(message("m-1"))
    try await test.tool().write {
      try $0.execute(
        sql: "INSERT INTO held SELECT sequence, 'administrator', 1, leaf FROM message")
    }
    let id = try await start(test)
    #expect(try await states(test, id) == [])
    #expect(try test.count("notice") == 0)
  }

  @Test func onlyTheRequesterSeesIt() async throws {
    let test = try await TestStore.make()
    try await test.admit(message("m-1"))
    let id = try await start(test)
    await #expect(throws: Refusal(.notFound)) {
      try await test.store.rectification(id, for: Agency.iss.spki)
    }
    let registers = try await test.store.subjectRegisters(
      of: Child.adaByNumber, for: .gatewayOperator)
    #expect(registers.rectifications.map(\.recipients) == [[Agency.iss.urn.text]])
    #expect(registers.rectifications.first?.kind == "rectified")
    let others = try await test.store.subjectRegisters(
      of: Child.adaByNumber, for: .party(Agency.iss.spki))
    #expect(others.rectifications == [])
  }

  @Test func nobodyRectifiesWhatAnotherSent() async throws {
    let test = try await TestStore.make()
    try await test.admit(message("m-1", from: .cme))
    let sequence = try await test.tool().read {
      try Int64.fetchOne($0, sql: "SELECT sequence FROM message") ?? 0
    }
    await #expect(throws: Refusal(.notFound)) {
      try await test.store.startRectification(
        Self.request, in: [sequence], by: Agency.school.spki)
    }
    #expect(try test.count("rectification") == 0)
    #expect(
      try await test.store.sentMessages(
        about: Self.request.subject, by: Agency.school.spki, after: nil, limit: 10
      ).isEmpty)
  }
}
