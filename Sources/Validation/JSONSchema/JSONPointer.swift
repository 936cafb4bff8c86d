// JSON Pointers (RFC 6901): reading their tokens, and writing the one of a value in a document.
// Never names a member that the schema does not know: the name itself may be personal.

enum JSONPointer {
  /// A reference token with `~1` and `~0` undone.
  static func unescaped(_ token: Substring) -> String {
    guard token.utf8.contains(UInt8(ascii: "~")) else { return String(token) }
    var bytes: [UInt8] = []
    var iterator = token.utf8.makeIterator()
    while let byte = iterator.next() {
      guard byte == UInt8(ascii: "~") else {
        bytes.append(byte)
        continue
      }
      switch iterator.next() {
      case UInt8(ascii: "1"): bytes.append(UInt8(ascii: "/"))
      case UInt8(ascii: "0"): bytes.append(UInt8(ascii: "~"))
      case .some(let other): bytes += [byte, other]
      case .none: bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A name as a reference token.
  static func escaped(_ name: some Sequence<UInt8>) -> String {
    var bytes: [UInt8] = []
    for byte in name {
      switch byte {
      case UInt8(ascii: "~"): bytes += [UInt8(ascii: "~"), UInt8(ascii: "0")]
      case UInt8(ascii: "/"): bytes += [UInt8(ascii: "~"), UInt8(ascii: "1")]
      default: bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The pointer from one value of a document to one inside it, given by tape index. A member
  /// whose name is not in `known` is written as `*`.
  static func text(from root: JSONNode, to target: Int, known: Set<[UInt8]>) -> String {
    var pointer = ""
    var node = root
    while node.index < target {
      guard let (token, child) = step(node, target, known) else { return pointer }
      pointer += "/" + token
      node = child
    }
    return pointer
  }

  private static func step(
    _ node: JSONNode, _ target: Int, _ known: Set<[UInt8]>
  ) -> (String, JSONNode)? {
    let tape = node.storage.tape
    let isObject = node.kind == .object
    var cursor = node.index + 1
    let stop = min(Int(node.entry.next), tape.count)
    var ordinal = 0
    while cursor < stop {
      let value = isObject ? cursor + 1 : cursor
      if Int(tape[value].next) > target {
        let child = JSONNode(storage: node.storage, index: value)
        guard isObject else { return (String(ordinal), child) }
        let name = JSONNode(storage: node.storage, index: cursor).utf8
        return (known.contains(name) ? escaped(name) : "*", child)
      }
      cursor = Int(tape[value].next)
      ordinal += 1
    }
    return nil
  }
}
