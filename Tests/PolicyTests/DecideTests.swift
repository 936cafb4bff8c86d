// The decision as a whole: order, completeness, grounds, obligations and what its texts may hold.

import ExchangeModel
import Policy
import Testing

@Suite struct DecideTests {
  private let order = [
    "parties-live", "message-type-version", "route", "residency", "purpose", "lawful-basis",
    "special-condition", "legal-gateway", "data-categories", "consent", "override", "onward-use",
    "withdrawal", "sensitive-address", "disclosure-cap", "objection",
    "information-sharing-duty", "publication", "review", "duty-clocks", "expiry",
  ]

  @Test func everyRuleSpeaksInOrder() throws {
    let permitted = try sample().decision
    #expect(permitted.verdict == .permit)
    #expect(permitted.refusalCode == nil)
    #expect(permitted.rules.map(\.rule) == order)
    #expect(permitted.policyVersion == Policy.version)
    #expect(permitted.catalogueVersion == "test")
    // A denial stops no other rule from speaking.
    let denied = try sample {
      $0.sender.state = .suspended
      $0.envelope.purpose = Purpose(rawValue: "curiosity")
    } known: {
      $0.expiry = .passed
    }.decision
    #expect(denied.rules.map(\.rule) == order)
    #expect(denied.verdict == .deny)
    #expect(denied.refusalCode == .partySuspended)
    #expect(
      denied.rules.filter { $0.verdict == .deny }.map(\.rule) == [
        "parties-live", "purpose", "expiry",
      ])
    for outcome in permitted.rules + denied.rules {
      #expect(!outcome.source.isEmpty)
      #expect(outcome.reason.hasSuffix("."))
      #expect((outcome.code != nil) == (outcome.verdict == .deny))
    }
  }

  @Test func sameFactsSameDecision() throws {
    let known = try sample(type: type(consentRule: "CN1")) {
      $0.content.dataCategories = ["health", "identity"]
    } known: {
      $0.consent = .live()
      $0.onward = [OnwardFact(link: .reply, purpose: "attendance")]
    }
    #expect(known.decision == Policy.decide(known.facts, under: known.terms))
  }

  @Test func groundsAreTheTypesFirstWhereNoneIsStated() throws {
    #expect(
      try sample().decision.grounds
        == Grounds(
          purpose: "medical-education", lawfulBasis: "uk-gdpr:A6-1-e",
          specialCondition: "dpa2018:sch1-6", legalGateway: "ea1996-s19"))
    var plain = SampleType()
    plain.specialConditions = []
    plain.legalGateways = []
    let grounds = try sample(type: plain).decision.grounds
    #expect(grounds.specialCondition == nil)
    #expect(grounds.legalGateway == nil)
  }

  @Test func groundsAreTheStatedOnesWhereAllowed() throws {
    let decision = try sample {
      $0.envelope.purpose = Purpose(rawValue: "attendance")
      $0.envelope.lawfulBasis = LawfulBasis(rawValue: "uk-gdpr:A6-1-c")
      $0.envelope.specialCondition = SpecialCondition(rawValue: "dpa2018:sch1-18")
      $0.envelope.legalGateway = LegalGateway(rawValue: "cfa2014-s100")
    }.decision
    #expect(decision.verdict == .permit)
    #expect(
      decision.grounds
        == Grounds(
          purpose: "attendance", lawfulBasis: "uk-gdpr:A6-1-c",
          specialCondition: "dpa2018:sch1-18", legalGateway: "cfa2014-s100"))
  }

  @Test func nothingTheSenderMadeUpIsRepeated() throws {
    let secret = "Zebedee Quill 2014-03-01"
    let decision = try sample {
      $0.envelope.purpose = Purpose(rawValue: secret)
      $0.envelope.lawfulBasis = LawfulBasis(rawValue: secret)
      $0.envelope.specialCondition = SpecialCondition(rawValue: secret)
      $0.envelope.legalGateway = LegalGateway(rawValue: secret)
      $0.type.consentRule = "CN1"
    } known: {
      $0.consent = .live { $0.missingItems = [secret] }
      $0.claims.identityFound = [secret]
      $0.claims.effect = "publication"
    }.decision
    #expect(decision.rules.filter { $0.verdict == .deny }.count == 6)
    #expect(!"\(decision)".contains("Zebedee"))
    #expect(decision.grounds.lawfulBasis == "not-allowed")
    #expect(decision.grounds.specialCondition == nil)
  }

  @Test(arguments: [
    ("CN0", "OFFICIAL-SENSITIVE", ["retain"]), ("CN2", "OFFICIAL-SENSITIVE", ["retain"]),
    ("CN3", "OFFICIAL-SENSITIVE", ["retain", "tell-family"]),
    ("CN4", "OFFICIAL-SENSITIVE", ["retain", "record-disclosure"]),
    ("CN1", "OFFICIAL-SENSITIVE", ["retain", "no-onward-sharing"]),
    ("CN1", "SEALED", ["retain", "seal", "no-onward-sharing"]),
    ("CN0", "SEALED", ["retain", "seal", "no-onward-sharing"]),
    ("CN5", "OFFICIAL-SENSITIVE", ["retain"]), ("CN6", "OFFICIAL-SENSITIVE", ["retain"]),
  ])
  func obligations(consentRule: String, sensitivity: String, kinds: [String]) throws {
    let permitted = try sample(type: type(consentRule: consentRule, sensitivity: sensitivity)) {
      _ in
    } known: {
      $0.consent = .live()
    }.decision
    #expect(permitted.obligations.map(\.kind) == kinds)
    #expect(permitted.obligations.first?.detail == "R.MED: A year.")
  }

  @Test func anOverrideIsRecordedOnce() throws {
    for rule in ["CN1", "CN4"] {
      let kinds = try sample(type: type(consentRule: rule)) { _ in
      } known: {
        $0.disclosure = .standing()
      }.decision.obligations.map(\.kind)
      #expect(kinds.filter { $0 == "record-disclosure" }.count == 1)
    }
  }

  @Test func nothingFollowsFromADenial() throws {
    let decision = try sample(type: type(consentRule: "CN4")) { $0.recipient = nil }.decision
    #expect(decision.verdict == .deny)
    #expect(decision.obligations.isEmpty)
  }

  /// A caseworker reads these: words of the vocabulary come with their titles.
  @Test func reasonsSayTitles() throws {
    let purpose = try outcome("purpose", try sample())
    #expect(purpose.reason.contains("Education when medically unfit (medical-education)"))
    let basis = try outcome("lawful-basis", try sample())
    #expect(basis.reason.contains("Public task"))
    let gateway = try outcome("legal-gateway", try sample())
    #expect(gateway.reason.contains("Exceptional provision of education"))
    let route = try outcome("route", try sample { $0.sender.role = PartyRole(rawValue: "police") })
    #expect(route.reason.contains("Police (police)"))
    let categories = try outcome(
      "data-categories", try sample { $0.content.dataCategories = ["offending"] })
    #expect(categories.reason.contains("Offences and suspicion of crime"))
    #expect(!categories.reason.contains("offending"))
  }
}
