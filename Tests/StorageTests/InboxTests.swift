// The recipient's verbs: pages and their cursor, long polls, opening, acknowledging, status.

import ExchangeModel
import Testing

@testable import Storage

@Suite struct InboxTests {
  private func ids(_ page: InboxPage) -> [String] { page.messages.map(\.id) }

  private func inbox(
    _ test: TestStore, of agency: Agency = .iss, after: MessageID? = nil, limit: Int = 10,
    wait: Duration = .zero
  ) async throws -> InboxPage {
    try await test.store.inbox(of: agency.spki, after: after, limit: limit, wait: wait)
  }

  /// Returns when at least so many long polls wait.
  private func untilWaiting(_ test: TestStore, _ count: Int) async throws {
    while test.store.signal.waiting < count { try await Task.sleep(for: .milliseconds(2)) }
  }

  @Test func pagesAreOldestFirstAndTheCursorIsStableUnderInserts() async throws {
    let test = try await TestStore.make()
    for number in 1...5 { try await test.admit(submission("m-\(number)")) }
    let first = try await inbox(test, limit: 2)
    #expect(ids(first) == ["m-1", "m-2"])
    #expect(first.hasMore)
    try await test.admit(submission("m-6"))
    let second = try await inbox(test, after: first.messages.last?.messageID, limit: 3)
    #expect(ids(second) == ["m-3", "m-4", "m-5"])
    #expect(second.hasMore)
    let third = try await inbox(test, after: second.messages.last?.messageID, limit: 3)
    #expect(ids(third) == ["m-6"])
    #expect(!third.hasMore)
    let summary = try #require(first.messages.first)
    #expect(summary.source == Agency.school.urn)
    #expect(summary.recipient == Agency.iss.urn)
    #expect(summary.size == 15)
    #expect(summary.purpose.rawValue == "medical-education")
  }

  @Test func theCursorStandsWhenItsMessageHasLeftTheInbox() async throws {
    let test = try await TestStore.make()
    let first = try await test.admit(submission("m-1"))
    try await test.admit(submission("m-2"))
    _ = try await test.store.acknowledge(
      first.messageID, by: Agency.iss.spki,
      Acknowledgement(outcome: .taken, reason: nil, detail: nil))
    #expect(ids(try await inbox(test)) == ["m-2"])
    #expect(ids(try await inbox(test, after: first.messageID)) == ["m-2"])
  }

  @Test func aCursorOfAnotherInboxIsRefused() async throws {
    let test = try await TestStore.make()
    let other = try await test.admit(submission("m-1", to: Agency.cme.urn))
    await #expect(throws: Refusal(.badParameter)) {
      try await inbox(test, after: other.messageID)
    }
  }

  @Test func eachPartySeesItsOwnInboxAlone() async throws {
    let test = try await TestStore.make()
    try await test.admit(submission("for-iss"))
    try await test.admit(submission("for-cme", to: Agency.cme.urn))
    #expect(ids(try await inbox(test)) == ["for-iss"])
    #expect(ids(try await inbox(test, of: .cme)) == ["for-cme"])
    #expect(ids(try await inbox(test, of: .school)) == [])
  }

  @Test func aStrangerAndASuspendedPartyGetNothing() async throws {
    let test = try await TestStore.make()
    await #expect(throws: Refusal(.certificateUnknown)) {
      try await test.store.inbox(
        of: String(repeating: "f", count: 64), after: nil, limit: 1, wait: .zero)
    }
    try await test.store.setState(of: Agency.iss.urn, to: .suspended)
    await #expect(throws: Refusal(.partySuspended)) { try await inbox(test) }
  }

  @Test(.timeLimit(.minutes(1)))
  func aLongPollIsWokenByAnAdmission() async throws {
    let test = try await TestStore.make()
    let polls = (0..<8).map { _ in Task { try await inbox(test, wait: .seconds(50)) } }
    let other = Task { try await inbox(test, of: .cme, wait: .milliseconds(700)) }
    try await untilWaiting(test, 8)
    let before = ContinuousClock.now
    try await test.admit(submission("m-1"))
    for poll in polls { #expect(ids(try await poll.value) == ["m-1"]) }
    #expect(ContinuousClock.now - before < .seconds(10))
    #expect(ids(try await other.value) == [])
  }

  /// Admissions and polls race: no poll may sleep through the only message.
  @Test(.timeLimit(.minutes(1)))
  func noWakeUpIsLost() async throws {
    let test = try await TestStore.make()
    var after: MessageID?
    for round in 0..<100 {
      let cursor = after
      async let page = inbox(test, after: cursor, wait: .seconds(50))
      async let receipt = test.admit(submission("m-\(round)"))
      #expect(ids(try await page) == ["m-\(round)"])
      after = try await receipt.messageID
    }
  }

  @Test func aLongPollEndsWithItsTimeEmpty() async throws {
    let test = try await TestStore.make()
    let before = ContinuousClock.now
    let page = try await inbox(test, wait: .milliseconds(200))
    #expect(page.messages == [])
    #expect(ContinuousClock.now - before >= .milliseconds(200))
  }

  @Test(.timeLimit(.minutes(1)))
  func aCancelledLongPollEndsAtOnce() async throws {
    let test = try await TestStore.make()
    let poll = Task { try await inbox(test, wait: .seconds(50)) }
    try await untilWaiting(test, 1)
    poll.cancel()
    await #expect(throws: CancellationError.self) { try await poll.value }
  }

  @Test(.timeLimit(.minutes(1)))
  func longPollsEndWhenTheGatewayStops() async throws {
    let test = try await TestStore.make()
    let poll = Task { try await inbox(test, wait: .seconds(50)) }
    try await untilWaiting(test, 1)
    test.store.endLongPolls()
    #expect(try await poll.value.messages == [])
    #expect(try await inbox(test, wait: .seconds(50)).messages == [])
  }

  /// Another process admits: the poll is woken by our writer's next look at the log.
  @Test(.timeLimit(.minutes(1)))
  func aLongPollIsWokenByAnotherProcess() async throws {
    let test = try await TestStore.make()
    let other = try TestStore(folder: test.folder, time: test.time)
    let poll = Task { try await inbox(test, wait: .seconds(50)) }
    try await untilWaiting(test, 1)
    try await other.admit(submission("m-1"))
    _ = try await LogKey.publish(test.store)
    let before = ContinuousClock.now
    #expect(ids(try await poll.value) == ["m-1"])
    #expect(ContinuousClock.now - before < .seconds(20))
    #expect(test.store.signal.waiting == 0)
  }

  @Test func openingGivesTheContentAndLogsTheRead() async throws {
    let test = try await TestStore.make()
    let receipt = try await test.admit(submission("m-1", content: "{\"sample\":\"as sent\"}"))
    let opened = try await test.store.open(receipt.messageID, by: Agency.iss.spki)
    #expect(opened.received == Array("{\"sample\":\"as sent\"}".utf8))
    #expect(opened.format == .json)
    #expect(opened.summary.messageID == receipt.messageID)
    let status = try await test.store.status(of: receipt.messageID, for: Agency.school.spki)
    #expect(status.timeline.map(\.event) == ["admitted", "read"])
    #expect(status.state == .awaiting)
  }

  @Test func nobodyButTheRecipientOpensOrAcknowledges() async throws {
    let test = try await TestStore.make()
    let receipt = try await test.admit(submission("m-1"))
    let taken = Acknowledgement(outcome: .taken, reason: nil, detail: nil)
    for agency in [Agency.school, .cme] {
      await #expect(throws: Refusal(.notFound)) {
        try await test.store.open(receipt.messageID, by: agency.spki)
      }
      await #expect(throws: Refusal(.notFound)) {
        try await test.store.acknowledge(receipt.messageID, by: agency.spki, taken)
      }
    }
    await #expect(throws: Refusal(.notFound)) {
      try await test.store.status(of: receipt.messageID, for: Agency.cme.spki)
    }
    let status = try await test.store.status(of: receipt.messageID, for: Agency.school.spki)
    #expect(status.timeline.map(\.event) == ["admitted"])
  }

  @Test func acknowledgingIsIdempotentAndFinal() async throws {
    let test = try await TestStore.make()
    let receipt = try await test.admit(submission("m-1"))
    let refused = Acknowledgement(outcome: .refused, reason: "not-ours", detail: "Sample detail")
    test.time.advance(seconds: 5)
    let status = try await test.store.acknowledge(
      receipt.messageID, by: Agency.iss.spki, refused)
    #expect(status.state == .refused)
    let again = try await test.store.acknowledge(
      receipt.messageID, by: Agency.iss.spki, refused)
    #expect(again.timeline == status.timeline)
    #expect(status.timeline.map(\.event) == ["admitted", "acknowledged"])
    #expect(status.timeline.last?.at == test.time.now)
    let others = [
      Acknowledgement(outcome: .taken, reason: nil, detail: nil),
      Acknowledgement(outcome: .refused, reason: "other", detail: nil),
    ]
    for other in others {
      await #expect(throws: Refusal(.alreadyAcknowledged)) {
        try await test.store.acknowledge(receipt.messageID, by: Agency.iss.spki, other)
      }
    }
    let seen = try await test.store.status(of: receipt.messageID, for: Agency.school.spki)
    #expect(seen.acknowledgement == refused)
    #expect(try await inbox(test).messages == [])
    #expect(try test.count("acknowledgement") == 1)
  }
}
