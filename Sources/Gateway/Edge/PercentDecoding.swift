// Percent-decoding of URI parts (RFC 3986, section 2.1), strictly. Never decodes twice, and never
// gives back bytes that are not UTF-8, so that a name has one reading only.

enum PercentDecoding {
  /// Decodes one path segment. Nil when the result would hold `/`, `\`, a control character or
  /// bytes that are not UTF-8, or would be `.` or `..`: such a segment could be read as another
  /// path by whatever stands behind.
  static func pathSegment(_ bytes: some Collection<UInt8>) -> String? {
    guard let decoded = decode(bytes, plusIsSpace: false), !decoded.isEmpty else { return nil }
    for byte in decoded where byte < 0x20 || byte == 0x7F || byte == 0x2F || byte == 0x5C {
      return nil
    }
    if decoded == [0x2E] || decoded == [0x2E, 0x2E] { return nil }
    return String(validating: decoded, as: UTF8.self)
  }

  /// Decodes a name or value of a query. Nil when it would hold NUL or is not UTF-8.
  static func queryText(_ bytes: some Collection<UInt8>) -> String? {
    guard let decoded = decode(bytes, plusIsSpace: true), !decoded.contains(0) else { return nil }
    return String(validating: decoded, as: UTF8.self)
  }

  private static func decode(_ bytes: some Collection<UInt8>, plusIsSpace: Bool) -> [UInt8]? {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var iterator = bytes.makeIterator()
    while let byte = iterator.next() {
      switch byte {
      case 0x25:
        guard let high = iterator.next().flatMap(digit), let low = iterator.next().flatMap(digit)
        else { return nil }
        decoded.append(high << 4 | low)
      case 0x2B where plusIsSpace: decoded.append(0x20)
      default: decoded.append(byte)
      }
    }
    return decoded
  }

  /// The value of a hex digit; nil when it is none.
  static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
  }
}
