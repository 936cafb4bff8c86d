// Messages that wait for a person: held at admission by an obligation, seen by nobody, released.

import ExchangeModel
import Foundation
import GRDB
import MessageLog
import Storage
import Testing

@Suite struct HoldTests {
  /// A permit that asks for a person's eye.
  private static let holding: @Sendable (Facts) -> Decision = { _ in
    let permit = Decision.permitted
    return Decision(
      rules: permit.rules,
      obligations: permit.obligations + [
        Obligation(kind: Obligation.holdForReviewKind, detail: "A person looks.")
      ], grounds: permit.grounds, policyVersion: "1", catalogueVersion: "c1")
  }

  private func held(_ test: TestStore) async throws -> Receipt {
    // Another purpose: the same facts would get the decision made on them before.
    let outcome = try await test.store.admit(
      submission("m-1", purpose: "other"), decide: Self.holding)
    guard case .admitted(let receipt) = outcome else { throw Unexpected(outcome: "\(outcome)") }
    return receipt
  }

  @Test func isAdmittedAndSeenByNobodyUntilReleased() async throws {
    let test = try await TestStore.make()
    let receipt = try await held(test)
    #expect(try await inbox(test) == [])
    await #expect(throws: Refusal(.messageHeld)) {
      try await test.store.open(receipt.messageID, by: Agency.iss.spki)
    }
    let status = try await test.store.status(of: receipt.messageID, for: Agency.school.spki)
    #expect(status.state == .held)
    #expect(status.timeline.map(\.event) == ["admitted", "held"])
    let list = try await test.store.heldMessages(limit: 10)
    #expect(list.map(\.summary.messageID) == [receipt.messageID])
    #expect(list.map(\.reason) == [.review])
    let owed = try await test.store.noticesDue(limit: 10)
    #expect(owed.map(\.kind) == [.held])
    #expect(owed.map(\.recipient) == [Agency.school.urn])
    #expect(try await LogKey.verify(test.store).faults == [])

    try await test.store.release(receipt.messageID)
    #expect(try await inbox(test) == [receipt.messageID])
    let opened = try await test.store.open(receipt.messageID, by: Agency.iss.spki)
    #expect(opened.summary.id == "m-1")
    #expect(try await test.store.heldMessages(limit: 10).isEmpty)
    #expect(try await LogKey.verify(test.store).faults == [])
  }

  @Test func onlyWhatIsHeldForAPersonIsReleased() async throws {
    let test = try await TestStore.make()
    let free = try await test.admit(submission("m-2"))
    await #expect(throws: Refusal(.notHeld)) { try await test.store.release(free.messageID) }
    let unknown = try #require(MessageID("019a0000-0000-7000-8000-000000000001"))
    await #expect(throws: Refusal(.notFound)) { try await test.store.release(unknown) }
    let receipt = try await held(test)
    try await test.tool().write {
      try $0.execute(sql: "UPDATE held SET reason = 'consent-withdrawn'")
    }
    await #expect(throws: Refusal(.consentNotLive)) {
      try await test.store.release(receipt.messageID)
    }
  }

  private func inbox(_ test: TestStore) async throws -> [MessageID] {
    try await test.store.inbox(of: Agency.iss.spki, after: nil, limit: 10, wait: .zero)
      .messages.map(\.messageID)
  }
}
