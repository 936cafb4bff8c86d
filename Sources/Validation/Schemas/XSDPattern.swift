// Turns a JSON Schema pattern (ECMA-262, unanchored) into an XML Schema pattern (anchored).
// Never narrows: what XML Schema cannot express gives nil, and the JSON Schema check remains.

/// A translator for the part of ECMA-262 that XML Schema 1.0 appendix F can say too.
struct XSDPattern {
  private var input: [Unicode.Scalar]
  private var position = 0
  private var output = ""
  private var isExpressible = true

  private init(_ pattern: [Unicode.Scalar]) { input = pattern }

  /// The XML Schema pattern that accepts the same strings, as far as XML can carry them.
  static func translated(_ pattern: String) -> String? {
    var body = Array(pattern.unicodeScalars)
    let startsAnchored = body.first == "^"
    if startsAnchored { body.removeFirst() }
    let endsAnchored = body.last == "$" && !isEscaped(body)
    if endsAnchored { body.removeLast() }
    var translator = XSDPattern(body)
    let hasBranches = translator.translate()
    guard translator.isExpressible else { return nil }
    // `^a|b$` anchors each end of one branch only; nobody means it.
    if hasBranches, startsAnchored || endsAnchored { return nil }
    let anything = "[\\s\\S]*"
    let inner = hasBranches ? "(\(translator.output))" : translator.output
    return (startsAnchored ? "" : anything) + inner + (endsAnchored ? "" : anything)
  }

  /// True when an odd number of backslashes stands before the last scalar.
  private static func isEscaped(_ body: [Unicode.Scalar]) -> Bool {
    body.dropLast().reversed().prefix { $0 == "\\" }.count % 2 == 1
  }

  private mutating func next() -> Unicode.Scalar? {
    guard position < input.count else { return nil }
    defer { position += 1 }
    return input[position]
  }

  private var peek: Unicode.Scalar? { position < input.count ? input[position] : nil }

  /// Translates all of it; true when there are branches outside any group.
  private mutating func translate() -> Bool {
    var depth = 0
    var hasBranches = false
    while isExpressible, let scalar = next() {
      switch scalar {
      case "\\": escape()
      case "[": characterClass()
      case ".": output += "[^\\n\\r&#x2028;&#x2029;]"
      case "^", "$": isExpressible = false
      case "(":
        depth += 1
        openGroup()
      case ")":
        depth -= 1
        output += ")"
      case "|":
        if depth == 0 { hasBranches = true }
        output += "|"
      case "*", "+", "?", "{": quantifier(scalar)
      default: literal(scalar)
      }
    }
    if depth != 0 { isExpressible = false }
    return hasBranches
  }

  /// `(?:` is a plain group in XML Schema; looking ahead or behind is beyond it.
  private mutating func openGroup() {
    output += "("
    guard peek == "?" else { return }
    position += 1
    if next() != ":" { isExpressible = false }
  }

  private mutating func quantifier(_ first: Unicode.Scalar) {
    output.unicodeScalars.append(first)
    if first == "{" {
      while let scalar = next() {
        output.unicodeScalars.append(scalar)
        if scalar == "}" { break }
      }
    }
    // A lazy quantifier accepts the same strings.
    if peek == "?" { position += 1 }
  }

  private mutating func escape() {
    switch escapedScalars() {
    case .ranges(let ranges, let isNegated): write(ranges, isNegated: isNegated)
    case .scalar(let scalar): literal(scalar)
    case nil: isExpressible = false
    }
  }

  private mutating func literal(_ scalar: Unicode.Scalar) {
    guard CharacterRanges.isXML(scalar.value) else { return isExpressible = false }
    output += CharacterRanges.written(scalar.value)
  }

  private mutating func characterClass() {
    let isNegated = peek == "^"
    if isNegated { position += 1 }
    var ranges: [ClosedRange<UInt32>] = []
    while let scalar = next() {
      if scalar == "]" { return write(ranges, isNegated: isNegated) }
      guard let low = classMember(scalar, into: &ranges) else { continue }
      guard peek == "-", position + 1 < input.count, input[position + 1] != "]" else {
        ranges.append(low...low)
        continue
      }
      position += 1
      guard let high = next().flatMap({ classMember($0, into: &ranges) }), low <= high else {
        return isExpressible = false
      }
      ranges.append(low...high)
    }
    isExpressible = false
  }

  /// One scalar of a class; nil when it was a whole class (`\d`), which is added to `ranges`.
  private mutating func classMember(
    _ scalar: Unicode.Scalar, into ranges: inout [ClosedRange<UInt32>]
  ) -> UInt32? {
    guard scalar == "\\" else { return scalar.value }
    switch escapedScalars() {
    case .scalar(let escaped): return escaped.value
    case .ranges(let inner, false): ranges += inner
    case .ranges(let inner, true): ranges += CharacterRanges.complement(inner)
    case nil: isExpressible = false
    }
    return nil
  }

  private mutating func write(_ ranges: [ClosedRange<UInt32>], isNegated: Bool) {
    let clipped = CharacterRanges.clipped(ranges)
    if clipped.isEmpty {
      if isNegated { output += "[\\s\\S]" } else { isExpressible = false }
      return
    }
    output += (isNegated ? "[^" : "[") + clipped.map(CharacterRanges.written).joined() + "]"
  }

  private enum Escape {
    case scalar(Unicode.Scalar)
    case ranges([ClosedRange<UInt32>], isNegated: Bool)
  }

  /// What a backslash stands for; nil when XML Schema has no word for it.
  private mutating func escapedScalars() -> Escape? {
    guard let scalar = next() else { return nil }
    switch scalar {
    case "d", "D": return .ranges(CharacterRanges.digits, isNegated: scalar == "D")
    case "w", "W": return .ranges(CharacterRanges.wordCharacters, isNegated: scalar == "W")
    case "s", "S": return .ranges(CharacterRanges.spaces, isNegated: scalar == "S")
    case "t": return .scalar("\t")
    case "n": return .scalar("\n")
    case "r": return .scalar("\r")
    case "x": return hexadecimal(2)
    case "u": return hexadecimal(4)
    default:
      let isLetterOrDigit = CharacterRanges.wordCharacters.contains { $0.contains(scalar.value) }
      return isLetterOrDigit ? nil : .scalar(scalar)
    }
  }

  private mutating func hexadecimal(_ count: Int) -> Escape? {
    guard position + count <= input.count else { return nil }
    var text = ""
    text.unicodeScalars.append(contentsOf: input[position..<(position + count)])
    position += count
    // A surrogate is no scalar: such a pattern is left out.
    return UInt32(text, radix: 16).flatMap(Unicode.Scalar.init).map { .scalar($0) }
  }
}
