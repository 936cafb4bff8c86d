// Leaf entries and events: their one canonical form, and what opens a leaf.

import ExchangeModel
import MessageLog
import Testing

@Suite struct LeafEntryTests {
  private let at = Timestamp(milliseconds: 1_795_251_600_000)

  @Test func canonicalForm() throws {
    let event = sampleEvent()
    let salt = try salt(1)
    let leaf = try LeafEntry(at: at, event: event, subject: "0192-a", salt: salt)
    #expect(
      String(decoding: leaf.bytes, as: UTF8.self)
        == #"{"at":"2026-11-21T09:00:00.000Z","commitment":"sha256:\#(leaf.commitment.hex)","#
        + #""event":"admitted","subject":"0192-a","v":1}"#)
    #expect(leaf.commitment == NaiveTree.sha256(salt.bytes + event.canonicalBytes))
    #expect(leaf.leafHash == NaiveTree.leafHash(leaf.bytes))
    #expect(try LeafEntry(leaf.bytes) == leaf)
    let bare = try LeafEntry(at: at, event: LogEvent(.logOpened), subject: nil, salt: salt)
    #expect(
      String(decoding: bare.bytes, as: UTF8.self).hasSuffix(#""event":"log-opened","v":1}"#))
    #expect(try LeafEntry(bare.bytes) == bare)
  }

  @Test func timesAreWrittenAsTheModelWritesThem() throws {
    var generator = SeededGenerator(seed: 3339)
    var times = (0..<2000).map { _ in
      Int64.random(in: -62_167_219_200_000...253_402_300_799_999, using: &generator)
    }
    times += [-62_167_219_200_000, -1, 0, 1, 951_782_400_000, 253_402_300_799_999]
    for time in times {
      let at = Timestamp(milliseconds: time)
      let leaf = try LeafEntry(at: at, commitment: .emptyRoot, kind: .read, subject: nil)
      let text = String(decoding: leaf.bytes, as: UTF8.self)
      #expect(text.hasPrefix("{\"at\":\"\(at.description)\","))
    }
    for time in [Int64.min, -62_167_219_200_001, 253_402_300_800_000, .max] {
      #expect(throws: LogFault.malformedEntry) {
        try LeafEntry(
          at: Timestamp(milliseconds: time), commitment: .emptyRoot, kind: .read, subject: nil)
      }
    }
  }

  @Test func opensWithItsEventAndSaltAlone() throws {
    let event = sampleEvent()
    let leaf = try LeafEntry(at: at, event: event, subject: nil, salt: salt(1))
    #expect(leaf.isOpened(by: event.canonicalBytes, salt: try salt(1)))
    #expect(!leaf.isOpened(by: event.canonicalBytes, salt: try salt(2)))
    for altered in flippedBits(of: event.canonicalBytes) {
      #expect(!leaf.isOpened(by: altered, salt: try salt(1)))
    }
    for altered in flippedBits(of: try salt(1).bytes) {
      let salt = try #require(LeafSalt(altered))
      #expect(!leaf.isOpened(by: event.canonicalBytes, salt: salt))
    }
  }

  @Test func everyFlippedBitIsRefusedOrAnotherLeaf() throws {
    let leaf = try LeafEntry(at: at, event: sampleEvent(), subject: "0192-a", salt: salt(1))
    for altered in flippedBits(of: leaf.bytes) {
      guard let read = try? LeafEntry(altered) else { continue }
      #expect(read != leaf)
      #expect(read.bytes == altered)
    }
  }

  @Test(arguments: ["", "Jane Doe", "a\"b", "a\\b", "a/b", "a@b", "é", "a\n"])
  func subjectRefused(subject: String) {
    #expect(throws: LogFault.malformedEntry) {
      try LeafEntry(at: at, commitment: .emptyRoot, kind: .read, subject: subject)
    }
  }

  @Test func longestEntryIsFarBelowTheLimit() throws {
    let subject = String(repeating: "a", count: LeafEntry.maximumSubjectBytes)
    let longest = try LogEvent.Kind.allCases.map {
      try LeafEntry(at: at, commitment: .emptyRoot, kind: $0, subject: subject).bytes.count
    }.max()
    #expect(try #require(longest) < 400)
    #expect(throws: LogFault.malformedEntry) {
      try LeafEntry(at: at, commitment: .emptyRoot, kind: .read, subject: subject + "a")
    }
  }

  @Test(arguments: [
    "", "{}", "{\"at\":\"2026-11-21T09:00:00.000Z\"}",
    #"{"at":"2026-11-21T09:00:00Z","commitment":"sha256:C","event":"read","v":1}"#,
    #"{"at":"2026-11-21T09:00:00.000Z","commitment":"sha512:C","event":"read","v":1}"#,
    #"{"at":"2026-11-21T09:00:00.000Z","commitment":"sha256:C","event":"other","v":1}"#,
    #"{"at":"2026-11-21T09:00:00.000Z","commitment":"sha256:C","event":"read","v":2}"#,
    #"{"at":"2026-11-21T09:00:00.000Z","commitment":"sha256:C","event":"read","v":1} "#,
    #"{"at":"2026-11-21T09:00:00.000Z","commitment":"sha256:C","event":"re\u0061d","v":1}"#,
    #"{"commitment":"sha256:C","at":"2026-11-21T09:00:00.000Z","event":"read","v":1}"#,
  ])
  func malformed(text: String) {
    let text = text.replacing("C", with: MerkleHash.emptyRoot.hex)
    #expect(throws: LogFault.malformedEntry) { try LeafEntry(Array(text.utf8)) }
  }

  @Test func saltsAreDrawnFromTheGenerator() throws {
    var generator = SeededGenerator(seed: 1)
    let (one, two) = (LeafSalt(using: &generator), LeafSalt(using: &generator))
    #expect(one != two)
    #expect(one.bytes.count == 32)
    #expect(LeafSalt(Array(repeating: 0, count: 31)) == nil)
  }

  private func salt(_ number: UInt8) throws -> LeafSalt { try #require(LeafSalt(seed(number))) }

  private func sampleEvent() -> LogEvent {
    var event = LogEvent(.admitted)
    event[.verdict] = "permit"
    event[.source] = "urn:gatehouse:850:4321"
    event[.recipient] = "urn:gatehouse:850:iss"
    return event
  }
}

@Suite struct LogEventTests {
  @Test func fieldsStandInTheOrderOfTheirNames() {
    let names = LogEvent.Field.allCases.map { "\($0)" }
    #expect(names == names.sorted { $0.utf16.lexicographicallyPrecedes($1.utf16) })
    #expect(Set(names).count == names.count)
  }

  @Test func canonicalBytes() throws {
    var event = LogEvent(.refused)
    event[.source] = "urn:gatehouse:850:4321"
    event[.code] = "route-not-allowed"
    event[.kind] = "something else"
    #expect(
      String(decoding: event.canonicalBytes, as: UTF8.self)
        == #"{"code":"route-not-allowed","kind":"refused","source":"urn:gatehouse:850:4321"}"#)
    #expect(try LogEvent(canonicalBytes: event.canonicalBytes) == event)
  }

  @Test func escapesAreThoseOfRFC8785() throws {
    var event = LogEvent(.held)
    event[.reason] = "\u{20AC}$\u{0F}\u{0A}A'B\"\\\\\"/\u{08}\u{09}\u{0C}\u{0D}\u{7F}"
    let expected = #"{"kind":"held","reason":"€$\u000f\nA'B\"\\\\\"/\b\t\f\r"# + "\u{7F}\"}"
    #expect(String(decoding: event.canonicalBytes, as: UTF8.self) == expected)
    #expect(try LogEvent(canonicalBytes: event.canonicalBytes) == event)
  }

  @Test(arguments: [
    "", "{", "{}", #"{"kind":"nothing"}"#, #"{"kind":"read",}"#, #"{"kind":"read"}x"#,
    #"{"source":"a","kind":"read"}"#, #"{"kind":"read","kind":"read"}"#, #"{ "kind":"read"}"#,
    #"{"kind":"read","source":1}"#, #"{"kind":"read","other":"a"}"#, #"{"kind":"\u0072ead"}"#,
    #"{"kind":"read","source":"\u00"#, #"{"kind":"read","source":"\u000"}"#,
    #"{"kind":"read","source":"\/"}"#, #"{"kind":"read","source":"a"#, #"["kind"]"#,
  ])
  func malformed(text: String) {
    #expect(throws: LogFault.malformedEntry) { try LogEvent(canonicalBytes: Array(text.utf8)) }
  }

  @Test func everyEventReadsBack() throws {
    var generator = SeededGenerator(seed: 8785)
    for kind in LogEvent.Kind.allCases {
      var event = LogEvent(kind)
      for field in LogEvent.Field.allCases where Bool.random(using: &generator) {
        let scalars = (0..<8).compactMap { _ in
          Unicode.Scalar(UInt32.random(in: 0...0x2FFF, using: &generator))
        }
        event[field] = String(String.UnicodeScalarView(scalars))
      }
      #expect(try LogEvent(canonicalBytes: event.canonicalBytes) == event)
    }
  }
}
