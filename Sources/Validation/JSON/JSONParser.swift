// The one-pass JSON parser: bytes to tape, with an explicit stack (depth is a limit, not a crash).
// Never allocates but for the tape and the stack; never reads past the buffer it was given.
//
// Bounds: `base` is dereferenced at an index only after that index was compared with `count`
// (`peek`, and the eight-byte step of the string scanner, which checks `index + 8 <= count`).
import ExchangeModel

struct JSONParser {
  /// Exponents beyond this are refused (RFC 8259, section 6, lets us): exact arithmetic on them
  /// would cost more than the message is worth.
  static let largestExponent = 9_999

  private struct Container {
    var index: Int
    var count: Int
    var isObject: Bool
  }

  private enum Expected { case value, key, separator }

  let base: UnsafePointer<UInt8>
  let count: Int
  let limits: Limits
  var position = 0
  private var tape: [JSONTapeEntry] = []
  private var open: [Container] = []
  private var nodes = 0
  private let largestNodes: Int

  static func tape(
    of input: UnsafeBufferPointer<UInt8>, limits: Limits
  ) -> Result<[JSONTapeEntry], JSONFault> {
    guard let base = input.baseAddress, input.count > 0 else {
      return .failure(JSONFault(rule: .empty, offset: 0))
    }
    guard input.count < Int(Int32.max) else {
      return .failure(JSONFault(rule: .size, offset: 0))
    }
    var parser = JSONParser(base: base, count: input.count, limits: limits)
    do throws(JSONFault) {
      try parser.run()
      return .success(parser.tape)
    } catch {
      return .failure(error)
    }
  }

  private init(base: UnsafePointer<UInt8>, count: Int, limits: Limits) {
    self.base = base
    self.count = count
    self.limits = limits
    largestNodes = min(limits.nodesPerDocument, JSONTapeEntry.largestCount)
    tape.reserveCapacity(min(count / 12 + 8, 4096))
    open.reserveCapacity(16)
  }

  /// The byte at the position, or nil at the end.
  @inline(__always)
  func peek() -> UInt8? { position < count ? base[position] : nil }

  func fault(_ rule: JSONFault.Rule) -> JSONFault { JSONFault(rule: rule, offset: position) }

  @inline(__always)
  private mutating func skipSpace() {
    while position < count {
      let byte = base[position]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
      position &+= 1
    }
  }

  private mutating func run() throws(JSONFault) {
    if count >= 3, base[0] == 0xEF, base[1] == 0xBB, base[2] == 0xBF {
      throw fault(.byteOrderMark)
    }
    skipSpace()
    if position == count { throw fault(.empty) }
    var expected = Expected.value
    while true {
      switch expected {
      case .value: expected = try value()
      case .key: expected = try key()
      case .separator:
        if open.isEmpty {
          skipSpace()
          if position < count { throw fault(.trailing) }
          return
        }
        expected = try separator()
      }
    }
  }

  /// A value: a scalar is taken whole, a container is opened. Answers what must follow.
  private mutating func value() throws(JSONFault) -> Expected {
    guard let byte = peek() else { throw fault(.truncated) }
    nodes &+= 1
    if nodes > largestNodes { throw fault(.nodes) }
    switch byte {
    case UInt8(ascii: "\""): try string()
    case UInt8(ascii: "{"), UInt8(ascii: "["): return try openContainer(byte)
    case UInt8(ascii: "t"): try word("true", .boolean)
    case UInt8(ascii: "f"): try word("false", .boolean)
    case UInt8(ascii: "n"): try word("null", .null)
    case UInt8(ascii: "-"), 0x30...0x39: try number()
    default: throw fault(byte >= 0x80 ? encodingOrSyntax() : .syntax)
    }
    return .separator
  }

  private mutating func openContainer(_ byte: UInt8) throws(JSONFault) -> Expected {
    let isObject = byte == UInt8(ascii: "{")
    if open.count >= limits.documentDepth { throw fault(.depth) }
    open.append(Container(index: tape.count, count: 0, isObject: isObject))
    tape.append(
      JSONTapeEntry(isObject ? .object : .array, start: position, end: 0, next: 0))
    position &+= 1
    skipSpace()
    guard let next = peek() else { throw fault(.truncated) }
    if next == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
      try close()
      return .separator
    }
    return isObject ? .key : .value
  }

  private mutating func key() throws(JSONFault) -> Expected {
    guard let byte = peek() else { throw fault(.truncated) }
    guard byte == UInt8(ascii: "\"") else {
      throw fault(byte >= 0x80 ? encodingOrSyntax() : .syntax)
    }
    try string()
    skipSpace()
    guard let colon = peek() else { throw fault(.truncated) }
    guard colon == UInt8(ascii: ":") else { throw fault(.syntax) }
    position &+= 1
    skipSpace()
    return .value
  }

  /// After a value inside a container: a comma, or the container's end.
  private mutating func separator() throws(JSONFault) -> Expected {
    skipSpace()
    guard let byte = peek() else { throw fault(.truncated) }
    let last = open.count &- 1
    open[last].count &+= 1
    if byte == UInt8(ascii: ",") {
      position &+= 1
      skipSpace()
      return open[last].isObject ? .key : .value
    }
    guard byte == (open[last].isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
      throw fault(byte >= 0x80 ? encodingOrSyntax() : .syntax)
    }
    try close()
    return .separator
  }

  private mutating func close() throws(JSONFault) {
    position &+= 1
    guard let container = open.popLast() else { throw fault(.syntax) }
    tape[container.index].end = UInt32(truncatingIfNeeded: position)
    tape[container.index].next = UInt32(truncatingIfNeeded: tape.count)
    tape[container.index].count = container.count
    guard container.isObject, container.count > 1 else { return }
    let keys = JSONKeys(base: base, tape: tape, object: container.index)
    if let offset = keys.firstDuplicate() {
      throw JSONFault(rule: .duplicateKey, offset: offset)
    }
  }

  private mutating func word(
    _ text: StaticString, _ kind: JSONNode.Kind
  ) throws(JSONFault) {
    let start = position
    for index in 0..<text.utf8CodeUnitCount {
      guard let byte = peek() else { throw fault(.truncated) }
      guard byte == text.utf8Start[index] else { throw fault(.syntax) }
      position &+= 1
    }
    append(kind, from: start)
  }

  @inline(__always)
  private mutating func append(_ kind: JSONNode.Kind, from start: Int, flags: UInt32 = 0) {
    tape.append(
      JSONTapeEntry(kind, start: start, end: position, next: tape.count &+ 1, flags: flags))
  }

  private mutating func string() throws(JSONFault) {
    let start = position
    let flags = try scanString()
    if position &- start &- 2 > limits.textBytes {
      throw JSONFault(rule: .textLength, offset: start)
    }
    append(.string, from: start, flags: flags)
  }

  private mutating func number() throws(JSONFault) {
    let start = position
    try scanNumber()
    if position &- start > limits.numberBytes {
      throw JSONFault(rule: .numberLength, offset: start)
    }
    append(.number, from: start)
  }
}
