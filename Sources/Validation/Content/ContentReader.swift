// Takes from a payload that its schema accepted what the deciding rooms may know of it.
// Never decides, and never keeps a value but those that ContentFacts asks for.
import ExchangeModel

/// Reads the facts of one message type's payloads. Made once a type: the words of the vocabulary
/// are resolved to its properties then.
struct ContentReader: Sendable {
  /// A top-level property with the categories of data that it holds, as bits.
  private struct Property: Sendable {
    let name: String
    let categories: UInt64
  }

  /// The properties in the order of the schema, which is mostly that of a payload.
  private let properties: [Property]
  /// The tokens of the categories by their bits, sorted.
  private let categories: [String]
  private let mayHoldAddress: Bool
  private let identifiers: [(name: String, path: [String])]
  private let consentItems: [String]?
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
      return Property(name: member.name, categories: bits)
    }
    mayHoldAddress = shape.nodes.indices.contains { node in
      shape.members(of: node).contains { $0.name == Self.addressMark }
    }
    identifiers = type.childIdentifiers.sorted { $0.key < $1.key }.map {
      ($0.key, Self.tokens($0.value))
    }
    consentItems = type.consentItems.map(Self.tokens)
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
    for identifier in identifiers {
      guard let value = Self.value(at: identifier.path, in: payload)?.string else { continue }
      facts.identifiers[identifier.name] = value
    }
    if let consentItems {
      facts.consentItems =
        Self.value(at: consentItems, in: payload)
        .map { $0.elements.compactMap(\.string) } ?? []
    }
    facts.effect = effect?.effect(of: payload, on: day)
    return facts
  }

  private func dataCategories(of payload: JSONNode) -> [String] {
    let storage = payload.storage
    var found: UInt64 = 0
    var expected = 0
    var cursor = payload.index + 1
    let stop = Int(payload.entry.next)
    while cursor + 1 < stop {
      let key = JSONNode(storage: storage, index: cursor)
      cursor = Int(storage.tape[cursor + 1].next)
      guard let place = place(of: key, from: expected) else { continue }
      found |= properties[place].categories
      expected = place + 1
    }
    guard found != 0 else { return [] }
    var tokens: [String] = []
    tokens.reserveCapacity(found.nonzeroBitCount)
    while found != 0 {
      tokens.append(categories[found.trailingZeroBitCount])
      found &= found - 1
    }
    return tokens
  }

  private func place(of key: JSONNode, from expected: Int) -> Int? {
    for place in expected..<max(expected, properties.count)
    where key.isString(properties[place].name) {
      return place
    }
    for place in 0..<min(expected, properties.count) where key.isString(properties[place].name) {
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
