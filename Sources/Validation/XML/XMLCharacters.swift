// Which characters XML 1.0 (fifth edition) allows where, and UTF-8 read strictly.
// Never decides what to do about a wrong one: the parser does.

/// The character classes of XML 1.0 and of Namespaces in XML 1.0.
enum XMLCharacters {
  static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x09 || byte == 0x0D
  }

  /// `Char` (XML 1.0, production 2).
  static func isLegal(_ scalar: UInt32) -> Bool {
    scalar >= 0x20
      ? scalar < 0xD800 || (0xE000...0xFFFD).contains(scalar)
        || (0x10000...0x10FFFF).contains(scalar)
      : scalar == 0x09 || scalar == 0x0A || scalar == 0x0D
  }

  /// `NameStartChar` without the colon.
  static func isNameStart(_ scalar: UInt32) -> Bool {
    if scalar < 0x80 {
      return (0x61...0x7A).contains(scalar) || (0x41...0x5A).contains(scalar) || scalar == 0x5F
    }
    return nameStartRanges.contains { $0.contains(scalar) }
  }

  /// `NameChar` without the colon.
  static func isName(_ scalar: UInt32) -> Bool {
    if scalar < 0x80 {
      return isNameStart(scalar) || (0x30...0x39).contains(scalar) || scalar == 0x2D
        || scalar == 0x2E
    }
    return isNameStart(scalar) || scalar == 0xB7 || (0x300...0x36F).contains(scalar)
      || (0x203F...0x2040).contains(scalar)
  }

  private static let nameStartRanges: [ClosedRange<UInt32>] = [
    0xC0...0xD6, 0xD8...0xF6, 0xF8...0x2FF, 0x370...0x37D, 0x37F...0x1FFF, 0x200C...0x200D,
    0x2070...0x218F, 0x2C00...0x2FEF, 0x3001...0xD7FF, 0xF900...0xFDCF, 0xFDF0...0xFFFD,
    0x10000...0xEFFFF,
  ]

  /// The scalar that starts at an offset and how many bytes it takes; nil when the bytes are not
  /// UTF-8 (RFC 3629: no overlong form, no surrogate, nothing above U+10FFFF).
  static func scalar(in bytes: [UInt8], at offset: Int) -> (value: UInt32, length: Int)? {
    guard offset < bytes.count else { return nil }
    let first = bytes[offset]
    let (length, least): (Int, UInt32)
    switch first {
    case 0x00...0x7F: return (UInt32(first), 1)
    case 0xC2...0xDF: (length, least) = (2, 0x80)
    case 0xE0...0xEF: (length, least) = (3, 0x800)
    case 0xF0...0xF4: (length, least) = (4, 0x10000)
    default: return nil
    }
    guard offset + length <= bytes.count else { return nil }
    var value = UInt32(first) & (0xFF >> UInt32(length + 1))
    for next in bytes[(offset + 1)..<(offset + length)] {
      guard next & 0xC0 == 0x80 else { return nil }
      value = value << 6 | UInt32(next & 0x3F)
    }
    guard value >= least, value <= 0x10FFFF, !(0xD800...0xDFFF).contains(value) else { return nil }
    return (value, length)
  }

  /// Whether a string can stand in an XML document at all.
  static func areLegal(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { isLegal($0.value) }
  }
}
