// A Swift file as the rules see it: its lines, and its code with comments and strings blanked out.
// Never a parser: good enough to tell code from text, and tested on what it must tell apart.

/// One Swift file.
struct SwiftCode: Sendable {
  /// Relative to the top of the project, e.g. `Sources/Policy/Decide.swift`.
  let path: String
  let lines: [Substring]
  /// The lines with comments and what stands inside string literals replaced by spaces; quotes,
  /// and the code inside interpolations, are kept.
  let code: [Substring]
  /// The lines with only the comments blanked.
  let uncommented: [Substring]

  init(path: String, text: String) {
    self.path = path
    var scanner = Scanner(text)
    scanner.scan()
    lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    code = scanner.text(keepingStrings: false)
    uncommented = scanner.text(keepingStrings: true)
  }

  /// The room or test target: the folder below `Sources` or `Tests`.
  var room: String {
    let parts = path.split(separator: "/")
    return parts.count > 2 ? String(parts[1]) : ""
  }

  var isSource: Bool { path.hasPrefix("Sources/") }
}

/// What each byte of a Swift text is: code, comment or string. Delimiters are ASCII, so bytes do.
private struct Scanner {
  enum Kind: UInt8 { case code, comment, string }
  /// A string literal that is open: its `#` count, whether it has three quotes, and the depth of
  /// parentheses inside its current interpolation (nil outside of one).
  struct Literal {
    let pounds: Int
    let isMultiline: Bool
    var depth: Int?
  }

  private static let slash = UInt8(ascii: "/")
  private static let star = UInt8(ascii: "*")
  private static let quote = UInt8(ascii: "\"")
  private static let pound = UInt8(ascii: "#")
  private static let backslash = UInt8(ascii: "\\")
  private static let newline = UInt8(ascii: "\n")

  let bytes: [UInt8]
  var kinds: [Kind]
  var position = 0
  var literals: [Literal] = []

  init(_ text: String) {
    bytes = Array(text.utf8)
    kinds = Array(repeating: .code, count: bytes.count)
  }

  mutating func scan() {
    while position < bytes.count {
      if let literal = literals.last, literal.depth == nil {
        insideLiteral(literal)
      } else {
        insideCode()
      }
    }
  }

  private func byte(_ offset: Int = 0) -> UInt8 {
    position + offset < bytes.count ? bytes[position + offset] : 0
  }

  /// How many of one byte stand from an offset on.
  private func run(of wanted: UInt8, at offset: Int) -> Int {
    var count = 0
    while byte(offset + count) == wanted { count += 1 }
    return count
  }

  private mutating func take(_ count: Int, as kind: Kind) {
    let end = min(position + count, bytes.count)
    for index in position..<end { kinds[index] = kind }
    position = end
  }

  private mutating func insideCode() {
    switch byte() {
    case Self.slash where byte(1) == Self.slash:
      while position < bytes.count, byte() != Self.newline { take(1, as: .comment) }
    case Self.slash where byte(1) == Self.star: blockComment()
    case Self.quote, Self.pound: openLiteral()
    case UInt8(ascii: "("), UInt8(ascii: ")"):
      countParenthesis()
      position += 1
    default: position += 1
    }
  }

  private mutating func blockComment() {
    var depth = 0
    repeat {
      if byte() == Self.slash, byte(1) == Self.star {
        depth += 1
        take(2, as: .comment)
      } else if byte() == Self.star, byte(1) == Self.slash {
        depth -= 1
        take(2, as: .comment)
      } else {
        take(1, as: .comment)
      }
    } while depth > 0 && position < bytes.count
  }

  private mutating func openLiteral() {
    let pounds = run(of: Self.pound, at: 0)
    guard byte(pounds) == Self.quote else {
      position += max(pounds, 1)
      return
    }
    let isMultiline = run(of: Self.quote, at: pounds) >= 3
    position += pounds + (isMultiline ? 3 : 1)
    literals.append(Literal(pounds: pounds, isMultiline: isMultiline))
  }

  private mutating func insideLiteral(_ literal: Literal) {
    let quotes = literal.isMultiline ? 3 : 1
    switch byte() {
    case Self.quote
    where run(of: Self.quote, at: 0) >= quotes
      && run(of: Self.pound, at: quotes) >= literal.pounds:
      position += quotes + literal.pounds
      literals.removeLast()
    case Self.backslash where run(of: Self.pound, at: 1) >= literal.pounds:
      if byte(1 + literal.pounds) == UInt8(ascii: "(") {
        take(1 + literal.pounds, as: .string)
        position += 1
        literals[literals.count - 1].depth = 0
      } else {
        take(2 + literal.pounds, as: .string)
      }
    case Self.newline where !literal.isMultiline:
      literals.removeLast()  // it never closed, as in a regex: go on with the next line
    default: take(1, as: .string)
    }
  }

  private mutating func countParenthesis() {
    guard let depth = literals.last?.depth else { return }
    if byte() == UInt8(ascii: "(") {
      literals[literals.count - 1].depth = depth + 1
    } else {
      literals[literals.count - 1].depth = depth == 0 ? nil : depth - 1
    }
  }

  func text(keepingStrings: Bool) -> [Substring] {
    var result = bytes
    for index in bytes.indices where bytes[index] != Self.newline {
      if kinds[index] == .comment || (kinds[index] == .string && !keepingStrings) {
        result[index] = UInt8(ascii: " ")
      }
    }
    return String(decoding: result, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)
  }
}
