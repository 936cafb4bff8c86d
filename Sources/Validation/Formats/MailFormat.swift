// email: a Mailbox of RFC 5321; idn-email: the same with RFC 6531's wider letters.

enum MailFormat {
  static func isAddress(_ text: UnsafeBufferPointer<UInt8>, international: Bool) -> Bool {
    guard text.count <= 320, let at = localEnd(text, international), at > 0, at <= 64 else {
      return false
    }
    let domain = text.part((at + 1)..<text.count)
    if domain.first == UInt8(ascii: "["), domain.last == UInt8(ascii: "]"), domain.count > 2 {
      return isLiteral(domain.part(1..<(domain.count - 1)))
    }
    return international ? isLooseDomain(domain) : HostFormats.isHostname(domain)
  }

  /// The place of the `@` that ends a well-formed local part.
  private static func localEnd(
    _ text: UnsafeBufferPointer<UInt8>, _ international: Bool
  ) -> Int? {
    if text.first == UInt8(ascii: "\"") { return quotedEnd(text, international) }
    var wasDot = true
    for index in text.indices {
      let byte = text[index]
      switch byte {
      case UInt8(ascii: "@"): return wasDot ? nil : index
      case UInt8(ascii: "."):
        if wasDot { return nil }
        wasDot = true
      default:
        guard isAtom(byte) || (international && byte >= 0x80) else { return nil }
        wasDot = false
      }
    }
    return nil
  }

  private static func isAtom(_ byte: UInt8) -> Bool {
    byte.isLetterOrDigit || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
  }

  private static func quotedEnd(
    _ text: UnsafeBufferPointer<UInt8>, _ international: Bool
  ) -> Int? {
    var index = 1
    while index < text.count {
      switch text[index] {
      case UInt8(ascii: "\""):
        let at = index + 1
        return at < text.count && text[at] == UInt8(ascii: "@") && index > 1 ? at : nil
      case UInt8(ascii: "\\"):
        index += 1
        guard index < text.count, (0x20...0x7E).contains(text[index]) else { return nil }
      case 0x20...0x7E: break
      case 0x80...: if !international { return nil }
      default: return nil
      }
      index += 1
    }
    return nil
  }

  private static func isLiteral(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    let tag = Array("IPv6:".utf8)
    if text.count > tag.count, text.prefix(tag.count).elementsEqual(tag) {
      return HostFormats.isIPv6(text.part(tag.count..<text.count))
    }
    return HostFormats.isIPv4(text)
  }

  /// RFC 6531 leaves a U-label to its look-up: only what no label can be is refused.
  private static func isLooseDomain(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard !text.isEmpty, text.count <= 255 else { return false }
    return text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      .allSatisfy { label in
        label.first != nil && label.first != UInt8(ascii: "-")
          && label.last != UInt8(ascii: "-")
          && label.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "-") || $0 >= 0x80 }
      }
  }
}
