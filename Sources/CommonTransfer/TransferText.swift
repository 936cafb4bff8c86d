// The bytes of a file as UTF-8, whatever encoding it says it is in: byte order marks, UTF-16, the
// single-byte sets of older systems. Never guesses: a file that says nothing is UTF-8.

/// Decodes a file that comes in pieces. Line ends stay where they were.
struct TransferText {
  /// What was odd about the way the file is written; each is one warning.
  enum Oddity { case byteOrderMark, otherEncoding, instruction }

  private(set) var oddities: [Oddity] = []
  /// White space stands before the XML declaration, which no parser takes.
  private(set) var hasSpaceBeforeDeclaration = false
  private var held: [UInt8]? = []
  private var encoding = Encoding.utf8
  /// A byte, or two, of a character that goes on in the next piece.
  private var rest: [UInt8] = []

  private enum Encoding { case utf8, utf16Big, utf16Little, windows1252 }

  /// Bytes in which the declaration, and what stands before the root, must come.
  private static let prologBytes = 4 << 10

  /// As much of the text as is whole.
  mutating func add(_ piece: [UInt8]) -> [UInt8] {
    guard var start = held else { return decode(piece, isLast: false) }
    start += piece
    held = start
    return start.count < Self.prologBytes ? [] : begin(start, isLast: false)
  }

  /// What is left at the end of the file.
  mutating func finish() -> [UInt8] {
    guard let start = held else { return decode([], isLast: true) }
    return begin(start, isLast: true)
  }

  private mutating func begin(_ start: [UInt8], isLast: Bool) -> [UInt8] {
    held = nil
    var body = start[...]
    if start.starts(with: [0xEF, 0xBB, 0xBF]) {
      body = start.dropFirst(3)
      oddities.append(.byteOrderMark)
    } else if start.starts(with: [0xFE, 0xFF]), !start.starts(with: [0xFE, 0xFF, 0, 0]) {
      encoding = .utf16Big
    } else if start.starts(with: [0xFF, 0xFE]), !start.starts(with: [0xFF, 0xFE, 0, 0]) {
      encoding = .utf16Little
    }
    let isWide = encoding != .utf8
    if isWide { body = body.dropFirst(2) }
    var prolog = Prolog(isWide ? decode(Array(body), isLast: isLast) : Array(body))
    hasSpaceBeforeDeclaration = prolog.hasSpaceBeforeDeclaration
    if let stated = prolog.takeEncoding() {
      switch stated {
      case "utf-8": prolog.restoreEncoding()
      // What is plainly ASCII so far is no UTF-16, though some writers of .NET say so.
      case "utf8", "us-ascii", "ascii", "utf-16": oddities.append(.otherEncoding)
      case "iso-8859-1", "iso8859-1", "latin1", "latin-1", "windows-1252", "cp1252":
        oddities.append(.otherEncoding)
        if !isWide, !oddities.contains(.byteOrderMark) { encoding = .windows1252 }
      default: prolog.restoreEncoding()
      }
    }
    if isWide, !oddities.contains(.otherEncoding) { oddities.append(.otherEncoding) }
    if prolog.takeInstructions() { oddities.append(.instruction) }
    if isWide || encoding == .utf8 { return prolog.bytes }
    return decode(prolog.bytes, isLast: isLast)
  }

  private mutating func decode(_ piece: [UInt8], isLast: Bool) -> [UInt8] {
    switch encoding {
    case .utf8: return piece
    case .windows1252:
      var text: [UInt8] = []
      text.reserveCapacity(piece.count + piece.count / 16)
      for byte in piece { Self.append(Self.scalar(windows1252: byte), to: &text) }
      return text
    case .utf16Big, .utf16Little: return decodeWide(piece, isLast: isLast)
    }
  }

  /// Byte by byte of the Windows set, which is that of ISO 8859-1 but for 0x80 to 0x9F; there the
  /// one is read for the other, as browsers do: nobody means the control characters.
  private static func scalar(windows1252 byte: UInt8) -> UInt32 {
    guard (0x80...0x9F).contains(byte) else { return UInt32(byte) }
    return windows1252[Int(byte & 0x1F)]
  }

  private static let windows1252: [UInt32] = [
    0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039,
    0x0152, 0x8D, 0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
    0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D, 0x017E, 0x0178,
  ]

  /// UTF-16. What is none becomes a byte that no UTF-8 has, so that the parser refuses it there.
  private mutating func decodeWide(_ piece: [UInt8], isLast: Bool) -> [UInt8] {
    let bytes = rest + piece
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count)
    var index = 0
    func unit(_ at: Int) -> UInt32 {
      let (first, second) = (UInt32(bytes[at]), UInt32(bytes[at + 1]))
      return encoding == .utf16Big ? first << 8 | second : second << 8 | first
    }
    while bytes.count - index >= 2 {
      let first = unit(index)
      if first & 0xFC00 == 0xD800 {
        guard bytes.count - index >= 4 else { break }
        let second = unit(index + 2)
        if second & 0xFC00 == 0xDC00 {
          Self.append(0x10000 + (first & 0x3FF) << 10 + second & 0x3FF, to: &text)
          index += 4
          continue
        }
      }
      if first & 0xF800 == 0xD800 { text.append(0xFF) } else { Self.append(first, to: &text) }
      index += 2
    }
    rest = Array(bytes[index...])
    if isLast, !rest.isEmpty { text.append(0xFF) }
    return text
  }

  private static func append(_ scalar: UInt32, to text: inout [UInt8]) {
    guard let scalar = Unicode.Scalar(scalar) else { return text.append(0xFF) }
    text += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
  }
}

/// What stands before the root element. What is taken out leaves as many spaces, so that line
/// numbers stay those of the file.
private struct Prolog {
  private(set) var bytes: [UInt8]
  private var encodingText: [UInt8] = []
  private var encodingStart = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var hasSpaceBeforeDeclaration: Bool {
    let start = bytes.firstIndex { !Self.isSpace($0) } ?? 0
    return start > 0 && isDeclaration(at: start)
  }

  private func isDeclaration(at start: Int) -> Bool {
    bytes.count > start + 5 && bytes[start..<(start + 5)].elementsEqual("<?xml".utf8)
      && Self.isSpace(bytes[start + 5])
  }

  /// The encoding that the declaration states, small; it is taken out. Nil when it states none.
  mutating func takeEncoding() -> String? {
    guard isDeclaration(at: 0), let end = end("?>", from: 0) else { return nil }
    let key = Array("encoding".utf8)
    var index = 6
    while index + key.count < end, !bytes[index..<(index + key.count)].elementsEqual(key) {
      index += 1
    }
    let start = index
    index += key.count
    skipSpace(&index, end)
    guard index < end, bytes[index] == UInt8(ascii: "=") else { return nil }
    index += 1
    skipSpace(&index, end)
    guard index < end, [0x22, 0x27].contains(bytes[index]) else { return nil }
    let quote = bytes[index]
    let valueStart = index + 1
    guard let valueEnd = bytes[valueStart..<end].firstIndex(of: quote) else { return nil }
    let value = String(decoding: bytes[valueStart..<valueEnd], as: UTF8.self).lowercased()
    encodingStart = start
    encodingText = Array(bytes[start...valueEnd])
    blank(start...valueEnd)
    return value
  }

  /// Puts it back, for the parser to judge.
  mutating func restoreEncoding() {
    bytes.replaceSubrange(
      encodingStart..<(encodingStart + encodingText.count), with: encodingText)
  }

  /// Takes the processing instructions out: nothing is ever done as they say. True when there
  /// were any.
  mutating func takeInstructions() -> Bool {
    var index = isDeclaration(at: 0) ? (end("?>", from: 0) ?? bytes.count) : 0
    var found = false
    while index < bytes.count {
      skipSpace(&index, bytes.count)
      let left = bytes[index...]
      if left.starts(with: "<!--".utf8), let end = end("-->", from: index) {
        index = end
      } else if left.starts(with: "<?".utf8), !isDeclaration(at: index),
        let end = end("?>", from: index)
      {
        blank(index...(end - 1))
        found = true
        index = end
      } else {
        break
      }
    }
    return found
  }

  private mutating func blank(_ range: ClosedRange<Int>) {
    for index in range where !Self.isSpace(bytes[index]) { bytes[index] = 0x20 }
  }

  /// The place behind the next `mark`.
  private func end(_ mark: String, from start: Int) -> Int? {
    let mark = Array(mark.utf8)
    guard bytes.count >= mark.count, start <= bytes.count - mark.count else { return nil }
    for index in start...(bytes.count - mark.count)
    where bytes[index..<(index + mark.count)].elementsEqual(mark) {
      return index + mark.count
    }
    return nil
  }

  private func skipSpace(_ index: inout Int, _ end: Int) {
    while index < end, Self.isSpace(bytes[index]) { index += 1 }
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
  }
}
