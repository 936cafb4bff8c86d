// The store's side of a push: begun, logged, ended; what a withdrawal, a hold or a crash finds.

import ExchangeModel
import Foundation
import GRDB
import Testing

@testable import Storage

@Suite struct PushingTests {
  private static let endpoint = Endpoint(
    party: Agency.iss.urn, url: "https://iss.example/push", format: .json,
    pins: [String(repeating: "e", count: 64)], authorities: nil)

  private static func again(_ test: TestStore, _ seconds: Int64) -> @Sendable (Int) -> Timestamp {
    { [time = test.time] _ in time.now.adding(seconds: seconds) }
  }

  private func next(_ test: TestStore, limit: Int = 10) async throws -> [MessageID] {
    try await test.store.pushes(to: Agency.iss.urn, limit: limit, underWay: []).next
  }

  @Test func isTakenOnItsAnswer() async throws {
    let test = try await TestStore.make()
    try await test.store.set(Self.endpoint)
    let id = try await test.admit(submission("m-1")).messageID
    #expect(try await next(test) == [id])
    let attempt = try #require(
      try await test.store.beginPush(id, to: Agency.iss.urn, again: Self.again(test, 60)))
    #expect(attempt.number == 1)
    #expect(attempt.stored.received == Array("{\"sample\":true}".utf8))
    // Nobody else begins it meanwhile.
    #expect(try await next(test) == [])
    #expect(
      try await test.store.beginPush(id, to: Agency.iss.urn, again: Self.again(test, 60)) == nil)
    try await test.store.endPush(
      id, to: Agency.iss.urn, attempt: 1,
      .answered(Acknowledgement(outcome: .taken, reason: nil, detail: nil)))
    let status = try await test.store.status(of: id, for: Agency.school.spki)
    #expect(status.state == .taken)
    #expect(status.timeline.map(\.event) == ["admitted", "delivery-attempted", "acknowledged"])
    #expect(try await LogKey.verify(test.store).faults == [])
  }

  @Test func aFailedOneComesAgainAtItsTimeAlsoAfterARestart() async throws {
    let test = try await TestStore.make()
    try await test.store.set(Self.endpoint)
    let id = try await test.admit(submission("m-1")).messageID
    _ = try await test.store.beginPush(id, to: Agency.iss.urn, again: Self.again(test, 60))
    // As if the process had died here: another store on the same folder goes on.
    try test.store.close()
    let second = try TestStore(folder: test.folder, time: test.time)
    let early = try await second.store.pushes(to: Agency.iss.urn, limit: 10, underWay: [])
    #expect(early.next == [])
    #expect(early.later == test.time.now.adding(seconds: 60))
    try await second.store.resumePushes()
    #expect(try await next(second) == [id])
    let attempt = try #require(
      try await second.store.beginPush(id, to: Agency.iss.urn, again: Self.again(test, 60)))
    #expect(attempt.number == 2)
    try await second.store.endPush(
      id, to: Agency.iss.urn, attempt: 2,
      .failed("status-500", again: test.time.now.adding(seconds: 5), mayHaveIt: true))
    #expect(try await next(second) == [])
    test.time.advance(seconds: 5)
    #expect(try await next(second) == [id])
  }

  @Test func aRefusalReachesItsSenderAtOnce() async throws {
    let test = try await TestStore.make()
    let id = try await test.admit(submission("m-1")).messageID
    _ = try await test.store.acknowledge(
      id, by: Agency.iss.spki,
      Acknowledgement(outcome: .refused, reason: "not-ours", detail: nil))
    let owed = try await test.store.noticesDue(limit: 10)
    #expect(owed.map(\.kind) == [.deliveryReport])
    #expect(owed.first?.recipient == Agency.school.urn)
    #expect(owed.first?.about == id.text)
    #expect(owed.first?.detail["state"] == "refused" && owed.first?.detail["originalId"] == "m-1")
  }

  @Test func aGoneEndpointIsRetiredAndTheMessageCanBePulled() async throws {
    let test = try await TestStore.make()
    try await test.store.set(Self.endpoint)
    let id = try await test.admit(submission("m-1")).messageID
    _ = try await test.store.beginPush(id, to: Agency.iss.urn, again: Self.again(test, 60))
    try await test.store.endPush(id, to: Agency.iss.urn, attempt: 1, .endpointGone)
    #expect(try await test.store.endpoint(of: Agency.iss.urn)?.state == .retired)
    #expect(
      try await test.store.beginPush(id, to: Agency.iss.urn, again: Self.again(test, 60)) == nil)
    _ = try await test.store.open(id, by: Agency.iss.spki)
    // Set again, it is pushed at once.
    try await test.store.set(Self.endpoint)
    #expect(try await next(test) == [id])
  }

  @Test func whatAnOldAddressDoesSaysNothingOfTheNewOne() async throws {
    let test = try await TestStore.make()
    try await test.store.set(Self.endpoint)
    let before = try #require(try await test.store.endpoint(of: Agency.iss.urn)).changedAt
    let gone = try await test.admit(submission("m-1")).messageID
    let failed = try await test.admit(submission("m-2")).messageID
    for id in [gone, failed] {
      let begun = try await test.store.beginPush(
        id, to: Agency.iss.urn, setAt: before, again: Self.again(test, 60))
      #expect(begun != nil)
    }
    test.time.advance(seconds: 1)
    try await test.store.set(Self.endpoint)
    try await test.store.endPush(
      gone, to: Agency.iss.urn, setAt: before, attempt: 1, .endpointGone)
    try await test.store.endPush(
      failed, to: Agency.iss.urn, setAt: before, attempt: 1,
      .failed("timeout", again: test.time.now.adding(seconds: 4000), mayHaveIt: true))
    #expect(try await test.store.endpoint(of: Agency.iss.urn)?.state == .live)
    #expect(try await next(test) == [gone, failed])
    // Nothing more is begun for the old address.
    #expect(
      try await test.store.beginPush(
        gone, to: Agency.iss.urn, setAt: before, again: Self.again(test, 60)) == nil)
  }

  @Test func aClockThatIsPutBackDelaysNothing() async throws {
    let test = try await TestStore.make()
    try await test.store.set(Self.endpoint)
    let id = try await test.admit(submission("m-1")).messageID
    _ = try await test.store.beginPush(id, to: Agency.iss.urn, again: Self.again(test, 60))
    try await test.store.endPush(
      id, to: Agency.iss.urn, attempt: 1,
      .failed("status-500", again: test.time.now.adding(seconds: 20 * 86_400), mayHaveIt: true))
    #expect(try await next(test) == [id])
    let begun = try await test.store.beginPush(
      id, to: Agency.iss.urn, again: Self.again(test, 4000))
    #expect(begun != nil)
    #expect(try await next(test) == [])
  }

  @Test func laterOnesOfAChildWaitForTheEarlier() async throws {
    let test = try await TestStore.make()
    let child = ContentFacts(identifiers: ["upn": "A850203924017"])
    let first = try await test.admit(submission("m-1", facts: child)).messageID
    let second = try await test.admit(submission("m-2", facts: child)).messageID
    let other = try await test.admit(submission("m-3")).messageID
    let fromCME = try await test.admit(submission("m-4", from: .cme, facts: child)).messageID
    try await test.store.set(Self.endpoint)
    #expect(try await next(test) == [first, other, fromCME])
    _ = try await test.store.acknowledge(
      first, by: Agency.iss.spki, Acknowledgement(outcome: .taken, reason: nil, detail: nil))
    #expect(try await next(test) == [second, other, fromCME])
  }

  @Test func isGivenUpAfterFiveDaysAndCanStillBePulled() async throws {
    let test = try await TestStore.make()
    let id = try await test.admit(submission("m-1")).messageID
    test.time.advance(seconds: 3600)
    #expect(try await test.store.sweepWaiting().delayed == 0)
    test.time.advance(seconds: 86_400)
    #expect(try await test.store.sweepWaiting().delayed == 1)
    test.time.advance(seconds: 5 * 86_400)
    #expect(try await test.store.sweepWaiting().undelivered == 1)
    #expect(try await test.store.sweepWaiting() == WaitingSweep())
    let status = try await test.store.status(of: id, for: Agency.school.spki)
    #expect(status.state == .undelivered)
    #expect(status.timeline.map(\.event) == ["admitted", "delivery-delayed", "undelivered"])
    let owed = try await test.store.noticesDue(limit: 10)
    #expect(owed.map { $0.detail["state"] } == ["delayed", "undelivered"])
    #expect(owed.map { $0.detail["reason"] } == ["not-fetched", "not-fetched"])
    let page = try await test.store.inbox(
      of: Agency.iss.spki, after: nil, limit: 10, wait: .zero)
    #expect(page.messages.map(\.messageID) == [id])
    _ = try await test.store.acknowledge(
      id, by: Agency.iss.spki, Acknowledgement(outcome: .taken, reason: nil, detail: nil))
    #expect(try await test.store.status(of: id, for: Agency.school.spki).state == .taken)
    #expect(try await LogKey.verify(test.store).faults == [])
  }

  @Test func whatExpiredIsHandedOutNoMore() async throws {
    let test = try await TestStore.make()
    let expiry = test.time.now.adding(seconds: 600)
    let unread = try await test.admit(submission("m-1", expiresAt: expiry)).messageID
    let read = try await test.admit(submission("m-2", expiresAt: expiry)).messageID
    _ = try await test.store.open(read, by: Agency.iss.spki)
    test.time.advance(seconds: 600)
    #expect(try await test.store.sweepWaiting().undelivered == 2)
    let page = try await test.store.inbox(
      of: Agency.iss.spki, after: nil, limit: 10, wait: .zero)
    #expect(page.messages.isEmpty)
    await #expect(throws: Refusal(.expired)) {
      try await test.store.open(unread, by: Agency.iss.spki)
    }
    let taken = Acknowledgement(outcome: .taken, reason: nil, detail: nil)
    await #expect(throws: Refusal(.expired)) {
      try await test.store.acknowledge(unread, by: Agency.iss.spki, taken)
    }
    // Whoever read it in time may still say so.
    #expect(
      try await test.store.acknowledge(read, by: Agency.iss.spki, taken).state == .taken)
    #expect(try await LogKey.verify(test.store).faults == [])
  }

  @Test func anAdministratorHoldsAndReleases() async throws {
    let test = try await TestStore.make()
    try await test.store.set(Self.endpoint)
    let id = try await test.admit(submission("m-1")).messageID
    try await test.store.hold(id)
    #expect(try await next(test) == [])
    #expect(try await test.store.status(of: id, for: Agency.school.spki).state == .held)
    await #expect(throws: Refusal(.messageHeld)) { try await test.store.hold(id) }
    try await test.store.release(id)
    #expect(try await next(test) == [id])
    #expect(try await LogKey.verify(test.store).faults == [])
  }

  @Test func secretsRotateSideBySideAndAreSealed() async throws {
    let test = try await TestStore.make()
    let first = try #require(try await test.store.set(Self.endpoint))
    #expect(try await test.store.set(Self.endpoint) == nil)
    let second = try await test.store.rotateSecret(of: Agency.iss.urn)
    let both = try await test.store.endpointSecrets(of: Agency.iss.urn)
    #expect(both.map(\.bytes) == [second, first])
    test.time.advance(seconds: Store.overlap)
    let one = try await test.store.endpointSecrets(of: Agency.iss.urn)
    #expect(one.map(\.bytes) == [second])
    let rows = try await test.tool().read {
      try Data.fetchAll($0, sql: "SELECT sealed FROM endpoint_secret")
    }
    #expect(rows.allSatisfy { $0.range(of: Data(second)) == nil })
    let keys = try await test.store.signingKeys()
    #expect(keys.count == 1)
    try await test.store.rotateSigningKey()
    #expect(try await test.store.signingKeys().count == 2)
  }
}
