// What a rule finds, and the few places that are allowed to break one.

/// A place that breaks a rule.
struct Finding: Hashable, Sendable, CustomStringConvertible {
  let path: String
  /// From 1; 0 for the file as a whole.
  let line: Int
  let rule: String
  let message: String

  var description: String { "\(path):\(line): \(rule): \(message)" }
}

/// A place that may break a rule, and why. One that is no longer needed fails the tests.
struct Exception: Hashable, Sendable, CustomStringConvertible {
  let path: String
  let rule: String
  let reason: String

  var description: String { "\(path): \(rule) (\(reason))" }

  func covers(_ finding: Finding) -> Bool { path == finding.path && rule == finding.rule }

  static let all = [
    Exception(
      path: "Sources/Validation/Schemas/MessageTypeReader.swift", rule: "room-imports",
      reason: "decodes message.json, a file of ours, with JSONDecoder; no I/O"),
    Exception(
      path: "Sources/Validation/Schemas/MessageTypeReader.swift", rule: "foundation-parsers",
      reason: "reads the message types of our own schemas folder at start, nothing received"),
    Exception(
      path: "Sources/Storage/WriteContext.swift", rule: "foundation-parsers",
      reason: "reads back a decision that the same file wrote"),
  ]
}

extension Array where Element == Finding {
  /// The findings that no exception covers.
  var unexcused: [Finding] { filter { finding in !Exception.all.contains { $0.covers(finding) } } }

  /// For a test's message: one a line.
  var report: String { map { "\n  \($0)" }.joined() }
}
