// Comparing a claimed word with the allowed ones. Never with String's `==`, which takes texts for
// the same that differ in their bytes (U+212A, the Kelvin sign, equals the letter K).

extension [String] {
  /// True when one of the words has exactly these bytes.
  func allows(_ word: String) -> Bool {
    contains { $0.utf8.elementsEqual(word.utf8) }
  }

  /// The words in a row, for a reason.
  var listed: String { isEmpty ? "none" : joined(separator: ", ") }
}
