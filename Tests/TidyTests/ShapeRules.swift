// How large and how laid out a file may be.

enum ShapeRules {
  static let columns = 100
  static let functionLines = 70
  static let fileLines = 600
  /// The median file should stay below this; reported, not enforced.
  static let medianLines = 90

  /// A file says at its top what it is.
  static func openingComment(path: String, text: String) -> [Finding] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
    if lines.first?.hasPrefix("#!") == true { lines = lines.dropFirst() }
    let first = lines.first ?? ""
    let marks: [String]
    switch path.split(separator: ".").last.map({ String($0) }) ?? "" {
    case "swift", "h", "modulemap", "java": marks = ["//", "/*"]
    case "py": marks = ["#", "\"\"\"", "r\"\"\""]
    case "sh", "service", "txt": marks = ["#"]
    default: return []
    }
    let mark = marks.first { first.hasPrefix($0) }
    let words = first.dropFirst(mark?.count ?? 0).filter(\.isLetter)
    guard mark != nil, words.count >= 3 else {
      return [
        Finding(
          path: path, line: 1, rule: "opening-comment", message: "say first what this file is")
      ]
    }
    return []
  }

  static func lineLength(path: String, lines: [Substring]) -> [Finding] {
    // Most lines are short in bytes already, which is quicker to see.
    lines.enumerated().filter { $0.element.utf8.count > columns && $0.element.count > columns }.map
    { index, line in
      Finding(
        path: path, line: index + 1, rule: "line-length",
        message: "\(line.count) columns, at most \(columns)")
    }
  }

  static func fileLength(path: String, lines: [Substring]) -> [Finding] {
    let count = lines.last?.isEmpty == true ? lines.count - 1 : lines.count
    guard count > fileLines else { return [] }
    return [
      Finding(
        path: path, line: 0, rule: "file-length", message: "\(count) lines, at most \(fileLines)")
    ]
  }

  static func functionLength(_ file: SwiftCode) -> [Finding] {
    functions(file).filter { $0.lines > functionLines }.map { function in
      Finding(
        path: file.path, line: function.line, rule: "function-length",
        message: "\(function.lines) lines, at most \(functionLines)")
    }
  }

  /// Functions, initialisers and subscripts with a body: where each starts, and its lines from
  /// the declaration to the closing brace.
  static func functions(_ file: SwiftCode) -> [(line: Int, lines: Int)] {
    let declaration = /(?:^|[^.\w`])(?:func\s+\S|(?:init|deinit|subscript)\s*[?!]?\s*[(<{])/
    var found: [(line: Int, lines: Int)] = []
    for (index, line) in file.code.enumerated() {
      guard ["func", "init", "subscript"].contains(where: { line.contains($0) }),
        let match = line.firstMatch(of: declaration)
      else { continue }
      let column = line.distance(from: line.startIndex, to: match.range.lowerBound)
      if let end = endOfBody(file.code, line: index, column: column) {
        found.append((index + 1, end - index + 1))
      }
    }
    return found
  }

  /// The line of the brace that closes the body of the declaration at this place; nil without one.
  private static func endOfBody(_ code: [Substring], line: Int, column: Int) -> Int? {
    var parentheses = 0
    var braces = 0
    for index in line..<code.count {
      let text = index == line ? code[index].dropFirst(column) : code[index]
      if index > line, parentheses == 0, braces == 0, !goesOn(code[index - 1], text) { return nil }
      for character in text {
        switch character {
        case "(", "[": parentheses += 1
        case ")", "]": parentheses -= 1
        case "{" where parentheses == 0 || braces > 0: braces += 1
        case "}" where braces > 0:
          braces -= 1
          if braces == 0 { return index }
        case "}" where parentheses == 0: return nil
        default: break
        }
      }
    }
    return nil
  }

  /// Whether a signature that has not met its brace goes on from one line to the next.
  private static func goesOn(_ line: Substring, _ next: Substring) -> Bool {
    let text = next.drop(while: \.isWhitespace)
    let ending = line.reversed().drop(while: \.isWhitespace).prefix(2).reversed()
    return ["{", "->", "throws", "async", "where", "rethrows"].contains { text.hasPrefix($0) }
      || String(ending).hasSuffix(",") || String(ending) == "->"
  }
}
