// Writes compact JSON as UTF-8: commas and escapes come out right by themselves.
// Never checks nesting: its callers are ours, and call begin and end in pairs.

/// Builds one JSON document, value by value.
package struct JSONWriter: Sendable {
  /// What was written so far.
  package private(set) var bytes: [UInt8] = []
  private var needsComma = false

  package init() {}

  /// A writer with room for so many bytes from the start.
  package init(capacity: Int) { bytes.reserveCapacity(capacity) }

  package mutating func beginObject() { begin(UInt8(ascii: "{")) }
  package mutating func endObject() { end(UInt8(ascii: "}")) }
  package mutating func beginArray() { begin(UInt8(ascii: "[")) }
  package mutating func endArray() { end(UInt8(ascii: "]")) }

  /// The name of the next member of the open object.
  package mutating func key(_ name: String) {
    separate()
    quoted(name)
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  package mutating func string(_ value: String) {
    separate()
    quoted(value)
  }

  /// A number as text, which must be a JSON number already (e.g. `JSONNode.numberText`).
  package mutating func number(_ text: String) {
    separate()
    bytes.append(contentsOf: text.utf8)
  }

  package mutating func integer(_ value: Int64) { number(String(value)) }

  package mutating func bool(_ value: Bool) { number(value ? "true" : "false") }

  package mutating func null() { number("null") }

  /// A value that is JSON already, e.g. `JSONNode.rawBytes`.
  package mutating func raw(_ value: some Sequence<UInt8>) {
    separate()
    bytes.append(contentsOf: value)
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  private mutating func begin(_ byte: UInt8) {
    separate()
    bytes.append(byte)
    needsComma = false
  }

  private mutating func end(_ byte: UInt8) {
    bytes.append(byte)
    needsComma = true
  }

  private mutating func quoted(_ text: String) {
    var text = text
    text.withUTF8 { content in
      bytes.append(UInt8(ascii: "\""))
      // Runs without anything to escape go over whole; mostly that is the whole text.
      var start = 0
      for (index, byte) in content.enumerated() where Self.needsEscape(byte) {
        bytes.append(contentsOf: content[start..<index])
        escape(byte)
        start = index + 1
      }
      bytes.append(contentsOf: content[start...])
      bytes.append(UInt8(ascii: "\""))
    }
  }

  @inline(__always)
  private static func needsEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  private mutating func escape(_ byte: UInt8) {
    bytes.append(UInt8(ascii: "\\"))
    switch byte {
    case 0x08: bytes.append(UInt8(ascii: "b"))
    case 0x09: bytes.append(UInt8(ascii: "t"))
    case 0x0A: bytes.append(UInt8(ascii: "n"))
    case 0x0C: bytes.append(UInt8(ascii: "f"))
    case 0x0D: bytes.append(UInt8(ascii: "r"))
    case 0..<0x20:
      bytes.append(contentsOf: "u00".utf8)
      bytes.append(Self.hexDigits[Int(byte >> 4)])
      bytes.append(Self.hexDigits[Int(byte & 15)])
    default: bytes.append(byte)
    }
  }

  private static let hexDigits = [UInt8]("0123456789abcdef".utf8)
}
