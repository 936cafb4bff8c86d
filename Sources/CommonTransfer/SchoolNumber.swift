// A school's number as transfer files write it: three digits of the authority, four of the school.
// Never says whether such a school exists.

/// A LAESTAB: the authority's three digits and the establishment's four.
package struct SchoolNumber: Hashable, Sendable {
  /// The seven digits.
  package let digits: String

  /// Reads seven ASCII digits; nil for anything else.
  package init?(_ text: some StringProtocol) {
    let bytes = Array(text.utf8)
    guard bytes.count == 7, bytes.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    digits = String(text)
  }

  /// The authority's three digits.
  package var authority: String { String(digits.prefix(3)) }
  /// The establishment's four digits.
  package var establishment: String { String(digits.suffix(4)) }
}
