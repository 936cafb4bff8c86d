// The grounds in law: cases of the rules `purpose`, `lawful-basis`, `special-condition`,
// `legal-gateway`, `data-categories` and `expiry`.

import ExchangeModel
import Policy
import Testing

@Suite struct GroundsRulesTests {
  @Test(
    arguments: [
      ("medical-education", nil, Say.permits), ("attendance", nil, .permits),
      ("", nil, .denies(.purposeNotAllowed)), ("safeguarding", nil, .denies(.purposeNotAllowed)),
      ("Medical-Education", nil, .denies(.purposeNotAllowed)),
      ("medical-education ", nil, .denies(.purposeNotAllowed)),
      ("medical-education,attendance", nil, .denies(.purposeNotAllowed)),
      ("medical-education", ["attendance", "medical-education"], .permits),
      ("medical-education", ["attendance"], .denies(.purposeNotAllowed)),
      ("medical-education", [], .denies(.purposeNotAllowed)),
      ("safeguarding", ["safeguarding"], .denies(.purposeNotAllowed)),
    ] as [(String, [String]?, Say)])
  func purpose(word: String, registered: [String]?, say: Say) throws {
    let facts = try sample {
      $0.envelope.purpose = Purpose(rawValue: word)
      $0.recipient?.purposes = registered
    }
    try expect("purpose", say, facts)
  }

  @Test func thePurposesOfTheTypeAndOfTheRecipientAreTwoReasons() throws {
    let byType = try sample { $0.envelope.purpose = Purpose(rawValue: "safeguarding") }
    #expect(try outcome("purpose", byType).reason.contains("for another purpose"))
    let byRecipient = try sample { $0.recipient?.purposes = ["attendance"] }
    #expect(try outcome("purpose", byRecipient).reason.contains("not registered"))
    // What the sender is registered for is no matter.
    try expect("purpose", .permits, try sample { $0.sender.purposes = [] })
  }

  @Test func aPurposeThatSwiftTakesForAnAllowedOneIsAnother() throws {
    var type = SampleType()
    type.purposes = ["K"]
    let kelvin = "\u{212A}"
    #expect(kelvin == "K")
    try expect(
      "purpose", .denies(.purposeNotAllowed),
      try sample(type: type) { $0.envelope.purpose = Purpose(rawValue: kelvin) })
  }

  @Test(arguments: [
    (nil, Say.permits), ("uk-gdpr:A6-1-e", .permits), ("uk-gdpr:A6-1-c", .permits),
    ("uk-gdpr:A6-1-a", .denies(.lawfulBasisNotAllowed)), ("", .denies(.lawfulBasisNotAllowed)),
  ])
  func lawfulBasis(word: String?, say: Say) throws {
    let facts = try sample { $0.envelope.lawfulBasis = word.map(LawfulBasis.init(rawValue:)) }
    try expect("lawful-basis", say, facts)
  }

  @Test func aTypeWithoutABasisSharesNothing() throws {
    var type = SampleType()
    type.lawfulBases = []
    try expect("lawful-basis", .denies(.lawfulBasisNotAllowed), try sample(type: type))
  }

  @Test(arguments: [
    (nil, Say.permits), ("dpa2018:sch1-6", .permits), ("dpa2018:sch1-18", .permits),
    ("uk-gdpr:A9-2-a", .denies(.specialConditionNotAllowed)),
  ])
  func specialCondition(word: String?, say: Say) throws {
    let facts = try sample {
      $0.envelope.specialCondition = word.map(SpecialCondition.init(rawValue:))
    }
    try expect("special-condition", say, facts)
  }

  @Test(arguments: [
    (nil, Say.permits), ("ea1996-s19", .permits), ("cfa2014-s100", .permits),
    ("ea1996-s436a", .denies(.legalGatewayNotAllowed)),
  ])
  func legalGateway(word: String?, say: Say) throws {
    let facts = try sample { $0.envelope.legalGateway = word.map(LegalGateway.init(rawValue:)) }
    try expect("legal-gateway", say, facts)
  }

  @Test func conditionAndGatewayMayBeNeededByNone() throws {
    var type = SampleType()
    type.specialConditions = []
    type.legalGateways = []
    try expect("special-condition", .notApplicable, try sample(type: type))
    try expect("legal-gateway", .notApplicable, try sample(type: type))
    let claimed = try sample(type: type) {
      $0.envelope.specialCondition = SpecialCondition(rawValue: "dpa2018:sch1-6")
      $0.envelope.legalGateway = LegalGateway(rawValue: "ea1996-s19")
    }
    try expect("special-condition", .denies(.specialConditionNotAllowed), claimed)
    try expect("legal-gateway", .denies(.legalGatewayNotAllowed), claimed)
  }

  @Test(arguments: [
    ("medical-education", "camhs", [], Say.notApplicable),
    ("medical-education", "camhs", ["health", "identity"], .permits),
    ("medical-education", "camhs", ["offending"], .denies(.dataCategoryNotAllowed)),
    ("charging", "school", ["charges"], .permits),
    ("charging", "school", ["charges", "identity"], .denies(.dataCategoryNotAllowed)),
    // The purpose allows them all; the partnership's notice does not.
    ("safeguarding", "childrens-social-care", ["address", "concern"], .permits),
    ("safeguarding", "safeguarding-partnership", ["address"], .denies(.dataCategoryNotAllowed)),
    ("safeguarding", "safeguarding-partnership", ["concern"], .permits),
    ("safeguarding-partnership", "safeguarding-partnership", ["figures"], .permits),
    (
      "safeguarding-partnership", "childrens-social-care", ["health"],
      .denies(.dataCategoryNotAllowed)
    ),
    // A family's rights are not limited by it.
    ("information-rights", "safeguarding-partnership", ["family"], .permits),
    // A purpose that the vocabulary does not have allows nothing.
    ("unheard-of", "school", ["identity"], .denies(.dataCategoryNotAllowed)),
  ])
  func dataCategories(purpose: String, role: String, carried: [String], say: Say) throws {
    var type = SampleType()
    type.purposes = [purpose]
    type.to = [role]
    let facts = try sample(type: type) {
      $0.envelope.purpose = Purpose(rawValue: purpose)
      $0.recipient = try party("urn:gatehouse:850:other", role: role)
      $0.content.dataCategories = carried
    }
    try expect("data-categories", say, facts)
  }

  @Test(arguments: [
    (Facts.Expiry.none, Say.notApplicable), (.ahead, .permits), (.passed, .denies(.expired)),
    (.unreadable, .denies(.expired)),
  ])
  func expiry(known: Facts.Expiry, say: Say) throws {
    try expect(
      "expiry", say,
      try sample { _ in
      } known: {
        $0.expiry = known
      })
  }
}
