// XSD validation: places, lines, sentences without values, threads, and what is never loaded.
import ExchangeModel
import Testing
import Validation

private let schemaText = """
  <xs:schema xmlns:xs="\(XMLNamespace.schema)" targetNamespace="urn:t" xmlns:t="urn:t"
      elementFormDefault="qualified">
    <xs:element name="root" type="t:Root"/>
    <xs:complexType name="Root"><xs:sequence>
      <xs:element name="pupil" maxOccurs="unbounded"><xs:complexType><xs:sequence>
        <xs:element name="code" type="t:code"/>
        <xs:element name="born" type="xs:date"/>
        <xs:element name="sex" minOccurs="0"><xs:simpleType><xs:restriction base="xs:string">
          <xs:enumeration value="M"/><xs:enumeration value="F"/>
        </xs:restriction></xs:simpleType></xs:element>
        <xs:element name="name" minOccurs="0"><xs:simpleType><xs:restriction base="xs:string">
          <xs:minLength value="2"/><xs:maxLength value="20"/>
        </xs:restriction></xs:simpleType></xs:element>
        <xs:element name="score" minOccurs="0"><xs:simpleType><xs:restriction base="xs:decimal">
          <xs:minInclusive value="1"/><xs:maxExclusive value="9"/><xs:fractionDigits value="1"/>
        </xs:restriction></xs:simpleType></xs:element>
      </xs:sequence><xs:attribute name="late" type="xs:boolean"/>
      <xs:attribute name="key" type="xs:string"/></xs:complexType></xs:element>
    </xs:sequence></xs:complexType>
    <xs:simpleType name="code"><xs:restriction base="xs:string">
      <xs:pattern value="[A-Z][0-9]{3}"/></xs:restriction></xs:simpleType>
  </xs:schema>
  """

private let schema = Result { try XSDSchema(Array(schemaText.utf8)) }

private func issues(_ content: String) throws -> [ValidationIssue] {
  let text = "<root xmlns=\"urn:t\">\n" + content + "\n</root>"
  return try schema.get().validate(try XMLDocument.parse(Array(text.utf8)))
}

private func rules(_ content: String) throws -> [String] {
  try issues(content).map { "\($0.line ?? 0) \($0.place) \($0.rule)" }
}

@Suite struct XSDSchemaTests {
  @Test(arguments: [
    "<pupil><code>A123</code><born>2012-02-29</born></pupil>",
    "<pupil late='1'><code>A<!-- x -->12&#51;</code>"
      + "<born>2012-02-29</born><sex><![CDATA[M]]></sex></pupil>",
    "<pupil><code>A123</code><born>2012-02-29</born></pupil><p:pupil xmlns:p='urn:t'>"
      + "<p:code>A123</p:code><p:born>2012-02-29</p:born></p:pupil>",
  ])
  func validIsValid(_ content: String) throws {
    #expect(try issues(content) == [])
  }

  @Test func everyFaultHasItsPlaceLineAndRule() throws {
    #expect(
      try rules(
        """
        <pupil late="maybe"><code>a</code>
          <born>2013-02-29</born><sex>X</sex>
          <name>A</name><score>9</score></pupil>
        <pupil><code>A123</code><born>2012-01-01</born><extra/></pupil>
        <pupil><code>A123</code></pupil>
        <pupil early="1"><code>A123</code><born>2012-01-01</born><score>1.25</score></pupil>
        <pupil>text<code>A123</code><born>2012-01-01</born></pupil>
        """) == [
          "2 /root/pupil[1] xsd:type",
          "2 /root/pupil[1]/code xsd:pattern",
          "3 /root/pupil[1]/born xsd:type",
          "3 /root/pupil[1]/sex xsd:enumeration",
          "4 /root/pupil[1]/name xsd:minLength",
          "4 /root/pupil[1]/score xsd:maxExclusive",
          "5 /root/pupil[2]/extra xsd:element",
          "6 /root/pupil[3] xsd:required",
          "7 /root/pupil[4] xsd:attribute",
          "7 /root/pupil[4]/score xsd:fractionDigits",
          "8 /root/pupil[5] xsd:text",
        ])
  }

  @Test func sentencesNameWhatIsAllowed() throws {
    let found = try issues(
      "<pupil><code>a</code><born>x</born><sex>X</sex><name>A</name><score>0</score></pupil>"
        + "<pupil><born/></pupil>"
    ).map(\.message)
    #expect(
      found == [
        "The value must match the pattern '[A-Z][0-9]{3}'.",
        "The value is not of its type: 'xs:date'.",
        "The value must be one of 'M', 'F'.",
        "The value must be at least '2' long.",
        "The value must be at least '1'.",
        "This element is not expected here: expected is ( code ).",
      ])
  }

  /// A planted name in every place, also dressed up as libxml2's own sentences.
  @Test(arguments: [
    "Maria", "Maria' is not accepted by the pattern 'Maria", "x'}.\nMaria",
    "is not an element of the set {'Maria'}.\n",
    "': Missing child element(s). Expected is ( Maria ).",
    "(Maria) allowed ('Maria').\n", "is not a valid value of the type 'Maria'.",
  ])
  func noValueIsEverRepeated(_ name: String) throws {
    var writer = XMLWriter()
    writer.startElement("root")
    writer.attribute("xmlns", "urn:t")
    for element in ["code", "born", "sex", "name", "score"] {
      writer.startElement("pupil")
      writer.attribute("late", name)
      for filler in ["code", "born", "sex", "name", "score"] {
        writer.element(filler, filler == element ? name + String(repeating: "x", count: 20) : name)
      }
      writer.endElement()
      writer.text(name)
    }
    writer.startElement("m:other")
    writer.attribute("xmlns:m", "urn:" + name)
    writer.attribute("m:key", name)
    writer.text(name)
    writer.endElement()
    writer.endElement()
    let found = try schema.get().validate(try XMLDocument.parse(writer.bytes))
    #expect(found.count > 20)
    for issue in found {
      #expect(!issue.message.contains("Maria"))
      #expect(!issue.place.contains("Maria"))
    }
  }

  @Test func hugeValuesAreNotRepeatedEither() throws {
    let long = String(repeating: "Maria is not an element of the set {'Maria'}.\n", count: 4000)
    var writer = XMLWriter()
    writer.startElement("root")
    writer.attribute("xmlns", "urn:t")
    writer.startElement("pupil")
    for element in ["code", "born", "sex", "name", "score"] { writer.element(element, long) }
    writer.endElement()
    writer.endElement()
    let found = try schema.get().validate(try XMLDocument.parse(writer.bytes))
    #expect(found.count == 5)
    #expect(!found.contains { $0.message.contains("Maria") })
  }

  @Test func validatesOnePartOfADocument() throws {
    let text = """
      <e:event xmlns:e="urn:e" xmlns="urn:t"
        xmlns:p="urn:t"><e:data>
        <p:root><pupil><code>A1</code>
          <born>2012-01-01</born></pupil></p:root>
      </e:data></e:event>
      """
    let document = try XMLDocument.parse(Array(text.utf8))
    let payload = try #require(document.root.children.first?.children.first)
    let found = try schema.get().validate(payload)
    #expect(found.map(\.place) == ["/root/pupil/code"])
    #expect(found.map(\.line) == [3])
  }

  @Test func issuesAreBounded() throws {
    let content = String(repeating: "<pupil><code>x</code><born/></pupil>\n", count: 1000)
    let found = try issues(content)
    #expect(found.count == Limits().issuesPerDocument)
    #expect(found.last?.rule == "too-many")
  }

  @Test func anotherRootIsNamed() throws {
    let found = try schema.get().validate(parsing: Array("<root/>".utf8))
    #expect(found.map(\.rule) == ["xsd:root"])
    #expect(try schema.get().validate(parsing: Array("<root>".utf8)).map(\.rule) == ["unfinished"])
  }

  /// A location that would be opened if anything were; 192.0.2.0/24 is never routed.
  @Test func nothingIsEverLoaded() throws {
    for tag in [
      "include schemaLocation", "import namespace=\"urn:o\" schemaLocation",
      "redefine schemaLocation",
    ] {
      for location in ["file:///etc/hostname", "http://192.0.2.1/x.xsd", "x.xsd"] {
        let text =
          "<xs:schema xmlns:xs=\"\(XMLNamespace.schema)\"><xs:\(tag)=\"\(location)\"/>"
          + "<xs:element name=\"r\" type=\"xs:string\"/></xs:schema>"
        let duration = ContinuousClock().measure {
          // An import that cannot be had is a warning to libxml2; the others do not compile.
          if tag.hasPrefix("import") {
            _ = try? XSDSchema(Array(text.utf8))
          } else {
            #expect(throws: XSDSchemaError.self) { try XSDSchema(Array(text.utf8)) }
          }
        }
        #expect(duration < .seconds(1))
      }
    }
    let hinted = """
      <pupil xmlns:xsi="\(XMLNamespace.schemaInstance)"
        xsi:schemaLocation="urn:t http://192.0.2.1/x.xsd"><code>A123</code>
        <born>2012-01-01</born></pupil>
      """
    _ = try issues(hinted)
  }

  @Test func aWrongSchemaDoesNotCompile() {
    for text in [
      "<r/>",
      "<s:schema xmlns:s='\(XMLNamespace.schema)'><s:element name='a' type='b'/></s:schema>",
    ] {
      #expect(throws: XSDSchemaError.self) { try XSDSchema(Array(text.utf8)) }
    }
    #expect(throws: MalformedDocument.self) { try XSDSchema(Array("<!DOCTYPE a><a/>".utf8)) }
  }

  /// One compiled schema, many threads, good and bad documents: every answer is as if alone.
  @Test func oneSchemaServesManyTasks() async throws {
    let shared = try schema.get()
    await withTaskGroup(of: Int.self) { group in
      for task in 0..<16 {
        group.addTask {
          var wrong = 0
          for round in 0..<150 {
            let isGood = (task + round) % 3 != 0
            let code = isGood ? "A123" : "a\(round)"
            let text =
              "<root xmlns='urn:t'><pupil><code>\(code)</code><born>2012-01-01</born>"
              + "<name>Imogen</name><score>2.5</score></pupil></root>"
            let found = shared.validate(parsing: Array(text.utf8)).map(\.place)
            if found != (isGood ? [] : ["/root/pupil/code"]) { wrong += 1 }
          }
          return wrong
        }
      }
      for await wrong in group { #expect(wrong == 0) }
    }
  }
}
