// Properties of the XML parser and writer over seeded random input.
import ExchangeModel
import Testing
import Validation

@Suite struct XMLPropertyTests {
  @Test func whatIsWrittenIsReadBack() throws {
    var random = SeededBytes(seed: 11)
    for _ in 0..<1000 {
      let text = random.text(upTo: 40)
      let value = random.text(upTo: 40)
      var writer = XMLWriter()
      writer.startElement("r")
      writer.attribute("a", value)
      writer.startElement("b")
      writer.endElement()
      writer.text(text)
      writer.endElement()
      let root = try XMLDocument.parse(writer.bytes).root
      #expect(root.text.unicodeScalars.elementsEqual(text.unicodeScalars))
      #expect(root.attribute("a")?.unicodeScalars.elementsEqual(value.unicodeScalars) == true)
    }
  }

  @Test func forbiddenCharactersNeverBreakWhatIsWritten() throws {
    let text = "a\0b\u{1F}c\u{FFFE}d\u{FFFF}e"
    #expect(!XMLWriter.canHold(text))
    var writer = XMLWriter()
    writer.element("r", text)
    let expected = "a\u{FFFD}b\u{FFFD}c\u{FFFD}d\u{FFFD}e"
    #expect(try XMLDocument.parse(writer.bytes).root.text == expected)
  }

  /// A changed document is refused or read; what is read keeps its promises; nothing traps.
  @Test func mutatedDocumentsNeverTrap() {
    let seeds = [
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?><a:r xmlns:a=\"urn:a\" b='c' a:d=\"e&amp;\">"
        + "<f>text</f><!-- x --><g><![CDATA[y]]>&#65;</g>é</a:r>",
      "<r xmlns=\"u\"><a/>\r\n<b xml:space='preserve'>\t]]&gt;</b><a><c/></a></r>",
    ].map { Array($0.utf8) }
    var random = SeededBytes(seed: 12)
    var accepted = 0
    for round in 0..<6_000 {
      let bytes = random.mutated(seeds[round % seeds.count])
      guard let document = try? XMLDocument.parse(bytes) else { continue }
      accepted += 1
      walk(document.root)
      #expect((try? XMLDocument.parse(document.root.standaloneBytes())) != nil)
    }
    #expect(accepted > 100, "mutations must leave some documents whole")
  }

  private func walk(_ element: XMLElement) {
    #expect(!element.localName.isEmpty)
    #expect(element.path().hasSuffix(element.localName) || element.path().hasSuffix("]"))
    _ = element.text
    _ = element.attributes
    _ = element.schemaType
    for child in element.children {
      #expect(child.byteRange.lowerBound > element.byteRange.lowerBound)
      #expect(child.byteRange.upperBound < element.byteRange.upperBound)
      walk(child)
    }
  }
}
