// Disclosure without consent: cases of the rule `override`, and of `consent` beside it.

import ExchangeModel
import Policy
import Testing

/// What is on record about a disclosure, and whether it stands.
struct DisclosureCase: Sendable, CustomTestStringConvertible {
  let name: String
  let disclosure: DisclosureFact
  var stands = false

  var testDescription: String { name }

  static let all: [DisclosureCase] = [
    DisclosureCase(name: "standing", disclosure: .standing(), stands: true),
    DisclosureCase(name: "not found", disclosure: DisclosureFact.none),
    DisclosureCase(name: "review overdue", disclosure: .standing { $0.state = .reviewOverdue }),
    DisclosureCase(name: "another's", disclosure: .standing { $0.isForSender = false }),
    DisclosureCase(name: "another message's", disclosure: .standing { $0.coversMessage = false }),
  ]
}

@Suite struct OverrideRuleTests {
  @Test(arguments: ["CN0", "CN1", "CN2", "CN3", "CN4", "CN5", "CN6"])
  func noneIsClaimed(consentRule: String) throws {
    try expect("override", .notApplicable, try sample(type: type(consentRule: consentRule)))
  }

  @Test(arguments: ["CN1", "CN2", "CN4", "CN5"], DisclosureCase.all)
  func whereTheRuleKnowsIt(consentRule: String, known: DisclosureCase) throws {
    let facts = try sample(type: type(consentRule: consentRule)) { _ in
    } known: {
      $0.disclosure = known.disclosure
    }
    try expect("override", known.stands ? .permits : .denies(.overrideNotOnRecord), facts)
    #expect(facts.decision.verdict == (known.stands ? .permit : .deny))
    // Who chose that way is told what is wrong with it, not that a consent is missing.
    #expect(facts.decision.refusalCode == (known.stands ? nil : .overrideNotOnRecord))
  }

  @Test(arguments: ["CN0", "CN3", "CN6", "CN9"], DisclosureCase.all)
  func whereItDoesNot(consentRule: String, known: DisclosureCase) throws {
    let facts = try sample(type: type(consentRule: consentRule)) { _ in
    } known: {
      $0.disclosure = known.disclosure
    }
    try expect("override", .denies(.overrideNotAllowed), facts)
  }

  /// It stands in for consent whatever is wrong with the consent named, and for nothing else.
  @Test(arguments: ConsentCase.all)
  func itStandsInForConsent(known: ConsentCase) throws {
    let facts = try sample(type: type(consentRule: "CN1")) { _ in
    } known: {
      $0.consent = known.consent
      $0.disclosure = .standing()
    }
    try expect("consent", .permits, facts)
    #expect(facts.decision.verdict == .permit)
    // With a consent that does not stand, the override's own fault comes second.
    let broken = try sample(type: type(consentRule: "CN1")) { _ in
    } known: {
      $0.consent = known.consent
      $0.disclosure = DisclosureFact.none
    }
    try expect("override", .denies(.overrideNotOnRecord), broken)
  }

  @Test func itStandsInForNoOtherGround() throws {
    let alterations: [(inout Sample) -> Void] = [
      { $0.envelope.purpose = Purpose(rawValue: "enforcement") },
      { $0.envelope.lawfulBasis = LawfulBasis(rawValue: "uk-gdpr:A6-1-a") },
      { $0.sender.role = PartyRole(rawValue: "police") },
      { $0.recipient?.country = "US" },
      { $0.content.dataCategories = ["offending"] },
    ]
    for alter in alterations {
      let facts = try sample(type: type(consentRule: "CN1")) {
        alter(&$0)
      } known: {
        $0.disclosure = .standing()
      }
      #expect(facts.decision.verdict == .deny)
    }
  }
}
