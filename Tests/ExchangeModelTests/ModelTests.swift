// The words' own rules: URNs, instants, ids, tokens, and the registry of refusals.

import ExchangeModel
import Testing

@Suite struct PartyURNTests {
  @Test(arguments: ["urn:gatehouse:850:4321", "urn:gatehouse:850:iss", "urn:gatehouse:850:ods-rw1"])
  func readsOurs(text: String) throws {
    let urn = try #require(PartyURN(text))
    #expect(urn.text == text)
    #expect(urn.localAuthority == "850")
    #expect("urn:gatehouse:850:" + urn.slug == text)
  }

  @Test(arguments: [
    "", "urn:gatehouse:850:", "urn:gatehouse:85:4321", "urn:gatehouse:8500:4321",
    "urn:gatehouse:abc:4321", "URN:gatehouse:850:4321", "urn:gatehouse:850:ISS",
    "urn:gatehouse:850:-iss", "urn:gatehouse:850:a b", "urn:gatehouse:850:é",
    "urn:gatehouse:850:4321\u{0301}", "urn:other:850:4321",
    "urn:gatehouse:850:" + String(repeating: "a", count: 41),
  ])
  func refusesOthers(text: String) { #expect(PartyURN(text) == nil) }
}

@Suite struct TimestampTests {
  @Test(
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("2026-11-21T09:00:00.123Z", 1_795_251_600_123),
      ("2026-11-21T10:00:00.1239+01:00", 1_795_251_600_123), ("1969-12-31T23:59:59.999Z", -1),
      ("2000-02-29T00:00:00z", 951_782_400_000), ("2016-12-31T23:59:60Z", 1_483_228_800_000),
    ] as [(String, Int64)])
  func reads(text: String, milliseconds: Int64) {
    #expect(Timestamp(rfc3339: text)?.milliseconds == milliseconds)
  }

  @Test(arguments: [
    "", "2026-11-21", "2026-11-21T09:00:00", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
    "2026-11-21T24:00:00Z", "2026-11-21T09:60:00Z", "2026-11-21T09:00:61Z",
    "2026-11-21T09:00:00.Z", "2026-11-21T09:00:00+24:00", "2026-11-21T09:00:00Z ",
    "2026-11-21T12:00:60Z", "+026-11-21T09:00:00Z",
  ])
  func refuses(text: String) { #expect(Timestamp(rfc3339: text) == nil) }

  /// Seeded: what is written is read back as the same instant, over all years.
  @Test func writesWhatItReads() {
    var state: UInt64 = 20_261_121
    for _ in 0..<20_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let span = UInt64(253_402_300_799_999 + 62_167_219_200_000)
      let time = Timestamp(milliseconds: Int64(state % span) - 62_167_219_200_000)
      #expect(Timestamp(rfc3339: time.description) == time, "seed 20261121, \(time)")
    }
  }

  @Test func movesWithoutOverflow() {
    let last = Timestamp(milliseconds: .max)
    #expect(last.adding(seconds: 1) == last)
    #expect(Timestamp(milliseconds: 0).adding(seconds: -1).milliseconds == -1000)
    #expect(Timestamp(milliseconds: 0).adding(seconds: .min).milliseconds == .min)
  }
}

@Suite struct MessageIDTests {
  @Test func isVersionSevenAndInOrderOfTime() throws {
    let early = MessageID(time: Timestamp(milliseconds: 1_700_000_000_000), random: (.max, .max))
    let late = MessageID(time: Timestamp(milliseconds: 1_700_000_000_001), random: (0, 0))
    #expect(early.text < late.text)
    #expect(Array(early.text.utf8)[14] == UInt8(ascii: "7"))
    #expect("89ab".utf8.contains(Array(early.text.utf8)[19]))
    #expect(MessageID(early.text) == early)
  }

  @Test(arguments: [
    "", "not-an-id", "01A1FD52-5E46-7C52-A11C-C1A79570B560",
    "01a1fd52-5e46-7c52-a11c-c1a79570b56", "01a1fd5205e46-7c52-a11c-c1a79570b560",
  ])
  func refuses(text: String) { #expect(MessageID(text) == nil) }
}

@Suite struct TokenTests {
  @Test func comparesBytes() {
    #expect(Purpose(rawValue: "K") != Purpose(rawValue: "\u{212A}"))
    #expect(Purpose(rawValue: "e\u{301}") != Purpose(rawValue: "é"))
    #expect(Purpose(rawValue: "a") == Purpose(rawValue: "a"))
  }
}

@Suite struct RefusalRegistryTests {
  @Test(arguments: RefusalCode.allCases)
  func hasStatusAndText(code: RefusalCode) {
    let text = code.description
    #expect((400...599).contains(text.status))
    #expect(!text.title.isEmpty && text.remedy.hasSuffix("."))
    #expect(code.rawValue.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x2D })
    // A failure of ours may pass; a fault of the message does not.
    if text.status >= 500 { #expect(text.isRetryable) }
  }
}
