// Reads a text byte by byte. Never reads past its end.

/// A position in a text.
struct FormatCursor {
  let text: UnsafeBufferPointer<UInt8>
  var position = 0

  init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

  var isAtEnd: Bool { position >= text.count }
  var next: UInt8? { position < text.count ? text[position] : nil }

  mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard let byte = next, UInt32(byte) == scalar.value else { return false }
    position += 1
    return true
  }

  /// Exactly this many digits, as a number.
  mutating func digits(_ count: Int) -> Int? {
    guard position + count <= text.count else { return nil }
    var value = 0
    for index in position..<(position + count) {
      guard text[index].isDigit else { return nil }
      value = value * 10 + Int(text[index] - 0x30)
    }
    position += count
    return value
  }

  /// Skips digits and answers how many there were.
  mutating func skipDigits() -> Int {
    let start = position
    while let byte = next, byte.isDigit { position += 1 }
    return position - start
  }
}

extension UInt8 {
  var isDigit: Bool { self &- 0x30 <= 9 }
  var isUpper: Bool { self &- 0x41 <= 25 }
  var isLetter: Bool { (self | 0x20) &- 0x61 <= 25 }
  var isLetterOrDigit: Bool { isLetter || isDigit }
}

extension UnsafeBufferPointer<UInt8> {
  /// A part of the text, as a buffer of its own.
  func part(_ range: Range<Int>) -> Self { Self(rebasing: self[range]) }

  /// The place of a byte, from a position on.
  func place(of scalar: Unicode.Scalar, from start: Int = 0) -> Int? {
    for index in start..<Swift.max(start, count) where UInt32(self[index]) == scalar.value {
      return index
    }
    return nil
  }
}
