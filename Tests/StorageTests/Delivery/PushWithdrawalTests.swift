// A withdrawal of consent that meets a push: before it, under way, and after it failed.

import ExchangeModel
import Testing

@testable import Storage

@Suite struct PushWithdrawalTests {
  private static let endpoint = Endpoint(
    party: Agency.iss.urn, url: "https://iss.example/push", format: .json,
    pins: [String(repeating: "e", count: 64)], authorities: nil)

  private func begin(_ test: TestStore, _ id: MessageID) async throws -> PushAttempt? {
    let again = test.time.now.adding(seconds: 60)
    return try await test.store.beginPush(id, to: Agency.iss.urn) { _ in again }
  }

  private func withdraw(_ test: TestStore, _ record: ConsentRecord) async throws {
    _ = try await test.store.withdrawConsent(
      record.id, .all, reason: nil, by: Agency.school.spki)
  }

  private func fail(_ test: TestStore, _ id: MessageID, mayHaveIt: Bool) async throws {
    try await test.store.endPush(
      id, to: Agency.iss.urn, attempt: 1,
      .failed("not-connected", again: test.time.now, mayHaveIt: mayHaveIt))
  }

  @Test func whatNeverLeftIsHeldAfterAll() async throws {
    let (test, record) = try await TestStore.withConsent()
    try await test.store.set(Self.endpoint)
    let receipt = try await test.share("m-1", record)
    #expect(try await begin(test, receipt.messageID) != nil)
    try await withdraw(test, record)
    #expect(try await test.state(receipt) == .awaiting)
    try await fail(test, receipt.messageID, mayHaveIt: false)
    #expect(try await test.state(receipt) == .held)
    #expect(try await begin(test, receipt.messageID) == nil)
    #expect(try await LogKey.verify(test.store).faults == [])
  }

  @Test func whatMayHaveArrivedIsNotPushedAgain() async throws {
    let (test, record) = try await TestStore.withConsent()
    try await test.store.set(Self.endpoint)
    let receipt = try await test.share("m-1", record)
    #expect(try await begin(test, receipt.messageID) != nil)
    try await withdraw(test, record)
    try await fail(test, receipt.messageID, mayHaveIt: true)
    #expect(try await test.state(receipt) == .awaiting)
    let list = try await test.store.pushes(to: Agency.iss.urn, limit: 10, underWay: [])
    #expect(list.next == [])
    #expect(try await begin(test, receipt.messageID) == nil)
    // As with every message that was had: it can be fetched.
    _ = try await test.store.open(receipt.messageID, by: Agency.iss.spki)
  }

  @Test func anAnswerAfterTheWithdrawalStands() async throws {
    let (test, record) = try await TestStore.withConsent()
    try await test.store.set(Self.endpoint)
    let receipt = try await test.share("m-1", record)
    #expect(try await begin(test, receipt.messageID) != nil)
    try await withdraw(test, record)
    try await test.store.endPush(
      receipt.messageID, to: Agency.iss.urn, attempt: 1,
      .answered(Acknowledgement(outcome: .taken, reason: nil, detail: nil)))
    #expect(try await test.state(receipt) == .taken)
    #expect(try await LogKey.verify(test.store).faults == [])
  }

  @Test func aMessageThatNobodyHadBeforeAFailedPushIsHeld() async throws {
    let (test, record) = try await TestStore.withConsent()
    try await test.store.set(Self.endpoint)
    let receipt = try await test.share("m-1", record)
    #expect(try await begin(test, receipt.messageID) != nil)
    try await fail(test, receipt.messageID, mayHaveIt: false)
    try await withdraw(test, record)
    #expect(try await test.state(receipt) == .held)
  }
}
