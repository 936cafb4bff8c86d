// Objections on record, and publications that name a child: what a decision is told of them.

import ExchangeModel
import GRDB
import Synchronization
import Testing

@testable import Storage

@Suite struct ObjectionTests {
  /// What the facts say of objections to sharing about a child now.
  private func isObjected(
    _ test: TestStore, about child: [String: String] = Child.ada
  ) async throws -> Bool {
    let seen = Mutex<[Bool]>([])
    // Facts that were decided before are remembered, so each question has a purpose of its own.
    let count = try test.count("leaf")
    _ = try await test.store.decideOnly(
      submission(
        "asked", purpose: "p-\(count)",
        facts: ContentFacts(dataCategories: ["c-\(count)"], identifiers: child))
    ) { facts in
      seen.withLock { $0.append(facts.hasObjection) }
      return .permitted
    }
    let last = seen.withLock { $0.last }
    return try #require(last as Bool?)
  }

  private func object(
    _ test: TestStore, _ id: String, interim: String = "restrict", outcome: String? = nil,
    about child: [String: String] = Child.ada, to controller: Agency = .iss,
    inReplyTo reference: String? = nil
  ) async throws {
    try await test.admit(
      message(
        id, about: child, to: controller, type: SampleTypes.objection,
        effect: .objection(interim: interim, outcome: outcome),
        alter: { $0.inReplyTo = reference }))
  }

  @Test(arguments: ["upheld", "overridden-compelling"])
  func anObjectionHoldsUntilItsOutcome(outcome: String) async throws {
    let test = try await TestStore.make()
    #expect(try await !isObjected(test))
    try await object(test, "o-1")
    #expect(try await isObjected(test))
    #expect(try await !isObjected(test, about: Child.bo))
    #expect(try await !isObjected(test, about: [:]))
    // Of another controller: not this one's outcome.
    try await object(test, "o-2", outcome: outcome, to: .cme)
    #expect(try await isObjected(test))
    try await object(test, "o-3", outcome: outcome)
    #expect(try await !isObjected(test))
    #expect(try test.count("objection") == 3)
    let registers = try await test.store.subjectRegisters(
      of: Child.adaByNumber, for: .gatewayOperator)
    #expect(registers.objections.map(\.isOpen) == [false, false, false])
    #expect(registers.objections.map(\.outcome) == [nil, outcome, outcome])
    #expect(try await LogKey.verify(test.store).faults == [])
  }

  @Test func oneThatContinuesRestrictsNothing() async throws {
    let test = try await TestStore.make()
    try await object(test, "o-1", interim: "continue-with-reason")
    #expect(try await !isObjected(test))
    #expect(try test.count("objection") == 1)
  }

  @Test func anOutcomeWithoutTheChildClosesWhatItAnswers() async throws {
    let test = try await TestStore.make()
    try await object(test, "o-1")
    try await object(test, "o-2")
    try await object(test, "o-3", outcome: "upheld", about: [:], inReplyTo: "o-1")
    #expect(try await isObjected(test))
    try await object(test, "o-4", outcome: "upheld", inReplyTo: "o-2")
    #expect(try await !isObjected(test))
  }

  @Test func recordingTwiceIsAsOnce() async throws {
    let test = try await TestStore.make()
    let leaves = try test.count("leaf")
    let owed = message(
      "o-1", type: SampleTypes.objection, effect: .objection(interim: "restrict", outcome: nil))
    let receipt = try await test.admit(owed)
    let keys = test.store.childKeys.keys(of: Child.ada)
    try await test.store.writer.submit { context in
      let row = try MessageRow.find(receipt.messageID, in: context.database)
      try context.recordObjection(
        of: AdmittedMessage(
          sequence: row?.sequence ?? 0, messageID: receipt.messageID, submission: owed,
          children: keys))
    }
    #expect(try test.count("objection") == 1)
    #expect(try test.count("leaf") == leaves + 2)
  }
}

@Suite struct PublicationTests {
  /// The kinds of identity that a decision is told of.
  private func identities(
    _ test: TestStore, _ id: String, names: [[String]], findings: [String] = []
  ) async throws -> [String] {
    let seen = Mutex<[[String]]>([])
    let report = message(
      id, about: [:], type: SampleTypes.publication,
      effect: .publication(findings: findings, possibleNames: names))
    _ = try await test.store.decideOnly(report) { facts in
      seen.withLock { $0.append(facts.claims.identityFound) }
      return .permitted
    }
    return seen.withLock { $0.last } ?? []
  }

  @Test func aChildThatTheGatewayKnowsIsFoundAMomentLater() async throws {
    let test = try await TestStore.make()
    #expect(try await identities(test, "p-1", names: [["ada", "samplesen"]]) == [])
    // Another fact each time, so that no remembered decision answers.
    try await test.admit(message("m-1"))
    let names = [["serious", "review"], ["ada", "samplesen"]]
    #expect(try await identities(test, "p-2", names: names, findings: ["upn"]) == ["name", "upn"])
    #expect(
      try await identities(test, "p-3", names: [["samplesen", "ada"]], findings: ["a"])
        == ["a", "name"])
    #expect(
      try await identities(test, "p-4", names: [["ada", "others"]], findings: ["b"]) == ["b"])
    #expect(
      try await identities(test, "p-5", names: [["ada"], []], findings: ["c"]) == ["c"])
    #expect(
      try await identities(test, "p-6", names: [["bo", "testby"]], findings: ["d"]) == ["d"])
    try await test.admit(message("m-2", about: Child.bo))
    #expect(
      try await identities(test, "p-7", names: [["Bo", "Testby"]], findings: ["e"])
        == ["e", "name"])
  }

  @Test func tooFarBehindIsARetryAndNotAPass() async throws {
    let test = try await TestStore.make()
    try await test.admit(message("m-1"))
    let isBehind = try await test.store.pool.read { database in
      (
        try ChildIndex(database: database).isBehind(by: 0),
        try ChildIndex(database: database).isBehind(by: 1)
      )
    }
    #expect(isBehind == (true, false))
  }
}
