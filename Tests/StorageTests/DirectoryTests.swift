// The party directory: its verbs, what they leave in the log, and changes by another process.

import ExchangeModel
import Storage
import Testing

@Suite struct DirectoryTests {
  @Test func aPartyIsRegisteredChangedSuspendedAndBack() async throws {
    let test = try await TestStore.make()
    var party = Agency.iss.party()
    party.name = "Another invented name"
    party.role = PartyRole(rawValue: "attendance-team")
    try await test.store.register(party)
    var found = try await test.store.currentDirectory()[Agency.iss.urn]
    #expect(found?.name == "Another invented name")
    #expect(found?.role.rawValue == "attendance-team")
    try await test.store.setState(of: Agency.iss.urn, to: .suspended)
    // Registering again does not lift a suspension.
    try await test.store.register(party)
    found = try await test.store.currentDirectory()[Agency.iss.urn]
    #expect(found?.state == .suspended)
    try await test.store.setState(of: Agency.iss.urn, to: .live)
    found = try await test.store.currentDirectory()[Agency.iss.urn]
    #expect(found?.state == .live)
    #expect(try await LogKey.verify(test.store).faults == [])
  }

  @Test func aPartyRegisteredSuspendedSaysSoInTheLog() async throws {
    let test = try await TestStore.make()
    try await test.store.register(try #require(Self.clinic(state: .suspended)))
    #expect(try await LogKey.verify(test.store).faults == [])
  }

  private static func clinic(state: Party.State = .live) -> Party? {
    PartyURN("urn:gatehouse:850:ods-rw1").map {
      Party(urn: $0, name: "Invented clinic", role: PartyRole(rawValue: "camhs"), state: state)
    }
  }

  @Test func everyChangeIsALeafAndANewVersion() async throws {
    let test = try await TestStore.make()
    let second = Agency.iss.certificate(String(repeating: "d", count: 64))
    let changes: [@Sendable () async throws -> Void] = [
      { try await test.store.register(second, of: Agency.iss.urn) },
      { try await test.store.revoke(certificate: Agency.iss.spki) },
      { try await test.store.setState(of: Agency.cme.urn, to: .suspended) },
    ]
    for change in changes {
      let version = try await test.store.currentDirectory().version
      let leaves = try test.count("leaf")
      try await change()
      #expect(test.store.latestDirectory.version == version + 1)
      #expect(try await test.store.currentDirectory().version == version + 1)
      #expect(try test.count("leaf") == leaves + 1)
    }
    #expect(try await LogKey.verify(test.store).faults == [])
  }

  @Test func certificatesRotate() async throws {
    let test = try await TestStore.make()
    let fresh = String(repeating: "d", count: 64)
    try await test.store.register(Agency.school.certificate(fresh), of: Agency.school.urn)
    try await test.admit(submission("old"))
    try await test.admit(submission("new", spki: fresh))
    let before = test.store.latestDirectory
    try await test.store.revoke(certificate: Agency.school.spki)
    try await test.admit(submission("newer", spki: fresh))
    #expect(
      test.store.latestDirectory.certificatesNoLongerLive(since: before) == [Agency.school.spki])
    // A key once revoked stays revoked.
    try await test.store.register(
      Agency.school.certificate(Agency.school.spki), of: Agency.school.urn)
    let identified = try await test.store.currentDirectory().identify(
      spkiSHA256: Agency.school.spki, at: test.time.now)
    #expect(identified == .failure(Refusal(.certificateRevoked)))
    #expect(try await LogKey.verify(test.store).faults == [])
  }

  @Test func aKeyBelongsToOneParty() async throws {
    let test = try await TestStore.make()
    await #expect(throws: Refusal(.duplicateConflict)) {
      try await test.store.register(
        Agency.school.certificate(Agency.iss.spki), of: Agency.school.urn)
    }
    var thief = Agency.cme.party()
    thief.certificates = [Agency.school.certificate(Agency.iss.spki)]
    let party = thief
    await #expect(throws: Refusal(.duplicateConflict)) { try await test.store.register(party) }
    let owner = try await test.store.currentDirectory().owner(of: Agency.iss.spki)
    #expect(owner == Agency.iss.urn)
  }

  @Test func whatIsNotThereIsNotFound() async throws {
    let test = try await TestStore.make()
    let nobody = try #require(PartyURN("urn:gatehouse:850:nobody"))
    await #expect(throws: Refusal(.notFound)) {
      try await test.store.setState(of: nobody, to: .live)
    }
    await #expect(throws: Refusal(.notFound)) {
      try await test.store.revoke(certificate: String(repeating: "0", count: 64))
    }
    await #expect(throws: Refusal(.notFound)) {
      try await test.store.register(
        Agency.iss.certificate(String(repeating: "1", count: 64)), of: nobody)
    }
  }

  /// An operator's command opens the same files while the gateway runs.
  @Test func changesOfAnotherProcessCountAtOnce() async throws {
    let test = try await TestStore.make()
    let operators = try TestStore(folder: test.folder, time: test.time)
    try await test.admit(submission("m-1"))
    try await operators.store.setState(of: Agency.school.urn, to: .suspended)
    guard
      case .refused(let refusal, _) = try await test.store.admit(
        submission("m-2"), decide: permitAll)
    else {
      Issue.record("a suspended party was admitted")
      return
    }
    #expect(refusal.code == .partySuspended)
    let seen = try await test.store.currentDirectory()[Agency.school.urn]
    #expect(seen?.state == .suspended)
    try await operators.store.setState(of: Agency.school.urn, to: .live)
    try operators.store.close()
    try await test.admit(submission("m-3"))
    #expect(try await LogKey.verify(test.store).faults == [])
  }

  @Test func twoProcessesWriteOneLog() async throws {
    let test = try await TestStore.make()
    let other = try TestStore(folder: test.folder, time: TestSurroundings(seed: 99))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<150 {
        group.addTask { try await test.admit(submission("a-\(number)")) }
        group.addTask { try await other.admit(submission("b-\(number)", from: .cme)) }
      }
      try await group.waitForAll()
    }
    let result = try await LogKey.verify(test.store)
    #expect(result.faults == [])
    #expect(result.messages == 300)
  }
}
