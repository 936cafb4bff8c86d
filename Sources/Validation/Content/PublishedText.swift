// Looks through a text that becomes public, such as a report, for what could identify a child.
// Never holds the whole text as words: it goes piece by piece, so that a long one costs no more.
package import ExchangeModel

/// The scan of one text.
package struct PublishedText: Sendable {
  /// Stands among the findings when a text could not be looked through to its end.
  package static let unscanned = "unscanned"

  /// Kinds of identity found, sorted: `date-of-birth`, `nhs-number`, `unscanned`, `upn`.
  package let findings: [String]
  /// Pairs of words that may be names, forename first. Personal.
  package let possibleNames: [[String]]

  /// Bytes of a piece; and of the end of each that is read again with the next, so that nothing
  /// is cut in two.
  private static let piece = 64 << 10
  private static let overlap = 512
  /// Pairs in one piece, and in the whole text. One with more is not published.
  private static let mostNamesInPiece = 4000
  private static let mostNames = 20_000

  /// Scans UTF-8 text. `day` is the day the sender says it is; dates of birth are looked for in
  /// the years before.
  package init(_ bytes: [UInt8], on day: CivilDate?) {
    var kinds: Set<String> = []
    var names: Set<[String]> = []
    var start = 0
    // Text in another encoding would hide everything.
    if String(validating: bytes, as: UTF8.self) == nil || bytes.contains(0) {
      kinds.insert(Self.unscanned)
      start = bytes.count
    }
    while start < bytes.count {
      let end = min(bytes.count, start + Self.piece)
      let text = String(decoding: bytes[start..<end], as: UTF8.self)
      let numbers = NumberScan(text)
      if numbers.holdsUPN() { kinds.insert("upn") }
      if numbers.holdsNHSNumber() { kinds.insert("nhs-number") }
      let words = TextWords(text)
      if words.holdsDateOfBirth(before: day) { kinds.insert("date-of-birth") }
      let found = words.names(most: Self.mostNamesInPiece)
      names.formUnion(found)
      if found.count == Self.mostNamesInPiece || names.count > Self.mostNames {
        kinds.insert(Self.unscanned)
        break
      }
      start = end < bytes.count ? end - Self.overlap : end
    }
    findings = kinds.sorted()
    possibleNames = Array(names)
  }
}
