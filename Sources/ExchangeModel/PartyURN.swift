// A party's name on the wire: `urn:gatehouse:<la>:<slug>` (ARCHITECTURE, "Words").
// Never holds anything about a person: a slug is an agency's or a school's number or short name.

/// The URN that names a party, e.g. `urn:gatehouse:850:4321` or `urn:gatehouse:850:iss`.
///
/// `la` is a three-digit local-authority code; `slug` is 1 to 40 characters of `a-z 0-9 -`
/// (a school's four-digit establishment number, `ods-<code>` for an NHS body, else a short name).
package struct PartyURN: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The whole URN, in lower case.
  package let text: String

  /// Reads a URN. Nil when it is not one of ours.
  package init?(_ text: String) {
    guard Self.isWellFormed(text.utf8) else { return nil }
    self.text = text
  }

  /// The three-digit local-authority code.
  package var localAuthority: Substring { text.dropFirst(14).prefix(3) }

  /// What follows the authority's code.
  package var slug: Substring { text.dropFirst(18) }

  package var description: String { text }

  package static func < (left: Self, right: Self) -> Bool { left.text < right.text }

  private static func isWellFormed(_ bytes: String.UTF8View) -> Bool {
    guard bytes.starts(with: "urn:gatehouse:".utf8), bytes.count > 18, bytes.count <= 58 else {
      return false
    }
    let rest = bytes.dropFirst(14)
    guard rest.prefix(3).allSatisfy({ (0x30...0x39).contains($0) }) else { return false }
    guard rest.dropFirst(3).first == 0x3A else { return false }
    let slug = rest.dropFirst(4)
    return slug.first != 0x2D
      && slug.allSatisfy {
        (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D
      }
  }
}
