// Reads the JSON bodies of the calls under the child's rights, naming every fault.
// Never says what a value was: they are personal.

package import ExchangeModel
import Validation

/// The members of one JSON object, taken one by one.
struct BodyReader {
  private let root: JSONNode
  private(set) var issues: [ValidationIssue] = []

  /// Parses the object and refuses members that are not among these.
  init(_ bytes: [UInt8], members: [String], limits: Limits) throws(Refusal) {
    do {
      root = try JSONDocument.parse(bytes, limits: limits).root
    } catch {
      throw Refusal(.badRequest, issues: [error.issue])
    }
    guard root.kind == .object else {
      fault("", "type", "Send a JSON object.")
      return
    }
    if root.members.contains(where: { !members.contains($0.key) }) {
      fault(
        "", "additionalProperties", "Send \(members.joined(separator: ", ")) only.")
    }
  }

  mutating func fault(_ place: String, _ rule: String, _ message: String) {
    let name = place.dropFirst().prefix { $0 != "/" }
    issues.append(
      ValidationIssue(
        place: place, line: (root[String(name)] ?? root).line, rule: rule, message: message))
  }

  /// Throws `bad-request` with every fault found.
  func finish() throws(Refusal) {
    guard issues.isEmpty else { throw Refusal(.badRequest, issues: issues) }
  }

  /// A text; nil when it is left out, or no text.
  mutating func text(_ name: String, isRequired: Bool = false) -> String? {
    guard let node = root[name] else {
      if isRequired { fault("/\(name)", "required", "Give a \(name).") }
      return nil
    }
    guard let text = node.string, !text.isEmpty else {
      fault("/\(name)", "type", "Give a text that is not empty.")
      return nil
    }
    return text
  }

  /// A whole number in a range, or a default.
  mutating func integer(_ name: String, default value: Int, in range: ClosedRange<Int>) -> Int {
    guard let node = root[name] else { return value }
    guard let number = node.integer.flatMap({ Int(exactly: $0) }), range.contains(number) else {
      fault(
        "/\(name)", "range",
        "Give a whole number from \(range.lowerBound) to \(range.upperBound).")
      return value
    }
    return number
  }

  /// A truth value; false when it is left out.
  mutating func flag(_ name: String) -> Bool {
    guard let node = root[name] else { return false }
    if let value = node.bool { return value }
    fault("/\(name)", "type", "Give true or false.")
    return false
  }

  /// True when a member is there.
  func has(_ name: String) -> Bool { root[name] != nil }

  /// The child that is meant; nil, with the faults noted, when that is not clear.
  mutating func subject(_ name: String = "child") -> Subject? {
    guard let child = root[name] else {
      fault("/\(name)", "required", "Say which child is meant.")
      return nil
    }
    return subject(child, at: "/\(name)")
  }

  /// The child whose identifiers are the members of the whole object.
  mutating func wholeSubject() -> Subject? { subject(root, at: "") }

  private mutating func subject(_ child: JSONNode, at place: String) -> Subject? {
    guard child.kind == .object else {
      fault(place, "type", "Send an object of identifiers.")
      return nil
    }
    let names = Subject.numbers + Subject.names
    var identifiers: [String: String] = [:]
    var hasFault = false
    for (name, node) in child.members {
      guard names.contains(name) else {
        fault(
          place, "additionalProperties", "Send \(names.joined(separator: ", ")) only.")
        hasFault = true
        continue
      }
      guard let value = node.string, ChildNumbers.isWellFormed(value, as: name) else {
        fault("\(place)/\(name)", "format:\(name)", "This is no \(name): check it for a slip.")
        hasFault = true
        continue
      }
      identifiers[name] = value
    }
    if hasFault { return nil }
    guard let subject = Subject(identifiers) else {
      fault(
        place, "one-child",
        "Two children may share a name. Give a number (upn, nhsNumber, uln, uci), or surname, "
          + "forename and dateOfBirth together.")
      return nil
    }
    return subject
  }
}

/// A file or body that is one object of a child's identifiers.
package enum SubjectFile {
  /// Throws `Refusal(.badRequest)` naming every fault.
  package static func read(_ bytes: [UInt8], limits: Limits) throws(Refusal) -> Subject {
    var reader = try BodyReader(
      bytes, members: Subject.numbers + Subject.names, limits: limits)
    let subject = reader.wholeSubject()
    try reader.finish()
    guard let subject else { throw Refusal(.badRequest) }
    return subject
  }
}
