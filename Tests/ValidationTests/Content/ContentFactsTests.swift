// What the gate learns of a payload: categories, identifiers, consent items and effects, the same
// from JSON and XML.
import ExchangeModel
import Testing

@testable import Validation

@Suite struct ContentFactsTests {
  let set: SchemaSet

  init() throws { set = try SchemasFolder.set.get() }

  /// The facts of an example, its payload's text changed.
  private func facts(
    _ example: String, replacing old: String = "", with new: String = ""
  ) throws -> ContentFacts {
    let bytes = try #require(SchemasFolder.bytes("messages/" + example))
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(old.isEmpty || text.contains(old))
    let changed = old.isEmpty ? text : text.replacing(old, with: new)
    let format: ContentFormat = example.hasSuffix(".xml") ? .xml : .json
    return try set.validate(try EnvelopeReader.read(Array(changed.utf8), format: format)).content
  }

  @Test func aReferralShowsItsCategoriesAndIdentifiers() throws {
    let facts = try facts("medical-referral/v1/examples/year-9-fatigue.valid.json")
    #expect(facts.dataCategories == facts.dataCategories.sorted())
    #expect(Set(facts.dataCategories).isSuperset(of: ["address", "family", "health", "identity"]))
    #expect(!facts.dataCategories.contains("concern"))
    #expect(!facts.hasSensitiveAddress)
    #expect(facts.identifiers["upn"]?.utf8.count == 13)
    #expect(facts.consentItems == nil && facts.effect == nil)
  }

  @Test(arguments: ["addressSensitive", #"address\u0053ensitive"#])
  func aSensitiveAddressIsSeenHoweverItIsWritten(_ name: String) throws {
    let facts = try facts(
      "medical-referral/v1/examples/year-9-fatigue.valid.json",
      replacing: "\"addressSensitive\": false", with: "\"\(name)\": true")
    #expect(facts.hasSensitiveAddress)
  }

  @Test func aPropertyMayHoldACategoryInOneTypeAlone() throws {
    let example = try #require(
      SchemasFolder.examples("valid").first {
        $0.path.hasPrefix("messages/multi-agency-audit-call/")
      })
    let facts = try facts(String(example.path.dropFirst("messages/".count)))
    #expect(facts.dataCategories.contains("case-administration"))
  }

  @Test(arguments: SchemasFolder.examples("valid").filter { $0.format == .json })
  func bothFormatsShowTheSame(_ example: SchemasFolder.Example) throws {
    let name = String(example.path.dropLast(5)) + ".xml"
    guard let xml = SchemasFolder.bytes(name) else { return }
    let one = try set.validate(try EnvelopeReader.read(example.bytes, format: .json)).content
    let other = try set.validate(try EnvelopeReader.read(xml, format: .xml)).content
    #expect(one == other)
    #expect(!one.dataCategories.isEmpty || one.identifiers.isEmpty)
  }

  @Test func effectsAreRead() throws {
    let disclosure = "disclosure-without-consent/v1/examples/child-at-risk.valid.json"
    guard
      case .disclosureWithoutConsent(let id, let informed, let discloses, let review)? =
        try facts(disclosure).effect
    else { throw Missing() }
    #expect(id.utf8.count == 36 && !discloses)
    #expect(["told-before", "told-after", "not-told-unsafe"].contains(informed))
    #expect(review.daysSinceEpoch > 20_000)
    let address = try facts(
      disclosure, replacing: "That the child is at home alone at night", with: "address")
    guard case .disclosureWithoutConsent(_, _, true, _)? = address.effect else { throw Missing() }

    // Each example withdraws a record of its own, so that all can be sent to one sandbox.
    let consent = "01a1c4e6-7500-7000-8000-00000000000"
    let withdrawn = "consent-withdrawn/v1/examples/"
    #expect(
      try facts(withdrawn + "one-item.valid.json").effect
        == .consentWithdrawal(consent: consent + "6", scope: .item("case-notes")))
    let sen = try #require(PartyURN("urn:gatehouse:850:sen"))
    #expect(
      try facts(withdrawn + "one-recipient.valid.xml").effect
        == .consentWithdrawal(consent: consent + "5", scope: .recipient(sen)))
    guard
      case .consentWithdrawal(_, .all)? = try facts(withdrawn + "everything.valid.json").effect
    else { throw Missing() }
    #expect(
      try facts("not-to-share-decision/v1/examples/more-harm-than-good.valid.json").effect
        == .notToShare(
          request: "0b8f2c7e-5d43-4a17-9c1e-3f2a6d90b415", reason: "detrimental-to-child"))
    #expect(
      try facts("objection/v1/examples/upheld.valid.json").effect
        == .objection(interim: "restrict", outcome: "upheld"))
    #expect(
      try facts("consented-share/v1/examples/views-on-a-draft-plan.valid.json").consentItems
        == ["name", "needs", "views-of-parents"])
  }

  @Test func aPublicationIsLookedThrough() throws {
    let example = "practice-review-publication/v1/examples/after-a-year.valid.json"
    #expect(try facts(example).effect == .publication(findings: [], possibleNames: []))
    let told = try facts(
      example, replacing: "All schools trained in the bruising protocol.",
      with: "For Amy Exemplar, R850 4123-25001, born on 3 March 2014, all was done.")
    #expect(
      told.effect
        == .publication(
          findings: ["date-of-birth", "upn"],
          possibleNames: [["for", "amy"], ["for", "exemplar"], ["amy", "exemplar"]]))
  }

  private struct Missing: Error {}
}
