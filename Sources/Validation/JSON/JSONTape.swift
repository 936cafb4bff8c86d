// The flat tape a parsed JSON document is kept as: one 16-byte entry a key or value.
// Never copies text: entries hold byte ranges of the received bytes.

/// One key or value. An object is followed by its members (key entry, then the value's entries),
/// an array by its elements; `next` is the index of the entry after the whole value.
struct JSONTapeEntry: Sendable {
  /// The first byte of the value (of a string: its opening quote).
  var start: UInt32
  /// The byte after the value.
  var end: UInt32
  /// The index of the entry after this value and everything in it.
  var next: UInt32
  /// Kind in bits 0–2, `escaped` in bit 3, `nonASCII` in bit 4, the count in bits 8–31.
  var info: UInt32

  static let escaped: UInt32 = 1 << 3
  static let nonASCII: UInt32 = 1 << 4
  /// The largest count that fits; a document's values are bounded by it whatever the limits say.
  static let largestCount = (1 << 24) - 1

  @inline(__always)
  init(_ kind: JSONNode.Kind, start: Int, end: Int, next: Int, flags: UInt32 = 0) {
    // Truncation cannot happen: the parser refuses documents of 2³¹ bytes or more, and an entry
    // stands for at least one byte.
    self.start = UInt32(truncatingIfNeeded: start)
    self.end = UInt32(truncatingIfNeeded: end)
    self.next = UInt32(truncatingIfNeeded: next)
    info = UInt32(kind.rawValue) | flags
  }

  @inline(__always)
  var kind: JSONNode.Kind {
    switch info & 7 {
    case 0: .null
    case 1: .boolean
    case 2: .number
    case 3: .string
    case 4: .array
    default: .object
    }
  }

  /// Members of an object, elements of an array.
  @inline(__always)
  var count: Int {
    get { Int(info >> 8) }
    set { info = (info & 0xFF) | UInt32(truncatingIfNeeded: newValue) << 8 }
  }

  /// True when a string has a backslash escape, so that its bytes are not its value.
  @inline(__always)
  var isEscaped: Bool { info & Self.escaped != 0 }

  /// True when a string's bytes are all ASCII (an escape may still stand for another character).
  @inline(__always)
  var isASCII: Bool { info & Self.nonASCII == 0 }
}

/// The received bytes and their tape, shared by a document and its nodes.
final class JSONStorage: Sendable {
  let bytes: [UInt8]
  let tape: [JSONTapeEntry]

  init(bytes: [UInt8], tape: [JSONTapeEntry]) {
    self.bytes = bytes
    self.tape = tape
  }
}
