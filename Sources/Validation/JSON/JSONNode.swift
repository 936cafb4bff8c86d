// A cursor at one value of a parsed document: kind, place in the bytes, value, members.
// Never converts a number to floating point: its text is kept exactly.

/// One value of a `JSONDocument`. Cheap to copy; keeps the document alive.
package struct JSONNode: Sendable {
  package enum Kind: UInt8, Sendable, Equatable {
    case null, boolean, number, string, array, object
  }

  let storage: JSONStorage
  /// The index of the value's entry; always one that the parser made.
  let index: Int

  var entry: JSONTapeEntry { storage.tape[index] }

  package var kind: Kind { entry.kind }

  /// The first byte of the value in the document.
  package var offset: Int { Int(entry.start) }

  /// The value's bytes in the document; of a string with its quotes.
  package var byteRange: Range<Int> { Int(entry.start)..<Int(entry.end) }

  /// The value's bytes as received, e.g. to copy it into another document.
  package var rawBytes: ArraySlice<UInt8> { storage.bytes[byteRange] }

  /// The line, from 1, that the value begins in. Counts from the start: linear in the offset.
  package var line: Int { storage.bytes.line(at: offset) }

  /// The value of a boolean; nil for another kind.
  package var bool: Bool? {
    kind == .boolean ? storage.bytes[offset] == UInt8(ascii: "t") : nil
  }

  /// The value of a string, its escapes decoded; nil for another kind.
  package var string: String? {
    guard kind == .string else { return nil }
    return String(decoding: utf8, as: UTF8.self)
  }

  /// The UTF-8 bytes of a string, its escapes decoded; empty for another kind.
  package var utf8: [UInt8] {
    guard kind == .string else { return [] }
    let content = storage.bytes[(byteRange.lowerBound + 1)..<(byteRange.upperBound - 1)]
    return entry.isEscaped ? JSONEscapes.decoded(content) : Array(content)
  }

  /// The exact text of a number as received, e.g. `1.50`; nil for another kind.
  package var numberText: String? {
    kind == .number ? String(decoding: rawBytes, as: UTF8.self) : nil
  }

  /// A number written as a plain integer that fits 64 bits; nil otherwise (also for `1.0`).
  package var integer: Int64? { numberText.flatMap { Int64($0) } }

  /// Members of an object, elements of an array; 0 for another kind.
  package var count: Int {
    switch kind {
    case .array, .object: entry.count
    default: 0
    }
  }

  /// The member of an object with this name, compared as bytes; nil when there is none.
  package subscript(_ key: String) -> JSONNode? {
    guard kind == .object else { return nil }
    var cursor = index + 1
    let stop = Int(entry.next)
    while cursor < stop {
      if JSONNode(storage: storage, index: cursor).isString(key) {
        return JSONNode(storage: storage, index: cursor + 1)
      }
      cursor = Int(storage.tape[cursor + 1].next)
    }
    return nil
  }

  /// True when this is a string with this value, compared as bytes.
  package func isString(_ text: String) -> Bool {
    guard kind == .string else { return false }
    if entry.isEscaped { return utf8.elementsEqual(text.utf8) }
    guard byteRange.count - 2 == text.utf8.count else { return false }
    return rawBytes.dropFirst().dropLast().elementsEqual(text.utf8)
  }

  /// The members of an object in the order received; empty for another kind.
  package var members: JSONMembers {
    JSONMembers(storage: storage, cursor: index + 1, stop: kind == .object ? Int(entry.next) : 0)
  }

  /// The elements of an array in order; empty for another kind.
  package var elements: JSONElements {
    JSONElements(storage: storage, cursor: index + 1, stop: kind == .array ? Int(entry.next) : 0)
  }
}

/// The members of an object, in the order received.
package struct JSONMembers: Sequence, IteratorProtocol, Sendable {
  let storage: JSONStorage
  var cursor: Int
  let stop: Int

  package mutating func next() -> (key: String, value: JSONNode)? {
    guard cursor < stop else { return nil }
    let key = JSONNode(storage: storage, index: cursor)
    let value = JSONNode(storage: storage, index: cursor + 1)
    cursor = Int(value.entry.next)
    return (key.string ?? "", value)
  }
}

/// The elements of an array, in order.
package struct JSONElements: Sequence, IteratorProtocol, Sendable {
  let storage: JSONStorage
  var cursor: Int
  let stop: Int

  package mutating func next() -> JSONNode? {
    guard cursor < stop else { return nil }
    let value = JSONNode(storage: storage, index: cursor)
    cursor = Int(value.entry.next)
    return value
  }
}
