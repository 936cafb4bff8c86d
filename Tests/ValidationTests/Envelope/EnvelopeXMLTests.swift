// What is particular to the CloudEvents XML format: types, prefixes, and what `data` may hold.
import ExchangeModel
import Testing
import Validation

private let head = """
  <e:event xmlns:e="http://cloudevents.io/xmlformat/V1" xmlns:s="\(XMLNamespace.schema)"
    xmlns:i="\(XMLNamespace.schemaInstance)" specversion="1.0">
  """

private func read(_ text: String) throws -> ReadEnvelope {
  try EnvelopeReader.read(Array(text.utf8), format: .xml, limits: Limits())
}

private func changed(_ from: String, _ to: String) -> [UInt8] {
  let text = String(decoding: xmlEnvelope(["time": "2026-11-21T09:00:00Z"]), as: UTF8.self)
  var parts = text.split(separator: from, maxSplits: 1, omittingEmptySubsequences: false)
  #expect(parts.count == 2)
  parts.insert(Substring(to), at: 1)
  return Array(parts.joined().utf8)
}

@Suite struct EnvelopeXMLTests {
  @Test func prefixesAreFree() throws {
    let found = try read(
      head + """
        <e:id>1</e:id><e:source>urn:gatehouse:850:4321</e:source>
        <e:type i:type="e:string">gatehouse.a.v1</e:type><!-- a comment -->
        <e:recipient i:type="e:uri">urn:gatehouse:850:iss</e:recipient>
        <e:purpose i:type="e:string"><![CDATA[medical-education]]></e:purpose>
        <e:data i:type="s:any"><m:a xmlns:m="urn:m"><m:b> x </m:b></m:a></e:data></e:event>
        """)
    #expect(found.envelope.purpose.rawValue == "medical-education")
    #expect(
      String(decoding: found.envelope.payload.bytes, as: UTF8.self)
        == "<m:a xmlns:m=\"urn:m\"><m:b> x </m:b></m:a>")
  }

  @Test func typesMustBeStatedAndRight() {
    let string = "<purpose xsi:type=\"ce:string\">"
    #expect(faults(changed(string, "<purpose>"), .xml) == ["/event/purpose xsi-type"])
    for type in ["ce:uri", "xs:string", "string", "other:string", "ce:String"] {
      #expect(
        faults(changed(string, "<purpose xsi:type=\"\(type)\">"), .xml)
          == (type == "string" ? [] : ["/event/purpose xsi-type"]),
        "unprefixed `string` is in our default namespace, so it is ce:string")
    }
    let stolen = "<purpose xmlns:ce=\"urn:other\" xsi:type=\"ce:string\">"
    #expect(faults(changed(string, stolen), .xml) == ["/event/purpose xsi-type"])
    #expect(faults(changed("<time>", "<time xsi:type=\"ce:timestamp\">"), .xml) == [])
    #expect(
      faults(changed("<time>", "<time xsi:type=\"ce:string\">"), .xml) == ["/event/time xsi-type"])
  }

  @Test func nothingElseMayStandInTheEvent() {
    #expect(faults(changed("<id>", "text<id>"), .xml) == ["/event text"])
    #expect(faults(changed("<id>", "<id>0</id><id>"), .xml) == ["/event/id duplicate-attribute"])
    #expect(faults(changed("<id>", "<id a=\"\">"), .xml) == ["/event/id unknown-attribute"])
    #expect(faults(changed("<id>", "<id><b/>"), .xml) == ["/event/id element"])
    #expect(
      faults(changed("<id>", "<id xmlns=\"urn:o\">1</id><id>"), .xml) == [
        "/event/id unknown-attribute"
      ])
    #expect(
      faults(changed("<id>", "<specversion>1.0</specversion><id>"), .xml)
        == ["/event/@specversion unknown-attribute"])
    #expect(faults(changed(" specversion=\"1.0\"", ""), .xml) == ["/event/@specversion required"])
    #expect(faults(changed("=\"1.0\"", "=\"1.0.2\""), .xml) == ["/event/@specversion const"])
    #expect(faults(Array("<event/>".utf8), .xml) == ["/event root"])
    #expect(
      faults(
        changed("specversion=", "xsi:schemaLocation=\"a http://192.0.2.1/\" specversion="), .xml)
        == ["/event schema-location"])
    #expect(
      faults(changed("<a xmlns='u'", "<a xmlns='u' xsi:noNamespaceSchemaLocation='x'"), .xml)
        == ["/event/data/a schema-location"])
  }

  @Test(arguments: [
    ("<data xsi:type='xs:any'/>", "data"),
    ("<data xsi:type='xs:any'>text</data>", "data"),
    ("<data xsi:type='xs:any'><a/><b/></data>", "data"),
    ("<data xsi:type='xs:any'><a/>text</data>", "data"),
    ("<data>text</data>", "data"),
    ("<data xsi:type='xs:base64Binary'>AAAA</data>", "xsi-type"),
    ("<data xsi:type='ce:binary'>AAAA</data>", "xsi-type"),
    ("<data xsi:type='ce:any'><a/></data>", "xsi-type"),
    ("<data><a/></data><data><a/></data>", "duplicate-attribute"),
    ("<data other='1'><a/></data>", "unknown-attribute"),
  ])
  func dataHasOneOfTwoForms(_ data: String, _ rule: String) {
    #expect(faults(xmlEnvelope(data: data), .xml) == ["/event/data \(rule)"])
  }

  @Test func dataMayHoldJSONText() throws {
    let text = "<data xsi:type='xs:string'>{\"a\":\n \"&lt;&amp;\"}</data>"
    let bytes = xmlEnvelope(["datacontenttype": "application/json"], data: text)
    let found = try EnvelopeReader.read(bytes, format: .xml, limits: Limits())
    #expect(
      found.envelope.payload == Payload(format: .json, bytes: Array("{\"a\":\n \"<&\"}".utf8)))
    let issue = ValidationIssue(place: "/a", line: 2, rule: "r", message: "m")
    #expect(found.located(issue).place == "/event/data/a")
    #expect(found.located(issue).line == 2)
    #expect(faults(xmlEnvelope(data: text), .xml) == ["/event/datacontenttype required"])
    let broken = "<data xsi:type='xs:string'>{\"a\":\n1,\n}</data>"
    do throws(Refusal) {
      _ = try EnvelopeReader.read(
        xmlEnvelope(["datacontenttype": "application/json"], data: broken), format: .xml,
        limits: Limits())
      Issue.record("accepted")
    } catch {
      #expect(error.issues.map(\.line) == [3])
      #expect(error.issues.allSatisfy { $0.place.hasPrefix("/event/data") })
    }
  }

  @Test func contentTypeAndDataMustAgree() {
    let json = ["datacontenttype": "application/json"]
    let xml = ["datacontenttype": "application/xml; charset=UTF-8"]
    #expect(faults(xmlEnvelope(json), .xml) == ["/event/data data"])
    #expect(faults(xmlEnvelope(xml), .xml) == [])
    #expect(
      faults(xmlEnvelope(xml, data: "<data xsi:type='xs:string'>{}</data>"), .xml)
        == ["/event/data data"])
    #expect(
      faults(xmlEnvelope(json, data: "<data xsi:type='xs:string'>[]</data>"), .xml)
        == ["/event/data type"])
    #expect(faults(jsonEnvelope(xml), .json) == ["/data type"])
    #expect(faults(jsonEnvelope(data: "\"<a/>\""), .json) == ["/data type"])
    #expect(
      faults(jsonEnvelope(["datacontenttype": "text/plain"]), .json) == ["/datacontenttype enum"])
    #expect(
      faults(jsonEnvelope(["datacontenttype": "text/xml"], data: "\"<a>\""), .json)
        == ["/data/a unfinished"])
  }

  @Test func anXMLPayloadInJSONLosesItsPrologue() throws {
    let data = "\"<?xml version='1.0'?><!-- x --><a xmlns='u'>é</a>\\n\""
    let bytes = jsonEnvelope(["datacontenttype": "application/xml"], data: data)
    let found = try EnvelopeReader.read(bytes, format: .json, limits: Limits())
    #expect(found.envelope.payload.bytes == Array("<a xmlns='u'>é</a>".utf8))
    let issue = ValidationIssue(place: "/a", line: 7, rule: "r", message: "m")
    #expect(found.located(issue).line == 1)
    #expect(found.located(issue).place == "/data/a")
  }

  @Test func placesOfAnXMLPayloadLeadIntoTheEnvelope() throws {
    let found = try read(
      head + """

        <e:id>1</e:id><e:source>urn:gatehouse:850:4321</e:source>
        <e:type>gatehouse.a.v1</e:type>
        <e:recipient i:type="e:uri">urn:gatehouse:850:iss</e:recipient>
        <e:purpose i:type="e:string">a</e:purpose><e:data i:type="s:any">
        <a>
          <b>x</b></a></e:data></e:event>
        """)
    let schema = try XSDSchema(
      Array(
        """
        <s:schema xmlns:s="\(XMLNamespace.schema)"><s:element name="a"><s:complexType><s:sequence>
        <s:element name="b" type="s:int"/></s:sequence></s:complexType></s:element></s:schema>
        """.utf8))
    guard case .xml(let root) = found.content else {
      Issue.record("not XML")
      return
    }
    let issues = schema.validate(root).map(found.located)
    #expect(issues.map(\.place) == ["/event/data/a/b"])
    #expect(issues.map(\.line) == [8])
  }
}
