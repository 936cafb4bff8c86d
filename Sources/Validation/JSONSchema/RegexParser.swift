// Reads ECMA-262 patterns with Unicode semantics (the `u` flag), as JSON Schema asks.
// Never accepts the legacy forms that `u` forbids, such as `\a` or a lone `{`.

struct RegexParser {
  private static let deepest = 100
  private static let syntax: Set<Unicode.Scalar> = [
    "^", "$", "\\", ".", "*", "+", "?", "(", ")", "[", "]", "{", "}", "|", "/",
  ]

  private let scalars: [Unicode.Scalar]
  private var position = 0
  private var depth = 0
  private var groupNames: Set<String> = []
  private var namesReferred: Set<String> = []
  private var groups = 0
  private var largestReference = 0

  static func parse(_ pattern: String) throws(RegexError) -> RegexTree {
    var parser = RegexParser(pattern)
    let tree = try parser.alternatives()
    guard parser.position == parser.scalars.count else {
      throw RegexError(reason: "a closing bracket without its opening one")
    }
    guard parser.namesReferred.isSubset(of: parser.groupNames),
      parser.largestReference <= parser.groups
    else { throw RegexError(reason: "a backreference to a group that does not exist") }
    return tree
  }

  private init(_ pattern: String) { scalars = Array(pattern.unicodeScalars) }

  private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    position += 1
    return true
  }

  private mutating func take(_ text: String) -> Bool {
    let wanted = Array(text.unicodeScalars)
    guard position + wanted.count <= scalars.count,
      scalars[position..<(position + wanted.count)].elementsEqual(wanted)
    else { return false }
    position += wanted.count
    return true
  }

  private mutating func alternatives() throws(RegexError) -> RegexTree {
    depth += 1
    defer { depth -= 1 }
    if depth > Self.deepest { throw RegexError(reason: "groups nest too deep") }
    var branches = [try sequence()]
    while take("|") { branches.append(try sequence()) }
    return branches.count == 1 ? branches[0] : .alternatives(branches)
  }

  private mutating func sequence() throws(RegexError) -> RegexTree {
    var parts: [RegexTree] = []
    while let scalar = next, scalar != "|", scalar != ")" {
      parts.append(try term())
    }
    return .sequence(parts)
  }

  private mutating func term() throws(RegexError) -> RegexTree {
    if take("^") { return .start }
    if take("$") { return .end }
    if take("\\b") { return .wordBoundary(isNegated: false) }
    if take("\\B") { return .wordBoundary(isNegated: true) }
    for opening in ["(?=", "(?!", "(?<=", "(?<!"] where take(opening) {
      _ = try alternatives()
      guard take(")") else { throw RegexError(reason: "a group is not closed") }
      return .notRegular("lookaround")
    }
    let atom = try atom()
    return try quantified(atom)
  }

  private mutating func atom() throws(RegexError) -> RegexTree {
    guard let scalar = next else { throw RegexError(reason: "the pattern ends too early") }
    position += 1
    switch scalar {
    case ".": return .set(ScalarSet.lineEnds.inverted)
    case "(": return try group()
    case "[": return .set(try bracket())
    case "\\": return try escape()
    case "*", "+", "?", "{", "}", "]", ")":
      throw RegexError(reason: "\(scalar) stands where it has no meaning")
    default: return .set(ScalarSet([scalar.value...scalar.value]))
    }
  }

  private mutating func group() throws(RegexError) -> RegexTree {
    if take("?") {
      if take("<") {
        let name = try groupName()
        guard groupNames.insert(name).inserted else {
          throw RegexError(reason: "two groups of one name")
        }
        groups += 1
      } else if !take(":") {
        throw RegexError(reason: "an unknown kind of group")
      }
    } else {
      groups += 1
    }
    let inner = try alternatives()
    guard take(")") else { throw RegexError(reason: "a group is not closed") }
    return inner
  }

  private mutating func groupName() throws(RegexError) -> String {
    var name = String.UnicodeScalarView()
    while let scalar = next, scalar != ">" {
      let isFirst = name.isEmpty
      let isFit =
        scalar == "$" || scalar == "_"
        || (isFirst ? scalar.properties.isIDStart : scalar.properties.isIDContinue)
      guard isFit else { throw RegexError(reason: "a group's name is not an identifier") }
      name.append(scalar)
      position += 1
    }
    guard take(">"), !name.isEmpty else { throw RegexError(reason: "a group has no name") }
    return String(name)
  }

  private mutating func quantified(_ atom: RegexTree) throws(RegexError) -> RegexTree {
    let least: Int
    let most: Int?
    if take("*") {
      (least, most) = (0, nil)
    } else if take("+") {
      (least, most) = (1, nil)
    } else if take("?") {
      (least, most) = (0, 1)
    } else if take("{") {
      guard let number = number() else { throw RegexError(reason: "a quantifier has no number") }
      least = number
      if take(",") { most = self.number() } else { most = least }
      guard take("}"), most ?? least >= least else {
        throw RegexError(reason: "a quantifier is out of order or not closed")
      }
    } else {
      return atom
    }
    _ = take("?")
    return .repeated(atom, least: least, most: most)
  }

  private mutating func number() -> Int? {
    var value: Int?
    while let scalar = next, ("0"..."9").contains(scalar) {
      value = min((value ?? 0) * 10 + Int(scalar.value - 0x30), 1_000_000)
      position += 1
    }
    return value
  }

  // MARK: Escapes and classes

  private mutating func escape() throws(RegexError) -> RegexTree {
    if let first = next, ("1"..."9").contains(first), let value = number() {
      largestReference = max(largestReference, value)
      return .notRegular("a backreference")
    }
    if take("k") {
      guard take("<") else { throw RegexError(reason: "\\k needs <name>") }
      namesReferred.insert(try groupName())
      return .notRegular("a backreference")
    }
    if let set = try classEscape() { return .set(set) }
    let value = try characterEscape(inClass: false)
    return .set(ScalarSet([value...value]))
  }

  /// `\d \D \s \S \w \W \p{…} \P{…}`; nil when something else follows.
  private mutating func classEscape() throws(RegexError) -> ScalarSet? {
    if take("d") { return .digits }
    if take("D") { return ScalarSet.digits.inverted }
    if take("s") { return .space }
    if take("S") { return ScalarSet.space.inverted }
    if take("w") { return .word }
    if take("W") { return ScalarSet.word.inverted }
    guard next == "p" || next == "P" else { return nil }
    let isNegated = next == "P"
    position += 1
    guard take("{"), let end = scalars[position...].firstIndex(of: "}") else {
      throw RegexError(reason: "\\p needs {property}")
    }
    var name = String.UnicodeScalarView()
    name.append(contentsOf: scalars[position..<end])
    position = end + 1
    guard let set = ScalarSet.property(String(name)) else {
      throw RegexError(reason: "unknown Unicode property \(String(name))")
    }
    return isNegated ? set.inverted : set
  }

  private mutating func characterEscape(inClass: Bool) throws(RegexError) -> UInt32 {
    guard let scalar = next else { throw RegexError(reason: "the pattern ends in a backslash") }
    position += 1
    switch scalar {
    case "t": return 9
    case "n": return 10
    case "v": return 11
    case "f": return 12
    case "r": return 13
    case "b" where inClass: return 8
    case "-" where inClass: return scalar.value
    case "c":
      guard let letter = next, letter.isASCII, letter.properties.isAlphabetic else {
        throw RegexError(reason: "\\c needs a letter")
      }
      position += 1
      return letter.value & 31
    case "0":
      if let digit = next, ("0"..."9").contains(digit) {
        throw RegexError(reason: "octal escapes do not exist")
      }
      return 0
    case "x": return try hex(2)
    case "u": return try unicodeEscape()
    default:
      guard Self.syntax.contains(scalar) else {
        throw RegexError(reason: "unknown escape \\\(scalar)")
      }
      return scalar.value
    }
  }

  private mutating func hex(_ count: Int) throws(RegexError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<count {
      guard let scalar = next, scalar.isASCII, let digit = UInt8(scalar.value).hexDigit else {
        throw RegexError(reason: "an escape needs \(count) hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }

  private mutating func unicodeEscape() throws(RegexError) -> UInt32 {
    if take("{") {
      var value: UInt32 = 0
      var digits = 0
      while let scalar = next, scalar != "}" {
        guard scalar.isASCII, let digit = UInt8(scalar.value).hexDigit,
          value <= ScalarSet.largest >> 4
        else { throw RegexError(reason: "\\u{…} needs a scalar value") }
        value = value << 4 | UInt32(digit)
        digits += 1
        position += 1
      }
      guard take("}"), digits > 0 else { throw RegexError(reason: "\\u{…} is not closed") }
      return value
    }
    let unit = try hex(4)
    if unit & 0xFC00 == 0xD800, take("\\u") {
      let low = try hex(4)
      guard low & 0xFC00 == 0xDC00 else { throw RegexError(reason: "half a surrogate pair") }
      return 0x10000 + ((unit & 0x3FF) << 10 | low & 0x3FF)
    }
    return unit
  }

  private mutating func bracket() throws(RegexError) -> ScalarSet {
    let isNegated = take("^")
    var ranges: [ClosedRange<UInt32>] = []
    while !take("]") {
      let (first, set) = try classAtom()
      guard next == "-", position + 1 < scalars.count, scalars[position + 1] != "]" else {
        ranges += set.ranges
        continue
      }
      position += 1
      let (last, _) = try classAtom()
      guard let first, let last, first <= last else {
        throw RegexError(reason: "a range in a class is out of order")
      }
      ranges.append(first...last)
    }
    let set = ScalarSet(ranges)
    return isNegated ? set.inverted : set
  }

  /// One character of a class, or a set; the character is nil for a set.
  private mutating func classAtom() throws(RegexError) -> (UInt32?, ScalarSet) {
    guard let scalar = next else { throw RegexError(reason: "a class is not closed") }
    position += 1
    var value = scalar.value
    if scalar == "\\" {
      if let set = try classEscape() { return (nil, set) }
      value = try characterEscape(inClass: true)
    }
    return (value, ScalarSet([value...value]))
  }
}
