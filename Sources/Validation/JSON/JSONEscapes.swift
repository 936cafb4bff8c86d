// Turns the inside of a JSON string that was already checked into the UTF-8 it stands for.
// Never validates: the parser did; what cannot occur is passed over, not trapped on.

enum JSONEscapes {
  /// The UTF-8 bytes a string's content (between its quotes) stands for.
  static func decoded(_ content: some Collection<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(content.count)
    var bytes = content.makeIterator()
    while let byte = bytes.next() {
      guard byte == UInt8(ascii: "\\") else {
        result.append(byte)
        continue
      }
      switch bytes.next() {
      case UInt8(ascii: "b"): result.append(0x08)
      case UInt8(ascii: "f"): result.append(0x0C)
      case UInt8(ascii: "n"): result.append(0x0A)
      case UInt8(ascii: "r"): result.append(0x0D)
      case UInt8(ascii: "t"): result.append(0x09)
      case UInt8(ascii: "u"): append(escapedScalar(&bytes), to: &result)
      case .some(let other): result.append(other)
      case .none: return result
      }
    }
    return result
  }

  /// The scalar of `XXXX`, or of `XXXX\uXXXX` when the first is a high surrogate.
  private static func escapedScalar(
    _ bytes: inout some IteratorProtocol<UInt8>
  ) -> Unicode.Scalar {
    let unit = fourHex(&bytes)
    guard unit & 0xFC00 == 0xD800 else { return Unicode.Scalar(unit) ?? "\u{FFFD}" }
    _ = bytes.next()
    _ = bytes.next()
    let low = fourHex(&bytes)
    let value = 0x10000 + ((unit & 0x3FF) << 10 | low & 0x3FF)
    return Unicode.Scalar(value) ?? "\u{FFFD}"
  }

  private static func fourHex(_ bytes: inout some IteratorProtocol<UInt8>) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 { value = value << 4 | UInt32(bytes.next()?.hexDigit ?? 0) }
    return value
  }

  static func append(_ scalar: Unicode.Scalar, to result: inout [UInt8]) {
    result.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
  }
}
