// Admission: each outcome, what it leaves in the tables and in the log.

import ExchangeModel
import GRDB
import Storage
import Testing

@Suite struct AdmissionTests {
  @Test func anAdmittedMessageHasItsRowsAndItsLeaf() async throws {
    let test = try await TestStore.make()
    let leaves = try test.count("leaf")
    let receipt = try await test.admit(submission("m-1"))
    #expect(receipt.source == Agency.school.urn)
    #expect(receipt.id == "m-1")
    #expect(receipt.admittedAt == test.time.now)
    #expect(receipt.decision == .permitted)
    #expect(receipt.logIndex == Int64(leaves))
    #expect(receipt.logSize == Int64(leaves) + 1)
    #expect(try test.count("message") == 1)
    #expect(try test.count("inbox") == 1)
    #expect(try test.count("leaf") == leaves + 1)
  }

  @Test func theSameMessageAgainGetsTheFirstReceipt() async throws {
    let test = try await TestStore.make()
    let first = try await test.admit(submission("m-1"))
    test.time.advance(seconds: 60)
    let again = try await test.store.admit(submission("m-1"), decide: permitAll)
    guard case .duplicate(let receipt) = again else {
      Issue.record("not a duplicate")
      return
    }
    #expect(receipt == first)
    #expect(try test.count("message") == 1)
    #expect(try test.count("inbox") == 1)
  }

  @Test func aDuplicateIsRecognisedAfterANewStart() async throws {
    let test = try await TestStore.make()
    let first = try await test.admit(submission("m-1"))
    try test.store.close()
    let again = try TestStore(folder: test.folder, time: test.time)
    guard
      case .duplicate(let receipt) = try await again.store.admit(
        submission("m-1"), decide: permitAll)
    else {
      Issue.record("not a duplicate")
      return
    }
    #expect(receipt == first)
  }

  @Test func anotherContentUnderTheSameIdDiffers() async throws {
    let test = try await TestStore.make()
    let first = try await test.admit(submission("m-1", content: "{\"sample\":1}"))
    let other = submission("m-1", content: "{\"sample\":2}")
    guard
      case .differs(let receipt, let received, .json) = try await test.store.admit(
        other, decide: permitAll)
    else {
      Issue.record("not told apart")
      return
    }
    #expect(receipt == first)
    #expect(received == Array("{\"sample\":1}".utf8))
    #expect(try test.count("message") == 1)
  }

  @Test func theSameIdFromAnotherPartyIsAnotherMessage() async throws {
    let test = try await TestStore.make()
    try await test.admit(submission("m-1"))
    try await test.admit(submission("m-1", from: .cme))
    #expect(try test.count("message") == 2)
  }

  @Test func theDecisionGetsThePartiesAndTheTime() async throws {
    let test = try await TestStore.make()
    let now = test.time.now
    let outcome = try await test.store.admit(
      submission(
        "m-1", expiresAt: now.adding(seconds: 1),
        alter: { $0.expiryTime = now.adding(seconds: 1).description })
    ) { facts in
      facts.sender.urn == Agency.school.urn && facts.recipient?.urn == Agency.iss.urn
        && facts.expiry == .ahead ? .permitted : .denied(.routeNotAllowed)
    }
    guard case .admitted = outcome else {
      Issue.record("decided on other facts")
      return
    }
  }

  /// A refusal and how to get it.
  struct Case: Sendable, CustomTestStringConvertible {
    let code: RefusalCode
    var message = submission("m-1")
    var decision = Decision.permitted
    var prepare: @Sendable (TestStore) async throws -> Void = { _ in }
    var testDescription: String { code.rawValue }
  }

  static let cases: [Case] = [
    Case(code: .routeNotAllowed, decision: .denied(.routeNotAllowed)),
    Case(code: .consentRequired, decision: .denied(.consentRequired)),
    Case(code: .senderMismatch, message: submission("m-1", spki: Agency.cme.spki)),
    Case(
      code: .certificateUnknown,
      message: submission("m-1", spki: String(repeating: "f", count: 64))),
    Case(
      code: .partySuspended,
      prepare: { try await $0.store.setState(of: Agency.school.urn, to: .suspended) }),
    Case(
      code: .certificateRevoked,
      prepare: { try await $0.store.revoke(certificate: Agency.school.spki) }),
    Case(
      code: .certificateExpired,
      prepare: { $0.time.advance(seconds: 20 * 365 * 86400) }),
    Case(
      code: .certificateNotYetValid,
      prepare: { $0.time.advance(seconds: -20 * 365 * 86400) }),
    Case(
      code: .expired,
      message: submission("m-1", expiresAt: Timestamp(milliseconds: 1_795_251_600_000))),
    Case(code: .unknownRecipient, message: submission("m-1", to: Self.nobody)),
    Case(
      code: .attachmentMissing,
      message: submission(
        "m-1",
        attachments: [
          AttachmentClaim(
            kind: "report", sha256: String(repeating: "0", count: 64),
            place: { "/data/attachments/0" })
        ])),
  ]

  private static var nobody: PartyURN { PartyURN("urn:gatehouse:850:nobody") ?? Agency.cme.urn }

  @Test(arguments: cases)
  func eachRefusalLeavesItsLeafAndNoContent(_ refused: Case) async throws {
    let test = try await TestStore.make()
    try await refused.prepare(test)
    let leaves = try test.count("leaf")
    let decision = refused.decision
    let outcome = try await test.store.admit(refused.message) { _ in decision }
    guard case .refused(let refusal, _) = outcome else {
      Issue.record("not refused")
      return
    }
    #expect(refusal.code == refused.code)
    #expect(try test.refusals() == [refused.code.rawValue])
    #expect(try test.count("leaf") == leaves + 1)
    #expect(try test.count("message") == 0)
    #expect(try test.count("inbox") == 0)
    #expect(try await LogKey.verify(test.store).faults == [])
  }

  @Test func aMissingAttachmentIsNamedByPlace() async throws {
    let test = try await TestStore.make()
    let claims = ["/data/attachments/0", "/data/attachments/1"].map { place in
      AttachmentClaim(kind: "report", sha256: String(repeating: "0", count: 64)) { place }
    }
    let outcome = try await test.store.admit(
      submission("m-1", attachments: claims), decide: permitAll)
    guard case .refused(let refusal, _) = outcome else {
      Issue.record("not refused")
      return
    }
    #expect(refusal.issues.map(\.place) == ["/data/attachments/0", "/data/attachments/1"])
  }

  @Test func aRefusalBeforeTheStoreIsRecordedWithItsParty() async throws {
    let test = try await TestStore.make()
    let known = try await test.store.recordRefusal(
      Refusal(.payloadInvalid), spkiSHA256: Agency.school.spki,
      type: "gatehouse.medical-referral.v1")
    #expect(known.code == .payloadInvalid)
    try await test.store.revoke(certificate: Agency.school.spki)
    let revoked = try await test.store.recordRefusal(
      Refusal(.payloadInvalid), spkiSHA256: Agency.school.spki, type: nil)
    #expect(revoked.code == .certificateRevoked)
    #expect(try test.refusals() == ["payload-invalid", "certificate-revoked"])
  }

  @Test func aDecisionIsKeptOnceAndReadBackWhole() async throws {
    let test = try await TestStore.make()
    for number in 0..<20 { try await test.admit(submission("m-\(number)")) }
    #expect(try test.count("decision") == 1)
    let receipt = try await test.admit(submission("m-20"))
    try test.store.close()
    let again = try TestStore(folder: test.folder, time: test.time)
    let opened = try await again.store.open(receipt.messageID, by: Agency.iss.spki)
    #expect(opened.decision == .permitted)
  }

  /// What a pupil is called never reaches the log: not the entry, not the readable event.
  @Test func noPersonalDataReachesTheLog() async throws {
    let test = try await TestStore.make()
    let planted = "Zebedee Plantedname"
    let content = "{\"child\":{\"name\":\"\(planted)\",\"upn\":\"A850432100001\"}}"
    let receipt = try await test.admit(submission("m-1", content: content))
    _ = try await test.store.open(receipt.messageID, by: Agency.iss.spki)
    _ = try await test.store.acknowledge(
      receipt.messageID, by: Agency.iss.spki,
      Acknowledgement(outcome: .refused, reason: "other", detail: "Not \(planted)"))
    _ = try await test.store.admit(submission("m-2", content: content, purpose: "other")) { _ in
      .denied(.routeNotAllowed)
    }
    let rows = try test.tool().read {
      try Row.fetchAll($0, sql: "SELECT entry, event FROM leaf")
    }
    #expect(rows.count >= 6)
    for row in rows {
      let entry: [UInt8] = row.withData("entry")
      let event: [UInt8] = row.withData("event")
      let text = String(decoding: entry + event, as: UTF8.self)
      #expect(!text.contains("Zebedee"))
      #expect(!text.contains("Plantedname"))
      #expect(!text.contains("A850432100001"))
    }
    // The same look finds it where it belongs, so the test can fail.
    let message = try await test.tool().read {
      try String.fetchOne($0, sql: "SELECT CAST(received AS TEXT) FROM message")
    }
    #expect(message?.contains(planted) == true)
  }
}
