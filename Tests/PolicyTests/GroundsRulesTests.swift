// The grounds: cases of the rules `purpose`, `lawful-basis`, `special-condition`, `legal-gateway`,
// `consent`, `override` and `expiry`.

import ExchangeModel
import Policy
import Testing

@Suite struct GroundsRulesTests {
  @Test(arguments: [
    ("medical-education", Say.permits), ("attendance", .permits),
    ("", .denies(.purposeNotAllowed)), ("safeguarding", .denies(.purposeNotAllowed)),
    ("Medical-Education", .denies(.purposeNotAllowed)),
    ("medical-education ", .denies(.purposeNotAllowed)),
    ("medical-education,attendance", .denies(.purposeNotAllowed)),
  ])
  func purpose(word: String, say: Say) throws {
    try expect("purpose", say, try facts { $0.purpose = Purpose(rawValue: word) })
  }

  @Test func aPurposeThatSwiftTakesForAnAllowedOneIsAnother() throws {
    var type = SampleType()
    type.purposes = ["K"]
    let kelvin = "\u{212A}"
    #expect(kelvin == "K")
    try expect(
      "purpose", .denies(.purposeNotAllowed),
      try facts(type: type) { $0.purpose = Purpose(rawValue: kelvin) })
  }

  @Test(arguments: [
    (nil, Say.permits), ("uk-gdpr:A6-1-e", .permits), ("uk-gdpr:A6-1-c", .permits),
    ("uk-gdpr:A6-1-a", .denies(.lawfulBasisNotAllowed)), ("", .denies(.lawfulBasisNotAllowed)),
  ])
  func lawfulBasis(word: String?, say: Say) throws {
    let facts = try facts { $0.lawfulBasis = word.map(LawfulBasis.init(rawValue:)) }
    try expect("lawful-basis", say, facts)
  }

  @Test func aTypeWithoutABasisSharesNothing() throws {
    var type = SampleType()
    type.lawfulBases = []
    try expect("lawful-basis", .denies(.lawfulBasisNotAllowed), try facts(type: type))
  }

  @Test(arguments: [
    (nil, Say.permits), ("dpa2018:sch1-6", .permits), ("dpa2018:sch1-18", .permits),
    ("uk-gdpr:A9-2-a", .denies(.specialConditionNotAllowed)),
  ])
  func specialCondition(word: String?, say: Say) throws {
    let facts = try facts { $0.specialCondition = word.map(SpecialCondition.init(rawValue:)) }
    try expect("special-condition", say, facts)
  }

  @Test(arguments: [
    (nil, Say.permits), ("ea1996-s19", .permits), ("cfa2014-s100", .permits),
    ("ea1996-s436a", .denies(.legalGatewayNotAllowed)),
  ])
  func legalGateway(word: String?, say: Say) throws {
    let facts = try facts { $0.legalGateway = word.map(LegalGateway.init(rawValue:)) }
    try expect("legal-gateway", say, facts)
  }

  @Test func conditionAndGatewayMayBeNeededByNone() throws {
    var type = SampleType()
    type.specialConditions = []
    type.legalGateways = []
    try expect("special-condition", .notApplicable, try facts(type: type))
    try expect("legal-gateway", .notApplicable, try facts(type: type))
    let claimed = try facts(type: type) {
      $0.specialCondition = SpecialCondition(rawValue: "dpa2018:sch1-6")
      $0.legalGateway = LegalGateway(rawValue: "ea1996-s19")
    }
    try expect("special-condition", .denies(.specialConditionNotAllowed), claimed)
    try expect("legal-gateway", .denies(.legalGatewayNotAllowed), claimed)
  }

  @Test(arguments: [
    ("CN0", Say.permits), ("CN1", .denies(.consentRequired)), ("CN2", .permits),
    ("CN3", .permits), ("CN4", .permits), ("CN5", .denies(.consentRequired)),
    ("CN6", .denies(.consentRequired)), ("CN1/CN5", .denies(.consentRequired)),
    ("", .denies(.consentRequired)), ("CN7", .denies(.consentRequired)),
    ("cn0", .denies(.consentRequired)),
  ])
  func consent(consentRule: String, say: Say) throws {
    var type = SampleType()
    type.consentRule = consentRule
    try expect("consent", say, try facts(type: type))
    // A reference is not a consent while nothing can be looked up.
    try expect("consent", say, try facts(type: type) { $0.consentRef = "consent-1" })
  }

  @Test(arguments: ["CN0", "CN1", "CN2", "CN3", "CN5", "CN6"])
  func overrideOfARuleWithoutOne(consentRule: String) throws {
    var type = SampleType()
    type.consentRule = consentRule
    try expect("override", .notApplicable, try facts(type: type))
    try expect(
      "override", .denies(.overrideNotAllowed),
      try facts(type: type) { $0.overrideRef = "override-1" })
  }

  @Test func overrideOfCN4() throws {
    var type = SampleType()
    type.consentRule = "CN4"
    try expect("override", .notApplicable, try facts(type: type))
    let facts = try facts(type: type) { $0.overrideRef = "override-1" }
    try expect("override", .permits, facts)
    #expect(decide(facts).verdict == .permit)
  }

  // The facts' present is 2026-11-21T09:00:00Z.
  @Test(arguments: [
    (nil, Say.notApplicable), ("2026-11-21T09:00:00.001Z", .permits),
    ("2026-11-21T10:00:01+01:00", .permits), ("2026-11-21T09:00:00Z", .denies(.expired)),
    ("2026-11-21T10:00:00+01:00", .denies(.expired)), ("2026-11-20T09:00:00Z", .denies(.expired)),
    ("tomorrow", .denies(.expired)), ("", .denies(.expired)),
  ])
  func expiry(text: String?, say: Say) throws {
    try expect("expiry", say, try facts { $0.expiryTime = text })
  }
}
