// Takes settings out of a JSON document by pointer, and remembers which were asked for, so that a
// misspelt one is a fault and not a silence.

import ExchangeModel
import Foundation
import Validation

struct SettingsReader {
  private let root: JSONNode
  private var known: Set<String> = []
  private var issues: [ValidationIssue] = []

  init(_ bytes: [UInt8]) throws(MalformedDocument) {
    root = try JSONDocument.parse(bytes).root
  }

  mutating func string(_ pointer: String, _ target: inout String) {
    guard let node = find(pointer) else { return }
    guard let text = node.string, !text.isEmpty else {
      return fault(pointer, node, "Give a text that is not empty.")
    }
    target = text
  }

  mutating func path(_ pointer: String, _ folder: String, _ target: inout String) {
    string(pointer, &target)
    if !target.hasPrefix("/") { target = folder + "/" + target }
  }

  mutating func choice(_ pointer: String, _ allowed: [String], _ target: inout String) {
    guard let node = find(pointer) else { return }
    guard let text = node.string, allowed.contains(text) else {
      return fault(pointer, node, "Give one of \(allowed.joined(separator: ", ")), as text.")
    }
    target = text
  }

  mutating func integer(_ pointer: String, in range: ClosedRange<Int>, _ target: inout Int) {
    guard let node = find(pointer) else { return }
    guard let number = node.integer, let value = Int(exactly: number), range.contains(value)
    else {
      return fault(
        pointer, node, "Give a whole number from \(range.lowerBound) to \(range.upperBound).")
    }
    target = value
  }

  mutating func bool(_ pointer: String, _ target: inout Bool) {
    guard let node = find(pointer) else { return }
    guard let value = node.bool else { return fault(pointer, node, "Give true or false.") }
    target = value
  }

  mutating func strings(_ pointer: String, _ target: inout [String]) {
    guard let node = find(pointer) else { return }
    let texts = node.elements.compactMap(\.string)
    guard node.kind == .array, !texts.isEmpty, texts.count == node.count else {
      return fault(pointer, node, "Give a list of texts with at least one.")
    }
    target = texts
  }

  /// The objects of a list, each with no members but these.
  mutating func objects(_ pointer: String, _ members: Set<String>) -> [JSONNode] {
    guard let node = find(pointer) else { return [] }
    guard node.kind == .array, node.elements.allSatisfy({ $0.kind == .object }) else {
      fault(pointer, node, "Give a list of objects.")
      return []
    }
    for element in node.elements {
      for member in element.members where !members.contains(member.key) {
        fault("\(pointer)/\(member.key)", member.value, "There is no such setting.")
      }
    }
    return Array(node.elements)
  }

  /// A path, nil when it is not given.
  mutating func optionalPath(_ pointer: String, _ folder: String, _ target: inout String?) {
    guard lookUp(pointer) != nil else {
      known.insert(pointer)
      return
    }
    var path = ""
    self.path(pointer, folder, &path)
    target = path
  }

  func isNull(_ pointer: String) -> Bool { lookUp(pointer)?.kind == .null }

  /// All faults, the unknown settings among them.
  mutating func finish() -> [ValidationIssue] {
    guard root.kind == .object else {
      return [
        ValidationIssue(
          place: "", line: 1, rule: "type", message: "The settings must be one JSON object.")
      ]
    }
    unknown(in: root, at: "")
    return issues
  }

  private mutating func unknown(in node: JSONNode, at pointer: String) {
    for member in node.members {
      let place = pointer + "/" + member.key
      if known.contains(place) { continue }
      let isGroup = known.contains { $0.hasPrefix(place + "/") }
      if isGroup, member.value.kind == .object {
        unknown(in: member.value, at: place)
      } else if !(isGroup && member.value.kind == .null) {
        fault(place, member.value, "There is no such setting.")
      }
    }
  }

  private mutating func find(_ pointer: String) -> JSONNode? {
    known.insert(pointer)
    return lookUp(pointer)
  }

  private func lookUp(_ pointer: String) -> JSONNode? {
    var node: JSONNode? = root
    for name in pointer.split(separator: "/") { node = node?[String(name)] }
    return node
  }

  /// A fault of what is not there.
  mutating func missing(_ pointer: String, _ message: String) {
    issues.append(ValidationIssue(place: pointer, line: nil, rule: "setting", message: message))
  }

  mutating func fault(_ pointer: String, _ node: JSONNode, _ message: String) {
    issues.append(
      ValidationIssue(place: pointer, line: node.line, rule: "setting", message: message))
  }
}
