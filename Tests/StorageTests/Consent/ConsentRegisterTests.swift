// The register: what is recorded and who sees it; and the facts that decisions rest on.

import ExchangeModel
import Foundation
import GRDB
import MessageLog
import Testing

@testable import Storage

@Suite("Consent register")
struct ConsentRegisterTests {
  /// The facts of one message, as Policy is asked with them.
  private func facts(_ test: TestStore, _ submission: Submission) async throws -> Facts {
    let children = test.store.childKeys.keys(of: submission.content.identifiers)
    return try await test.store.writer.submit { context in
      let sender = try #require(context.directory[submission.envelope.source])
      return try context.facts(of: submission, from: sender, children: children)
    }
  }

  private func fact(
    _ test: TestStore, _ reference: String, from source: Agency = .school,
    to recipient: PartyURN = Agency.iss.urn, purpose: String = "medical-education",
    facts content: ContentFacts = SampleConsent.content()
  ) async throws -> ConsentFact {
    let facts = try await facts(
      test,
      submission(
        "m-\(UUID())", from: source, to: recipient, purpose: purpose, facts: content,
        type: SampleTypes.share
      ) { $0.consentRef = reference })
    return try #require(facts.consent)
  }

  @Test func aRecordIsReadBackWholeByItsHolderAndInPartByItsRecipients() async throws {
    let (test, record) = try await TestStore.withConsent {
      $0.evidence = ConsentEvidence(
        sha256: String(repeating: "5", count: 64), kind: "signed-form")
    }
    #expect(record.state == .given)
    let details = try #require(record.details)
    #expect(details.givenBy == "Quillon Hushhush")
    #expect(details.relationship == "grandparent")
    #expect(details.evidence?.kind == "signed-form")
    #expect(details.history.map(\.kind) == [.given])
    #expect(try await test.store.consent(record.id, for: Agency.school.spki) == record)
    let seen = try await test.store.consent(record.id, for: Agency.iss.spki)
    #expect(seen.details == nil)
    #expect(seen.items == ["health", "special-needs"])
    for stranger in [Agency.portal, .farPortal] {
      await #expect(throws: Refusal(.notFound)) {
        try await test.store.consent(record.id, for: stranger.spki)
      }
    }
    let page = try await test.store.consents(of: Agency.school.spki, after: nil, limit: 5)
    #expect(page.records == [record])
    #expect(!page.hasMore)
    let other = try await test.store.consents(of: Agency.iss.spki, after: nil, limit: 5)
    #expect(other.records == [])
    await #expect(throws: Refusal(.badParameter)) {
      try await test.store.consents(of: Agency.iss.spki, after: record.id, limit: 5)
    }
    #expect(try await LogKey.verify(test.store).faults == [])
  }

  @Test func pagesGoOnWhereTheLastEnded() async throws {
    let (test, first) = try await TestStore.withConsent()
    var ids = [first.id]
    for _ in 0..<4 {
      ids.append(
        try await test.store.record(try SampleConsent.make(), by: Agency.school.spki).id)
    }
    var found: [MessageID] = []
    var after: MessageID?
    repeat {
      let page = try await test.store.consents(of: Agency.school.spki, after: after, limit: 2)
      found += page.records.map(\.id)
      after = page.hasMore ? page.records.last?.id : nil
    } while after != nil
    #expect(found == ids)
  }

  @Test func whatIsWrongIsNamedByPlace() async throws {
    let (test, record) = try await TestStore.withConsent()
    let nobody = try #require(PartyURN("urn:gatehouse:850:nobody"))
    let refused = await #expect(throws: Refusal.self) {
      try await test.store.record(
        try SampleConsent.make {
          $0.recipients = [Agency.iss.urn, nobody]
          $0.givenOn = try SampleConsent.day("2026-11-22")
          $0.reviewBy = try SampleConsent.day("2026-11-20")
          $0.expiresOn = try SampleConsent.day("2026-11-19")
          $0.supersedes = record.id
        }, by: Agency.iss.spki)
    }
    #expect(refused?.code == .badRequest)
    #expect(
      refused?.issues.map(\.place) == [
        "/recipients/1", "/givenOn", "/reviewBy", "/expiresOn", "/supersedes",
      ])
    #expect(try test.count("consent") == 1)
  }

  @Test func noNameNumberOrDateOfTheChildIsInAnyFile() async throws {
    let (test, record) = try await TestStore.withConsent()
    _ = try await test.store.withdrawConsent(
      record.id, .all, reason: "Because of Quibblesworth", by: Agency.school.spki)
    let whole = try await test.store.consent(record.id, for: Agency.school.spki)
    #expect(whole.details?.history.last?.reason == "Because of Quibblesworth")
    try expectAbsent(
      ["Sampleson", "W850203924017", "2014-01-29", "Quillon", "grandparent", "Quibblesworth"],
      in: test.folder)
  }

  @Test func theFactMeasuresTheRecordAgainstTheMessage() async throws {
    let (test, record) = try await TestStore.withConsent()
    let id = record.id.text
    let good = try await fact(test, id)
    #expect(
      good
        == ConsentFact(
          record: id, state: .given, isForSender: true, coversRecipient: true,
          coversPurpose: true, missingItems: [], child: .same))
    for spelt in ["urn:uuid:" + id, "URN:UUID:" + id.uppercased(), id.uppercased()] {
      #expect(try await fact(test, spelt) == good)
    }
    #expect(try await fact(test, "nonesuch").state == .notFound)
    #expect(try await fact(test, String(repeating: "0", count: 36)).state == .notFound)
    #expect(try await !fact(test, id, to: Agency.portal.urn).coversRecipient)
    #expect(try await !fact(test, id, purpose: "safeguarding").coversPurpose)
    #expect(try await fact(test, id, from: .iss, to: Agency.cme.urn).isForSender)
    #expect(try await !fact(test, id, from: .portal).isForSender)
  }

  @Test func itemsAreThoseNamedElseTheCategoriesThatNeedConsent() async throws {
    let (test, record) = try await TestStore.withConsent()
    func missing(_ content: ContentFacts) async throws -> [String] {
      try await fact(test, record.id.text, facts: content).missingItems
    }
    let exempt = ["case-administration", "consent", "documents", "identity", "professionals"]
    #expect(try await missing(SampleConsent.content(exempt + ["health"])) == [])
    #expect(
      try await missing(SampleConsent.content(["address", "family", "health"]))
        == ["address", "family"])
    var named = SampleConsent.content(["address", "family"])
    named.consentItems = ["health", "views-of-parents"]
    #expect(try await missing(named) == ["views-of-parents"])
    named.hasSensitiveAddress = true
    #expect(try await missing(named) == ["address", "views-of-parents"])
  }

  @Test func onlyTheItemAddressReleasesAnAddress() async throws {
    let (test, record) = try await TestStore.withConsent { $0.items += ["address"] }
    #expect(try await fact(test, record.id.text).releasesAddress)
    _ = try await test.store.withdrawConsent(
      record.id, .item("address"), reason: nil, by: Agency.school.spki)
    let fact = try await fact(test, record.id.text)
    #expect(!fact.releasesAddress && fact.state == .given)
  }

  @Test(arguments: [
    (["upn": "W850203924017"], ConsentFact.ChildMatch.same),
    (["formerUpn": "w850203924017"], .same), (["upn": "H801200001001"], .other),
    (["nhsNumber": "9990000018"], .unknown), ([:], .unknown),
    (["surname": "SAMPLESON", "forename": "Ali", "dateOfBirth": "2014-01-29"], .same),
    (["surname": "Sampleson", "forename": "Ali", "dateOfBirth": "2014-01-30"], .other),
    (["surname": "Sampleson", "forename": "Ali"], .unknown),
    (["surname": "Other", "forename": "Child"], .unknown),
  ])
  func theChild(identifiers: [String: String], match: ConsentFact.ChildMatch) async throws {
    let (test, record) = try await TestStore.withConsent()
    let content = SampleConsent.content(child: identifiers)
    #expect(try await fact(test, record.id.text, facts: content).child == match)
  }

  @Test func daysOfReviewAndExpiryAreWithinAndTheNextOnesAreNot() async throws {
    let (test, record) = try await TestStore.withConsent {
      $0.reviewBy = try SampleConsent.day("2026-11-22")
      $0.expiresOn = try SampleConsent.day("2026-11-23")
    }
    func state() async throws -> ConsentFact.State {
      try await fact(test, record.id.text).state
    }
    test.time.advance(seconds: 86_400)
    #expect(try await state() == .given)
    test.time.advance(seconds: 86_400)
    #expect(try await state() == .reviewOverdue)
    await #expect(throws: Refusal.self) {
      try await test.store.reviewConsent(
        record.id, until: try SampleConsent.day("2026-11-22"), by: Agency.school.spki)
    }
    let reviewed = try await test.store.reviewConsent(
      record.id, until: try SampleConsent.day("2027-01-01"), by: Agency.school.spki)
    #expect(reviewed.state == .given)
    #expect(reviewed.details?.history.map(\.kind) == [.given, .reviewed])
    #expect(try await test.store.sweepConsents() == 0)
    test.time.advance(seconds: 86_400)
    #expect(try await state() == .expired)
    #expect(try await test.store.sweepConsents() == 1)
    #expect(try await test.store.sweepConsents() == 0)
    #expect(try await state() == .expired)
    let after = try await test.store.consent(record.id, for: Agency.school.spki)
    #expect(after.details?.history.last?.kind == .expired)
    await #expect(throws: Refusal(.alreadyWithdrawn)) {
      try await test.store.reviewConsent(
        record.id, until: try SampleConsent.day("2027-02-01"), by: Agency.school.spki)
    }
    #expect(try await LogKey.verify(test.store).faults == [])
  }

  @Test func refusedAndSupersededRecordsAreNotLive() async throws {
    let (test, record) = try await TestStore.withConsent { $0.isGiven = false }
    #expect(try await fact(test, record.id.text).state == .refused)
    await #expect(throws: Refusal(.alreadyWithdrawn)) {
      try await test.store.withdrawConsent(record.id, .all, reason: nil, by: Agency.school.spki)
    }
    let second = try await test.store.record(
      try SampleConsent.make { $0.supersedes = record.id }, by: Agency.school.spki)
    #expect(try await fact(test, record.id.text).state == .superseded)
    #expect(try await fact(test, second.id.text).state == .given)
  }

  @Test func historyIsOnlyAddedToAndTheLogTellsWhenItIsNot() async throws {
    let (test, record) = try await TestStore.withConsent()
    let tool = try test.tool()
    for sql in [
      "UPDATE consent_change SET change = 'refused'", "DELETE FROM consent_change",
    ] {
      await #expect(throws: DatabaseError.self) {
        try await tool.write { try $0.execute(sql: sql) }
      }
    }
    try await tool.write { database in
      try database.execute(sql: "DROP TRIGGER consent_change_stands")
      try database.execute(sql: "UPDATE consent_change SET change = 'refused'")
    }
    let faults = try await LogKey.verify(test.store).faults
    #expect(faults == ["consent \(record.id): its history is not what the log says"])
  }

  @Test func whoMayWithdraw() async throws {
    let (test, record) = try await TestStore.withConsent()
    for (agency, may) in [
      (Agency.school, true), (.portal, true), (.iss, false), (.farPortal, false),
    ] {
      let facts = try await facts(
        test,
        submission(
          "w-\(agency.spki.prefix(1))", from: agency,
          facts: ContentFacts(
            effect: .consentWithdrawal(consent: record.id.text, scope: .all)),
          type: SampleTypes.withdrawal))
      #expect(facts.mayWithdraw == may, "\(agency.urn)")
    }
    await #expect(throws: Refusal(.withdrawalNotAllowed)) {
      try await test.store.withdrawConsent(record.id, .all, reason: nil, by: Agency.iss.spki)
    }
    await #expect(throws: Refusal(.notFound)) {
      try await test.store.withdrawConsent(
        record.id, .all, reason: nil, by: Agency.farPortal.spki)
    }
  }

  @Test func aDisclosureWithoutConsentCoversOneMessageOfItsOwnSender() async throws {
    let (test, _) = try await TestStore.withConsent()
    let content = ContentFacts(
      effect: .disclosureWithoutConsent(
        messageID: "d-1", informed: "told-after", disclosesAddress: true,
        reviewOn: try SampleConsent.day("2026-11-30")))
    let receipt = try await test.admit(
      submission("dwc-1", to: Agency.cme.urn, facts: content, type: SampleTypes.disclosure))
    func fact(_ reference: String, id: String, from: Agency = .school) async throws
      -> DisclosureFact
    {
      let facts = try await facts(
        test,
        submission(id, from: from, to: Agency.cme.urn, type: SampleTypes.safeguarding) {
          $0.overrideRef = reference
        })
      return try #require(facts.disclosure)
    }
    let record = receipt.messageID.text
    let good = DisclosureFact(
      record: record, state: .onRecord, isForSender: true, coversMessage: true,
      disclosesAddress: true)
    #expect(try await fact(record, id: "d-1") == good)
    #expect(try await fact("urn:uuid:" + record, id: "d-1") == good)
    #expect(try await fact("dwc-1", id: "d-1") == good)
    #expect(try await !fact("dwc-1", id: "d-2").coversMessage)
    let foreign = try await fact(record, id: "d-1", from: .iss)
    #expect(!foreign.isForSender && !foreign.coversMessage)
    #expect(try await fact("dwc-1", id: "d-1", from: .iss).state == .notFound)
    test.time.advance(seconds: 10 * 86_400)
    #expect(try await fact("dwc-1", id: "d-1").state == .reviewOverdue)
  }

  @Test func aDecisionNotToShareIsARecordOfItsOwn() async throws {
    let (test, _) = try await TestStore.withConsent()
    try await test.admit(
      submission(
        "n-1", facts: ContentFacts(effect: .notToShare(request: "r-1", reason: "other")),
        type: SampleTypes.notToShare))
    #expect(try test.count("not_shared") == 1)
    let kinds = try await test.tool().read { database in
      try Data.fetchAll(database, sql: "SELECT entry FROM leaf").compactMap {
        try? LeafEntry(Array($0)).kind
      }
    }
    #expect(kinds.count { $0 == .notShared } == 1)
    #expect(try await LogKey.verify(test.store).faults == [])
  }
}

/// Fails for each word that stands in any file below a folder.
func expectAbsent(_ words: [String], in folder: String) throws {
  let files = try #require(FileManager.default.enumerator(atPath: folder))
  var seen = 0
  for case let name as String in files {
    guard let data = FileManager.default.contents(atPath: folder + "/" + name) else { continue }
    seen += 1
    for word in words {
      #expect(data.range(of: Data(word.utf8)) == nil, "\(word) is in \(name)")
    }
  }
  #expect(seen >= 3)
}
