// The generated XML Schemas: what is committed is what the generator writes, and patterns are
// translated faithfully or left out.
import ExchangeModel
import Testing

@testable import Validation

@Suite struct XSDGeneratorTests {
  @Test func committedFilesAreNotStale() throws {
    let set = try SchemasFolder.set.get()
    #expect(set.staleFiles.isEmpty, "run `gatehouse schema generate`")
    #expect(set.generatedFiles.count == set.messageTypes.count)
  }

  @Test func everyFieldIsDocumented() throws {
    for file in try SchemasFolder.set.get().generatedFiles {
      let text = String(decoding: file.bytes, as: UTF8.self)
      let elements = text.split(separator: "\n").filter { $0.contains("<xs:element ") }
      #expect(elements.allSatisfy { !$0.hasSuffix("/>") }, "\(file.path)")
      #expect(text.contains("gatehouse schema generate"))
    }
  }

  @Test(
    arguments: [
      ("^[0-9]{4}$", "[0-9]{4}"),
      ("^\\d+(?:\\.\\d)?$", "[0-9]+(\\.[0-9])?"),
      ("abc", "[\\s\\S]*abc[\\s\\S]*"),
      ("^a|b", nil),
      ("a|b", "[\\s\\S]*(a|b)[\\s\\S]*"),
      ("^(a|b)$", "(a|b)"),
      ("^[^\\u0000-\\u001F]*$", "[^\\t-\\n\\r]*"),
      ("^[\\u0000-\\u0008]$", nil),
      ("^[<&\"a-c\\-]$", "[&lt;&amp;&quot;a-c\\-]"),
      ("^(?=x)x$", nil), ("^\\bx$", nil), ("^(a)\\1$", nil), ("^a^b$", nil), ("^(a$", nil),
      ("^a\\$$", "a$"), ("^a\\$", "a$[\\s\\S]*"), ("^x*?$", "x*"), ("^\\p{L}$", nil),
      ("^\\u00e9$", "&#xE9;"), ("^[^]$", "[\\s\\S]"),
    ] as [(String, String?)])
  func patternsAreTranslatedOrLeftOut(pattern: String, expected: String?) {
    let found = XSDPattern.translated(pattern)
    // U+0009–U+000A may be written as a range or one by one.
    #expect(found?.replacing("\\t\\n", with: "\\t-\\n") == expected)
  }

  @Test func translatedPatternsMeanTheSame() throws {
    let patterns = ["^[a-c]{2,3}$", "x\\dy", "^(ab|cd)+$", "^[^\\u0000-\\u0020<]+$", "^a.c$"]
    let texts = ["ab", "abc", "abcd", "x5y", "ax5yb", "abab", "a\u{E9}c", "a<c", "a-c"]
    for pattern in patterns {
      let translated = try #require(XSDPattern.translated(pattern))
      let xsd = try XSDSchema(Array(Self.schema(pattern: translated).utf8))
      let schema = try Self.jsonSchema(pattern: pattern)
      for text in texts {
        let escaped = text.replacing("<", with: "&lt;")
        let document = try XMLDocument.parse(Array("<v xmlns=\"urn:t\">\(escaped)</v>".utf8))
        var writer = JSONWriter()
        writer.string(text)
        let isJSON = schema.isValid(try JSONDocument.parse(writer.bytes).root)
        #expect(xsd.validate(document).isEmpty == isJSON, "\(pattern) on \(text)")
      }
    }
  }

  private static func schema(pattern: String) -> String {
    """
    <xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:t">
    <xs:element name="v"><xs:simpleType><xs:restriction base="xs:string">
    <xs:pattern value="\(pattern)"/></xs:restriction></xs:simpleType></xs:element></xs:schema>
    """
  }

  private static func jsonSchema(pattern: String) throws -> JSONSchema {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("pattern")
    writer.string(pattern)
    writer.endObject()
    var registry = JSONSchemaRegistry()
    try registry.add(writer.bytes, defaultID: "https://example.test/p")
    return try registry.compile("https://example.test/p", assertFormats: true)
  }

  @Test(
    arguments: [
      ("1.50", "1.50"), ("15e-1", "1.5"), ("1e2", "100"), ("-2.5E+1", "-25"), ("0e999999", "0"),
      ("1e-3", "0.001"), ("12.5e1", "125"), ("1e401", nil), ("-0", "-0"), ("0.50e1", "5.0"),
      ("9e99999999999999999999", nil),
    ] as [(String, String?)])
  func exponentsAreWrittenOut(json: String, expected: String?) {
    #expect(DecimalText.plain(json) == expected)
  }

  @Test(
    arguments: [
      ("+01.50", "1.50"), (".5", "0.5"), ("5.", "5"), ("-007", "-7"), ("0", "0"), ("", nil),
      (".", nil), ("1e2", nil), ("INF", nil), ("--1", nil), ("1.2.3", nil), ("-.5", "-0.5"),
    ] as [(String, String?)])
  func decimalsBecomeJSONNumbers(text: String, expected: String?) {
    #expect(DecimalText.json(text[...]) == expected)
  }

  @Test func integersDropAnEmptyFraction() {
    #expect(DecimalText.integer("4.0") == "4")
    #expect(DecimalText.integer("40e-1") == "4")
    #expect(DecimalText.integer("4.5") == nil)
  }
}
