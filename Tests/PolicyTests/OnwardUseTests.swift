// Data of an earlier message in a new one: cases of the rule `onward-use`, the whole table of the
// vocabulary included.

import ExchangeModel
import Policy
import Testing

@Suite struct OnwardUseTests {
  /// A message for `wanted` that uses data received for `received`.
  private func use(
    _ earlier: OnwardFact, for wanted: String, type: SampleType = SampleType(),
    consent: ConsentFact? = nil, disclosure: DisclosureFact? = nil
  ) throws -> Case {
    var type = type
    type.purposes = [wanted]
    return try sample(type: type) {
      $0.envelope.purpose = Purpose(rawValue: wanted)
    } known: {
      $0.onward = [earlier]
      $0.consent = consent
      $0.disclosure = disclosure
    }
  }

  @Test func nothingIsUsedOnward() throws {
    try expect("onward-use", .notApplicable, try sample())
  }

  @Test(arguments: vocabulary.purposes.map(\.token), vocabulary.purposes.map(\.token))
  func theTable(received: String, wanted: String) throws {
    let earlier = OnwardFact(link: .causation, purpose: received)
    let row = vocabulary.purposeCompatibility.table[received]?[wanted]
    let answer =
      received == wanted
      ? vocabulary.purposeCompatibility.samePurpose
      : row ?? vocabulary.purposeCompatibility.unlisted
    let consent = ConsentFact.live()
    let disclosure = DisclosureFact.standing()
    let denied = Say.denies(.onwardUseNotAllowed)
    let (bare, consented, overridden): (Say, Say, Say) =
      switch answer {
      case .allowed: (.permits, .permits, .permits)
      case .refused: (denied, denied, denied)
      case .freshConsent: (denied, .permits, denied)
      case .safeguardingOverride: (denied, denied, .permits)
      }
    try expect("onward-use", bare, try use(earlier, for: wanted))
    try expect("onward-use", consented, try use(earlier, for: wanted, consent: consent))
    try expect("onward-use", overridden, try use(earlier, for: wanted, disclosure: disclosure))
    // The override is asked for there, and only there.
    try expect(
      "override", answer == .safeguardingOverride ? .permits : .denies(.overrideNotAllowed),
      try use(earlier, for: wanted, disclosure: disclosure))
  }

  struct LinkCase: Sendable {
    let earlier: OnwardFact
    var wanted = "medical-education"
    let say: Say
  }

  @Test(arguments: [
    // Nobody names what it never had.
    LinkCase(
      earlier: OnwardFact(link: .causation, purpose: nil), say: .denies(.onwardUseNotAllowed)),
    LinkCase(earlier: OnwardFact(link: .reply, purpose: nil), say: .permits),
    LinkCase(
      earlier: OnwardFact(link: .causation, purpose: "enforcement", isOwn: true), say: .permits),
    LinkCase(
      earlier: OnwardFact(link: .causation, purpose: "enforcement", isOwn: true, wasSealed: true),
      say: .permits),
    LinkCase(
      earlier: OnwardFact(link: .reply, purpose: "enforcement", goesBack: true), say: .permits),
    LinkCase(
      earlier: OnwardFact(link: .reply, purpose: "enforcement", goesBack: true, wasSealed: true),
      say: .permits),
    LinkCase(
      earlier: OnwardFact(link: .causation, purpose: "enforcement", goesBack: true),
      say: .denies(.onwardUseNotAllowed)),
    LinkCase(
      earlier: OnwardFact(link: .reply, purpose: "enforcement"),
      say: .denies(.onwardUseNotAllowed)),
  ])
  func links(known: LinkCase) throws {
    try expect("onward-use", known.say, try use(known.earlier, for: known.wanted))
  }

  /// One earlier message that may not be used is enough.
  @Test func everyEarlierMessageCounts() throws {
    let facts = try sample { _ in
    } known: {
      $0.onward = [
        OnwardFact(link: .reply, purpose: "medical-education", goesBack: true),
        OnwardFact(link: .causation, purpose: nil),
      ]
    }
    try expect("onward-use", .denies(.onwardUseNotAllowed), facts)
    #expect(try outcome("onward-use", facts).reason.contains("causationid"))
  }

  @Test(arguments: ConsentCase.all)
  func afreshConsentMustBeLiveAndCover(known: ConsentCase) throws {
    let earlier = OnwardFact(link: .causation, purpose: "impartial-family-support")
    let say: Say = known.say == .permits ? .permits : .denies(.onwardUseNotAllowed)
    try expect("onward-use", say, try use(earlier, for: "sen-support", consent: known.consent))
  }

  @Test(arguments: DisclosureCase.all)
  func anOverrideMustStand(known: DisclosureCase) throws {
    let earlier = OnwardFact(link: .causation, purpose: "medical-education")
    let facts = try use(earlier, for: "safeguarding", disclosure: known.disclosure)
    try expect(
      "onward-use", known.stands ? .permits : .denies(.onwardUseNotAllowed), facts)
    try expect("override", known.stands ? .permits : .denies(.overrideNotOnRecord), facts)
    #expect(
      try outcome("onward-use", try use(earlier, for: "safeguarding")).reason
        .contains("overrideref"))
  }

  struct SealedCase: Sendable {
    let received: String
    let wanted: String
    var sealedType = false
    let bare: Say
    let consented: Say
    let overridden: Say
  }

  private static let denied = Say.denies(.onwardUseNotAllowed)

  @Test(arguments: [
    // Allowed by the table, and yet not without one of both.
    SealedCase(
      received: "safeguarding", wanted: "medical-education", bare: denied, consented: .permits,
      overridden: .permits),
    SealedCase(
      received: "impartial-family-support", wanted: "impartial-family-support", bare: denied,
      consented: .permits, overridden: .permits),
    // For the same purpose under the seal it is still the same sharing.
    SealedCase(
      received: "information-rights", wanted: "information-rights", sealedType: true,
      bare: .permits, consented: .permits, overridden: .permits),
    SealedCase(
      received: "impartial-family-support", wanted: "medical-education", bare: denied,
      consented: .permits, overridden: denied),
    SealedCase(
      received: "impartial-family-support", wanted: "safeguarding", bare: denied,
      consented: denied, overridden: .permits),
    SealedCase(
      received: "impartial-family-support", wanted: "enforcement", sealedType: true, bare: denied,
      consented: denied, overridden: denied),
  ])
  func sealed(known: SealedCase) throws {
    let earlier = OnwardFact(link: .causation, purpose: known.received, wasSealed: true)
    var type = SampleType()
    type.sensitivity = known.sealedType ? "SEALED" : "OFFICIAL-SENSITIVE"
    let wanted = known.wanted
    try expect("onward-use", known.bare, try use(earlier, for: wanted, type: type))
    try expect(
      "onward-use", known.consented, try use(earlier, for: wanted, type: type, consent: .live()))
    try expect(
      "onward-use", known.overridden,
      try use(earlier, for: wanted, type: type, disclosure: .standing()))
  }
}
