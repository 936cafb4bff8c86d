// The published envelope schemas against the reader, on the examples and on many more envelopes.
// Reads schemas/envelope/v1 of this checkout, nothing else.
import ExchangeModel
import Foundation
import Testing
import Validation

private let folder = URL(filePath: #filePath).deletingLastPathComponent()
  .appending(path: "../../../schemas/envelope/v1").standardizedFileURL

private func file(_ name: String) throws -> [UInt8] {
  Array(try Data(contentsOf: folder.appending(path: name)))
}

private let xsd = Result { try XSDSchema(file("envelope.xsd")) }

private let jsonSchema = Result {
  let id = "https://gatehouse.example/schemas/envelope/v1/envelope.schema.json"
  var registry = JSONSchemaRegistry()
  try registry.add(file("envelope.schema.json"), defaultID: id)
  return try registry.compile(id, assertFormats: true)
}

private func jsonSchemaTakes(_ bytes: [UInt8]) throws -> Bool {
  try jsonSchema.get().validate(JSONDocument.parse(bytes).root).isEmpty
}

private func xsdTakes(_ bytes: [UInt8]) throws -> Bool {
  try xsd.get().validate(parsing: bytes).isEmpty
}

private func examples(_ ending: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(
    atPath: folder.appending(path: "examples").path(percentEncoded: false)
  ).filter { $0.hasSuffix(ending) }.map { "examples/" + $0 }.sorted()
}

@Suite struct EnvelopeSchemaTests {
  @Test func validExamplesAreValidForAll() throws {
    let json = try examples(".valid.json")
    let xml = try examples(".valid.xml")
    #expect(json.count >= 3 && xml.count >= 3)
    for name in json {
      #expect(faults(try file(name), .json) == [], "\(name)")
      #expect(try jsonSchemaTakes(file(name)), "\(name)")
    }
    for name in xml {
      #expect(faults(try file(name), .xml) == [], "\(name)")
      #expect(try xsd.get().validate(parsing: file(name)) == [], "\(name)")
    }
  }

  @Test func invalidExamplesHaveTheIssuesBesideThem() throws {
    for (format, ending) in [(ContentFormat.json, ".invalid.json"), (.xml, ".invalid.xml")] {
      let names = try examples(ending)
      #expect(names.count >= 3)
      for name in names {
        let expected = try JSONDocument.parse(file(name + ".issues.json")).root.elements.map {
          ($0["place"]?.string ?? "") + " " + ($0["rule"]?.string ?? "")
        }
        let found = faults(try file(name), format)
        #expect(found.sorted() == expected.sorted(), "\(name)")
        #expect(!expected.isEmpty)
        let schemaTakes = try format == .json ? jsonSchemaTakes(file(name)) : xsdTakes(file(name))
        // Two elements under `data` are beyond an XSD that must allow any type there.
        if name != "examples/payload.invalid.xml" { #expect(!schemaTakes, "\(name)") }
      }
    }
  }

  /// The JSON Schema and the reader agree on every value; the XSD on the core attributes, and it
  /// never refuses what the reader takes.
  @Test(arguments: attributeCases.indices)
  func schemasAgreeWithTheReader(_ index: Int) throws {
    let (name, good, bad, _) = attributeCases[index]
    for value in good {
      #expect(try jsonSchemaTakes(jsonEnvelope([name: value])), "\(name): \(value)")
      #expect(try xsdTakes(xmlEnvelope([name: value])), "\(name): \(value)")
    }
    let core = ["id", "source", "type", "dataschema"]
    for value in bad + [""] {
      #expect(try !jsonSchemaTakes(jsonEnvelope([name: value])), "\(name): \(value)")
      if core.contains(name) {
        #expect(try !xsdTakes(xmlEnvelope([name: value])), "\(name): \(value)")
      }
    }
  }

  @Test func schemasAgreeOnWhatMustAndMayStand() throws {
    for (name, _) in leastEnvelope {
      #expect(try !jsonSchemaTakes(jsonEnvelope(without: name)))
      if name != "specversion" { #expect(try !xsdTakes(xmlEnvelope(without: name))) }
    }
    for name in ["subject", "data_base64", "dataref"] {
      #expect(try !jsonSchemaTakes(jsonEnvelope([name: "x"])))
      #expect(try !xsdTakes(xmlEnvelope([name: "x"])))
    }
    for data in [nil, "null", "1", "[]", "\"<a/>\""] as [String?] {
      #expect(try !jsonSchemaTakes(jsonEnvelope(data: data)))
    }
    let xml = ["datacontenttype": "application/xml"]
    #expect(try jsonSchemaTakes(jsonEnvelope(xml, data: "\"<a/>\"")))
    #expect(try !jsonSchemaTakes(jsonEnvelope(xml)))
    #expect(try jsonSchemaTakes(jsonEnvelope(data: "{},\"time\":null,\"datacontenttype\":null")))
  }

  @Test func theXSDAsksForTheType() throws {
    let text = String(decoding: xmlEnvelope(), as: UTF8.self)
    for type in ["", "xsi:type=\"ce:uri\"", "xsi:type=\"xs:string\"", "xsi:type=\"ce:timestamp\""] {
      let changed = text.split(separator: "<purpose xsi:type=\"ce:string\"").joined(
        separator: "<purpose " + type)
      #expect(try !xsdTakes(Array(changed.utf8)), "\(type)")
      #expect(faults(Array(changed.utf8), .xml) == ["/event/purpose xsi-type"])
    }
  }

  @Test func everythingWrittenIsValid() throws {
    var random = SeededBytes(seed: 31)
    for _ in 0..<100 {
      let envelope = try random.envelope()
      #expect(try jsonSchemaTakes(EnvelopeWriter.write(envelope, as: .json)))
      let xml = EnvelopeWriter.write(envelope, as: .xml)
      #expect(try xsd.get().validate(parsing: xml) == [])
    }
  }
}
