// Reads the objects of tracing's bodies, member by member, and collects the faults. Never says what
// a value was: they are personal.

import ExchangeModel
import PupilTracing
import Validation

/// The faults of one document so far, and the bounds of what it may hold.
struct NodeReader {
  private(set) var issues: [ValidationIssue] = []
  let limits: Limits

  init(limits: Limits) { self.limits = limits }

  /// Throws `bad-request` with every fault found.
  func finish() throws(Refusal) {
    guard issues.isEmpty else { throw Refusal(.badRequest, issues: issues) }
  }

  mutating func fault(_ node: JSONNode, _ place: String, _ rule: String, _ message: String) {
    guard issues.count < limits.issuesPerDocument else { return }
    issues.append(
      ValidationIssue(place: place, line: node.line, rule: rule, message: message))
  }

  /// Whether it is an object of these members alone.
  mutating func isObject(_ node: JSONNode, _ place: String, of names: [String]) -> Bool {
    guard node.kind == .object else {
      fault(node, place, "type", "Send an object.")
      return false
    }
    for (name, _) in node.members where !names.contains(name) {
      fault(
        node, place, "additionalProperties", "Send \(names.joined(separator: ", ")) only.")
      return false
    }
    return true
  }

  /// A text; empty when it is left out or no text.
  mutating func text(
    _ node: JSONNode, _ name: String, _ place: String, isRequired: Bool = false
  ) -> String {
    guard let member = node[name] else {
      if isRequired { fault(node, place, "required", "Give a \(name).") }
      return ""
    }
    guard let text = member.string, !text.isEmpty, text.utf8.count <= 4 * TraceLimits.textBytes
    else {
      fault(member, place + "/" + name, "type", "Give a text of at most 120 characters.")
      return ""
    }
    return text
  }

  /// A word of a list; nil when it is none, with the fault noted.
  mutating func word(
    _ node: JSONNode, _ name: String, _ place: String, of words: [String],
    isRequired: Bool = true
  ) -> String? {
    guard let member = node[name] else {
      if isRequired { fault(node, place, "required", "Give a \(name).") }
      return nil
    }
    guard let word = words.first(where: { member.isString($0) }) else {
      fault(
        member, place + "/" + name, "enum", "Give one of: \(words.joined(separator: ", ")).")
      return nil
    }
    return word
  }

  mutating func truth(_ node: JSONNode, _ name: String, _ place: String) -> Bool {
    guard let member = node[name] else { return false }
    guard let value = member.bool else {
      fault(member, place + "/" + name, "type", "Give true or false.")
      return false
    }
    return value
  }

  /// The elements of a list, with their places; none when it is left out.
  mutating func list(
    _ node: JSONNode, _ name: String, _ place: String
  ) -> [(node: JSONNode, place: String)] {
    guard let member = node[name] else { return [] }
    guard member.kind == .array, member.count <= limits.traceEntries else {
      fault(
        member, place + "/" + name, "type", "Give a list of at most \(limits.traceEntries).")
      return []
    }
    return member.elements.enumerated().map { ($0.element, "\(place)/\(name)/\($0.offset)") }
  }

  // MARK: Of a pupil

  mutating func texts(_ node: JSONNode, _ name: String, _ place: String) -> [String] {
    list(node, name, place).compactMap { item in
      if let text = item.node.string, !text.isEmpty { return text }
      fault(item.node, item.place, "type", "Give a text.")
      return nil
    }
  }

  mutating func names(_ node: JSONNode, _ name: String, _ place: String) -> [PupilName] {
    list(node, name, place).compactMap { item in
      guard isObject(item.node, item.place, of: ["surname", "forename", "middleNames"]) else {
        return nil
      }
      let found = PupilName(
        surname: text(item.node, "surname", item.place),
        forename: text(item.node, "forename", item.place),
        middle: text(item.node, "middleNames", item.place))
      if found.surname.isEmpty, found.forename.isEmpty {
        fault(item.node, item.place, "required", "Give a surname or a forename.")
        return nil
      }
      return found
    }
  }

  mutating func places(_ node: JSONNode, _ name: String, _ place: String) -> [PupilPlace] {
    list(node, name, place).compactMap { item in
      guard isObject(item.node, item.place, of: ["postcode", "address"]) else { return nil }
      let found = PupilPlace(
        postcode: text(item.node, "postcode", item.place),
        address: text(item.node, "address", item.place))
      if found.postcode.isEmpty, found.address.isEmpty {
        fault(item.node, item.place, "required", "Give a postcode or an address.")
        return nil
      }
      return found
    }
  }

  mutating func date(_ text: String, _ node: JSONNode, _ place: String) -> BirthDate {
    guard !text.isEmpty else { return .unknown }
    let date = BirthDate(text)
    if !date.isKnown {
      fault(node, place, "date", "Give YYYY-MM-DD, YYYY-MM or YYYY.")
    }
    return date
  }

  mutating func sex(_ node: JSONNode, _ place: String) -> PupilSex? {
    guard node["sex"] != nil else { return nil }
    return word(node, "sex", place, of: ["F", "M", "U"]).flatMap { PupilSex($0) }
  }
}

extension JSONNode {
  /// The root of a body that must be an object. Throws `bad-request`.
  static func root(_ bytes: [UInt8], limits: Limits) throws(Refusal) -> JSONNode {
    do {
      return try JSONDocument.parse(bytes, limits: limits).root
    } catch {
      throw Refusal(.badRequest, issues: [error.issue])
    }
  }
}
