// Takes from a payload that its schema accepted what the deciding rooms may know of it.
// Never decides, and never keeps a value but those that ContentFacts asks for.
import ExchangeModel

/// Reads the facts of one message type's payloads. Made once a type: the words of the vocabulary
/// are resolved to its properties then.
struct ContentReader: Sendable {
  /// A top-level property with the categories of data that it holds, as bits.
  private struct Property: Sendable {
    let name: [UInt8]
    let categories: UInt64

    @inline(__always)
    func isNamed(_ key: UnsafeBufferPointer<UInt8>) -> Bool {
      guard key.count == name.count else { return false }
      for index in name.indices where name[index] != key[index] { return false }
      return true
    }
  }

  /// The properties in the order of the schema, which is mostly that of a payload.
  private let properties: [Property]
  /// The tokens of the categories by their bits, sorted.
  private let categories: [String]
  private let mayHoldAddress: Bool
  private let identifiers: [IdentifierGroup]
  private let identifierCount: Int
  private let consentItems: [String]?
  private let review: [[String]]
  private let effect: EffectReader?

  init(_ type: MessageType, shape: PayloadShape, vocabulary: Vocabulary) {
    let sorted = vocabulary.dataCategories.prefix(VocabularyReader.mostCategories)
      .sorted { $0.token.utf8.lexicographicallyPrecedes($1.token.utf8) }
    categories = sorted.map(\.token)
    properties = shape.members(of: shape.root).map { member in
      var bits: UInt64 = 0
      for (bit, category) in sorted.enumerated()
      where category.isHeld(by: member.name, in: type.slug) {
        bits |= 1 << UInt64(bit)
      }
      return Property(name: Array(member.name.utf8), categories: bits)
    }
    mayHoldAddress = shape.nodes.indices.contains { node in
      shape.members(of: node).contains { $0.name == Self.addressMark }
    }
    identifiers = IdentifierGroup.all(type.childIdentifiers)
    identifierCount = type.childIdentifiers.count
    consentItems = type.consentItems.map(Self.tokens)
    review = (type.reviewWhenPresent ?? []).map(Self.tokens)
    effect = type.effect.map { EffectReader(effect: $0, shape: shape) }
  }

  static let addressMark = "addressSensitive"

  private static func tokens(_ pointer: String) -> [String] {
    pointer.split(separator: "/").map { String($0) }
  }

  /// The facts of a payload that its schema accepted. `day` is the day the sender says it is.
  func facts(of payload: JSONNode, on day: CivilDate?) -> ContentFacts {
    var facts = ContentFacts(dataCategories: dataCategories(of: payload))
    if mayHoldAddress { facts.hasSensitiveAddress = Self.hasSensitiveAddress(payload) }
    facts.identifiers.reserveCapacity(identifierCount)
    for group in identifiers { group.read(payload, into: &facts.identifiers) }
    facts.needsReview = review.contains { Self.value(at: $0, in: payload) != nil }
    if let consentItems {
      facts.consentItems =
        Self.value(at: consentItems, in: payload)
        .map { $0.elements.compactMap(\.string) } ?? []
    }
    facts.effect = effect?.effect(of: payload, on: day)
    return facts
  }

  /// Looks at each top-level key once; the property expected next is nearly always the one.
  private func dataCategories(of payload: JSONNode) -> [String] {
    let storage = payload.storage
    var found: UInt64 = 0
    storage.tape.withUnsafeBufferPointer { tape in
      storage.bytes.withUnsafeBufferPointer { bytes in
        var expected = 0
        var cursor = payload.index + 1
        let stop = min(Int(payload.entry.next), tape.count)
        while cursor + 1 < stop {
          let key = tape[cursor]
          let text = UnsafeBufferPointer(
            rebasing: bytes[(Int(key.start) + 1)..<(Int(key.end) - 1)])
          let place =
            key.isEscaped
            ? JSONEscapes.decoded(text).withUnsafeBufferPointer {
              self.place(of: $0, from: expected)
            }
            : self.place(of: text, from: expected)
          if let place {
            found |= properties[place].categories
            expected = place + 1
          }
          cursor = Int(tape[cursor + 1].next)
        }
      }
    }
    return tokens(found)
  }

  private func tokens(_ found: UInt64) -> [String] {
    guard found != 0 else { return [] }
    var rest = found
    var tokens: [String] = []
    tokens.reserveCapacity(rest.nonzeroBitCount)
    while rest != 0 {
      tokens.append(categories[rest.trailingZeroBitCount])
      rest &= rest - 1
    }
    return tokens
  }

  private func place(of key: UnsafeBufferPointer<UInt8>, from expected: Int) -> Int? {
    for place in expected..<max(expected, properties.count) where properties[place].isNamed(key) {
      return place
    }
    for place in 0..<min(expected, properties.count) where properties[place].isNamed(key) {
      return place
    }
    return nil
  }

  /// Looks at each entry once; a key's value is the entry after it.
  static func hasSensitiveAddress(_ payload: JSONNode) -> Bool {
    let storage = payload.storage
    let last = min(Int(payload.entry.next), storage.tape.count)
    let length = addressMark.utf8.count + 2
    return storage.tape.withUnsafeBufferPointer { tape in
      for index in payload.index..<max(payload.index, last - 1) {
        let entry = tape[index]
        guard entry.kind == .string,
          entry.isEscaped || Int(entry.end) - Int(entry.start) == length,
          tape[index + 1].kind == .boolean,
          JSONNode(storage: storage, index: index).isString(addressMark),
          JSONNode(storage: storage, index: index + 1).bool == true
        else { continue }
        return true
      }
      return false
    }
  }

  static func value(at path: [String], in payload: JSONNode) -> JSONNode? {
    var node = payload
    for name in path {
      guard let next = node[name] else { return nil }
      node = next
    }
    return node
  }
}

/// The child's identifiers that stand in one object of the payload: it is walked once.
private struct IdentifierGroup: Sendable {
  /// The way to the object.
  let path: [String]
  /// The members, and what the descriptor calls them.
  var members: [(property: String, name: String)]

  static func all(_ pointers: [String: String]) -> [IdentifierGroup] {
    var groups: [IdentifierGroup] = []
    for (name, pointer) in pointers.sorted(by: { $0.key < $1.key }) {
      let tokens = pointer.split(separator: "/").map { String($0) }
      guard let property = tokens.last else { continue }
      let path = Array(tokens.dropLast())
      if let known = groups.firstIndex(where: { $0.path == path }) {
        groups[known].members.append((property, name))
      } else {
        groups.append(IdentifierGroup(path: path, members: [(property, name)]))
      }
    }
    return groups
  }

  func read(_ payload: JSONNode, into identifiers: inout [String: String]) {
    guard let object = ContentReader.value(at: path, in: payload), object.kind == .object else {
      return
    }
    let storage = object.storage
    var cursor = object.index + 1
    let stop = Int(object.entry.next)
    while cursor + 1 < stop {
      let key = JSONNode(storage: storage, index: cursor)
      if let member = members.first(where: { key.isString($0.property) }) {
        identifiers[member.name] = JSONNode(storage: storage, index: cursor + 1).string
      }
      cursor = Int(storage.tape[cursor + 1].next)
    }
  }
}

extension Vocabulary.DataCategory {
  /// True when a top-level property of a message type holds data of this category.
  func isHeld(by property: String, in slug: String) -> Bool {
    payloadProperties.contains { $0.utf8.elementsEqual(property.utf8) }
      || (alsoIn ?? []).contains {
        $0.messageType.utf8.elementsEqual(slug.utf8)
          && $0.property.utf8.elementsEqual(property.utf8)
      }
  }
}

extension PayloadShape {
  /// The members of an object node; none of another.
  func members(of index: Int) -> [Member] {
    if case .object(let members) = nodes[index].kind { members } else { [] }
  }
}
