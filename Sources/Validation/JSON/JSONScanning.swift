// The inner loops of the parser: strings (with strict UTF-8 and escapes) and numbers.
// Never decodes: they check, and leave the position after what they took.

extension JSONParser {
  private static let ones: UInt64 = 0x0101_0101_0101_0101
  private static let highs: UInt64 = 0x8080_8080_8080_8080

  /// Takes a string from its opening quote. Answers the tape flags.
  mutating func scanString() throws(JSONFault) -> UInt32 {
    position &+= 1
    var flags: UInt32 = 0
    while true {
      skipPlain()
      guard let byte = peek() else { throw fault(.truncated) }
      switch byte {
      case UInt8(ascii: "\""):
        position &+= 1
        return flags
      case UInt8(ascii: "\\"):
        flags |= JSONTapeEntry.escaped
        try scanEscape()
      case 0..<0x20: throw fault(.control)
      case 0x80...:
        flags |= JSONTapeEntry.nonASCII
        guard let length = sequenceLength() else { throw fault(.encoding) }
        position &+= length
      default: position &+= 1
      }
    }
  }

  /// Skips bytes that need no look: eight at a time until one of them is a quote, a backslash,
  /// a control character or not ASCII.
  @inline(__always)
  private mutating func skipPlain() {
    let raw = UnsafeRawPointer(base)
    while position &+ 8 <= count {
      let word = UInt64(
        littleEndian: raw.loadUnaligned(fromByteOffset: position, as: UInt64.self))
      let quotes = word ^ (Self.ones &* 0x22)
      let slashes = word ^ (Self.ones &* 0x5C)
      let found =
        ((quotes &- Self.ones) & ~quotes) | ((slashes &- Self.ones) & ~slashes)
        | ((word &- Self.ones &* 0x20) & ~word) | word
      let mask = found & Self.highs
      if mask != 0 {
        // The lowest marked byte is exact; borrows can only mark bytes above it falsely.
        position &+= mask.trailingZeroBitCount >> 3
        return
      }
      position &+= 8
    }
    while position < count {
      let byte = base[position]
      if byte == 0x22 || byte == 0x5C || byte < 0x20 || byte >= 0x80 { return }
      position &+= 1
    }
  }

  /// The length of the well-formed UTF-8 sequence at the position (Unicode, table 3-7), or nil.
  func sequenceLength() -> Int? {
    let first = base[position]
    let length: Int
    var low: UInt8 = 0x80
    var high: UInt8 = 0xBF
    switch first {
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, low) = (3, 0xA0)
    case 0xED: (length, high) = (3, 0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, low) = (4, 0x90)
    case 0xF4: (length, high) = (4, 0x8F)
    case 0xF1...0xF3: length = 4
    default: return nil
    }
    guard position &+ length <= count else { return nil }
    let second = base[position &+ 1]
    guard second >= low, second <= high else { return nil }
    for index in 2..<max(length, 2) where base[position &+ index] & 0xC0 != 0x80 {
      return nil
    }
    return length
  }

  /// Outside a string a byte that is not ASCII is a fault either way; says which.
  func encodingOrSyntax() -> JSONFault.Rule { sequenceLength() == nil ? .encoding : .syntax }

  private mutating func scanEscape() throws(JSONFault) {
    let start = position
    position &+= 1
    guard let byte = peek() else { throw fault(.truncated) }
    position &+= 1
    switch byte {
    case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74: return
    case 0x75:
      let unit = try scanFourHex()
      if unit & 0xF800 != 0xD800 { return }
      // A high surrogate must be followed at once by an escaped low one (RFC 8259, section 7).
      guard unit < 0xDC00, position &+ 1 < count, base[position] == 0x5C,
        base[position &+ 1] == 0x75
      else { throw JSONFault(rule: .surrogate, offset: start) }
      position &+= 2
      let low = try scanFourHex()
      guard low & 0xFC00 == 0xDC00 else { throw JSONFault(rule: .surrogate, offset: start) }
    default: throw JSONFault(rule: .escape, offset: start)
    }
  }

  private mutating func scanFourHex() throws(JSONFault) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek() else { throw fault(.truncated) }
      guard let digit = byte.hexDigit else { throw fault(.escape) }
      value = value << 4 | UInt32(digit)
      position &+= 1
    }
    return value
  }

  /// Takes a number by RFC 8259's grammar.
  mutating func scanNumber() throws(JSONFault) {
    if peek() == UInt8(ascii: "-") { position &+= 1 }
    guard let first = peek() else { throw fault(.truncated) }
    if first == 0x30 {
      position &+= 1
      if let next = peek(), 0x30...0x39 ~= next { throw fault(.number) }
    } else if skipDigits() == 0 {
      throw fault(.number)
    }
    if peek() == UInt8(ascii: ".") {
      position &+= 1
      if skipDigits() == 0 { throw fault(position == count ? .truncated : .number) }
    }
    if let letter = peek(), letter == 0x65 || letter == 0x45 {
      position &+= 1
      if let sign = peek(), sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
        position &+= 1
      }
      let start = position
      if skipDigits() == 0 { throw fault(position == count ? .truncated : .number) }
      var exponent = 0
      for index in start..<position {
        exponent = exponent &* 10 &+ Int(base[index] &- 0x30)
        if exponent > Self.largestExponent { throw JSONFault(rule: .exponent, offset: start) }
      }
    }
  }

  /// Skips decimal digits and answers how many there were.
  private mutating func skipDigits() -> Int {
    let start = position
    while position < count, base[position] &- 0x30 <= 9 { position &+= 1 }
    return position &- start
  }
}

extension UInt8 {
  /// The value of a hexadecimal digit in ASCII, of either case.
  var hexDigit: UInt8? {
    switch self {
    case 0x30...0x39: self - 0x30
    case 0x41...0x46: self - 0x41 + 10
    case 0x61...0x66: self - 0x61 + 10
    default: nil
    }
  }
}
