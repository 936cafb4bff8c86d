// uri and uri-reference (RFC 3986), iri and iri-reference (RFC 3987).

struct URIFormats {
  /// True to allow the characters of RFC 3987 beside those of RFC 3986.
  let international: Bool

  func isURI(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let colon = schemeEnd(text) else { return false }
    return isHierarchical(text.part((colon + 1)..<text.count))
  }

  func isReference(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    if isURI(text) { return true }
    // The first segment of a relative path may not look like a scheme.
    for byte in text {
      if byte == UInt8(ascii: ":") { return false }
      if "/?#".utf8.contains(byte) { break }
    }
    return isHierarchical(text)
  }

  private func schemeEnd(_ text: UnsafeBufferPointer<UInt8>) -> Int? {
    guard let colon = text.place(of: ":"), colon > 0, text[0].isLetter else { return nil }
    for index in 0..<colon
    where !text[index].isLetterOrDigit && !"+-.".utf8.contains(text[index]) {
      return nil
    }
    return colon
  }

  /// What follows the scheme: authority, path, query and fragment.
  private func isHierarchical(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    let hash = text.place(of: "#") ?? text.count
    let fragment = text.part(min(hash + 1, text.count)..<text.count)
    let mark = text.part(0..<hash).place(of: "?") ?? hash
    let query = text.part(min(mark + 1, hash)..<hash)
    guard hasOnly(fragment, "/?:@"), hasOnly(query, "/?:@", isQuery: true) else { return false }
    var path = text.part(0..<mark)
    if path.count >= 2, path[0] == UInt8(ascii: "/"), path[1] == UInt8(ascii: "/") {
      let end = path.place(of: "/", from: 2) ?? path.count
      guard isAuthority(path.part(2..<end)) else { return false }
      path = path.part(end..<path.count)
    }
    return hasOnly(path, "/:@")
  }

  private func isAuthority(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var host = text
    if let at = text.place(of: "@") {
      guard hasOnly(text.part(0..<at), ":") else { return false }
      host = text.part((at + 1)..<text.count)
    }
    var port = host.part(host.count..<host.count)
    if host.first == UInt8(ascii: "[") {
      guard let close = host.place(of: "]"), isLiteral(host.part(1..<close)) else { return false }
      port = host.part((close + 1)..<host.count)
    } else {
      let colon = host.place(of: ":") ?? host.count
      guard hasOnly(host.part(0..<colon), "") else { return false }
      port = host.part(colon..<host.count)
    }
    guard let first = port.first else { return true }
    return first == UInt8(ascii: ":") && port.dropFirst().allSatisfy(\.isDigit)
  }

  private func isLiteral(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = text.first, first | 0x20 == UInt8(ascii: "v") else {
      return HostFormats.isIPv6(text)
    }
    guard let dot = text.place(of: "."), dot > 1, dot + 1 < text.count else { return false }
    let plain = URIFormats(international: false)
    let address = text.part((dot + 1)..<text.count)
    return text.part(1..<dot).allSatisfy { $0.hexDigit != nil }
      && address.place(of: "%") == nil && plain.hasOnly(address, ":")
  }

  /// Unreserved and sub-delims characters, percent escapes, and the extra ones.
  private func hasOnly(
    _ text: UnsafeBufferPointer<UInt8>, _ extra: StaticString, isQuery: Bool = false
  ) -> Bool {
    var index = 0
    while index < text.count {
      let byte = text[index]
      if byte == UInt8(ascii: "%") {
        guard index + 2 < text.count, text[index + 1].hexDigit != nil,
          text[index + 2].hexDigit != nil
        else { return false }
        index += 3
        continue
      }
      if byte >= 0x80 {
        guard international, let length = wide(text, index, isQuery) else { return false }
        index += length
        continue
      }
      let isPlain = byte.isLetterOrDigit || "-._~!$&'()*+,;=".utf8.contains(byte)
      let isExtra = UnsafeBufferPointer(start: extra.utf8Start, count: extra.utf8CodeUnitCount)
        .contains(byte)
      guard isPlain || isExtra else { return false }
      index += 1
    }
    return true
  }

  /// The length of a character RFC 3987 allows (`ucschar`, and `iprivate` in a query).
  private func wide(
    _ text: UnsafeBufferPointer<UInt8>, _ index: Int, _ isQuery: Bool
  ) -> Int? {
    let first = text[index]
    let length = first >= 0xF0 ? 4 : (first >= 0xE0 ? 3 : 2)
    guard index + length <= text.count else { return nil }
    var value = UInt32(first) & (0x7F >> UInt32(length))
    for byte in text.part((index + 1)..<(index + length)) {
      value = value << 6 | UInt32(byte & 0x3F)
    }
    switch value {
    case 0xE000...0xF8FF, 0xF0000...0xFFFFD, 0x100000...0x10FFFD: return isQuery ? length : nil
    case 0..<0xA0, 0xFDD0...0xFDEF, 0xFFF0...0xFFFF, 0xE0000...0xE0FFF: return nil
    default: return value & 0xFFFE == 0xFFFE ? nil : length
    }
  }
}
