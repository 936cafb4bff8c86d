// What may not stand in the sources: traps on input, a public face, printing, foreign parsers.

enum SafetyRules {
  static func check(_ file: SwiftCode) -> [Finding] {
    guard file.isSource else { return [] }
    let rules = rules(room: file.room)
    var findings: [Finding] = []
    for (index, line) in file.code.enumerated() where !line.utf8.allSatisfy({ $0 == 0x20 }) {
      for rule in rules where rule.words.contains(where: { line.contains($0) }) {
        // A force try is not also a force unwrap.
        let text =
          rule.name == "force-unwrap"
          ? line.replacing("try!", with: "try ").replacing("as!", with: "as ") : line
        guard text.contains(rule.pattern) else { continue }
        findings.append(
          Finding(path: file.path, line: index + 1, rule: rule.name, message: rule.message))
      }
    }
    return findings
  }

  private struct Rule {
    let name: String
    /// One of these stands in every line that breaks the rule: cheaper to look for.
    let words: [String]
    let pattern: Regex<Substring>
    let message: String
  }

  private static func rules(room: String) -> [Rule] {
    let rules = [
      Rule(
        name: "force-try", words: ["try!"], pattern: /\btry!/,
        message: "handle the error; a trap ends every call"),
      Rule(
        name: "force-cast", words: ["as!"], pattern: /\bas!/, message: "use as? and handle nil"),
      Rule(
        name: "fatal-error", words: ["fatalError"], pattern: /\bfatalError\b/,
        message: "return a fault; a programmer's error is a precondition with a condition"),
      // After an identifier, a closing bracket, a quote or a question mark, and not `!=`.
      Rule(
        name: "force-unwrap", words: ["!"], pattern: /[\w)\]}>"?`]!(?:$|[^=]|==)/,
        message: "unwrap with guard let, or give a default"),
      Rule(
        name: "public", words: ["public", "open"],
        pattern: /(?:^|[\s(])(?:public|open)(?:\(set\))?\s+(?:@|[a-z])/,
        message: "rooms see each other by package; we ship programs"),
      Rule(
        name: "foundation-parsers",
        words: ["JSONSerialization", "JSONDecoder", "PropertyList", "FoundationXML"],
        pattern: /\b(?:JSONSerialization|JSONDecoder|PropertyList\w+|FoundationXML)\b/,
        message: "received bytes are parsed by Validation alone"),
    ]
    let printing = Rule(
      name: "print", words: ["print(", "debugPrint(", "dump(", "NSLog("],
      pattern: /(?:^|[^.\w])(?:print|debugPrint|dump|NSLog)\(/,
      message: "log with a Logger; only the command talks to people")
    return room == "gatehouse" ? rules : rules + [printing]
  }
}
