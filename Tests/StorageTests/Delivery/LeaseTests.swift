// Leases: two workers of one party, chains, time running out.

import ExchangeModel
import Testing

@testable import Storage

@Suite struct LeaseTests {
  private static let child = ContentFacts(identifiers: ["upn": "A850203924017"])

  private func lease(_ test: TestStore, limit: Int = 10) async throws -> InboxLease {
    try await test.store.lease(of: Agency.iss.spki, limit: limit, seconds: 60, wait: .zero)
  }

  @Test func noTwoWorkersHaveTheSameMessage() async throws {
    let test = try await TestStore.make()
    try await test.admitMany((1...30).map { "m-\($0)" })
    var seen: [MessageID] = []
    for _ in 0..<3 {
      seen += try await lease(test).messages.map(\.messageID)
    }
    #expect(seen.count == 30 && Set(seen).count == 30)
    let last = try await lease(test)
    #expect(last.id == nil && last.messages.isEmpty)
    // Time gives them back.
    test.time.advance(seconds: 60)
    #expect(try await lease(test, limit: 100).messages.count == 30)
  }

  @Test func aChildsMessagesGoToOneWorkerInOrder() async throws {
    let test = try await TestStore.make()
    let first = try await test.admit(submission("m-1", facts: Self.child)).messageID
    let second = try await test.admit(submission("m-2", facts: Self.child)).messageID
    let other = try await test.admit(submission("m-3")).messageID
    let third = try await test.admit(submission("m-4", facts: Self.child)).messageID
    let one = try await lease(test, limit: 2)
    #expect(one.messages.map(\.messageID) == [first, second])
    let two = try await lease(test)
    #expect(two.messages.map(\.messageID) == [other])
    let taken = Acknowledgement(outcome: .taken, reason: nil, detail: nil)
    for id in [first, second] {
      _ = try await test.store.acknowledge(id, by: Agency.iss.spki, taken)
    }
    #expect(try await lease(test).messages.map(\.messageID) == [third])
  }

  @Test func isGivenBackByItsOwnerAlone() async throws {
    let test = try await TestStore.make()
    let id = try await test.admit(submission("m-1")).messageID
    let lease = try #require(try await lease(test).id)
    await #expect(throws: Refusal(.notFound)) {
      try await test.store.endLease(lease, of: Agency.cme.spki)
    }
    try await test.store.endLease(lease, of: Agency.iss.spki)
    #expect(try await self.lease(test).messages.map(\.messageID) == [id])
    await #expect(throws: Refusal(.notFound)) {
      try await test.store.endLease(lease, of: Agency.iss.spki)
    }
  }

  @Test func aWaitingWorkerIsWokenByAnArrival() async throws {
    let test = try await TestStore.make()
    async let waiting = test.store.lease(
      of: Agency.iss.spki, limit: 1, seconds: 60, wait: .seconds(60))
    while test.store.signal.waiting == 0 { try await Task.sleep(for: .milliseconds(5)) }
    let id = try await test.admit(submission("m-1")).messageID
    #expect(try await waiting.messages.map(\.messageID) == [id])
  }

  @Test func whatIsLeasedIsNotPushed() async throws {
    let test = try await TestStore.make()
    try await test.admit(submission("m-1"))
    _ = try await lease(test)
    let list = try await test.store.pushes(to: Agency.iss.urn, limit: 10, underWay: [])
    #expect(list.next == [] && list.later == test.time.now.adding(seconds: 60))
  }
}

@Suite struct OpeningTests {
  private static let file = SampleTypes.type(
    "child-protection-file-transfer",
    [
      "expectedReplies": [
        [
          "type": "gatehouse.child-protection-file-receipt.v1",
          "within": ["count": 5, "unit": "calendar-day"],
          "openedBy": ["designated-safeguarding-lead"],
        ] as [String: Any]
      ]
    ])

  private static func taken(_ role: String? = nil) -> Acknowledgement {
    Acknowledgement(outcome: .taken, reason: nil, detail: nil, openedBy: role)
  }

  private func open(_ test: TestStore, _ state: Duty.State) async throws -> [Duty] {
    try await test.store.duties(
      of: Agency.school.spki, side: .owedToMe, state: state, after: nil, limit: 10
    ).duties
  }

  @Test func theNamedRoleMeetsTheDutyLaterToo() async throws {
    let test = try await TestStore.make()
    let id = try await test.admit(submission("m-1", type: Self.file)).messageID
    #expect(try await open(test, .open).count == 1)
    _ = try await test.store.acknowledge(id, by: Agency.iss.spki, Self.taken())
    #expect(try await open(test, .open).count == 1)
    let status = try await test.store.acknowledge(
      id, by: Agency.iss.spki, Self.taken("designated-safeguarding-lead"))
    #expect(status.acknowledgement?.openedBy == "designated-safeguarding-lead")
    #expect(status.timeline.map(\.event) == ["admitted", "acknowledged", "opened", "duty-met"])
    #expect(try await open(test, .met).first?.metBy == id)
    let owed = try await test.store.noticesDue(limit: 10)
    #expect(owed.map { $0.detail["state"] } == ["opened"])
    // The same again is the same, without the role too; another role is another answer.
    _ = try await test.store.acknowledge(id, by: Agency.iss.spki, Self.taken())
    await #expect(throws: Refusal(.alreadyAcknowledged)) {
      try await test.store.acknowledge(id, by: Agency.iss.spki, Self.taken("head-teacher"))
    }
    #expect(try await LogKey.verify(test.store).faults == [])
  }

  @Test func anotherRoleIsNotedAndMeetsNothing() async throws {
    let test = try await TestStore.make()
    let id = try await test.admit(submission("m-1", type: Self.file)).messageID
    _ = try await test.store.acknowledge(id, by: Agency.iss.spki, Self.taken("receptionist"))
    #expect(try await open(test, .open).count == 1)
    #expect(try await test.store.noticesDue(limit: 10).isEmpty)
  }

  @Test(arguments: ["", "A", "a b", "a-", "-a", "a--b", "1a", "ä"])
  func isNoRole(text: String) { #expect(!RoleToken.isRole(text)) }
}
