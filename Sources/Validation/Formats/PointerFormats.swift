// json-pointer (RFC 6901), relative-json-pointer and uuid (RFC 9562).

enum PointerFormats {
  static func isPointer(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = text.first else { return true }
    guard first == UInt8(ascii: "/") else { return false }
    var index = 0
    while index < text.count {
      if text[index] == UInt8(ascii: "~") {
        guard index + 1 < text.count, text[index + 1] == 0x30 || text[index + 1] == 0x31 else {
          return false
        }
      }
      index += 1
    }
    return true
  }

  static func isRelative(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var cursor = FormatCursor(text)
    let isZero = cursor.next == UInt8(ascii: "0")
    let digits = cursor.skipDigits()
    guard digits > 0, !isZero || digits == 1 else { return false }
    let rest = text.part(cursor.position..<text.count)
    if rest.count == 1, rest[0] == UInt8(ascii: "#") { return true }
    return isPointer(rest)
  }

  static func isUUID(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard text.count == 36 else { return false }
    for index in 0..<36 {
      switch index {
      case 8, 13, 18, 23: if text[index] != UInt8(ascii: "-") { return false }
      default: if text[index].hexDigit == nil { return false }
      }
    }
    return true
  }
}
