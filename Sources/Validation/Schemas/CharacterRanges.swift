// Sets of characters as ranges of code points, clipped to what XML 1.0 can carry, and the way
// they are written in an XML Schema pattern.
// Never holds a surrogate: patterns are over Unicode scalars.

/// Ranges of code points for `XSDPattern`.
enum CharacterRanges {
  static let digits: [ClosedRange<UInt32>] = [0x30...0x39]
  static let wordCharacters: [ClosedRange<UInt32>] = [
    0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A,
  ]
  /// ECMA-262 WhiteSpace and LineTerminator.
  static let spaces: [ClosedRange<UInt32>] = [
    0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029,
    0x202F...0x202F, 0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
  ]
  /// XML 1.0 (fifth edition), production 2 (Char).
  static let xml: [ClosedRange<UInt32>] = [
    0x09...0x0A, 0x0D...0x0D, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF,
  ]

  static func isXML(_ value: UInt32) -> Bool { xml.contains { $0.contains(value) } }

  /// What of these ranges XML can carry.
  static func clipped(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
    ranges.flatMap { range in
      xml.compactMap { $0.overlaps(range) ? range.clamped(to: $0) : nil }
    }
  }

  /// All code points outside these ranges.
  static func complement(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
    var result: [ClosedRange<UInt32>] = []
    var start: UInt32 = 0
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if range.lowerBound > start { result.append(start...(range.lowerBound - 1)) }
      start = max(start, range.upperBound + 1)
    }
    if start <= 0x10FFFF { result.append(start...0x10FFFF) }
    return result
  }

  static func written(_ range: ClosedRange<UInt32>) -> String {
    if range.count == 1 { return written(range.lowerBound) }
    let link = range.count == 2 ? "" : "-"
    return written(range.lowerBound) + link + written(range.upperBound)
  }

  /// One character in a pattern, inside or outside a class, ready to stand in an XML attribute.
  static func written(_ value: UInt32) -> String {
    switch value {
    case 0x09: return "\\t"
    case 0x0A: return "\\n"
    case 0x0D: return "\\r"
    case 0x26: return "&amp;"
    case 0x3C: return "&lt;"
    case 0x22: return "&quot;"
    case 0x21..<0x7F:
      guard let scalar = Unicode.Scalar(value) else { return "" }
      return "\\.?*+{}()[]|^-".unicodeScalars.contains(scalar) ? "\\\(scalar)" : "\(scalar)"
    case 0x20: return " "
    default: return "&#x\(String(value, radix: 16, uppercase: true));"
    }
  }
}
