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

/// What each scalar of a Swift text is.
private struct Scanner {
  enum Kind: UInt8 { case code, comment, string }
  /// A string literal that is open: its `#` count, whether it has three quotes, and the depth of
  /// parentheses inside its current interpolation (nil outside of one).
  struct Literal {
    let pounds: Int
    let isMultiline: Bool
    var depth: Int?
  }

  let scalars: [Unicode.Scalar]
  var kinds: [Kind]
  var position = 0
  var literals: [Literal] = []

  init(_ text: String) {
    scalars = Array(text.unicodeScalars)
    kinds = Array(repeating: .code, count: scalars.count)
  }

  mutating func scan() {
    while position < scalars.count {
      if let literal = literals.last, literal.depth == nil {
        insideLiteral(literal)
      } else {
        insideCode()
      }
    }
  }

  private func peek(_ text: String, at offset: Int = 0) -> Bool {
    var index = position + offset
    for scalar in text.unicodeScalars {
      guard index < scalars.count, scalars[index] == scalar else { return false }
      index += 1
    }
    return true
  }

  private mutating func take(_ count: Int, as kind: Kind) {
    for _ in 0..<count where position < scalars.count {
      kinds[position] = kind
      position += 1
    }
  }

  private mutating func insideCode() {
    if peek("//") {
      while position < scalars.count, scalars[position] != "\n" { take(1, as: .comment) }
    } else if peek("/*") {
      blockComment()
    } else if scalars[position] == "#" || scalars[position] == "\"" {
      openLiteral()
    } else {
      countParenthesis()
      position += 1
    }
  }

  private mutating func blockComment() {
    var depth = 0
    repeat {
      if peek("/*") {
        depth += 1
        take(2, as: .comment)
      } else if peek("*/") {
        depth -= 1
        take(2, as: .comment)
      } else {
        take(1, as: .comment)
      }
    } while depth > 0 && position < scalars.count
  }

  private mutating func openLiteral() {
    var pounds = 0
    while peek("#", at: pounds) { pounds += 1 }
    guard peek("\"", at: pounds) else {
      position += max(pounds, 1)
      return
    }
    let isMultiline = peek("\"\"\"", at: pounds)
    position += pounds + (isMultiline ? 3 : 1)
    literals.append(Literal(pounds: pounds, isMultiline: isMultiline))
  }

  private mutating func insideLiteral(_ literal: Literal) {
    let pounds = String(repeating: "#", count: literal.pounds)
    let close = (literal.isMultiline ? "\"\"\"" : "\"") + pounds
    if peek(close) {
      position += close.unicodeScalars.count
      literals.removeLast()
    } else if peek("\\" + pounds + "(") {
      take(1 + literal.pounds, as: .string)
      position += 1
      literals[literals.count - 1].depth = 0
    } else if peek("\\" + pounds) {
      take(2 + literal.pounds, as: .string)
    } else if scalars[position] == "\n", !literal.isMultiline {
      literals.removeLast()  // a literal that never closed, as in a regex: go on with the next line
    } else {
      take(1, as: .string)
    }
  }

  private mutating func countParenthesis() {
    guard let depth = literals.last?.depth else { return }
    if scalars[position] == "(" {
      literals[literals.count - 1].depth = depth + 1
    } else if scalars[position] == ")" {
      literals[literals.count - 1].depth = depth == 0 ? nil : depth - 1
    }
  }

  func text(keepingStrings: Bool) -> [Substring] {
    var result = String.UnicodeScalarView()
    for (scalar, kind) in zip(scalars, kinds) {
      let isKept = kind == .code || scalar == "\n" || (keepingStrings && kind == .string)
      result.append(isKept ? scalar : " ")
    }
    return String(result).split(separator: "\n", omittingEmptySubsequences: false)
  }
}
