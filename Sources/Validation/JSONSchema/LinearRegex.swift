// Runs a pattern over UTF-8 in time linear in the text: one look-up a character in a table of
// states that was made whole beforehand.
// Never backtracks, so no text can make it slow; never changes after it was made. A pattern whose
// table would be too large is refused when the schema is compiled.

/// A compiled pattern. Matching searches: a pattern without `^` may begin anywhere.
struct LinearRegex: Sendable {
  /// States of a table, and steps in making it.
  private static let largestTable = 4_000
  private static let largestEffort = 3_000_000

  private let alphabet: RegexAlphabet
  private let table: RegexTable

  init(_ pattern: String) throws(RegexError) {
    let machine = try RegexMachine(try RegexParser.parse(pattern))
    alphabet = RegexAlphabet(machine)
    guard
      let table = RegexTable(
        machine, alphabet, largest: Self.largestTable, effort: Self.largestEffort)
    else { throw RegexError(reason: "the pattern is too large") }
    self.table = table
  }

  /// Whether the pattern matches somewhere in a text of well-formed UTF-8.
  func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool { table.matches(text, alphabet) }

  func matches(_ text: String) -> Bool {
    Array(text.utf8).withUnsafeBufferPointer { matches($0) }
  }
}
