// Which labels IDNA2008 allows (RFC 5892, 5893), derived from the standard library's Unicode data.
// The library has no scripts, joining types or bidirectional classes: for those, blocks stand in,
// which is exact for living scripts and coarse for some historic ones. NFC is not checked.

enum IDNA {
  private enum Derived { case valid, contextual, disallowed }

  private static let exceptions: [UInt32: Derived] = {
    var result: [UInt32: Derived] = [:]
    for value: UInt32 in [0xDF, 0x3C2, 0x6FD, 0x6FE, 0xF0B, 0x3007] { result[value] = .valid }
    for value: UInt32 in [0xB7, 0x375, 0x5F3, 0x5F4, 0x30FB, 0x200C, 0x200D] {
      result[value] = .contextual
    }
    for digit: UInt32 in 0...9 {
      result[0x660 + digit] = .contextual
      result[0x6F0 + digit] = .contextual
    }
    for value: UInt32 in [
      0x640, 0x7FA, 0x302E, 0x302F, 0x3031, 0x3032, 0x3033, 0x3034, 0x3035, 0x303B,
    ] {
      result[value] = .disallowed
    }
    return result
  }()

  private static func derived(_ scalar: Unicode.Scalar) -> Derived {
    if let known = exceptions[scalar.value] { return known }
    if scalar.isASCII {
      let byte = UInt8(truncatingIfNeeded: scalar.value)
      return byte.isDigit || byte == 0x2D || (byte.isLetter && !byte.isUpper)
        ? .valid : .disallowed
    }
    // Old Hangul jamo (RFC 5892, section 2.9).
    switch scalar.value {
    case 0x1100...0x11FF, 0xA960...0xA97C, 0xD7B0...0xD7FB: return .disallowed
    default: break
    }
    let properties = scalar.properties
    if properties.changesWhenNFKCCaseFolded || properties.isDefaultIgnorableCodePoint
      || properties.isNoncharacterCodePoint || properties.isWhitespace
    {
      return .disallowed
    }
    switch properties.generalCategory {
    case .lowercaseLetter, .uppercaseLetter, .otherLetter, .decimalNumber, .modifierLetter,
      .nonspacingMark, .spacingMark:
      return .valid
    default: return .disallowed
    }
  }

  /// The scalars of an `xn--` label that is a true A-label: it decodes to a U-label that encodes
  /// to it again.
  static func decodedALabel(_ label: [UInt8]) -> [Unicode.Scalar]? {
    let code = Array(label.dropFirst(4))
    guard let decoded = Punycode.decoded(code), decoded.contains(where: { !$0.isASCII }),
      isULabel(decoded), let again = Punycode.encoded(decoded),
      again.elementsEqual(code, by: { $0 == ($1.isUpper ? $1 | 0x20 : $1) })
    else { return nil }
    return decoded
  }

  /// RFC 5891, section 5.4, without the bidirectional rule.
  static func isULabel(_ label: [Unicode.Scalar]) -> Bool {
    guard let first = label.first, let last = label.last, first != "-", last != "-" else {
      return false
    }
    if label.count >= 4, label[2] == "-", label[3] == "-" { return false }
    switch first.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: return false
    default: break
    }
    return label.indices.allSatisfy { index in
      switch derived(label[index]) {
      case .valid: true
      case .contextual: isInContext(label, index)
      case .disallowed: false
      }
    }
  }

  /// RFC 5892, appendix A.
  private static func isInContext(_ label: [Unicode.Scalar], _ index: Int) -> Bool {
    let before = index > 0 ? label[index - 1] : nil
    let after = index + 1 < label.count ? label[index + 1] : nil
    switch label[index].value {
    case 0x200C: return isAfterVirama(before) || joins(label, index)
    case 0x200D: return isAfterVirama(before)
    case 0xB7: return before == "l" && after == "l"
    case 0x375: return after.map { isGreek($0.value) } ?? false
    case 0x5F3, 0x5F4: return before.map { (0x591...0x5F4).contains($0.value) } ?? false
    case 0x30FB: return label.contains { isJapanese($0) }
    case 0x660...0x669: return !label.contains { (0x6F0...0x6F9).contains($0.value) }
    case 0x6F0...0x6F9: return !label.contains { (0x660...0x669).contains($0.value) }
    default: return false
    }
  }

  private static func isAfterVirama(_ scalar: Unicode.Scalar?) -> Bool {
    scalar?.properties.canonicalCombiningClass == .virama
  }

  private static func isGreek(_ value: UInt32) -> Bool {
    (0x370...0x3FF).contains(value) || (0x1F00...0x1FFF).contains(value)
  }

  private static func isJapanese(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x3041...0x309F, 0x30A1...0x30FA, 0x30FD...0x30FF, 0x31F0...0x31FF, 0xFF66...0xFF9D,
      0x3005, 0x3007:
      true
    default: scalar.properties.isIdeographic
    }
  }

  /// A zero-width non-joiner between Arabic letters of which the first joins to its left and the
  /// second to its right.
  private static func joins(_ label: [Unicode.Scalar], _ index: Int) -> Bool {
    let isMark = { (scalar: Unicode.Scalar) in
      scalar.properties.generalCategory == .nonspacingMark
    }
    guard let left = label[..<index].last(where: { !isMark($0) }),
      let right = label[(index + 1)...].first(where: { !isMark($0) })
    else { return false }
    return isArabicLetter(left) && !joinsRightOnly(left.value) && isArabicLetter(right)
  }

  private static func isArabicLetter(_ scalar: Unicode.Scalar) -> Bool {
    (0x620...0x6FF).contains(scalar.value) && scalar.value != 0x621
      && scalar.properties.generalCategory == .otherLetter
  }

  private static func joinsRightOnly(_ value: UInt32) -> Bool {
    switch value {
    case 0x622...0x625, 0x627, 0x629, 0x62F...0x632, 0x648, 0x671...0x673, 0x675...0x677,
      0x688...0x699, 0x6C0, 0x6C3...0x6CB, 0x6CD, 0x6CF, 0x6D2...0x6D3, 0x6D5, 0x6EE...0x6EF:
      true
    default: false
    }
  }

  // MARK: The bidirectional rule (RFC 5893, section 2)

  private enum Direction { case left, right, arabicNumber, europeanNumber, mark, neutral }

  private static func direction(_ scalar: Unicode.Scalar) -> Direction {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return .mark
    default: break
    }
    switch scalar.value {
    case 0x30...0x39, 0x6F0...0x6F9: return .europeanNumber
    case 0x600...0x605, 0x660...0x669, 0x66B...0x66C, 0x6DD: return .arabicNumber
    case 0x2D, 0x2E, 0x3A, 0xB7: return .neutral
    case 0x590...0x8FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFF, 0x10800...0x10FFF, 0x1E800...0x1EFFF:
      return .right
    default: return .left
    }
  }

  static func isRightToLeft(_ label: [Unicode.Scalar]) -> Bool {
    label.contains { direction($0) == .right || direction($0) == .arabicNumber }
  }

  static func fitsBidi(_ label: [Unicode.Scalar]) -> Bool {
    let all = label.map(direction)
    let isRight = all.first == .right
    guard isRight || all.first == .left, let last = all.last(where: { $0 != .mark }) else {
      return false
    }
    if isRight {
      return !all.contains(.left) && [.right, .europeanNumber, .arabicNumber].contains(last)
        && !(all.contains(.europeanNumber) && all.contains(.arabicNumber))
    }
    return !all.contains(.right) && !all.contains(.arabicNumber)
      && [.left, .europeanNumber].contains(last)
  }
}
