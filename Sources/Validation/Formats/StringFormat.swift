// The formats a schema may ask of a string: JSON Schema's (Validation, section 7.3) and ours.
// Never normalises: a value is accepted as it stands or not at all.

/// A format by its name in `format`. A name not listed asserts nothing.
enum StringFormat: String, Sendable, CaseIterable {
  case dateTime = "date-time"
  case date
  case time
  case duration
  case email
  case idnEmail = "idn-email"
  case hostname
  case idnHostname = "idn-hostname"
  case ipv4
  case ipv6
  case uri
  case uriReference = "uri-reference"
  case iri
  case iriReference = "iri-reference"
  case uriTemplate = "uri-template"
  case jsonPointer = "json-pointer"
  case relativeJSONPointer = "relative-json-pointer"
  case regex
  case uuid
  case upn
  case uln
  case uci
  case nhsNumber = "nhs-number"
  case laestab
  case ukPostcode = "uk-postcode"

  /// Whether a text of well-formed UTF-8 has the format.
  func accepts(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    switch self {
    case .dateTime: TimeFormats.isDateTime(text)
    case .date: TimeFormats.isDate(text)
    case .time: TimeFormats.isTime(text)
    case .duration: TimeFormats.isDuration(text)
    case .email: MailFormat.isAddress(text, international: false)
    case .idnEmail: MailFormat.isAddress(text, international: true)
    case .hostname: HostFormats.isHostname(text)
    case .idnHostname: HostFormats.isInternationalHostname(text)
    case .ipv4: HostFormats.isIPv4(text)
    case .ipv6: HostFormats.isIPv6(text)
    case .uri: URIFormats(international: false).isURI(text)
    case .uriReference: URIFormats(international: false).isReference(text)
    case .iri: URIFormats(international: true).isURI(text)
    case .iriReference: URIFormats(international: true).isReference(text)
    case .uriTemplate: URITemplateFormat.isTemplate(text)
    case .jsonPointer: PointerFormats.isPointer(text)
    case .relativeJSONPointer: PointerFormats.isRelative(text)
    case .regex: Self.isRegex(text)
    case .uuid: PointerFormats.isUUID(text)
    case .upn: Identifiers.isUPN(text)
    case .uln: Identifiers.isULN(text)
    case .uci: Identifiers.isUCI(text)
    case .nhsNumber: Identifiers.isNHSNumber(text)
    case .laestab: Identifiers.isLAESTAB(text)
    case .ukPostcode: Identifiers.isPostcode(text)
    }
  }

  private static func isRegex(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    (try? RegexParser.parse(String(decoding: text, as: UTF8.self))) != nil
  }

  /// What a value must be, to follow "must be".
  var description: String {
    switch self {
    case .dateTime: "a date and time with its offset, such as 2026-11-21T09:00:00Z (RFC 3339)"
    case .date: "a real date written YYYY-MM-DD"
    case .time: "a time with its offset, such as 09:00:00Z (RFC 3339)"
    case .duration: "a duration such as P1Y2M3D or PT4H (ISO 8601)"
    case .email, .idnEmail: "an e-mail address"
    case .hostname, .idnHostname: "a host name"
    case .ipv4: "an IPv4 address"
    case .ipv6: "an IPv6 address"
    case .uri, .iri: "an absolute URI with its scheme"
    case .uriReference, .iriReference: "a URI or a relative reference"
    case .uriTemplate: "a URI template (RFC 6570)"
    case .jsonPointer: "a JSON Pointer (RFC 6901)"
    case .relativeJSONPointer: "a relative JSON Pointer"
    case .regex: "a regular expression (ECMA-262)"
    case .uuid: "a UUID of 36 characters"
    case .upn:
      "a UPN: 13 characters, a right check letter first, then an LA number that was issued"
    case .uln: "a ULN: 10 digits with a right check digit"
    case .uci: "a UCI: 12 characters and a right check letter"
    case .nhsNumber: "an NHS number: 10 digits without spaces, with a right check digit"
    case .laestab: "a DfE number: 3 digits of a local authority and 4 of the establishment"
    case .ukPostcode: "a UK postcode in capitals with one space, such as SO23 8UJ"
    }
  }
}
