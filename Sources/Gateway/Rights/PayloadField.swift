// A field of payloads, by its property's name or its place, and whether a payload has it.
// Never holds the value.

import ExchangeModel
import Validation

struct PayloadField: Sendable {
  private enum Form: Sendable {
    case name(String)
    case place([String])
  }

  private let form: Form

  /// Bytes of a field's name, and of a place's parts together.
  private static let longest = 200

  /// Reads `surname` or `/child/surname`. Nil when it is neither: a field is made of names of
  /// properties and positions in lists alone.
  init?(_ text: String) {
    guard text.utf8.count <= Self.longest else { return nil }
    if text.utf8.first == UInt8(ascii: "/") {
      let tokens = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
      guard tokens.allSatisfy({ Self.isName($0) || Self.isPosition($0) }) else { return nil }
      form = .place(tokens.map { String($0) })
    } else {
      guard Self.isName(text[...]) else { return nil }
      form = .name(text)
    }
  }

  /// True when the payload has a value there.
  func isIn(_ payload: JSONNode) -> Bool {
    switch form {
    case .name(let name): Self.holds(name, payload)
    case .place(let tokens): Self.holds(tokens[...], payload)
    }
  }

  /// Documents are bounded in depth and size when they are parsed, so this is too.
  private static func holds(_ name: String, _ node: JSONNode) -> Bool {
    switch node.kind {
    case .object:
      node[name] != nil || node.members.contains { holds(name, $0.value) }
    case .array: node.elements.contains { holds(name, $0) }
    default: false
    }
  }

  private static func holds(_ tokens: ArraySlice<String>, _ node: JSONNode) -> Bool {
    guard let token = tokens.first else { return true }
    let rest = tokens.dropFirst()
    if node.kind == .array {
      guard let position = Int(token) else { return false }
      return node.elements.enumerated().contains {
        $0.offset == position && holds(rest, $0.element)
      }
    }
    return node[token].map { holds(rest, $0) } ?? false
  }

  private static func isName(_ text: Substring) -> Bool {
    text.utf8.first.map { (0x61...0x7A).contains($0 | 0x20) } == true
      && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) }
  }

  private static func isPosition(_ text: Substring) -> Bool {
    (1...5).contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }
}

extension Subject {
  /// True when a payload names another number of the same kind: it may be about another child of
  /// the same name and date of birth.
  func isContradicted(by payload: JSONNode, of type: MessageType) -> Bool {
    Subject.numbers.contains { name in
      guard let ours = identifiers[name], let place = type.childIdentifiers[name] else {
        return false
      }
      var node: JSONNode? = payload
      for token in place.split(separator: "/") { node = node?[String(token)] }
      guard let theirs = node?.string else { return false }
      return !Self.folded(ours).elementsEqual(Self.folded(theirs))
    }
  }

  private static func folded(_ number: String) -> [UInt8] {
    number.utf8.filter { $0 != 0x20 && $0 != 0x2D }.map { $0 >= 0x61 ? $0 & 0xDF : $0 }
  }
}
