// Writing and reading the one form of JSON that the log hashes (RFC 8785). By hand, because a
// leaf's hash depends on each byte and a leaf is written for every message.
// Never more than objects of strings: that is all a leaf or an event is.

internal import ExchangeModel

/// Builds canonical bytes.
struct CanonicalText {
  private(set) var bytes: [UInt8] = []

  init(capacity: Int) { bytes.reserveCapacity(capacity) }

  mutating func append(_ byte: UInt8) { bytes.append(byte) }

  mutating func append(_ more: [UInt8]) { bytes.append(contentsOf: more) }

  mutating func append(_ text: StaticString) {
    bytes.append(
      contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// ASCII known to need no escapes.
  mutating func plain(_ text: String) { bytes.append(contentsOf: text.utf8) }

  /// A string with quotes and escapes (RFC 8785, section 3.2.2.2).
  mutating func string(_ text: String) {
    bytes.append(0x22)
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }) {
      bytes.append(contentsOf: text.utf8)
    } else {
      for byte in text.utf8 { escaped(byte) }
    }
    bytes.append(0x22)
  }

  /// A number in decimal, filled with zeros on the left.
  mutating func digits(_ number: Int64, width: Int) {
    var divisor: Int64 = 1
    for _ in 1..<width { divisor *= 10 }
    while divisor > 0 {
      bytes.append(0x30 + UInt8(truncatingIfNeeded: number / divisor % 10))
      divisor /= 10
    }
  }

  mutating func hex(_ hash: MerkleHash) {
    hash.withUnsafeBytes {
      for byte in $0 {
        bytes.append(Hex.digit(byte >> 4))
        bytes.append(Hex.digit(byte & 15))
      }
    }
  }

  private mutating func escaped(_ byte: UInt8) {
    switch byte {
    case 0x22, 0x5C: bytes += [0x5C, byte]
    case 0x08: append("\\b")
    case 0x09: append("\\t")
    case 0x0A: append("\\n")
    case 0x0C: append("\\f")
    case 0x0D: append("\\r")
    case ..<0x20:
      append("\\u00")
      bytes += [Hex.digit(byte >> 4), Hex.digit(byte & 15)]
    default: bytes.append(byte)
    }
  }
}

/// Reads canonical bytes; whoever uses it writes the value again and compares.
struct CanonicalReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { rest = bytes[...] }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func take(_ text: StaticString) -> Bool {
    let expected = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    guard rest.starts(with: expected) else { return false }
    rest.removeFirst(expected.count)
    return true
  }

  /// A string in quotes. Nil when it is not one, or not UTF-8.
  mutating func string() -> String? {
    guard take("\"") else { return nil }
    var bytes: [UInt8] = []
    while let byte = rest.popFirst() {
      switch byte {
      case 0x22: return String(validating: bytes, as: UTF8.self)
      case 0x5C:
        guard let character = escape() else { return nil }
        bytes.append(character)
      default: bytes.append(byte)
      }
    }
    return nil
  }

  private mutating func escape() -> UInt8? {
    switch rest.popFirst() {
    case 0x22: return 0x22
    case 0x5C: return 0x5C
    case 0x62: return 0x08
    case 0x74: return 0x09
    case 0x6E: return 0x0A
    case 0x66: return 0x0C
    case 0x72: return 0x0D
    case 0x75:
      guard let code = Hex.decode(rest.prefix(4)), code.count == 2, code[0] == 0, code[1] < 0x20
      else { return nil }
      rest.removeFirst(4)
      return code[1]
    default: return nil
    }
  }
}
