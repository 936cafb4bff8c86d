// What the XML parser makes of documents that it takes.
// Vectors come from XML 1.0 (2.11, 3.3.3) and Namespaces in XML 1.0 (6.2, 6.3).
import ExchangeModel
import Testing
import Validation

private func parse(_ text: String) throws -> XMLElement {
  try XMLDocument.parse(Array(text.utf8)).root
}

@Suite struct XMLDocumentTests {
  @Test(arguments: [
    "<?xml version=\"1.0\"?><r/>", "<?xml version='1.0' encoding='utf-8'?>\n<r/>",
    "<?xml version=\"1.0\" encoding=\"Utf-8\" standalone=\"yes\" ?><r/>",
    "<!-- a --><r/><!-- b -->\n", "<r></r >", "<r\n/>", "<r xml:lang='en'/>",
    "<r xmlns:xml=\"\(XMLNamespace.xml)\"/>", "<é a·=''/>",
  ])
  func takes(_ text: String) throws {
    _ = try parse(text)
  }

  @Test(arguments: [
    ("<r>a&lt;b&gt;&amp;&quot;&apos;&#65;&#x42;&#x1F600;</r>", "a<b>&\"'AB😀"),
    ("<r>a\r\nb\rc\nd&#13;e</r>", "a\nb\nc\nd\re"),
    ("<r>a<![CDATA[<b>&amp;\r\n]]]]>c<!-- x -->d</r>", "a<b>&amp;\n]]cd"),
    ("<r>a<b>x</b>c<b/>d</r>", "acd"), ("<r/>", ""), ("<r></r>", ""), ("<r>]]</r>", "]]"),
    ("<r>]>é</r>", "]>é"),
  ])
  func readsText(_ text: String, _ expected: String) throws {
    #expect(Array(try parse(text).text.utf8) == Array(expected.utf8))
    #expect(try parse(text).textBytes == Array(expected.utf8))
  }

  @Test func normalisesAttributes() throws {
    let root = try parse("<r a='x\ty\r\nz&#10;&#9;&lt;\"' b=\"'\"/>")
    #expect(root.attribute("a") == "x y z\n\t<\"")
    #expect(root.attribute("b") == "'")
    #expect(root.attribute("c") == nil)
  }

  @Test func tellsWhiteSpaceFromText() throws {
    #expect(try !parse("<r> \n\t<a/>&#32;<!-- x --></r>").hasText)
    #expect(try parse("<r> <a/>x</r>").hasText)
    #expect(try parse("<r><a/><![CDATA[x]]></r>").hasText)
    #expect(try !parse("<r><a>x</a></r>").hasText)
  }

  @Test func resolvesNamespaces() throws {
    let root = try parse(
      """
      <r xmlns="urn:a" xmlns:p="urn:b" q="1" p:q="2">
        <p:c><d xmlns=""/><d xmlns="urn:c" xmlns:p="urn:d"><p:e/></d></p:c><f/>
      </r>
      """)
    #expect(root.namespace == "urn:a")
    #expect(root.attribute("q") == "1")
    #expect(root.attribute("q", in: "urn:b") == "2")
    let names = root.children.map { $0.namespace + "|" + $0.localName }
    #expect(names == ["urn:b|c", "urn:a|f"])
    let inner = try #require(root.children.first).children
    #expect(inner.map(\.namespace) == ["", "urn:c"])
    #expect(inner.last?.children.first?.namespace == "urn:d")
    #expect(root.isNamed("r", in: "urn:a"))
    #expect(!root.isNamed("r", in: "urn:b"))
    #expect(!root.isNamed("rr", in: "urn:a"))
  }

  @Test func knowsLinesAndPaths() throws {
    let root = try parse("<r>\n <a/>\n <b\n  c=''>\n  <a/></b>\n <a>\n  <d/></a></r>")
    let children = root.children
    #expect(root.line == 1)
    #expect(children.map(\.line) == [2, 3, 6])
    let deepest = try #require(children.last?.children.first)
    #expect(deepest.path() == "/r/a[2]/d")
    #expect(deepest.path(below: root) == "/a[2]/d")
    #expect(root.line(at: "/r/a[2]/d") == 7)
    #expect(root.line(at: "/r/b/absent") == 3)
    #expect(root.line(at: "/r/a[9]") == 1)
    #expect(children[1].contentLine == 4)
  }

  @Test func cutsAnElementOutToStandAlone() throws {
    let text = """
      <e xmlns="urn:e" xmlns:p="urn:p" xmlns:xsi="\(XMLNamespace.schemaInstance)" xmlns:t="urn:t"
        xmlns:unused="urn:u"><d><m xmlns="urn:m">\
      <p:x xsi:type="t:y"/><!-- kept --></m><n xml:lang="en"/></d></e>
      """
    let inner = try #require(try parse(text).children.first).children
    #expect(
      String(decoding: inner[0].standaloneBytes(), as: UTF8.self)
        == "<m xmlns:p=\"urn:p\" xmlns:xsi=\"\(XMLNamespace.schemaInstance)\" xmlns:t=\"urn:t\""
        + " xmlns=\"urn:m\"><p:x xsi:type=\"t:y\"/><!-- kept --></m>")
    #expect(
      String(decoding: inner[1].standaloneBytes(), as: UTF8.self)
        == "<n xmlns=\"urn:e\" xml:lang=\"en\"/>")
    for element in inner {
      let alone = try XMLDocument.parse(element.standaloneBytes()).root
      #expect(alone.namespace == element.namespace)
      #expect(alone.standaloneBytes() == element.standaloneBytes())
    }
  }

  @Test func readsTheSchemaTypeByItsNamespace() throws {
    let xsi = "xmlns:xsi=\"\(XMLNamespace.schemaInstance)\""
    #expect(
      try parse("<r \(xsi) xmlns:a='urn:a' xsi:type='a:b'/>").schemaType?.namespace == "urn:a")
    #expect(try parse("<r \(xsi) xsi:type='a:b'/>").schemaType?.namespace == nil)
    #expect(try parse("<r \(xsi) xsi:type='b'/>").schemaType?.localName == "b")
    #expect(try parse("<r type='b'/>").schemaType == nil)
  }

  @Test func faultsNameLineAndPath() {
    do {
      _ = try parse("<r>\n<a>\n\n&bad;</a></r>")
      Issue.record("accepted")
    } catch let error as MalformedDocument {
      #expect(error.issue.line == 4)
      #expect(error.issue.place == "/r/a")
      #expect(!error.issue.message.contains("bad"))
    } catch {
      Issue.record("another error")
    }
  }
}
