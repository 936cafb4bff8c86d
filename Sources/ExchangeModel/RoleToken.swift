// The form of a person's role as an acknowledgement names it. Never a person's name: no capitals,
// no spaces, no title.

/// Tells roles such as `designated-safeguarding-lead` from anything else.
package enum RoleToken {
  /// Bytes of the longest.
  package static let longest = 80

  /// Lower-case letters and digits in words joined by hyphens, the first a letter.
  package static func isRole(_ text: String) -> Bool {
    guard (1...longest).contains(text.utf8.count), let first = text.utf8.first,
      (0x61...0x7A).contains(first), text.utf8.last != 0x2D
    else { return false }
    var previous: UInt8 = 0x2D
    for byte in text.utf8 {
      let isWord = (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
      guard isWord || (byte == 0x2D && previous != 0x2D) else { return false }
      previous = byte
    }
    return true
  }
}
