// The error of a parser: bytes that are not a document we take, with the place and the remedy.
// Never holds a value, or a name, from the bytes.
package import ExchangeModel

/// Bytes that are not well-formed, or that go beyond a limit.
package struct MalformedDocument: Error, Sendable, Equatable {
  /// What is wrong, where, and what to do about it.
  package let issue: ValidationIssue

  package init(_ issue: ValidationIssue) { self.issue = issue }

  /// A fault with the rule broken and the line (from 1) it stands in.
  package init(rule: String, line: Int?, message: String, place: String = "") {
    issue = ValidationIssue(place: place, line: line, rule: rule, message: message)
  }
}
