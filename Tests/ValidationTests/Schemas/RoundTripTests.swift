// Property: a payload goes from JSON to XML and back unchanged, and is valid in both or in neither.
import ExchangeModel
import Testing

@testable import Validation

@Suite struct RoundTripTests {
  let set: SchemaSet

  init() throws { set = try SchemasFolder.set.get() }

  @Test(arguments: [1, 2] as [UInt64])
  func randomPayloadsComeBackEqual(seed: UInt64) throws {
    var valid: Set<String> = []
    let medical = ["medical-referral", "referral-acknowledgement", "triage-outcome"]
    for type in set.messageTypes.compactMap({ set.compiled($0.type) }) {
      var generator = PayloadGenerator(shape: type.mapping.shape, seed: seed)
      for round in 0..<(medical.contains(type.messageType.slug) ? 20 : 2) {
        let json = generator.payload()
        let node = try JSONDocument.parse(json).root
        // A random payload may break a rule between fields; then it breaks it in XML as well.
        let isValid = type.verdict(on: .json(node)).issues.isEmpty
        if isValid { valid.insert(type.schemaID) }

        let mapped = type.mapping.xml(from: node)
        #expect(mapped.issues == [])
        let document = try XMLDocument.parse(mapped.bytes)
        #expect(
          type.verdict(on: .xml(document.root)).issues.isEmpty == isValid,
          "\(type.schemaID), seed \(seed), round \(round)")

        let back = type.mapping.json(from: document.root)
        #expect(back.issues == [])
        #expect(try plain(back.bytes) == plain(json))
      }
    }
    // Some types have valid ones among them, so that the property is about both kinds.
    #expect(valid.count >= 4)
  }

  /// Canonical with exponents written out and integers without a fraction, as XML writes them.
  private func plain(_ json: [UInt8]) throws -> String {
    try canonical(json).replacing("1.95e1", with: "19.5").replacing("1e2", with: "100")
      .replacing("99.0", with: "99")
  }

  @Test func lexicalVariantsAreNormalised() throws {
    let type = try #require(set.compiled("gatehouse.fifteen-day-absence-notification.v1"))
    let example = try #require(
      SchemasFolder.examples("valid").first { $0.path.hasSuffix("on-and-off.valid.xml") })
    let text = String(decoding: example.bytes, as: UTF8.self)
      .replacing("<consecutive>false<", with: "<consecutive> 0\n<")
      .replacing("<ehcp>false<", with: "<ehcp><!-- none -->false<")
      .replacing("<absenceDaysTotal>16.5<", with: "<absenceDaysTotal> +016.50 <")
      .replacing("<firstDay>2026-09-14<", with: "<firstDay>\n2026-09-14 <")
      .replacing("<surname>Sampleson<", with: "<surname><![CDATA[Sample]]>s&#111;n<")
    let read = try EnvelopeReader.read(Array(text.utf8), format: .xml, limits: Limits())
    let payload = try set.validate(read).envelope.payload
    let json = try set.convert(payload, of: type.messageType.type, to: .json)
    let root = try JSONDocument.parse(json.bytes).root
    #expect(root["consecutive"]?.bool == false)
    #expect(root["ehcp"]?.bool == false)
    #expect(root["absenceDaysTotal"]?.numberText == "16.50")
    #expect(root["firstDay"]?.string == "2026-09-14")
    #expect(root["child"]?["surname"]?.string == "Sampleson")
  }

  @Test func emptyAndAbsentListsAreToldApart() throws {
    let type = try #require(set.compiled("gatehouse.referral-acknowledgement.v1"))
    for (json, expected) in [
      (#"{"caseRef":"A","receivedAt":"2026-11-21T09:00:00Z","missingItems":[]}"#, true),
      (#"{"caseRef":"A","receivedAt":"2026-11-21T09:00:00Z"}"#, false),
    ] {
      let mapped = type.mapping.xml(from: try JSONDocument.parse(Array(json.utf8)).root)
      let xml = String(decoding: mapped.bytes, as: UTF8.self)
      #expect(xml.contains("<missingItems/>") == expected)
      let back = type.mapping.json(from: try XMLDocument.parse(mapped.bytes).root)
      #expect(String(decoding: back.bytes, as: UTF8.self) == json)
    }
  }

  @Test func whatXMLCannotCarryIsRefusedInJSON() throws {
    let type = try #require(set.compiled("gatehouse.referral-acknowledgement.v1"))
    let json = #"{"caseRef":"A\uffff","receivedAt":"2026-11-21T09:00:00Z"}"#
    let mapped = type.mapping.xml(from: try JSONDocument.parse(Array(json.utf8)).root)
    #expect(mapped.issues.map(\.rule) == ["xml-characters"])
    #expect(mapped.issues.map(\.place) == ["/caseRef"])
    let obstacles = type.mapping.obstacles(in: try JSONDocument.parse(Array(json.utf8)).root)
    #expect(obstacles == mapped.issues)
  }

  @Test func pointersBecomePaths() throws {
    let mapping = try #require(set.mapping(of: "gatehouse.medical-referral.v1"))
    for (pointer, path) in [
      ("", "/medicalReferral"), ("/child/upn", "/medicalReferral/child/upn"),
      ("/parents/1/address/0", "/medicalReferral/parents/item[2]/address/item[1]"),
      ("/unknown/a", "/medicalReferral/*/*"),
    ] {
      #expect(mapping.path(of: pointer) == path)
    }
    #expect(mapping.namespace == "urn:gatehouse:message:medical-referral:v1")
  }

  @Test func manyFaultsAreBounded() throws {
    let type = try #require(set.compiled("gatehouse.referral-acknowledgement.v1"))
    let namespace = type.mapping.namespace
    for element in ["<caseRef>A</caseRef>", "<x/>"] {
      let many = String(repeating: element, count: 2_000)
      let xml = "<referralAcknowledgement xmlns=\"\(namespace)\">\(many)</referralAcknowledgement>"
      let document = try XMLDocument.parse(Array(xml.utf8))
      let issues = type.verdict(on: .xml(document.root)).issues
      #expect(issues.count == Limits().issuesPerDocument)
      #expect(issues.last?.rule == "too-many-issues")
    }
  }
}
