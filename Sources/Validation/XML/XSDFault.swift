// The sentence for each kind of XSD fault.
// Never quotes the document: allowed values and names come from the schema.
import CLibXML2

/// What one error of libxml2's validator means, without the value that it quotes.
struct XSDFault {
  /// `xsd:` and the facet or the kind of rule.
  let rule: String
  let message: String
  /// A facet of a simple type; libxml2 then reports the type as a second error.
  let isFacet: Bool

  /// `message` is libxml2's own; empty where its end cannot be trusted.
  init(code: xmlParserErrors, message: String) {
    let tail = MessageTail(message)
    if let (facet, sentence) = Self.facet(code, tail) {
      self.init(rule: "xsd:" + facet, message: sentence, isFacet: true)
    } else {
      let (rule, sentence) = Self.structure(code, tail)
      self.init(rule: "xsd:" + rule, message: sentence, isFacet: false)
    }
  }

  private init(rule: String, message: String, isFacet: Bool) {
    self.rule = rule
    self.message = message
    self.isFacet = isFacet
  }

  private static func facet(
    _ code: xmlParserErrors, _ tail: MessageTail
  ) -> (String, String)? {
    switch code {
    case XML_SCHEMAV_CVC_PATTERN_VALID:
      ("pattern", "The value must match the pattern\(tail.quoted(after: "by the pattern ")).")
    case XML_SCHEMAV_CVC_ENUMERATION_VALID:
      ("enumeration", "The value must be one of\(tail.set).")
    case XML_SCHEMAV_CVC_LENGTH_VALID:
      ("length", "The value must have the length\(tail.quoted(after: "length of ")).")
    case XML_SCHEMAV_CVC_MINLENGTH_VALID:
      ("minLength", "The value must be at least\(tail.quoted(after: "minimum length of ")) long.")
    case XML_SCHEMAV_CVC_MAXLENGTH_VALID:
      ("maxLength", "The value must be at most\(tail.quoted(after: "maximum length of ")) long.")
    case XML_SCHEMAV_CVC_MININCLUSIVE_VALID:
      ("minInclusive", "The value must be at least\(tail.quoted(after: "allowed (")).")
    case XML_SCHEMAV_CVC_MAXINCLUSIVE_VALID:
      ("maxInclusive", "The value must be at most\(tail.quoted(after: "allowed (")).")
    case XML_SCHEMAV_CVC_MINEXCLUSIVE_VALID:
      ("minExclusive", "The value must be greater than\(tail.quoted(after: "than ")).")
    case XML_SCHEMAV_CVC_MAXEXCLUSIVE_VALID:
      ("maxExclusive", "The value must be less than\(tail.quoted(after: "than ")).")
    case XML_SCHEMAV_CVC_TOTALDIGITS_VALID:
      ("totalDigits", "The value has too many digits.")
    case XML_SCHEMAV_CVC_FRACTIONDIGITS_VALID:
      ("fractionDigits", "The value has too many digits after the point.")
    case XML_SCHEMAV_CVC_FACET_VALID:
      ("facet", "The value breaks a rule of its type.")
    default: nil
    }
  }

  private static func structure(
    _ code: xmlParserErrors, _ tail: MessageTail
  ) -> (String, String) {
    switch code {
    case XML_SCHEMAV_ELEMENT_CONTENT:
      tail.isMissingChild
        ? ("required", "An element is missing here: expected is\(tail.expected).")
        : ("element", "This element is not expected here\(tail.expectedInstead).")
    case XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_1, XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_2,
      XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_3:
      ("type", "The value is not of its type\(tail.type).")
    case XML_SCHEMAV_CVC_COMPLEX_TYPE_3_2_1, XML_SCHEMAV_CVC_COMPLEX_TYPE_3_2_2:
      ("attribute", "This attribute is not allowed here. Leave it out.")
    case XML_SCHEMAV_CVC_COMPLEX_TYPE_4:
      ("attribute-required", "The attribute\(tail.attribute) is required.")
    case XML_SCHEMAV_CVC_COMPLEX_TYPE_2_1, XML_SCHEMAV_CVC_COMPLEX_TYPE_2_3:
      ("text", "Only elements may stand here, no text.")
    case XML_SCHEMAV_CVC_COMPLEX_TYPE_2_2, XML_SCHEMAV_CVC_TYPE_3_1_2:
      ("element", "Only text may stand here, no element.")
    case XML_SCHEMAV_CVC_ELT_1:
      ("root", "The schema has no such root element. Check its name and its namespace.")
    case XML_SCHEMAV_CVC_ELT_2, XML_SCHEMAV_CVC_TYPE_2:
      ("abstract", "The type must be stated with xsi:type.")
    case XML_SCHEMAV_CVC_ELT_4_1, XML_SCHEMAV_CVC_ELT_4_2, XML_SCHEMAV_CVC_ELT_4_3:
      ("xsi-type", "The xsi:type names no type that is allowed here.")
    case XML_SCHEMAV_CVC_ELT_3_1, XML_SCHEMAV_CVC_ELT_3_2_1, XML_SCHEMAV_CVC_ELT_3_2_2:
      ("nil", "xsi:nil is not allowed here. Leave the element out instead.")
    case XML_SCHEMAV_CVC_IDC:
      ("unique", "A value that must be unique, or must refer to another, does not.")
    default: ("rule", "The schema does not allow this (libxml2 rule \(code.rawValue)).")
    }
  }
}

/// Reads what libxml2 quotes of the schema, always at the end of its message. What stands before
/// it may be quoted from the document and is never given out.
struct MessageTail {
  private let text: Substring

  init(_ message: String) { text = message[...] }

  /// ` 'X'` when the message ends by X in quotes after a marker that occurs last; else nothing.
  func quoted(after marker: String) -> String {
    guard let rest = last(marker) else { return "" }
    let trimmed = rest.trimmingEnd(of: "\n.)")
    guard trimmed.utf8.first == 0x27, trimmed.utf8.last == 0x27, trimmed.utf8.count > 2 else {
      return ""
    }
    return " " + trimmed
  }

  /// The values of an enumeration: ` 'a', 'b'`.
  var set: String {
    guard let rest = last("is not an element of the set {") else { return " the allowed values" }
    return " " + rest.trimmingEnd(of: "\n.}")
  }

  var isMissingChild: Bool { last("': ")?.utf8.starts(with: "Missing child".utf8) ?? false }

  /// The expected elements: ` upn or ( a, b )`, without their namespace.
  var expected: String {
    guard let rest = last("': "), let list = rest.after("Expected is ") else { return " more" }
    return " " + Self.withoutNamespaces(list.trimmingEnd(of: "\n."))
  }

  var expectedInstead: String {
    guard let rest = last("': "), rest.after("Expected is ") != nil else { return "" }
    return ": expected is" + expected
  }

  /// The name of a built-in type: `: xs:date`; nothing for a type without a name.
  var type: String {
    guard let rest = last("is not a valid value of the "), let name = rest.after("type ") else {
      return ""
    }
    let trimmed = name.trimmingEnd(of: "\n.")
    return trimmed.utf8.first == 0x27 ? ": " + Self.withoutNamespaces(trimmed) : ""
  }

  var attribute: String {
    guard let rest = last("The attribute '"), let end = rest.utf8.firstIndex(of: 0x27) else {
      return ""
    }
    return " " + String(rest[..<end])
  }

  /// What follows the last occurrence of a marker.
  private func last(_ marker: String) -> Substring? {
    let bytes = Array(text.utf8)
    let wanted = Array(marker.utf8)
    guard bytes.count >= wanted.count else { return nil }
    for start in stride(from: bytes.count - wanted.count, through: 0, by: -1)
    where bytes[start..<start + wanted.count].elementsEqual(wanted) {
      return Substring(decoding: bytes[(start + wanted.count)...], as: UTF8.self)
    }
    return nil
  }

  /// `{urn:x}name` becomes `name`.
  private static func withoutNamespaces(_ text: some StringProtocol) -> String {
    var output: [UInt8] = []
    var isInside = false
    for byte in text.utf8 {
      if byte == 0x7B { isInside = true }
      if !isInside { output.append(byte) }
      if byte == 0x7D { isInside = false }
    }
    return String(decoding: output, as: UTF8.self)
  }
}

extension Substring {
  fileprivate func trimmingEnd(of characters: String) -> Substring {
    var bytes = utf8[...]
    while let last = bytes.last, characters.utf8.contains(last) { bytes = bytes.dropLast() }
    return Substring(bytes)
  }

  /// What follows a prefix that stands at the start or after a first sentence.
  fileprivate func after(_ marker: String) -> Substring? {
    let wanted = Array(marker.utf8)
    var rest = utf8[...]
    while rest.count >= wanted.count {
      if rest.starts(with: wanted) { return Substring(rest.dropFirst(wanted.count)) }
      rest = rest.dropFirst()
    }
    return nil
  }
}
