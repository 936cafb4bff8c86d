// The form of each envelope attribute. schemas/envelope/v1 says the same for others to use.
// Never asks whether a value is allowed, only whether it is well formed; never quotes it.
import ExchangeModel

/// The rule that an attribute's value breaks, and what to do about it.
struct EnvelopeFault {
  let rule: String
  let message: String

  static let partyURN = EnvelopeFault(
    rule: "format:party-urn",
    message: "Give a party's URN, such as urn:gatehouse:850:4321; see /v1/parties.")
  static let dateTime = EnvelopeFault(
    rule: "format:date-time",
    message: "Give a date and time with an offset (RFC 3339), such as 2026-11-21T09:00:00Z.")
  static let contentType = EnvelopeFault(
    rule: "enum", message: "Give application/json, application/xml or text/xml.")
}

enum EnvelopeRules {
  /// Bytes of an id or a reference.
  static let referenceBytes = 256
  /// Bytes of a purpose, basis, condition or gateway.
  static let tokenBytes = 64
  /// Bytes of a message type's name.
  static let typeBytes = 128

  /// The fault of a value; nil when it is well formed.
  static func fault(
    _ attribute: EnvelopeAttribute, _ text: String, limits: Limits
  ) -> EnvelopeFault? {
    let bytes = text.utf8
    if bytes.isEmpty {
      return EnvelopeFault(
        rule: "empty", message: "An attribute may not be empty. Leave it out, or give its value.")
    }
    if bytes.count > limits.attributeValueBytes {
      return EnvelopeFault(
        rule: "length", message: "At most \(limits.attributeValueBytes) bytes.")
    }
    switch attribute {
    case .specversion:
      return bytes.elementsEqual("1.0".utf8)
        ? nil : EnvelopeFault(rule: "const", message: "Give 1.0.")
    case .source, .recipient: return PartyURN(text) == nil ? .partyURN : nil
    case .time, .expirytime: return Timestamp(rfc3339: text) == nil ? .dateTime : nil
    case .priority:
      return Priority(rawValue: text) == nil
        ? EnvelopeFault(rule: "enum", message: "Give routine, urgent or immediate.") : nil
    case .datacontenttype: return contentFormat(text) == nil ? .contentType : nil
    case .type: return typeFault(bytes)
    case .purpose, .lawfulbasis, .specialcondition, .legalgateway:
      return tokenFault(attribute, bytes)
    default: return textFault(attribute, bytes)
    }
  }

  /// The payload's format that a `datacontenttype` names. A `charset` parameter may say UTF-8.
  static func contentFormat(_ text: String) -> ContentFormat? {
    let parts = text.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2 {
      let parameter = parts[1].utf8.drop { $0 == 0x20 }
      guard ["charset=utf-8", "charset=\"utf-8\""].contains(Substring(parameter).lowercased())
      else { return nil }
    }
    switch parts.first {
    case "application/json": return .json
    case "application/xml", "text/xml": return .xml
    default: return nil
    }
  }

  /// `gatehouse.<slug>.v<N>`.
  private static func typeFault(_ bytes: String.UTF8View) -> EnvelopeFault? {
    let parts = bytes.split(separator: 0x2E, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].elementsEqual("gatehouse".utf8), bytes.count <= typeBytes,
      parts[1].first != 0x2D, !parts[1].isEmpty, parts[1].allSatisfy(isSlug),
      let first = parts[2].first, first == 0x76,
      let digit = parts[2].dropFirst().first, (0x31...0x39).contains(digit),
      parts[2].count <= 5, parts[2].dropFirst().allSatisfy({ (0x30...0x39).contains($0) })
    else {
      return EnvelopeFault(
        rule: "format:message-type",
        message: "Give a message type, such as gatehouse.medical-referral.v1; see /v1/catalogue.")
    }
    return nil
  }

  private static func tokenFault(
    _ attribute: EnvelopeAttribute, _ bytes: String.UTF8View
  ) -> EnvelopeFault? {
    let isPurpose = attribute == .purpose
    let isGood = isPurpose ? isSlug : isVocabulary
    guard bytes.count <= tokenBytes, bytes.allSatisfy(isGood) else {
      return EnvelopeFault(
        rule: "format:token",
        message: isPurpose
          ? "Give a purpose of the vocabulary: 1 to 64 of a-z, 0-9 and -."
          : "Give a word of the vocabulary: 1 to 64 of A-Z, a-z, 0-9, colon, point and -.")
    }
    return nil
  }

  private static func textFault(
    _ attribute: EnvelopeAttribute, _ bytes: String.UTF8View
  ) -> EnvelopeFault? {
    switch attribute {
    case .id:
      let isGood = bytes.count <= referenceBytes && bytes.allSatisfy(isPrintable)
      return isGood
        ? nil
        : EnvelopeFault(rule: "format:id", message: "Give 1 to 256 printable ASCII characters.")
    case .dataschema:
      return isAbsoluteURI(bytes)
        ? nil : EnvelopeFault(rule: "format:uri", message: "Give an absolute URI (RFC 3986).")
    case .traceparent:
      return isTraceParent(Array(bytes))
        ? nil
        : EnvelopeFault(
          rule: "format:traceparent",
          message: "Give a W3C traceparent (version, trace id, parent id, flags) or none.")
    case .tracestate:
      return bytes.allSatisfy(isPrintable)
        ? nil
        : EnvelopeFault(
          rule: "format:tracestate", message: "Give 1 to 512 printable ASCII characters.")
    default:
      return bytes.count <= referenceBytes && isURIText(bytes[...])
        ? nil
        : EnvelopeFault(
          rule: "format:reference",
          message: "Give a reference: 1 to 256 characters that a URI may have.")
    }
  }

  // MARK: Characters

  private static func isSlug(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D
  }

  private static func isVocabulary(_ byte: UInt8) -> Bool {
    isSlug(byte) || (0x41...0x5A).contains(byte) || byte == 0x3A || byte == 0x2E
  }

  private static func isPrintable(_ byte: UInt8) -> Bool { (0x20...0x7E).contains(byte) }

  private static func isHex(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) || (0x41...0x46).contains(byte)
  }

  /// A scheme, a colon, and at least one character more.
  private static func isAbsoluteURI(_ bytes: String.UTF8View) -> Bool {
    guard let colon = bytes.firstIndex(of: 0x3A) else { return false }
    let scheme = bytes[..<colon]
    let rest = bytes[colon...].dropFirst()
    guard let first = scheme.first, (0x61...0x7A).contains(first | 0x20), !rest.isEmpty else {
      return false
    }
    return scheme.allSatisfy { isVocabulary($0) && $0 != 0x3A || $0 == 0x2B } && isURIText(rest)
  }

  /// Unreserved and reserved marks (RFC 3986, sections 2.2 and 2.3): `!#$&'()*+,-./:;=?@[]_~`.
  private static func isURIMark(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x21, 0x23, 0x24, 0x26...0x2F, 0x3A, 0x3B, 0x3D, 0x3F, 0x40, 0x5B, 0x5D, 0x5F, 0x7E: true
    default: false
    }
  }

  /// Unreserved and reserved characters, and percent escapes (RFC 3986, section 2).
  private static func isURIText(_ bytes: Substring.UTF8View) -> Bool {
    var escapeDigits = 0
    for byte in bytes {
      if escapeDigits > 0 {
        guard isHex(byte) else { return false }
        escapeDigits -= 1
      } else if byte == 0x25 {
        escapeDigits = 2
      } else {
        let isAlphanumeric = (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
        guard isAlphanumeric || isURIMark(byte) else { return false }
      }
    }
    return escapeDigits == 0
  }

  /// W3C Trace Context, section 3.2: lower-case hex, version not ff, ids not all zero.
  private static func isTraceParent(_ bytes: [UInt8]) -> Bool {
    let parts = bytes.split(separator: 0x2D, omittingEmptySubsequences: false)
    guard parts.map(\.count) == [2, 32, 16, 2],
      parts.allSatisfy({ $0.allSatisfy { isHex($0) && !(0x41...0x46).contains($0) } })
    else { return false }
    let isZero = { (part: ArraySlice<UInt8>) in part.allSatisfy { $0 == 0x30 } }
    return !parts[0].elementsEqual("ff".utf8) && !isZero(parts[1]) && !isZero(parts[2])
  }
}
