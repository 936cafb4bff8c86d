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

  /// All there are. Add one only with a reason that a reader can check.
  static let all: [Exception] = []
}

extension Array where Element == Finding {
  /// The findings that none of the exceptions covers.
  func unexcused(by exceptions: [Exception] = Exception.all) -> [Finding] {
    filter { finding in !exceptions.contains { $0.covers(finding) } }
  }

  /// For a test's message: one a line.
  var report: String { map { "\n  \($0)" }.joined() }
}
