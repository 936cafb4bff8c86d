// Base64 as the log's texts use them. Strict both ways: exactly one text for each
// run of bytes, so that no altered text reads as the original.

/// Standard base64 with padding (RFC 4648, section 4).
enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func encode(_ bytes: some Collection<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    var rest = bytes[...]
    while let first = rest.popFirst() {
      let second = rest.popFirst()
      let third = rest.popFirst()
      let group = UInt32(first) << 16 | UInt32(second ?? 0) << 8 | UInt32(third ?? 0)
      text.append(alphabet[Int(group >> 18)])
      text.append(alphabet[Int(group >> 12 & 63)])
      text.append(second == nil ? 0x3D : alphabet[Int(group >> 6 & 63)])
      text.append(third == nil ? 0x3D : alphabet[Int(group & 63)])
    }
    return text
  }

  /// Nil when the text is not what `encode` would have written: wrong characters, missing padding,
  /// or spare bits that are not zero.
  static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    guard text.count.isMultiple(of: 4) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 4 * 3)
    var group: UInt32 = 0
    var held = 0
    var padding = 0
    for character in text {
      if character == 0x3D {
        padding += 1
        group <<= 6
      } else {
        guard padding == 0, let value = value(character) else { return nil }
        group = group << 6 | UInt32(value)
      }
      held += 1
      guard held == 4 else { continue }
      guard padding <= 2, group & (padding == 2 ? 0xFFFF : padding == 1 ? 0xFF : 0) == 0 else {
        return nil
      }
      bytes.append(UInt8(truncatingIfNeeded: group >> 16))
      if padding < 2 { bytes.append(UInt8(truncatingIfNeeded: group >> 8)) }
      if padding < 1 { bytes.append(UInt8(truncatingIfNeeded: group)) }
      // Padding only ends a text, so any character after this group is refused above.
      (group, held) = (0, 0)
    }
    return bytes
  }

  private static func value(_ character: UInt8) -> UInt8? {
    switch character {
    case 0x41...0x5A: character - 0x41
    case 0x61...0x7A: character - 0x61 + 26
    case 0x30...0x39: character - 0x30 + 52
    case 0x2B: 62
    case 0x2F: 63
    default: nil
    }
  }
}

/// Decimal numbers as the log's texts write them: ASCII digits, no sign, no leading zeros.
enum Decimal {
  /// Nil when it is not such a number or does not fit 63 bits.
  static func decode(_ text: some Collection<UInt8>) -> Int64? {
    guard let first = text.first, text.count == 1 || first != 0x30 else { return nil }
    var value: Int64 = 0
    for character in text {
      guard (0x30...0x39).contains(character) else { return nil }
      let (scaled, overflowA) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflowB) = scaled.addingReportingOverflow(Int64(character - 0x30))
      guard !overflowA, !overflowB else { return nil }
      value = sum
    }
    return value
  }
}
