// The facets of a simple value in XML Schema: base type, enumerations, patterns, lengths, bounds.
// Never narrower than the JSON Schema: formats with a check digit get their form only.

/// How a simple value's keywords are written in XML Schema.
enum XSDFacets {
  /// The built-in type a value rests on.
  static func builtIn(_ simple: PayloadShape.Simple, format: String?) -> String {
    switch simple {
    case .boolean: return "xs:boolean"
    case .integer: return "xs:integer"
    case .number: return "xs:decimal"
    case .string:
      switch format {
      case "date": return "xs:date"
      case "date-time": return "xs:dateTime"
      default: return "xs:string"
      }
    }
  }

  /// The facet elements, one a line.
  static func lines(_ facets: PayloadShape.Facets, simple: PayloadShape.Simple) -> [String] {
    var result: [String] = []
    switch simple {
    case .boolean:
      guard let values = facets.values else { return [] }
      let forms = values.map { $0 == "true" ? "true|1" : "false|0" }
      return ["<xs:pattern value=\"\(forms.joined(separator: "|"))\"/>"]
    case .string:
      // xs:date and xs:dateTime have no lengths.
      if builtIn(simple, format: facets.format) == "xs:string" {
        result += facets.minLength.map { ["<xs:minLength value=\"\($0)\"/>"] } ?? []
        result += facets.maxLength.map { ["<xs:maxLength value=\"\($0)\"/>"] } ?? []
      }
      if let pattern = facets.pattern.flatMap(XSDPattern.translated) {
        result.append("<xs:pattern value=\"\(pattern)\"/>")
      } else if let pattern = facets.format.flatMap({ formatPatterns[$0] }) {
        result.append("<xs:pattern value=\"\(pattern)\"/>")
      }
    case .integer, .number:
      result += bound("minInclusive", facets.minimum)
      result += bound("minExclusive", facets.exclusiveMinimum)
      result += bound("maxInclusive", facets.maximum)
      result += bound("maxExclusive", facets.exclusiveMaximum)
    }
    for value in facets.values ?? [] { result += enumeration(value, facets.titles[value]) }
    return result
  }

  /// The form of the formats whose full check only the JSON Schema makes.
  private static let formatPatterns = [
    "date": "[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "upn": "[A-HJ-NP-RT-Z][0-9]{11}[0-9A-HJ-NP-RT-Z]",
    "uln": "[0-9]{10}",
    "uci": "[0-9]{5}[0-9A-Z][0-9]{6}[A-Z]",
    "nhs-number": "[0-9]{10}",
    "laestab": "[0-9]{7}",
    "uk-postcode": "[A-Z0-9]{2,4} [0-9][A-Z]{2}",
    "uuid": "[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
  ]

  private static func enumeration(_ value: String, _ title: String?) -> [String] {
    let open = "<xs:enumeration value=\"\(escaped(value))\""
    guard let title else { return [open + "/>"] }
    return [
      open + "><xs:annotation><xs:documentation xml:lang=\"en-GB\">\(escaped(title))"
        + "</xs:documentation></xs:annotation></xs:enumeration>"
    ]
  }

  /// A bound of a number, as a plain decimal; an extreme one is left to the JSON Schema.
  private static func bound(_ name: String, _ text: String?) -> [String] {
    guard let value = text.flatMap(DecimalText.plain) else { return [] }
    return ["<xs:\(name) value=\"\(value)\"/>"]
  }

  /// Text for an attribute value or element content.
  static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;").replacing("\n", with: "&#10;").replacing("\t", with: "&#9;")
  }
}
