// What a message does or tells beyond its grounds: cases of the rules `withdrawal`,
// `sensitive-address`, `objection`, `information-sharing-duty`, `publication`,
// `review` and `duty-clocks`.

import ExchangeModel
import Policy
import Testing

@Suite struct EffectRulesTests {
  private func type(effect: String?) -> SampleType {
    var type = SampleType()
    type.effect = effect
    return type
  }

  private func kinds(_ known: Case) -> [String] { known.decision.obligations.map(\.kind) }

  @Test(
    arguments: [
      (nil, nil, nil, Say.notApplicable),
      ("consent-withdrawal", "consent-withdrawal", true, .permits),
      ("consent-withdrawal", "consent-withdrawal", false, .denies(.withdrawalNotAllowed)),
      ("consent-withdrawal", "consent-withdrawal", nil, .denies(.withdrawalNotAllowed)),
      // A withdrawal that does not say what it withdraws withdraws nothing.
      ("consent-withdrawal", nil, true, .denies(.withdrawalNotAllowed)),
      ("objection", "objection", nil, .notApplicable),
    ] as [(String?, String?, Bool?, Say)])
  func withdrawal(declared: String?, stated: String?, may: Bool?, say: Say) throws {
    let facts = try sample(type: type(effect: declared)) { _ in
    } known: {
      $0.claims.effect = stated
      $0.mayWithdraw = may
    }
    try expect("withdrawal", say, facts)
  }

  struct AddressCase: Sendable {
    var sensitive = true
    var consent: ConsentFact?
    var disclosure: DisclosureFact?
    let kinds: [String]
  }

  @Test(arguments: [
    AddressCase(sensitive: false, kinds: []),
    AddressCase(kinds: ["mask", "check-attachments"]),
    AddressCase(consent: .live(), kinds: ["mask", "check-attachments"]),
    AddressCase(consent: .live { $0.releasesAddress = true }, kinds: ["address-released"]),
    // The release names the address alone; the rest of the message rests on law.
    AddressCase(
      consent: .live {
        $0.releasesAddress = true
        $0.missingItems = ["health"]
      }, kinds: ["address-released"]),
    AddressCase(
      consent: .live {
        $0.releasesAddress = true
        $0.state = .withdrawn
      }, kinds: ["mask", "check-attachments"]),
    AddressCase(
      consent: .live {
        $0.releasesAddress = true
        $0.coversRecipient = false
      }, kinds: ["mask", "check-attachments"]),
    AddressCase(
      consent: .live {
        $0.releasesAddress = true
        $0.coversPurpose = false
      }, kinds: ["mask", "check-attachments"]),
    AddressCase(
      consent: .live {
        $0.releasesAddress = true
        $0.isForSender = false
      }, kinds: ["mask", "check-attachments"]),
    AddressCase(
      consent: .live {
        $0.releasesAddress = true
        $0.child = .other
      }, kinds: ["mask", "check-attachments"]),
    AddressCase(disclosure: .standing(), kinds: ["mask", "check-attachments"]),
    AddressCase(
      disclosure: .standing { $0.disclosesAddress = true }, kinds: ["address-released"]),
  ])
  func sensitiveAddress(known: AddressCase) throws {
    var type = SampleType()
    type.consentRule = "CN4"
    let facts = try sample(type: type) {
      $0.content.hasSensitiveAddress = known.sensitive
    } known: {
      $0.consent = known.consent
      $0.disclosure = known.disclosure
    }
    try expect("sensitive-address", known.sensitive ? .permits : .notApplicable, facts)
    #expect(facts.decision.verdict == .permit)
    let about = ["mask", "check-attachments", "address-released"]
    #expect(kinds(facts).filter { about.contains($0) } == known.kinds)
    let mask = facts.decision.obligations.first { $0.kind == "mask" }
    #expect(mask.map { $0.detail.contains("taken out of the copy that is delivered") } ?? true)
  }

  @Test(arguments: [(false, Say.notApplicable), (true, .permits)])
  func objection(isOnRecord: Bool, say: Say) throws {
    let facts = try sample { _ in
    } known: {
      $0.hasObjection = isOnRecord
    }
    try expect("objection", say, facts)
    #expect(facts.decision.verdict == .permit)
    #expect(kinds(facts).contains("consider-objection") == isOnRecord)
  }

  struct DutyCase: Sendable {
    var effect: String?
    var gateways = ["ea1996-s19"]
    var claim: String?
    let inForce: Bool
    let say: Say
    var grounds: String? = "ea1996-s19"
  }

  @Test(arguments: [
    DutyCase(inForce: false, say: .notApplicable),
    DutyCase(inForce: true, say: .notApplicable),
    DutyCase(effect: "not-to-share", inForce: false, say: .denies(.notInForce)),
    DutyCase(effect: "not-to-share", inForce: true, say: .permits),
    // Requests and disclosures rest on older powers until the duty begins.
    DutyCase(
      gateways: ["ca2004-s16la", "ca2004-s10"], inForce: false, say: .notApplicable,
      grounds: "ca2004-s10"),
    DutyCase(
      gateways: ["ca2004-s16la", "ca2004-s10"], inForce: true, say: .permits,
      grounds: "ca2004-s16la"),
    DutyCase(
      gateways: ["ca2004-s10", "ca2004-s16la"], claim: "ca2004-s16la", inForce: false,
      say: .permits, grounds: "ca2004-s16la"),
    DutyCase(
      gateways: ["ca2004-s16la"], inForce: false, say: .permits, grounds: "ca2004-s16la"),
  ])
  func informationSharingDuty(known: DutyCase) throws {
    var type = type(effect: known.effect)
    type.legalGateways = known.gateways
    let facts = try sample(type: type) {
      $0.envelope.legalGateway = known.claim.map(LegalGateway.init(rawValue:))
    } known: {
      $0.claims.effect = known.effect
      $0.inForce.informationSharingDuty = known.inForce
    }
    try expect("information-sharing-duty", known.say, facts)
    #expect(facts.decision.grounds.legalGateway == known.grounds)
  }

  @Test(
    arguments: [
      (nil, nil, [], Say.notApplicable), ("publication", "publication", [], .permits),
      ("publication", "publication", ["upn"], .denies(.identityInPublication)),
      ("publication", "publication", ["date-of-birth", "name"], .denies(.identityInPublication)),
      ("publication", nil, [], .denies(.identityInPublication)),
    ] as [(String?, String?, [String], Say)])
  func publication(declared: String?, stated: String?, found: [String], say: Say) throws {
    let facts = try sample(type: type(effect: declared)) { _ in
    } known: {
      $0.claims.effect = stated
      $0.claims.identityFound = found
    }
    try expect("publication", say, facts)
    let reason = try outcome("publication", facts).reason
    if found.contains("upn") { #expect(reason.contains("a unique pupil number")) }
    if found.contains("name") { #expect(reason.contains("a date of birth and a name")) }
  }

  @Test(arguments: [(false, Say.notApplicable), (true, .permits)])
  func review(needsReview: Bool, say: Say) throws {
    let facts = try sample { _ in
    } known: {
      $0.claims.needsReview = needsReview
    }
    try expect("review", say, facts)
    #expect(facts.decision.verdict == .permit)
    #expect(kinds(facts).contains(Obligation.holdForReviewKind) == needsReview)
  }

  @Test func repliesAreOwedByTheirTimeLimits() throws {
    try expect("duty-clocks", .notApplicable, try sample())
    var type = SampleType()
    type.replies = [
      ("gatehouse.referral-acknowledgement.v1", 1, "working-day"),
      ("gatehouse.triage-outcome.v1", nil, ""), ("gatehouse.receipt.v1", 5, "school-day"),
    ]
    let facts = try sample(type: type)
    try expect("duty-clocks", .permits, facts)
    #expect(
      facts.decision.obligations.filter { $0.kind == "reply-expected" }.map(\.detail) == [
        "referral acknowledgement: within 1 working day", "triage outcome: no time limit",
        "receipt: within 5 school days",
      ])
    #expect(!kinds(facts).contains("calendar-missing"))
  }

  @Test func aMissingCalendarIsSaidAndStopsNothing() throws {
    var type = SampleType()
    type.replies = [("gatehouse.receipt.v1", 5, "school-day")]
    let facts = try sample(type: type) { _ in
    } known: {
      $0.repliesWithoutCalendar = ["gatehouse.receipt.v1"]
    }
    try expect("duty-clocks", .permits, facts)
    #expect(facts.decision.verdict == .permit)
    let missing = facts.decision.obligations.first { $0.kind == "calendar-missing" }
    #expect(missing?.detail.contains("unknown until the calendar is imported: receipt.") == true)
  }
}
