// The envelope's rules, attribute by attribute and in both formats.
// The examples under schemas/envelope/v1/examples are tested beside this, in EnvelopeSchemaTests.
import ExchangeModel
import Testing
import Validation

/// The least an envelope may have.
let leastEnvelope: [(String, String)] = [
  ("specversion", "1.0"), ("id", "4321-1"), ("source", "urn:gatehouse:850:4321"),
  ("type", "gatehouse.medical-referral.v1"), ("recipient", "urn:gatehouse:850:iss"),
  ("purpose", "medical-education"),
]

/// A JSON envelope with attributes added or changed, and one left out.
func jsonEnvelope(
  _ changes: [String: String] = [:], without: String? = nil, data: String? = "{\"a\":1}"
) -> [UInt8] {
  var members = leastEnvelope.filter { changes[$0.0] == nil && $0.0 != without }
  members += changes.map { ($0.key, $0.value) }
  var writer = JSONWriter()
  writer.beginObject()
  for (name, value) in members {
    writer.key(name)
    writer.string(value)
  }
  if let data {
    writer.key("data")
    writer.raw(data.utf8)
  }
  writer.endObject()
  return writer.bytes
}

/// The same in XML, each extension with the type that it should have.
func xmlEnvelope(
  _ changes: [String: String] = [:], without: String? = nil,
  data: String? = "<data xsi:type='xs:any'><a xmlns='u'/></data>"
) -> [UInt8] {
  var members = leastEnvelope.filter {
    changes[$0.0] == nil && $0.0 != without && $0.0 != "specversion"
  }
  members += changes.map { ($0.key, $0.value) }
  var writer = XMLWriter()
  writer.startElement("event")
  writer.attribute("xmlns", "http://cloudevents.io/xmlformat/V1")
  writer.attribute("xmlns:ce", "http://cloudevents.io/xmlformat/V1")
  writer.attribute("xmlns:xs", XMLNamespace.schema)
  writer.attribute("xmlns:xsi", XMLNamespace.schemaInstance)
  writer.attribute("specversion", "1.0")
  let core = ["id", "source", "type", "time", "datacontenttype", "dataschema"]
  for (name, value) in members {
    writer.startElement(name)
    if !core.contains(name) {
      writer.attribute("xsi:type", name == "expirytime" ? "ce:timestamp" : "ce:string")
    }
    writer.text(value)
    writer.endElement()
  }
  if let data { writer.raw(data.utf8) }
  writer.endElement()
  return writer.bytes
}

/// The issues of an envelope as `place rule`; empty when it is taken.
func faults(_ bytes: [UInt8], _ format: ContentFormat) -> [String] {
  do throws(Refusal) {
    _ = try EnvelopeReader.read(bytes, format: format, limits: Limits())
    return []
  } catch {
    #expect(error.code == .malformedEnvelope)
    #expect(!error.issues.isEmpty)
    return error.issues.map { $0.place + " " + $0.rule }
  }
}

private let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

/// Attribute, values that are taken, values that are not, and the rule these break.
let attributeCases: [(name: String, good: [String], bad: [String], rule: String)] = [
  (
    "id", ["1", "a b~!", String(repeating: "i", count: 256)],
    ["é", "a\tb", "a\u{7F}", String(repeating: "i", count: 257)], "format:id"
  ),
  (
    "source", ["urn:gatehouse:850:ods-rw1", "urn:gatehouse:001:a"],
    [
      "urn:gatehouse:85:a", "urn:gatehouse:850:", "URN:gatehouse:850:a", "urn:gatehouse:850:A",
      "urn:gatehouse:850:-a", "urn:gatehouse:850:a b", "4321",
    ], "format:party-urn"
  ),
  (
    "recipient", ["urn:gatehouse:851:cme"], ["urn:gatehouse:851", " urn:gatehouse:851:cme"],
    "format:party-urn"
  ),
  (
    "type", ["gatehouse.a.v1", "gatehouse.a-1.v9999"],
    [
      "gatehouse.a.v0", "gatehouse.a.v01", "gatehouse.a", "gatehouse..v1", "gatehouse.-a.v1",
      "gatehouse.A.v1", "gatehouse.a.v1.v2", "gatehouse.a.v10000", "other.a.v1",
    ],
    "format:message-type"
  ),
  (
    "purpose", ["a", "safeguarding-1", String(repeating: "p", count: 64)],
    ["Upper", "a b", "a:b", String(repeating: "p", count: 65)], "format:token"
  ),
  ("lawfulbasis", ["uk-gdpr:A6-1-e"], ["a b", "a/b", "é"], "format:token"),
  ("specialcondition", ["dpa2018:sch1-18"], ["a,b"], "format:token"),
  ("legalgateway", ["ea1996-s436A", "si2024-208-r13"], ["s.19 (1)"], "format:token"),
  (
    "time", ["2026-11-21T09:00:00Z", "2026-11-21t09:00:00.123456+00:00", "2024-02-29T23:59:60Z"],
    ["2026-11-21", "2026-11-21T09:00:00", "2026-02-30T09:00:00Z", "2026-11-21 09:00:00Z"],
    "format:date-time"
  ),
  ("expirytime", ["2026-12-21T09:00:00-01:00"], ["soon"], "format:date-time"),
  (
    "consentref", ["urn:uuid:0b1f6c1e-6b0c-4f1c-9f6f-3c0e5d9b2a10", "a%20b"],
    ["a b", "a%2", "a%zz", "<a>", String(repeating: "r", count: 257)], "format:reference"
  ),
  ("overrideref", ["1"], ["\"1\""], "format:reference"),
  ("correlationid", ["1"], ["é"], "format:reference"),
  ("causationid", ["1"], ["{1}"], "format:reference"),
  ("inreplyto", ["1"], ["a\\b"], "format:reference"),
  ("priority", ["routine", "urgent", "immediate"], ["Urgent", "high"], "enum"),
  (
    "dataschema", ["https://gatehouse.example/a?b#c", "urn:a:b", "a+b:c"],
    ["a", "/a/b", ":a", "1a:b", "a:", "a: b"], "format:uri"
  ),
  (
    "traceparent", [trace],
    [
      "ff" + trace.dropFirst(2), trace.uppercased(), String(trace.dropLast()), trace + "-00",
      "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
    ], "format:traceparent"
  ),
  ("tracestate", ["a=1,b=2"], ["a=é"], "format:tracestate"),
]

@Suite struct EnvelopeReaderTests {
  @Test(arguments: attributeCases.indices)
  func everyAttributeHasItsForm(_ index: Int) throws {
    let (name, good, bad, rule) = attributeCases[index]
    for value in good {
      #expect(faults(jsonEnvelope([name: value]), .json) == [])
      #expect(faults(xmlEnvelope([name: value]), .xml) == [])
    }
    for value in bad {
      #expect(faults(jsonEnvelope([name: value]), .json) == ["/\(name) \(rule)"])
      // XML 1.0 itself cannot carry some of the values.
      #expect(faults(xmlEnvelope([name: value]), .xml) == ["/event/\(name) \(rule)"])
    }
    #expect(faults(jsonEnvelope([name: ""]), .json) == ["/\(name) empty"])
    #expect(faults(xmlEnvelope([name: ""]), .xml) == ["/event/\(name) empty"])
  }

  @Test func everyRequiredAttributeIsAskedFor() {
    for (name, _) in leastEnvelope {
      #expect(faults(jsonEnvelope(without: name), .json) == ["/\(name) required"])
      if name == "specversion" { continue }
      #expect(faults(xmlEnvelope(without: name), .xml) == ["/event/\(name) required"])
    }
    #expect(faults(jsonEnvelope(data: nil), .json) == ["/data required"])
    #expect(faults(jsonEnvelope(data: "null"), .json) == ["/data required"])
    #expect(faults(xmlEnvelope(data: nil), .xml) == ["/event/data required"])
  }

  @Test func unknownAttributesAreRefusedByName() {
    for name in ["subject", "data_base64", "dataref", "Id", "lawfulBasis"] {
      #expect(faults(jsonEnvelope([name: "x"]), .json) == ["/\(name) unknown-attribute"])
      #expect(faults(xmlEnvelope([name: "x"]), .xml) == ["/event/\(name) unknown-attribute"])
    }
    #expect(faults(jsonEnvelope(["Maria Sampleton": "x"]), .json) == [" unknown-attribute"])
    #expect(faults(jsonEnvelope(["a/b~c": "x"]), .json) == [" unknown-attribute"])
  }

  @Test func nullIsAbsent() throws {
    let bytes = jsonEnvelope(data: "{},\"time\":null,\"priority\":null,\"traceparent\":null")
    #expect(faults(bytes, .json) == [])
    #expect(faults(jsonEnvelope(without: "id", data: "{},\"id\":null"), .json) == ["/id required"])
  }

  @Test func attributesAreStrings() {
    #expect(
      faults(jsonEnvelope(data: "{},\"time\":1,\"priority\":[]"), .json)
        == ["/time type", "/priority type"])
    #expect(faults(Array("[]".utf8), .json) == [" type"])
    #expect(faults(Array("{".utf8), .json).count == 1)
  }

  @Test func allFaultsAreListedWithTheirLines() {
    let text = """
      {"specversion":"0.3",
       "id":"",
       "source":"x",
       "subject":"y",
       "data":1}
      """
    do throws(Refusal) {
      _ = try EnvelopeReader.read(Array(text.utf8), format: .json, limits: Limits())
      Issue.record("accepted")
    } catch {
      #expect(
        error.issues.map { "\($0.line ?? 0) \($0.place) \($0.rule)" } == [
          "1 /specversion const", "2 /id empty", "3 /source format:party-urn",
          "4 /subject unknown-attribute", "1 /type required", "1 /recipient required",
          "1 /purpose required", "5 /data type",
        ])
    }
  }

  @Test func faultsAreBounded() {
    let many = (0..<1000).map { ",\"x\($0)\":1" }.joined()
    let found = faults(jsonEnvelope(data: "{}" + many), .json)
    #expect(found.count == Limits().issuesPerDocument)
    #expect(found.last?.hasSuffix("too-many") == true)
  }

  @Test func noValueIsRepeated() {
    for (name, _, _, _) in attributeCases {
      for (bytes, format) in [
        (jsonEnvelope([name: "Imogen Sampleton é"]), ContentFormat.json),
        (xmlEnvelope([name: "Imogen Sampleton é"]), .xml),
      ] {
        do throws(Refusal) {
          _ = try EnvelopeReader.read(bytes, format: format, limits: Limits())
          Issue.record("accepted \(name)")
        } catch {
          #expect(!String(describing: error).contains("Imogen"))
        }
      }
    }
  }
}
