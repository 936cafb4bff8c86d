// The parser of documents in pieces: the same verdict and the same records as the whole parser,
// wherever the pieces are cut.

import ExchangeModel
import Testing

@testable import Validation

@Suite("XML in pieces")
struct XMLRecordParserTests {
  private func records(
    _ text: String, pieceBytes: Int, limits: Limits = Limits()
  ) throws(MalformedDocument) -> [String] {
    var parser = XMLRecordParser(recordDepth: 2, limits: limits)
    var found: [String] = []
    func take(_ event: XMLRecordEvent) {
      switch event {
      case .began(let element, let depth): found.append("\(depth) \(element.localName)")
      case .record(let element):
        let text = String(decoding: element.standaloneBytes(), as: UTF8.self)
        found.append("\(element.line) \(text)")
      case .ended(let depth, let hasText): found.append("\(depth) \(hasText)")
      }
    }
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: pieceBytes) {
      try parser.add(bytes[start..<min(start + pieceBytes, bytes.count)], take)
    }
    try parser.finish(take)
    return found
  }

  private static let document = """
    <?xml version="1.0" encoding="UTF-8"?>
    <!-- > a comment < -->
    <a xmlns="urn:x" xmlns:p="urn:p" q="'>'">
     <b><c p:d="1 > 2">x<!-- </c> --><![CDATA[</c>]]>&amp;é</c>t<p:e/></b> text
     <f/><g><h><i><j/></i></h>
     <k xmlns:p="urn:other"><p:l/></k></g></a><!-- end -->

    """

  @Test("Pieces of any size give the same records as one piece")
  func pieces() throws {
    let whole = try records(Self.document, pieceBytes: 10_000)
    #expect(whole.first == "0 a")
    #expect(
      whole == [
        "0 a", "1 b",
        "4 <c xmlns=\"urn:x\" xmlns:p=\"urn:p\" p:d=\"1 > 2\">x<!-- </c> --><![CDATA[</c>]]>&amp;é"
          + "</c>",
        "4 <p:e xmlns:p=\"urn:p\"/>", "1 true", "1 f", "1 false", "1 g",
        "5 <h xmlns=\"urn:x\"><i><j/></i></h>",
        "6 <k xmlns=\"urn:x\" xmlns:p=\"urn:other\"><p:l/></k>", "1 false", "0 true",
      ])
    for size in 1...70 {
      #expect(try records(Self.document, pieceBytes: size) == whole, "pieces of \(size)")
    }
  }

  @Test("A document is taken in pieces exactly when it is taken whole")
  func verdicts() {
    var random = SeededBytes(seed: 20_261_121)
    let bytes = Array(Self.document.utf8)
    for _ in 0..<1500 {
      var changed = bytes
      let at = Int(random.next() % UInt64(bytes.count))
      switch random.next() % 3 {
      case 0: changed.remove(at: at)
      case 1:
        changed[at] = Array("<>/\"'&;!-[] x\u{0}".utf8).randomElement(using: &random) ?? 0
      default: changed.removeSubrange(at...)
      }
      let text = String(decoding: changed, as: UTF8.self)
      let isTaken = (try? XMLDocument.parse(Array(text.utf8))) != nil
      let size = Int(random.next() % 40) + 1
      #expect(((try? records(text, pieceBytes: size)) != nil) == isTaken, "\(text)")
    }
  }

  @Test("A fault has its line, however far the document was forgotten")
  func lines() {
    let many = String(repeating: "<r>\n<s>text</s>\n</r>\n", count: 60_000)
    let text = "<a><b>\n" + many + "<r><s></r></b></a>"
    do {
      _ = try records(text, pieceBytes: 64 << 10)
      Issue.record("taken")
    } catch {
      #expect(error.issue.rule == "end-tag")
      #expect(error.issue.line == 180_002)
    }
  }

  @Test("A token that has no end is refused before it fills the memory")
  func endless() {
    var limits = Limits()
    limits.textBytes = 10_000
    for start in ["<a><b><c>", "<a><b><c d=\"", "<a><b><!--", "<a><b><c><![CDATA[", "<a "] {
      var parser = XMLRecordParser(recordDepth: 2, limits: limits)
      #expect(throws: MalformedDocument.self) {
        try parser.add(Array(start.utf8)) { _ in }
        for _ in 0..<100 { try parser.add([UInt8](repeating: 0x78, count: 1000)) { _ in } }
      }
    }
  }
}
