// Consent: cases of the rules `consent` and `override`, for every consent rule of the catalogue.

import ExchangeModel
import Policy
import Testing

/// What is wrong with a consent, and what a type that rests on consent says to it.
struct ConsentCase: Sendable, CustomTestStringConvertible {
  let name: String
  let consent: ConsentFact?
  let say: Say
  /// Words that the reason must have.
  var reason = ""

  var testDescription: String { name }

  static let all: [ConsentCase] = [
    ConsentCase(
      name: "none", consent: nil, say: .denies(.consentRequired), reason: "names no consent"),
    ConsentCase(
      name: "not found", consent: ConsentFact.none, say: .denies(.consentRequired),
      reason: "no such consent"),
    ConsentCase(name: "live", consent: .live(), say: .permits, reason: "live and covers"),
    ConsentCase(
      name: "child unknown", consent: .live { $0.child = .unknown }, say: .permits,
      reason: "nothing by which to compare"),
    ConsentCase(
      name: "refused", consent: .live { $0.state = .refused }, say: .denies(.consentNotLive),
      reason: "refused"),
    ConsentCase(
      name: "withdrawn", consent: .live { $0.state = .withdrawn }, say: .denies(.consentNotLive),
      reason: "withdrawn"),
    ConsentCase(
      name: "expired", consent: .live { $0.state = .expired }, say: .denies(.consentNotLive),
      reason: "run out"),
    ConsentCase(
      name: "superseded", consent: .live { $0.state = .superseded },
      say: .denies(.consentNotLive), reason: "later one"),
    ConsentCase(
      name: "review overdue", consent: .live { $0.state = .reviewOverdue },
      say: .denies(.consentNotLive), reason: "due for review"),
    ConsentCase(
      name: "another's", consent: .live { $0.isForSender = false },
      say: .denies(.consentDoesNotCover), reason: "another party"),
    ConsentCase(
      name: "recipient", consent: .live { $0.coversRecipient = false },
      say: .denies(.consentDoesNotCover), reason: "this recipient"),
    ConsentCase(
      name: "purpose", consent: .live { $0.coversPurpose = false },
      say: .denies(.consentDoesNotCover), reason: "this purpose"),
    ConsentCase(
      name: "items", consent: .live { $0.missingItems = ["address", "health"] },
      say: .denies(.consentDoesNotCover), reason: "Where the child lives or moves to and Physical"),
    ConsentCase(
      name: "other child", consent: .live { $0.child = .other },
      say: .denies(.consentDoesNotCover), reason: "the child"),
  ]
}

@Suite struct ConsentRuleTests {
  @Test(arguments: ["CN1", "CN2", "CN5"], ConsentCase.all)
  func restsOnConsent(consentRule: String, known: ConsentCase) throws {
    let facts = try sample(type: type(consentRule: consentRule)) { _ in
    } known: {
      $0.consent = known.consent
    }
    try expect("consent", known.say, facts)
    #expect(try outcome("consent", facts).reason.contains(known.reason))
    #expect(facts.decision.verdict == (known.say == .permits ? .permit : .deny))
  }

  /// Every fault of coverage is told at once.
  @Test func allGapsAreNamed() throws {
    let facts = try sample(type: type(consentRule: "CN1")) { _ in
    } known: {
      $0.consent = .live {
        $0.coversRecipient = false
        $0.coversPurpose = false
        $0.missingItems = ["health", "a secret"]
        $0.child = .other
      }
    }
    let reason = try outcome("consent", facts).reason
    for word in ["recipient", "purpose", "child", "Physical and mental health", "1 other item"] {
      #expect(reason.contains(word))
    }
    #expect(!reason.contains("secret"))
  }

  /// Whose consent it is not, is not told whether it still stands.
  @Test func anothersConsentTellsNothing() throws {
    let reasons = try [ConsentFact.State.given, .withdrawn, .refused, .expired].map { state in
      try outcome(
        "consent",
        try sample(type: type(consentRule: "CN1")) { _ in
        } known: {
          $0.consent = .live {
            $0.state = state
            $0.isForSender = false
          }
        })
    }
    #expect(Set(reasons).count == 1)
  }

  @Test(arguments: ["CN0", "CN3", "CN4"], ConsentCase.all)
  func restsOnLaw(consentRule: String, known: ConsentCase) throws {
    let facts = try sample(type: type(consentRule: consentRule)) { _ in
    } known: {
      $0.consent = known.consent
    }
    try expect("consent", .permits, facts)
    let reason = try outcome("consent", facts).reason
    switch (known.consent, known.name) {
    case (nil, _): #expect(!reason.contains("the message names"))
    case (_, "withdrawn"), (_, "other child"), (_, "not found"):
      #expect(reason.contains("consent is not the ground"))
    case (_, "live"): #expect(reason.contains("was not needed"))
    default: #expect(reason.contains("the message names"))
    }
  }

  @Test(arguments: ["", "CN7", "cn0", "CN1/CN5"])
  func anUnknownRuleSharesNothing(consentRule: String) throws {
    try expect(
      "consent", .denies(.consentRequired),
      try sample(type: type(consentRule: consentRule)) { _ in
      } known: {
        $0.consent = .live()
      })
  }

  @Test(arguments: [
    ("CN1", "family-portal", Say.permits), ("CN5", "family-portal", .permits),
    ("CN2", "parent-portal", .permits), ("CN1", "public-portal", .permits),
    ("CN1", "school", .denies(.consentRequired)),
    // A parent cannot confirm in the child's place.
    ("CN6", "public-portal", .denies(.consentRequired)),
  ])
  func theFamilyConsentsByItsAct(consentRule: String, role: String, say: Say) throws {
    var type = type(consentRule: consentRule)
    type.from.append(role)
    let facts = try sample(type: type) {
      $0.sender = try party("urn:gatehouse:850:form", role: role)
    }
    try expect("consent", say, facts)
  }

  @Test(arguments: ConsentCase.all)
  func aChildConfirms(known: ConsentCase) throws {
    let facts = try sample(type: type(consentRule: "CN6")) { _ in
    } known: {
      $0.consent = known.consent
    }
    // What a confirmation names besides the child is no matter.
    let say: Say = ["recipient", "purpose", "items"].contains(known.name) ? .permits : known.say
    try expect("consent", say, facts)
  }

  @Test func aWithdrawalNeedsNoConsent() throws {
    let facts = try sample(type: type(consentRule: "CN1")) { _ in
    } known: {
      $0.claims.effect = "consent-withdrawal"
      $0.mayWithdraw = true
    }
    try expect("consent", .permits, facts)
    #expect(facts.decision.verdict == .permit)
  }

  struct ReplyCase: Sendable {
    var rule = "CN2"
    var earlier: OnwardFact
    var asks = false
    var consent: ConsentFact?
    let say: Say
  }

  private static func reply(
    _ purpose: String? = "medical-education", link: OnwardFact.Link = .reply, goesBack: Bool = true,
    standsOnConsent: Bool = true
  ) -> OnwardFact {
    OnwardFact(
      link: link, purpose: purpose, goesBack: goesBack, standsOnConsent: standsOnConsent)
  }

  @Test(arguments: [
    ReplyCase(earlier: reply(), say: .permits),
    ReplyCase(earlier: reply(), consent: .live(), say: .permits),
    // A consent that is named and does not stand is not passed over.
    ReplyCase(
      earlier: reply(), consent: .live { $0.state = .withdrawn }, say: .denies(.consentNotLive)),
    ReplyCase(rule: "CN1", earlier: reply(), say: .denies(.consentRequired)),
    ReplyCase(rule: "CN5", earlier: reply(), say: .denies(.consentRequired)),
    ReplyCase(earlier: reply(link: .causation), say: .denies(.consentRequired)),
    ReplyCase(earlier: reply(goesBack: false), say: .denies(.consentRequired)),
    ReplyCase(earlier: reply(standsOnConsent: false), say: .denies(.consentRequired)),
    ReplyCase(earlier: reply("attendance"), say: .denies(.consentRequired)),
    ReplyCase(earlier: reply(nil), say: .denies(.consentRequired)),
    // A question cannot rest on what it happens to follow.
    ReplyCase(earlier: reply(), asks: true, say: .denies(.consentRequired)),
  ])
  func anAnswerRestsOnThePermissionOfItsRequest(known: ReplyCase) throws {
    var type = type(consentRule: known.rule)
    if known.asks { type.replies = [("gatehouse.answer.v1", nil, "")] }
    let facts = try sample(type: type) { _ in
    } known: {
      $0.onward = [known.earlier]
      $0.consent = known.consent
    }
    try expect("consent", known.say, facts)
  }
}
