// hostname (RFC 1123, with A-labels checked), idn-hostname (RFC 5890), ipv4 and ipv6 (RFC 4291).

enum HostFormats {
  static func isHostname(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard !text.isEmpty, text.count <= 253 else { return false }
    var labels: [[Unicode.Scalar]] = []
    for label in text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
      guard isLabel(label) else { return false }
      if isALabel(label) {
        guard let decoded = IDNA.decodedALabel(Array(label)) else { return false }
        labels.append(decoded)
      }
    }
    // The bidirectional rule looks at whole names; names without A-labels are all left-to-right.
    return labels.isEmpty || labels.allSatisfy { !IDNA.isRightToLeft($0) || IDNA.fitsBidi($0) }
  }

  static func isInternationalHostname(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard !text.isEmpty, text.count <= 1024 else { return false }
    let scalars = String(decoding: text, as: UTF8.self).unicodeScalars
    let separators: Set<Unicode.Scalar> = [".", "\u{3002}", "\u{FF0E}", "\u{FF61}"]
    var labels: [[Unicode.Scalar]] = []
    var length = -1
    for part in scalars.split(
      omittingEmptySubsequences: false, whereSeparator: { separators.contains($0) })
    {
      var label = Array(part)
      var octets = label.count
      if label.allSatisfy(\.isASCII) {
        let bytes = label.map { UInt8(truncatingIfNeeded: $0.value) }
        guard isLabel(bytes[...]) else { return false }
        if isALabel(bytes[...]) {
          guard let decoded = IDNA.decodedALabel(bytes) else { return false }
          label = decoded
        } else if hasReservedHyphens(bytes) {
          return false
        }
      } else {
        guard IDNA.isULabel(label), let encoded = Punycode.encoded(label) else { return false }
        octets = encoded.count + 4
      }
      guard octets <= 63 else { return false }
      length += octets + 1
      labels.append(label)
    }
    let isBidi = labels.contains { IDNA.isRightToLeft($0) }
    return length <= 253 && (!isBidi || labels.allSatisfy { IDNA.fitsBidi($0) })
  }

  /// Letters, digits and hyphens, no hyphen at an end, 63 at most (RFC 1123, section 2.1).
  private static func isLabel(_ label: some BidirectionalCollection<UInt8>) -> Bool {
    guard !label.isEmpty, label.count <= 63, label.first != UInt8(ascii: "-"),
      label.last != UInt8(ascii: "-")
    else { return false }
    return label.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "-") }
  }

  private static func isALabel(_ label: some Collection<UInt8>) -> Bool {
    label.prefix(4).elementsEqual("xn--".utf8) { $0 == $1 || ($0 | 0x20) == $1 }
  }

  private static func hasReservedHyphens(_ label: [UInt8]) -> Bool {
    label.count >= 4 && label[2] == UInt8(ascii: "-") && label[3] == UInt8(ascii: "-")
  }

  static func isIPv4(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard text.count <= 15 else { return false }
    var cursor = FormatCursor(text)
    for part in 0..<4 {
      if part > 0, !cursor.take(".") { return false }
      let start = cursor.position
      let count = cursor.skipDigits()
      guard (1...3).contains(count), count == 1 || text[start] != 0x30 else { return false }
      var value = 0
      for index in start..<cursor.position { value = value * 10 + Int(text[index] - 0x30) }
      if value > 255 { return false }
    }
    return cursor.isAtEnd
  }

  static func isIPv6(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard text.count >= 2, text.count <= 45 else { return false }
    var groups = 0
    var isCompressed = false
    var index = 0
    if text[0] == UInt8(ascii: ":") {
      guard text[1] == UInt8(ascii: ":") else { return false }
    }
    while index < text.count {
      if text[index] == UInt8(ascii: ":") {
        guard index + 1 < text.count else { return false }
        if text[index + 1] == UInt8(ascii: ":") {
          if isCompressed { return false }
          isCompressed = true
          index += 2
          if index < text.count, text[index] == UInt8(ascii: ":") { return false }
          continue
        }
        if groups == 0 { return false }
        index += 1
      }
      let start = index
      while index < text.count, text[index].hexDigit != nil { index += 1 }
      if index < text.count, text[index] == UInt8(ascii: ".") {
        guard isIPv4(text.part(start..<text.count)) else { return false }
        groups += 2
        index = text.count
        break
      }
      guard (1...4).contains(index - start) else { return false }
      groups += 1
      if index < text.count, text[index] != UInt8(ascii: ":") { return false }
    }
    return isCompressed ? groups <= 7 : groups == 8
  }
}
