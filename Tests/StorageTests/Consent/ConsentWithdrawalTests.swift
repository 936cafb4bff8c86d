// Withdrawal stops at once what has not been had: who is told what, in part and whole, and under
// load against deliveries, from two stores on one file.

import ExchangeModel
import Foundation
import GRDB
import MessageLog
import Testing

@testable import Storage

@Suite("Consent withdrawal")
struct ConsentWithdrawalTests {
  private let taken = Acknowledgement(outcome: .taken, reason: nil, detail: nil)

  @Test func whatWasNotHadIsHeldAndBothSidesAreTold() async throws {
    let (test, record) = try await TestStore.withConsent()
    let waiting = try await test.share("m-waiting", record)
    let opened = try await test.share("m-opened", record)
    let answered = try await test.share("m-answered", record)
    let other = try await test.admit(submission("m-other"))
    _ = try await test.store.open(opened.messageID, by: Agency.iss.spki)
    _ = try await test.store.acknowledge(answered.messageID, by: Agency.iss.spki, taken)
    let after = try await test.store.withdrawConsent(
      record.id, .all, reason: nil, by: Agency.school.spki)
    #expect(after.state == .withdrawn)

    #expect(try await test.state(waiting) == .held)
    #expect(try await test.state(opened) == .awaiting)
    #expect(try await test.state(answered) == .taken)
    #expect(try await test.state(other) == .awaiting)
    let inbox = try await test.store.inbox(
      of: Agency.iss.spki, after: nil, limit: 10, wait: .zero)
    #expect(inbox.messages.map(\.id) == ["m-opened", "m-other"])
    for call in [true, false] {
      await #expect(throws: Refusal(.messageHeld)) {
        if call {
          _ = try await test.store.open(waiting.messageID, by: Agency.iss.spki)
        } else {
          _ = try await test.store.acknowledge(waiting.messageID, by: Agency.iss.spki, taken)
        }
      }
    }
    // Whoever has it still has it.
    _ = try await test.store.open(opened.messageID, by: Agency.iss.spki)
    _ = try await test.store.acknowledge(opened.messageID, by: Agency.iss.spki, taken)
    let expected = [
      ["consent-withdrawn", Agency.iss.urn.text, opened.messageID.text],
      ["consent-withdrawn", Agency.iss.urn.text, answered.messageID.text],
      ["held", Agency.school.urn.text, waiting.messageID.text],
    ]
    #expect(Set(try test.notices()) == Set(expected))
    #expect(try test.notices().count == 3)
    // Status and receipt are for both still.
    for agency in [Agency.school, .iss] {
      let status = try await test.store.status(of: waiting.messageID, for: agency.spki)
      #expect(status.state == .held)
      #expect(status.timeline.map(\.event) == ["admitted", "held"])
      let tree = try await LogKey.publish(test.store)
      #expect(
        try await test.store.admissionProof(
          of: waiting.messageID, in: tree, for: agency.spki) != nil)
    }
    await #expect(throws: Refusal(.alreadyWithdrawn)) {
      try await test.store.withdrawConsent(record.id, .all, reason: nil, by: Agency.school.spki)
    }
    #expect(try await LogKey.verify(test.store).faults == [])
  }

  @Test func noticesSayWhatTheirSenderNeeds() async throws {
    let (test, record) = try await TestStore.withConsent()
    let receipt = try await test.share("m-1", record)
    _ = try await test.store.open(receipt.messageID, by: Agency.iss.spki)
    try await test.share("m-2", record)
    _ = try await test.store.withdrawConsent(
      record.id, .item("health"), reason: nil, by: Agency.school.spki)
    let notices = try await test.store.noticesDue(limit: 10)
    let duty = try #require(notices.first { $0.kind == .consentWithdrawn })
    #expect(
      duty.detail == [
        "consent": record.id.text, "from": test.time.now.description, "scope": "one-item",
        "item": "health",
      ])
    let held = try #require(notices.first { $0.kind == .held })
    #expect(held.detail["code"] == "consent-withdrawn")
  }

  @Test func aDocumentThatWasFetchedIsContent() async throws {
    let (test, record) = try await TestStore.withConsent()
    let bytes = Array("An invented letter.".utf8)
    let digest = sha256(bytes)
    let upload = try test.store.attachments.openPartial(digest, by: Agency.school.urn, at: 0)
    try bytes.withUnsafeBytes { try upload.append($0) }
    try await test.store.keep(upload, as: digest, by: Agency.school.spki)
    var receipts: [Receipt] = []
    for (id, to) in [("m-1", Agency.iss), ("m-2", .cme)] {
      receipts.append(
        try await test.admit(
          submission(
            id, to: to.urn, attachments: [AttachmentClaim(kind: "letter", sha256: digest) { "" }],
            facts: SampleConsent.content(), type: SampleTypes.share
          ) { $0.consentRef = record.id.text }))
    }
    _ = try await test.store.openAttachment(digest, by: Agency.iss.spki)
    _ = try await test.store.withdrawConsent(
      record.id, .all, reason: nil, by: Agency.school.spki)
    #expect(try await test.state(receipts[0]) == .awaiting)
    #expect(try await test.state(receipts[1]) == .held)
    await #expect(throws: Refusal(.messageHeld)) {
      try await test.store.openAttachment(digest, by: Agency.cme.spki)
    }
  }

  @Test func inPartItStopsThatRecipientOrItemAlone() async throws {
    let (test, record) = try await TestStore.withConsent()
    let toISS = try await test.share("m-1", record)
    let toCME = try await test.share("m-2", record, to: .cme)
    let needs = try await test.share("m-3", record, to: .cme, items: ["special-needs"])
    var after = try await test.store.withdrawConsent(
      record.id, .recipient(Agency.iss.urn), reason: nil, by: Agency.school.spki)
    #expect(after.state == .given)
    #expect(after.recipients == [Agency.cme.urn])
    #expect(try await test.state(toISS) == .held)
    #expect(try await test.state(toCME) == .awaiting)
    #expect(
      try await test.store.consent(record.id, for: Agency.iss.spki).state == .withdrawn)
    after = try await test.store.withdrawConsent(
      record.id, .item("health"), reason: nil, by: Agency.portal.spki)
    #expect(after.details == nil)
    #expect(try await test.state(toCME) == .held)
    #expect(try await test.state(needs) == .awaiting)
    for (scope, refusal) in [
      (WithdrawalScope.item("health"), RefusalCode.alreadyWithdrawn),
      (.recipient(Agency.iss.urn), .alreadyWithdrawn), (.item("plan"), .badRequest),
      (.recipient(Agency.portal.urn), .badRequest),
    ] {
      let thrown = await #expect(throws: Refusal.self) {
        try await test.store.withdrawConsent(
          record.id, scope, reason: nil, by: Agency.school.spki)
      }
      #expect(thrown?.code == refusal)
    }
    // The last item: nothing of the record is left.
    after = try await test.store.withdrawConsent(
      record.id, .item("special-needs"), reason: nil, by: Agency.school.spki)
    #expect(after.state == .withdrawn)
    #expect(try await test.state(needs) == .held)
    #expect(try await LogKey.verify(test.store).faults == [])
  }

  @Test func aWithdrawalByMessageWorksAlikeAndIsDelivered() async throws {
    let (test, record) = try await TestStore.withConsent()
    let waiting = try await test.share("m-1", record)
    let receipt = try await test.admit(
      submission(
        "w-1",
        facts: ContentFacts(
          effect: .consentWithdrawal(consent: record.id.text, scope: .all)),
        type: SampleTypes.withdrawal
      ) { $0.consentRef = record.id.text })
    #expect(try await test.state(waiting) == .held)
    #expect(try await test.state(receipt) == .awaiting)
    // The same again, by message: admitted, and nothing changes.
    try await test.admit(
      submission(
        "w-2",
        facts: ContentFacts(
          effect: .consentWithdrawal(consent: "urn:uuid:\(record.id)", scope: .all)),
        type: SampleTypes.withdrawal))
    #expect(try test.count("consent_change") == 2)
    #expect(try test.count("notice") == 1)
    #expect(try await LogKey.verify(test.store).faults == [])
  }

  @Test func whatTheLawGroundsIsNotHeld() async throws {
    let (test, record) = try await TestStore.withConsent()
    let lawful = try await test.share("m-1", record, type: SampleTypes.referral)
    let safe = try await test.share("m-2", record, type: SampleTypes.safeguarding)
    _ = try await test.store.withdrawConsent(
      record.id, .all, reason: nil, by: Agency.school.spki)
    #expect(try await test.state(lawful) == .awaiting)
    #expect(try await test.state(safe) == .awaiting)
  }

  @Test func aRecordTakesTheOldOnesMessagesAlong() async throws {
    let (test, first) = try await TestStore.withConsent()
    let toISS = try await test.share("m-1", first)
    let toCME = try await test.share("m-2", first, to: .cme)
    let second = try await test.store.record(
      try SampleConsent.make {
        $0.supersedes = first.id
        $0.recipients = [Agency.iss.urn]
      }, by: Agency.school.spki)
    // Left out of the new record, and so withdrawn.
    #expect(try await test.state(toCME) == .held)
    #expect(try await test.state(toISS) == .awaiting)
    _ = try await test.store.withdrawConsent(
      second.id, .all, reason: nil, by: Agency.school.spki)
    #expect(try await test.state(toISS) == .held)
    #expect(try await LogKey.verify(test.store).faults == [])
  }

  private enum Act: Sendable {
    case open(Receipt)
    case withdraw(MessageID)

    /// The id of a message that was opened.
    func run(in store: Store) async throws -> String? {
      switch self {
      case .open(let receipt):
        do {
          return try await store.open(receipt.messageID, by: Agency.iss.spki)
            .summary.messageID.text
        } catch let refusal as Refusal where refusal.code == .messageHeld {
          return nil
        }
      case .withdraw(let id):
        _ = try await store.withdrawConsent(id, .all, reason: nil, by: Agency.school.spki)
        return nil
      }
    }
  }

  /// Opens race withdrawals, from two stores on one file: each message is opened or held, never
  /// both and never neither, and each side has its notice.
  @Test(.timeLimit(.minutes(2)), arguments: [1, 2, 3] as [UInt64])
  func deliveriesAndWithdrawalsRace(seed: UInt64) async throws {
    let (test, _) = try await TestStore.withConsent()
    let other = try TestStore(folder: test.folder, time: test.time)
    var random = SplitMix(seed: seed)
    var messages: [(receipt: Receipt, consent: ConsentRecord)] = []
    for number in 0..<12 {
      let consent = try await test.store.record(
        try SampleConsent.make(), by: Agency.school.spki)
      for message in 0..<8 {
        messages.append(
          (try await test.share("m-\(number)-\(message)", consent), consent))
      }
    }
    var acts = messages.map { Act.open($0.receipt) }
    acts += Set(messages.map(\.consent.id)).map { Act.withdraw($0) }
    acts.shuffle(using: &random)
    let opened = try await withThrowingTaskGroup(of: String?.self) { group in
      for (number, act) in acts.enumerated() {
        let store = number.isMultiple(of: 2) ? test.store : other.store
        group.addTask { try await act.run(in: store) }
      }
      return try await group.reduce(into: Set<String>()) { opened, id in
        if let id { opened.insert(id) }
      }
    }
    var expected: Set<[String]> = []
    for (receipt, _) in messages {
      let id = receipt.messageID.text
      let isOpened = opened.contains(id)
      #expect(try await (test.state(receipt) == .held) != isOpened, "\(receipt.id)")
      expected.insert(
        isOpened
          ? ["consent-withdrawn", Agency.iss.urn.text, id] : ["held", Agency.school.urn.text, id])
    }
    let notices = try test.notices()
    #expect(Set(notices) == expected)
    #expect(notices.count == messages.count)
    #expect(!opened.isEmpty && opened.count < messages.count, "no race: \(opened.count)")
    #expect(try await LogKey.verify(test.store).faults == [])
  }
}

/// SplitMix64.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}
