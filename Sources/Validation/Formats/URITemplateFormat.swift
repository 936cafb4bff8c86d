// uri-template (RFC 6570).

enum URITemplateFormat {
  static func isTemplate(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var cursor = FormatCursor(text)
    while let byte = cursor.next {
      switch byte {
      case UInt8(ascii: "{"):
        cursor.position += 1
        guard takeExpression(&cursor) else { return false }
      case UInt8(ascii: "%"):
        guard takeEscape(&cursor) else { return false }
      case 0...0x20, 0x7F, UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"),
        UInt8(ascii: "\\"), UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "|"),
        UInt8(ascii: "}"):
        return false
      default: cursor.position += 1
      }
    }
    return true
  }

  private static func takeEscape(_ cursor: inout FormatCursor) -> Bool {
    let start = cursor.position
    guard start + 2 < cursor.text.count, cursor.text[start + 1].hexDigit != nil,
      cursor.text[start + 2].hexDigit != nil
    else { return false }
    cursor.position += 3
    return true
  }

  private static func takeExpression(_ cursor: inout FormatCursor) -> Bool {
    if let byte = cursor.next, "+#./;?&=,!@|".utf8.contains(byte) { cursor.position += 1 }
    while true {
      guard takeName(&cursor) else { return false }
      if cursor.take(":") {
        guard let first = cursor.next, first.isDigit, first != 0x30,
          (1...4).contains(cursor.skipDigits())
        else { return false }
      } else {
        _ = cursor.take("*")
      }
      if cursor.take("}") { return true }
      guard cursor.take(",") else { return false }
    }
  }

  /// Letters, digits, `_` and escapes, with single dots between them.
  private static func takeName(_ cursor: inout FormatCursor) -> Bool {
    repeat {
      let start = cursor.position
      while let byte = cursor.next {
        if byte == UInt8(ascii: "%") {
          guard takeEscape(&cursor) else { return false }
        } else if byte.isLetterOrDigit || byte == UInt8(ascii: "_") {
          cursor.position += 1
        } else {
          break
        }
      }
      if cursor.position == start { return false }
    } while cursor.take(".")
    return true
  }
}
