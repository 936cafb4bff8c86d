// Turns content that the parser has accepted into the characters it stands for.
// Never checks anything again, and never reads past its slice.

/// Decoding of references, CDATA, comments and line ends.
enum XMLTextDecoder {
  /// Appends the character data of content: references resolved, CDATA unwrapped, comments left
  /// out, line ends made LF (XML 1.0, 2.11).
  static func appendContent(_ content: ArraySlice<UInt8>, to output: inout [UInt8]) {
    var rest = content
    while let byte = rest.first {
      switch byte {
      case 0x26:
        appendReference(&rest, to: &output)
      case 0x3C:
        appendMarkup(&rest, to: &output)
      case 0x0D:
        rest = rest.dropFirst()
        if rest.first != 0x0A { output.append(0x0A) }
      default:
        let run = rest.prefix { $0 != 0x26 && $0 != 0x3C && $0 != 0x0D }
        output.append(contentsOf: run)
        rest = rest.dropFirst(run.count)
      }
    }
  }

  /// Appends an attribute's value: references resolved, each white-space byte a space.
  static func appendAttribute(_ value: ArraySlice<UInt8>, to output: inout [UInt8]) {
    var rest = value
    while let byte = rest.first {
      if byte == 0x26 {
        appendReference(&rest, to: &output)
        continue
      }
      rest = rest.dropFirst()
      // A CR and LF pair is one line end, so it becomes one space.
      if byte == 0x0D, rest.first == 0x0A { continue }
      output.append(XMLCharacters.isSpace(byte) ? 0x20 : byte)
    }
  }

  /// A comment or a CDATA section: nothing else starts with `<` between child elements.
  private static func appendMarkup(_ rest: inout ArraySlice<UInt8>, to output: inout [UInt8]) {
    let isCDATA = rest.starts(with: XMLParser.cdataStart)
    let head = isCDATA ? XMLParser.cdataStart : XMLParser.commentStart
    let tail = isCDATA ? XMLParser.cdataEnd : XMLParser.commentEnd
    rest = rest.dropFirst(head.count)
    while !rest.isEmpty, !rest.starts(with: tail) {
      let byte = rest.first ?? 0
      rest = rest.dropFirst()
      guard isCDATA else { continue }
      if byte == 0x0D {
        if rest.first != 0x0A { output.append(0x0A) }
      } else {
        output.append(byte)
      }
    }
    rest = rest.dropFirst(tail.count)
  }

  private static func appendReference(_ rest: inout ArraySlice<UInt8>, to output: inout [UInt8]) {
    guard let (scalar, length) = reference(rest) else {
      rest = rest.dropFirst()
      return
    }
    rest = rest.dropFirst(length)
    guard let unicode = Unicode.Scalar(scalar) else { return }
    output.append(contentsOf: UTF8.encode(unicode) ?? UTF8.encodedReplacementCharacter)
  }

  /// Reads a reference that starts with `&`: one of the five predefined entities or a character
  /// reference to a legal character. Nil for anything else.
  static func reference(_ bytes: ArraySlice<UInt8>) -> (scalar: UInt32, length: Int)? {
    // The longest is `&#x0010FFFF;` with a few zeros to spare.
    let window = bytes.prefix(16)
    guard let end = window.firstIndex(of: 0x3B) else { return nil }
    let name = window[window.startIndex..<end].dropFirst()
    let length = end - window.startIndex + 1
    guard name.first == 0x23 else {
      return predefined.first { name.elementsEqual($0.name) }.map { ($0.scalar, length) }
    }
    let isHex = name.dropFirst().first == 0x78
    let digits = name.dropFirst(isHex ? 2 : 1)
    guard !digits.isEmpty else { return nil }
    var value: UInt64 = 0
    for digit in digits {
      guard let number = digitValue(digit, isHex: isHex) else { return nil }
      value = value * (isHex ? 16 : 10) + number
    }
    guard value <= 0x10FFFF else { return nil }
    let scalar = UInt32(truncatingIfNeeded: value)
    return XMLCharacters.isLegal(scalar) ? (scalar, length) : nil
  }

  private static func digitValue(_ byte: UInt8, isHex: Bool) -> UInt64? {
    switch byte {
    case 0x30...0x39: UInt64(byte - 0x30)
    case 0x61...0x66 where isHex: UInt64(byte - 0x57)
    case 0x41...0x46 where isHex: UInt64(byte - 0x37)
    default: nil
    }
  }

  private static let predefined: [(name: [UInt8], scalar: UInt32)] = [
    (Array("amp".utf8), 0x26), (Array("lt".utf8), 0x3C), (Array("gt".utf8), 0x3E),
    (Array("quot".utf8), 0x22), (Array("apos".utf8), 0x27),
  ]
}
