// The administrator's questions: each condition against a walk over all leaves, paging under writes,
// what is sealed left out, and every question a leaf of its own with its reason.

import ExchangeModel
import Foundation
import GRDB
import MessageLog
import Testing

@testable import Storage

@Suite("audit questions")
struct AuditTests {
  static let auditor = StaffMember(role: .auditor, account: "uid:1000")
  static let why = StaffReason(purpose: .complaint, text: "A complaint of Ada Samplesen's mother")

  private func ask(
    _ test: TestStore, _ query: AuditQuery, limit: Int = 1000, after: AuditCursor? = nil
  ) async throws -> AuditPage {
    try await test.store.audit(
      query, by: try #require(Self.auditor), reason: try #require(Self.why), after: after,
      limit: limit)
  }

  private func indexes(_ page: AuditPage) -> [Int64] { page.records.map(\.record.index) }

  /// A store with messages both ways, refusals, reads and acknowledgements.
  private func filled() async throws -> TestStore {
    let test = try await TestStore.make()
    for number in 0..<30 {
      let isFromSchool = number.isMultiple(of: 3)
      let receipt = try await test.admit(
        message(
          "m\(number)", about: number.isMultiple(of: 2) ? Child.ada : Child.bo,
          from: isFromSchool ? .school : .iss, to: isFromSchool ? .iss : .cme,
          type: number.isMultiple(of: 5) ? SampleTypes.settlement : SampleTypes.referral))
      let recipient = isFromSchool ? Agency.iss : .cme
      if number.isMultiple(of: 2) {
        _ = try await test.store.open(receipt.messageID, by: recipient.spki)
      }
      if number.isMultiple(of: 7) {
        _ = try await test.store.acknowledge(
          receipt.messageID, by: recipient.spki,
          Acknowledgement(
            outcome: .taken, reason: nil, detail: nil))
      }
      if number.isMultiple(of: 4) {
        _ = try await test.store.admit(
          submission("r\(number)", from: isFromSchool ? .cme : .school, purpose: "other")
        ) { _ in .denied(number.isMultiple(of: 8) ? .routeNotAllowed : .purposeNotAllowed) }
      }
      test.time.advance(seconds: 3600)
    }
    return test
  }

  private func walk(
    _ test: TestStore, _ holds: (LogRecord) -> Bool
  ) async throws -> [Int64] {
    try await test.store.logRecords(LogFilter(), from: 0, limit: 100_000).records
      .filter(holds).map(\.index)
  }

  @Test func eachConditionIsWhatAWalkFinds() async throws {
    let test = try await filled()
    let start = Timestamp(milliseconds: 1_795_251_600_000)
    typealias Case = (String, (inout AuditQuery) -> Void, (LogRecord) -> Bool)
    let school = Agency.school.urn
    let cases: [Case] = [
      ("all", { _ in }, { _ in true }),
      (
        "recipient", { $0.recipient = Agency.cme.urn },
        { $0.event?[.recipient] == Agency.cme.urn.text }
      ),
      (
        "refusals",
        {
          $0.source = school; $0.decision = .deny
        },
        { $0.entry.kind == .refused && $0.event?[.source] == school.text }
      ),
      ("code", { $0.code = .routeNotAllowed }, { $0.event?[.code] == "route-not-allowed" }),
      (
        "party", { $0.party = school },
        { record in
          [.source, .recipient, .actor, .party].contains { record.event?[$0] == school.text }
        }
      ),
      (
        "views",
        {
          $0.viewsOnly = true; $0.actor = Agency.iss.urn.text
        },
        { $0.entry.kind == .read && $0.event?[.actor] == Agency.iss.urn.text }
      ),
      (
        "type",
        {
          $0.type = SampleTypes.settlement.type; $0.kind = .admitted
        },
        { $0.entry.kind == .admitted && $0.event?[.type] == SampleTypes.settlement.type }
      ),
      (
        "basis",
        {
          $0.basis = "uk-gdpr:A6-1-e"; $0.decision = .permit
        },
        { $0.event?[.basis] == "uk-gdpr:A6-1-e" }
      ),
      (
        "purpose", { $0.purpose = "medical-education" },
        { $0.event?[.purpose] == "medical-education" }
      ),
      (
        "time",
        {
          $0.from = start.adding(seconds: 36_000); $0.to = start.adding(seconds: 50_000)
        },
        {
          $0.entry.at >= start.adding(seconds: 36_000)
            && $0.entry.at < start.adding(seconds: 50_000)
        }
      ),
      ("nobody", { $0.type = "no-such-type" }, { _ in false }),
      ("overrides", { $0.overridesOnly = true }, { $0.entry.kind == .disclosedWithoutConsent }),
    ]
    for (name, alter, holds) in cases {
      var query = AuditQuery()
      alter(&query)
      let expected = try await walk(test, holds)
      let page = try await ask(test, query)
      #expect(indexes(page) == expected, "\(name)")
      #expect(page.next == nil)
      #expect(["nobody", "overrides"].contains(name) == expected.isEmpty, "\(name)")
    }
  }

  @Test func pagesMissAndRepeatNothingWhileMessagesCome() async throws {
    let test = try await filled()
    for query in try [AuditQuery(), Self.about(Child.ada), Self.to(.cme)] {
      let whole = try await ask(test, query)
      // A second asking sees the first one's leaf, when its question is not narrowed.
      var found: [Int64] = []
      var cursor: AuditCursor?
      var number = 0
      repeat {
        let page = try await ask(test, query, limit: 3, after: cursor)
        #expect(page.records.count <= 3)
        found += indexes(page)
        cursor = page.next
        number += 1
        try await test.admit(
          message("late\(number)-\(UUID().uuidString)", about: Child.ada, to: .cme))
        let text = try cursor.map { try #require(AuditCursor("\($0)")) }
        #expect(text == cursor)
      } while cursor != nil && number < 200
      let known = Set(indexes(whole))
      #expect(found.filter { known.contains($0) } == indexes(whole))
      #expect(Set(found).count == found.count)
      #expect(found.count <= whole.records.count + 1)
    }
    await #expect(throws: Refusal(.badParameter)) {
      _ = try await ask(test, AuditQuery(), after: AuditCursor("999999-0-3"))
    }
    for text in ["", "1", "1-2", "a-b-c", "1-2-3-4", "-1-2-3", "9999999999999999999-0-0"] {
      #expect(AuditCursor(text) == nil)
    }
  }

  private static func about(_ child: [String: String]) throws -> AuditQuery {
    var query = AuditQuery()
    query.child = Child.subject(child)
    return query
  }

  private static func to(_ agency: Agency) -> AuditQuery {
    var query = AuditQuery()
    query.recipient = agency.urn
    return query
  }

  @Test func aChildsLeavesAreFoundAndWhoLookedIsOneOfThem() async throws {
    let test = try await filled()
    let before = try await test.tool().read { database in
      try Int64.fetchAll(
        database,
        sql: """
          SELECT leaf_index FROM leaf JOIN message ON message.sequence = leaf.message
          WHERE source_id IN ('m0', 'm2', 'm4', 'm6', 'm8', 'm10', 'm12', 'm14', 'm16', 'm18',
            'm20', 'm22', 'm24', 'm26', 'm28') ORDER BY leaf.message, leaf_index
          """)
    }
    let first = try await ask(test, Self.about(Child.ada))
    #expect(indexes(first) == before)
    // The look itself is about her.
    let second = try await ask(test, Self.about(Child.ada))
    #expect(second.records.count == before.count + 1)
    let look = try #require(second.records.first)
    #expect(look.record.entry.kind == .searched)
    #expect(look.reason == Self.why?.text)
    #expect(look.record.event?[.role] == "auditor")
    #expect(look.record.event?[.actor] == "uid:1000")
    #expect(look.record.event?[.purpose] == "complaint")
    #expect(look.record.event?[.scope] == "child")
    var views = try Self.about(Child.ada)
    views.viewsOnly = true
    let seen = Set(try await ask(test, views).records.map(\.record.entry.kind))
    #expect(seen == [.read, .searched])
    let byName = try await ask(test, Self.about(Child.otherAda))
    #expect(!byName.records.isEmpty, "by names and day of birth")
    let other = try await ask(test, Self.about(["upn": "G80120000101A"]))
    // Of that number there is the look before, and no message.
    #expect(other.records.map(\.record.entry.kind) == [.searched])
  }

  @Test func whatIsSealedIsLeftOut() async throws {
    let test = try await TestStore.make()
    let sealed = try await test.admit(
      message("s", about: Child.ada, type: SampleTypes.sealedShare))
    let plain = try await test.admit(message("p", about: Child.ada))
    let page = try await ask(test, Self.about(Child.ada))
    #expect(page.records.compactMap(\.record.entry.subject) == [plain.messageID.text])
    var query = AuditQuery()
    query.message = sealed.messageID
    await #expect(throws: Refusal(.notFound)) { _ = try await ask(test, query) }
    let officer = try #require(StaffMember(role: .dataProtectionOfficer, account: "uid:7"))
    let why = try #require(Self.why)
    await #expect(throws: Refusal(.notFound)) {
      _ = try await test.store.openContent(of: sealed.messageID, by: officer, reason: why)
    }
  }

  @Test(arguments: StaffRole.allCases)
  func contentNeedsARole(_ role: StaffRole) async throws {
    let test = try await TestStore.make()
    let receipt = try await test.admit(message("m"))
    let staff = try #require(StaffMember(role: role, account: "uid:7"))
    let why = try #require(Self.why)
    let may: Set<StaffRole> = [.dataProtectionOfficer, .caldicottGuardian, .safeguardingLead]
    let last: LogRecord?
    if may.contains(role) {
      let opened = try await test.store.openContent(
        of: receipt.messageID, by: staff, reason: why)
      #expect(opened.received == Array("{\"sample\":true}".utf8))
      last = try await test.store.logRecords(LogFilter(), from: 0, limit: 100).records.last
      #expect(last?.entry.kind == .contentOpened)
      #expect(last?.entry.subject == receipt.messageID.text)
      let status = try await test.store.status(of: receipt.messageID, for: Agency.school.spki)
      #expect(status.timeline.map(\.event) == ["admitted", "content-opened"])
    } else {
      await #expect(throws: Refusal(.roleNotAllowed)) {
        _ = try await test.store.openContent(of: receipt.messageID, by: staff, reason: why)
      }
      last = try await test.store.logRecords(LogFilter(), from: 0, limit: 100).records.last
      #expect(last?.entry.kind == .refused)
      #expect(last?.event?[.code] == "role-not-allowed")
    }
    #expect(last?.event?[.role] == role.rawValue)
    #expect(try await LogKey.verify(test.store).faults.isEmpty)
  }

  @Test func theReasonIsInNoEventAndNoPlainColumn() async throws {
    let test = try await filled()
    _ = try await ask(test, Self.about(Child.ada))
    let bytes = try await test.tool().read { database in
      try Data.fetchAll(
        database,
        sql: "SELECT event FROM leaf UNION ALL SELECT entry FROM leaf UNION ALL "
          + "SELECT reason FROM staff_act UNION ALL SELECT CAST(word AS BLOB) FROM audit_word")
    }
    for piece in bytes {
      let text = String(decoding: piece, as: UTF8.self)
      #expect(!text.contains("Samplesen") && !text.contains("mother"))
    }
  }

  @Test func theTableCanBeMadeAgain() async throws {
    let test = try await filled()
    let query = Self.to(.cme)
    let before = indexes(try await ask(test, query))
    try await test.tool().write { database in
      for table in ["audit_event", "audit_word", "audit_span"] {
        try database.execute(sql: "DELETE FROM \(table)")
      }
      try database.execute(sql: "UPDATE audit_state SET through = 0")
    }
    #expect(indexes(try await ask(test, query)) == before)
    #expect(try await LogKey.verify(test.store).faults.isEmpty)
  }

  @Test func aShreddedEventIsNoLongerFoundByItsWords() async throws {
    let test = try await filled()
    let query = Self.to(.cme)
    let before = indexes(try await ask(test, query))
    let leaf = try #require(before.first)
    try await test.tool().write { database in
      try database.execute(
        sql: "UPDATE leaf SET salt = NULL, event = NULL WHERE leaf_index = ?", arguments: [leaf])
    }
    #expect(indexes(try await ask(test, query)) == Array(before.dropFirst()))
  }

  @Test func reasonsAndAccountsHaveAForm() {
    #expect(StaffReason(purpose: .audit, text: "why") == nil)
    #expect(StaffReason(purpose: .audit, text: "two\nlines") == nil)
    #expect(StaffReason(purpose: .audit, text: "          ") == nil)
    #expect(StaffReason(purpose: .audit, text: String(repeating: "x", count: 501)) == nil)
    #expect(StaffMember(role: .auditor, account: "") == nil)
    #expect(StaffMember(role: .auditor, account: "Jo Bloggs") == nil)
  }
}
