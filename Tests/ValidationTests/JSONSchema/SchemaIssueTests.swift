// What a sender is told: every fault, its place and line, and never a value or an unknown name.
import ExchangeModel
import Testing

@testable import Validation

struct SchemaIssueTests {
  private static let schemaText = #"""
    {"type": "object",
     "properties": {
       "child": {"type": "object", "properties": {
         "upn": {"type": "string", "format": "upn"},
         "given": {"type": "string", "minLength": 1, "maxLength": 5},
         "sex": {"enum": ["F", "M"]}}, "required": ["upn", "given"],
         "additionalProperties": false},
       "codes": {"type": "array", "items": {"type": "integer", "minimum": 3}, "maxItems": 2},
       "notes": {"additionalProperties": {"type": "string", "pattern": "^[a-z]+$"}}},
     "required": ["child"]}
    """#

  private static func schema(_ text: String = schemaText) throws -> JSONSchema {
    var registry = JSONSchemaRegistry()
    try registry.add(Array(text.utf8), defaultID: "urn:test")
    return try registry.compile("urn:test", assertFormats: true)
  }

  private static func issues(
    _ text: String, _ schemaText: String = schemaText, limits: Limits = Limits()
  ) throws -> [ValidationIssue] {
    let root = try JSONDocument.parse(Array(text.utf8)).root
    return try schema(schemaText).validate(root, limits: limits)
  }

  @Test func listsEveryFaultWithPlaceLineAndRule() throws {
    let issues = try Self.issues(
      """
      {
      "child": {"upn": "R850412325002",
        "sex": "Zaphod"},
      "codes": [1, 2.5, "Zaphod"]
      }
      """)
    let found = issues.map { "\($0.place) \($0.line ?? 0) \($0.rule)" }
    #expect(
      found == [
        "/child 2 required", "/child/upn 2 format:upn", "/child/sex 3 enum",
        "/codes 4 maxItems", "/codes/0 4 minimum", "/codes/1 4 type", "/codes/1 4 minimum",
        "/codes/2 4 type",
      ])
    #expect(!issues.contains { $0.message.contains("Zaphod") || $0.message.contains("2.5") })
    #expect(issues.first?.message == "\"given\" is missing; it must be given.")
    #expect(issues[2].message == "must be one of: F, M.")
  }

  @Test func neverShowsUnknownNames() throws {
    let issues = try Self.issues(
      #"{"child":{"upn":"R850412325001","given":"Ann","Zaphod":1},"notes":{"Zaphod":{"x":1}}}"#)
    #expect(issues.map(\.place) == ["/child", "/notes/*"])
    #expect(issues.first?.rule == "additionalProperties")
    #expect(
      issues.first?.message
        == "has a member that is not allowed here; allowed are: given, sex, upn.")
    #expect(!issues.contains { "\($0)".contains("Zaphod") })
  }

  @Test func namesWhatIsAllowedAlsoThroughReferences() throws {
    let text = ##"""
      {"$ref": "#/$defs/base", "properties": {"b": true}, "unevaluatedProperties": false,
       "$defs": {"base": {"properties": {"a": true}}}}
      """##
    let issues = try Self.issues(#"{"a":1,"b":2,"Zaphod":3}"#, text)
    #expect(issues.map(\.rule) == ["unevaluatedProperties"])
    #expect(issues.first?.message.hasSuffix("allowed are: a, b.") == true)
  }

  @Test func tellsOfTheNearestAlternative() throws {
    let text = #"""
      {"oneOf": [
        {"properties": {"kind": {"const": "a"}}, "required": ["kind", "x", "z"]},
        {"properties": {"kind": {"const": "b"}}, "required": ["kind", "y"]}]}
      """#
    let issues = try Self.issues(#"{"kind":"b"}"#, text)
    #expect(issues.map(\.rule) == ["oneOf", "required"])
    #expect(issues.last?.message.contains("\"y\"") == true)
  }

  @Test func stopsAtTheLimitAndSaysSo() throws {
    var limits = Limits()
    limits.issuesPerDocument = 5
    let items = Array(repeating: "0", count: 50).joined(separator: ",")
    let issues = try Self.issues(
      "[\(items)]", #"{"items": {"minimum": 1}}"#, limits: limits)
    #expect(issues.count == 5)
    #expect(issues.last?.rule == "too-many-issues")
  }

  @Test func placesAreRelativeToTheNode() throws {
    let text = #"{"data": {"child": {"given": "Ann"}}}"#
    let data = try #require(try JSONDocument.parse(Array(text.utf8)).root["data"])
    #expect(try Self.schema().validate(data).map(\.place) == ["/child"])
  }

  @Test func comparesNumbersExactly() throws {
    let cases: [(String, String, Bool)] = [
      (#"{"multipleOf": 0.01}"#, "19.99", true), (#"{"multipleOf": 0.01}"#, "19.999", false),
      (#"{"multipleOf": 0.1}"#, "1e-1", true), (#"{"multipleOf": 3}"#, "3e20", true),
      (#"{"multipleOf": 7}"#, "1e20", false),
      (#"{"multipleOf": 12345678901234567890123}"#, "24691357802469135780246", true),
      (#"{"multipleOf": 12345678901234567890123}"#, "24691357802469135780247", false),
      (#"{"maximum": 9007199254740992}"#, "9007199254740993", false),
      (#"{"maximum": 0.3}"#, "0.30000000000000000001", false),
      (#"{"minimum": -1e400}"#, "-1e401", false), (#"{"const": 100}"#, "1.00e2", true),
      (#"{"const": 0}"#, "-0.0", true), (#"{"type": "integer"}"#, "10e-1", true),
      (#"{"type": "integer"}"#, "15e-1", false), (#"{"uniqueItems": true}"#, "[1,1.0]", false),
      (#"{"uniqueItems": true}"#, #"[{"a":1,"b":2},{"b":2,"a":1.0}]"#, false),
      (#"{"exclusiveMinimum": 0}"#, "1e-9999", true), (#"{"minimum": 0.05}"#, "0.049", false),
    ]
    for (schema, instance, isValid) in cases {
      #expect(
        try Self.issues(instance, schema).isEmpty == isValid, "\(instance) against \(schema)")
    }
  }

  @Test(arguments: [
    #"{"type": "strnig"}"#, #"{"minLength": -1}"#, #"{"pattern": "("}"#, #"{"$ref": "urn:x"}"#,
    #"{"pattern": "(?=a)"}"#, #"{"$schema": "http://json-schema.org/draft-07/schema#"}"#,
    #"{"multipleOf": 0}"#, #"{"allOf": []}"#, #"{"properties": {"a": 1}}"#,
    #"{"required": [1]}"#, #"{"pattern": "(a{900}){900}"}"#,
  ])
  func refusesBadSchemas(text: String) {
    #expect(throws: SchemaError.self) { try Self.schema(text) }
  }

  /// A schema that refers to itself without end refuses instead of crashing.
  @Test func survivesEndlessReferences() throws {
    let issues = try Self.issues("1", ##"{"$ref": "#"}"##)
    #expect(issues.map(\.rule) == ["too-complex"])
  }

  @Test func theMetaSchemaAcceptsItselfAndFindsFaults() throws {
    let meta = try JSONSchemaRegistry().compile(
      "https://json-schema.org/draft/2020-12/schema", assertFormats: false)
    let own = try JSONDocument.parse(Array(MetaSchemas.all[0].utf8)).root
    #expect(meta.validate(own).isEmpty)
    let bad = try JSONDocument.parse(Array(#"{"properties":{"a":{"type":7}}}"#.utf8)).root
    #expect(!meta.validate(bad).isEmpty)
    // The schema, and a vocabulary each: seven in use and format-assertion.
    #expect(MetaSchemas.all.count == 9)
  }

  @Test func answersDifferentialLines() {
    let lines = [
      (#"{"schema":{"type":"string"},"instance":"a"}"#, "true"),
      (#"{"schema":{"type":"string"},"instance":1}"#, "false"),
    ]
    for (line, answer) in lines { #expect(DifferentialLine.answer(Array(line.utf8)) == answer) }
    #expect(DifferentialLine.answer(Array("{}".utf8)).hasPrefix("error"))
  }
}
