// Exports about a child: whose messages they have, what stays out, and what is logged.

import ExchangeModel
import GRDB
import MessageLog
import Testing

@testable import Storage

@Suite struct SubjectExportTests {
  private func events(_ test: TestStore, _ kind: LogEvent.Kind) async throws -> [LogEvent] {
    let bytes = try await test.tool().read {
      try [UInt8].fetchEvents($0)
    }
    return try bytes.map { try LogEvent(canonicalBytes: $0) }.filter { $0.kind == kind }
  }

  @Test func theOperatorGetsAllButWhatIsSealed() async throws {
    let test = try await TestStore.make()
    try await test.admit(message("open"))
    try await test.admit(message("sealed", type: SampleTypes.sealedShare))
    try await test.admit(message("other", about: Child.bo))
    #expect(try await test.exported(Child.adaByNumber) == ["open"])
    // The pages are of the same length with and without sealed messages.
    #expect(try await test.exported(Child.adaByNumber, limit: 1) == ["open"])
  }

  @Test func aPartyGetsWhatItSentOrReceivedAlone() async throws {
    let test = try await TestStore.make()
    try await test.admit(message("school-iss"))
    try await test.admit(message("school-cme", to: .cme))
    try await test.admit(message("iss-cme", from: .iss, to: .cme))
    try await test.admit(message("sealed", to: .cme, type: SampleTypes.sealedShare))
    let subject = Child.adaByNumber
    #expect(
      try await test.exported(subject, for: .party(Agency.school.spki))
        == ["school-iss", "school-cme", "sealed"])
    #expect(
      try await test.exported(subject, for: .party(Agency.iss.spki), limit: 1)
        == ["school-iss", "iss-cme"])
    await #expect(throws: Refusal(.certificateUnknown)) {
      try await test.exported(subject, for: .party(String(repeating: "f", count: 64)))
    }
    try await test.store.setState(of: Agency.iss.urn, to: .suspended)
    await #expect(throws: Refusal(.partySuspended)) {
      try await test.exported(subject, for: .party(Agency.iss.spki))
    }
  }

  @Test func whatIsNotOpenedYetKeepsItsContent() async throws {
    let test = try await TestStore.make()
    let receipt = try await test.admit(message("m-1"))
    func mayShow(_ agency: Agency) async throws -> [Bool] {
      try await test.store.subjectPage(
        of: Child.adaByNumber, for: .party(agency.spki), after: nil, limit: 10
      ).messages.map(\.mayShowContent)
    }
    #expect(try await mayShow(.iss) == [false])
    #expect(try await mayShow(.school) == [true])
    _ = try await test.store.open(receipt.messageID, by: Agency.iss.spki)
    #expect(try await mayShow(.iss) == [true])
  }

  @Test func whatIsHeldIsNotHandedToItsRecipient() async throws {
    let test = try await TestStore.make()
    let receipt = try await test.admit(message("m-1"))
    try await test.store.indexChildren()
    try await test.tool().write {
      try $0.execute(
        sql: """
          INSERT INTO held SELECT sequence, 'consent-withdrawn', 1, leaf FROM message
          WHERE message_id = ?
          """, arguments: [receipt.messageID.text])
    }
    let subject = Child.adaByNumber
    #expect(try await test.exported(subject, for: .party(Agency.iss.spki)) == [])
    #expect(try await test.exported(subject, for: .party(Agency.school.spki)) == ["m-1"])
    #expect(try await test.exported(subject) == ["m-1"])
  }

  @Test func disclosuresAndRefusalsStandBesideTheirMessages() async throws {
    let test = try await TestStore.make()
    try await test.admit(
      message(
        "d-1", about: [:], to: .cme, type: SampleTypes.sealedShare,
        effect: .disclosureWithoutConsent(
          messageID: "m-1", informed: "no-would-increase-risk", disclosesAddress: true,
          reviewOn: CivilDate(daysSinceEpoch: 20_800))))
    try await test.admit(message("m-1"))
    try await test.admit(message("m-2"))
    try await test.admit(
      message(
        "n-1", about: [:], from: .iss, to: .school,
        effect: .notToShare(request: "m-2", reason: "more-harm-than-good")))
    func page(_ asker: ExportAsker) async throws -> [SubjectMessage] {
      try await test.store.subjectPage(
        of: Child.adaByNumber, for: asker, after: nil, limit: 10
      ).messages
    }
    let all = try await page(.gatewayOperator)
    #expect(all.map(\.disclosure?.disclosesAddress) == [true, nil])
    #expect(all.map(\.notShared) == [nil, "more-harm-than-good"])
    #expect(try await page(.party(Agency.school.spki)).map(\.disclosure?.informed).count == 2)
    #expect(try await page(.party(Agency.iss.spki)).allSatisfy { $0.disclosure == nil })
  }

  @Test func aMessageFoundByNameSaysSo() async throws {
    let test = try await TestStore.make()
    try await test.admit(message("hers"))
    try await test.admit(message("another", about: Child.otherAda))
    let page = try await test.store.subjectPage(
      of: Child.subject(Child.ada), for: .gatewayOperator, after: nil, limit: 10)
    #expect(page.messages.map(\.status.summary.id) == ["hers", "another"])
    #expect(page.messages.map(\.isByNumber) == [true, false])
    #expect(try await test.exported(Child.adaByNumber) == ["hers"])
  }

  @Test func aLargePageEndsEarlyAndGoesOn() async throws {
    var limits = Limits()
    limits.subjectPageBytes = 10
    let test = try await TestStore.make(limits: limits)
    for number in 1...3 { try await test.admit(message("m-\(number)")) }
    let page = try await test.store.subjectPage(
      of: Child.adaByNumber, for: .gatewayOperator, after: nil, limit: 10)
    #expect(page.messages.count == 1)
    #expect(page.next != nil)
    #expect(try await test.exported(Child.adaByNumber) == ["m-1", "m-2", "m-3"])
  }

  @Test func aCursorOfSomebodyElseIsRefused() async throws {
    let test = try await TestStore.make()
    let receipt = try await test.admit(message("m-1"))
    await #expect(throws: Refusal(.badParameter)) {
      try await test.store.subjectPage(
        of: Child.adaByNumber, for: .party(Agency.cme.spki), after: receipt.messageID, limit: 1)
    }
  }

  @Test func theLogHasWhoAndHowManyAndNotWhom() async throws {
    let test = try await TestStore.make()
    try await test.store.logSubjectExport(
      of: Child.adaByNumber, by: .gatewayOperator, messages: 3)
    try await test.store.logSubjectExport(
      of: Child.adaByNumber, by: .party(Agency.iss.spki), messages: 0)
    let events = try await events(test, .subjectExported)
    #expect(
      events.map { String(decoding: $0.canonicalBytes, as: UTF8.self) } == [
        #"{"count":"3","kind":"subject-exported","role":"operator"}"#,
        #"{"actor":"urn:gatehouse:850:iss","count":"0","kind":"subject-exported"}"#,
      ])
    let verified = try await LogKey.verify(test.store)
    #expect(verified.faults == [])
  }

  @Test func theSubjectKeyIsTheSameForKnownAndUnknownChildren() async throws {
    let test = try await TestStore.make()
    try await test.admit(message("m-1"))
    let spki = Agency.school.spki
    let known = try await test.store.subjectKey(of: Child.subject(Child.ada), for: spki)
    #expect(try await test.store.subjectKey(of: Child.adaByNumber, for: spki) == known)
    let unknown = try await test.store.subjectKey(of: Child.subject(Child.bo), for: spki)
    #expect(known != unknown)
    #expect(known.utf8.count == 64 && unknown.utf8.count == 64)
    #expect(try await events(test, .searched).count == 3)
    // A message that carries the key alone is about the child.
    try await test.admit(message("by-key", about: ["subjectKey": known]))
    #expect(try await test.exported(Child.adaByNumber) == ["m-1", "by-key"])
  }
}

extension [UInt8] {
  /// The events of all leaves, oldest first.
  fileprivate static func fetchEvents(_ database: Database) throws -> [[UInt8]] {
    try Row.fetchAll(database, sql: "SELECT event FROM leaf ORDER BY leaf_index")
      .map { $0.withData("event") }
  }
}
