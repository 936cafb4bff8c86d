// The decision as a whole: order, completeness, grounds, obligations and what its texts may hold.

import ExchangeModel
import Policy
import Testing

@Suite struct DecideTests {
  private let order = [
    "parties-live", "route", "purpose", "lawful-basis", "special-condition", "legal-gateway",
    "consent", "override", "expiry",
  ]

  @Test func everyRuleSpeaksInOrder() throws {
    let permitted = decide(try facts())
    #expect(permitted.verdict == .permit)
    #expect(permitted.refusalCode == nil)
    #expect(permitted.rules.map(\.rule) == order)
    #expect(permitted.policyVersion == Policy.version)
    #expect(permitted.catalogueVersion == "test")
    // A denial stops no other rule from speaking.
    let denied = decide(
      try facts {
        $0.sender.state = .suspended
        $0.purpose = Purpose(rawValue: "curiosity")
        $0.expiryTime = "2020-01-01T00:00:00Z"
      })
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
    #expect(decide(try facts()) == decide(try facts()))
  }

  @Test func groundsAreTheTypesFirstWhereNoneIsStated() throws {
    #expect(
      decide(try facts()).grounds
        == Grounds(
          purpose: "medical-education", lawfulBasis: "uk-gdpr:A6-1-e",
          specialCondition: "dpa2018:sch1-6", legalGateway: "ea1996-s19"))
    var plain = SampleType()
    plain.specialConditions = []
    plain.legalGateways = []
    let grounds = decide(try facts(type: plain)).grounds
    #expect(grounds.specialCondition == nil)
    #expect(grounds.legalGateway == nil)
  }

  @Test func groundsAreTheStatedOnesWhereAllowed() throws {
    let decision = decide(
      try facts {
        $0.purpose = Purpose(rawValue: "attendance")
        $0.lawfulBasis = LawfulBasis(rawValue: "uk-gdpr:A6-1-c")
        $0.specialCondition = SpecialCondition(rawValue: "dpa2018:sch1-18")
        $0.legalGateway = LegalGateway(rawValue: "cfa2014-s100")
      })
    #expect(decision.verdict == .permit)
    #expect(
      decision.grounds
        == Grounds(
          purpose: "attendance", lawfulBasis: "uk-gdpr:A6-1-c",
          specialCondition: "dpa2018:sch1-18", legalGateway: "cfa2014-s100"))
  }

  @Test func nothingTheSenderMadeUpIsRepeated() throws {
    let secret = "Zebedee Quill 2014-03-01"
    let decision = decide(
      try facts {
        $0.purpose = Purpose(rawValue: secret)
        $0.lawfulBasis = LawfulBasis(rawValue: secret)
        $0.specialCondition = SpecialCondition(rawValue: secret)
        $0.legalGateway = LegalGateway(rawValue: secret)
        $0.consentRef = secret
        $0.overrideRef = secret
        $0.expiryTime = secret
      })
    #expect(decision.rules.filter { $0.verdict == .deny }.count == 6)
    #expect(!"\(decision)".contains("Zebedee"))
    #expect(decision.grounds.lawfulBasis == "not-allowed")
    #expect(decision.grounds.specialCondition == nil)
  }

  @Test(arguments: [
    ("CN0", ["retain"]), ("CN2", ["retain"]), ("CN3", ["retain", "tell-family"]),
    ("CN4", ["retain", "record-disclosure"]), ("CN1", []),
  ])
  func obligations(consentRule: String, kinds: [String]) throws {
    var type = SampleType()
    type.consentRule = consentRule
    let decision = decide(try facts(type: type))
    #expect(decision.obligations.map(\.kind) == kinds)
    if !kinds.isEmpty { #expect(decision.obligations.first?.detail == "R.MED") }
  }

  @Test func nothingFollowsFromADenial() throws {
    let decision = decide(try facts { $0.recipient = nil })
    #expect(decision.verdict == .deny)
    #expect(decision.obligations.isEmpty)
  }
}
