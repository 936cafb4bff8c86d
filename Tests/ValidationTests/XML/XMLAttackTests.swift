// XML that attacks: every kind known to hurt a parser is refused by the right rule, and quickly.
// Nothing here reads a file or opens a connection, and no test may need more than its bytes.
import ExchangeModel
import Foundation
import Testing
import Validation

struct XMLAttack: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let bytes: [UInt8]
  let rule: String

  init(_ name: String, _ text: String, _ rule: String) {
    self.init(name, Array(text.utf8), rule)
  }

  init(_ name: String, _ bytes: [UInt8], _ rule: String) {
    testDescription = name
    self.bytes = bytes
    self.rule = rule
  }
}

private func utf16(_ text: String, bigEndian: Bool, mark: Bool = false) -> [UInt8] {
  let units = (mark ? [0xFEFF] : []) + Array(text.utf16)
  return units.flatMap {
    bigEndian ? [UInt8($0 >> 8), UInt8($0 & 255)] : [UInt8($0 & 255), UInt8($0 >> 8)]
  }
}

private func many(_ count: Int, _ text: (Int) -> String) -> String {
  (0..<count).map(text).joined()
}

private let entityAttacks: [XMLAttack] = [
  XMLAttack(
    "external entity", "<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><r>&x;</r>",
    "doctype"),
  XMLAttack("external DTD", "<!DOCTYPE r SYSTEM \"http://192.0.2.1/x.dtd\"><r/>", "doctype"),
  XMLAttack(
    "public DTD", "<?xml version=\"1.0\"?>\n<!DOCTYPE r PUBLIC \"a\" \"b\"><r/>", "doctype"),
  XMLAttack("DOCTYPE after a comment", "<!-- a --><!DOCTYPE r><r/>", "doctype"),
  XMLAttack("DOCTYPE inside", "<r><!DOCTYPE r></r>", "doctype"),
  XMLAttack(
    "billion laughs",
    "<!DOCTYPE r [<!ENTITY a \"ha\">" + many(9) { "<!ENTITY b\($0) \"&a;&a;&a;&a;&a;\">" }
      + "]><r>&b8;</r>", "doctype"),
  XMLAttack(
    "quadratic entity",
    "<!DOCTYPE r [<!ENTITY a \"" + many(10_000) { _ in "aaaaa" } + "\">]><r>"
      + many(10_000) { _ in "&a;" } + "</r>", "doctype"),
  XMLAttack("parameter entity", "<!DOCTYPE r [<!ENTITY % p \"x\"> %p;]><r/>", "doctype"),
  XMLAttack("undeclared entity", "<r>&x;</r>", "entity"),
  XMLAttack("entity in an attribute", "<r a=\"&x;\"/>", "entity"),
  XMLAttack("entity without end", "<r>&amp</r>", "entity"),
  XMLAttack("entity with a long name", "<r>&" + many(5000) { _ in "a" } + ";</r>", "entity"),
  XMLAttack("HTML's entity", "<r>&nbsp;</r>", "entity"),
  XMLAttack("reference to NUL", "<r>&#0;</r>", "character-reference"),
  XMLAttack("reference to a surrogate", "<r>&#xD800;</r>", "character-reference"),
  XMLAttack("reference to U+FFFF", "<r>&#xFFFF;</r>", "character-reference"),
  XMLAttack("reference beyond Unicode", "<r>&#x110000;</r>", "character-reference"),
  XMLAttack("reference that overflows", "<r>&#99999999999999999999;</r>", "character-reference"),
  XMLAttack("reference without digits", "<r>&#x;</r>", "character-reference"),
  XMLAttack("reference with capital X", "<r>&#X41;</r>", "character-reference"),
]

private let sizeAttacks: [XMLAttack] = [
  XMLAttack("nested 10,000 deep", many(10_000) { _ in "<a>" }, "depth"),
  XMLAttack("nested 65 deep", many(65) { _ in "<a>" } + many(65) { _ in "</a>" }, "depth"),
  XMLAttack("80,000 attributes", "<r " + many(80_000) { "a\($0)=\"\" " } + "/>", "attributes"),
  XMLAttack(
    "80,000 namespaces", "<r " + many(30_000) { "xmlns:a\($0)=\"u:\($0)\" " } + "/>", "attributes"),
  XMLAttack(
    "namespaces by nesting",
    many(40) { level in "<a " + many(60) { "xmlns:p\(level)x\($0)=\"u\" " } + ">" },
    "namespaces"),
  XMLAttack("200,000 elements", "<r>" + many(200_000) { _ in "<a/>" } + "</r>", "nodes"),
  XMLAttack("a name of 100,000 bytes", "<" + many(100_000) { _ in "a" } + "/>", "name-length"),
  XMLAttack("a text of 2 MB", "<r>" + many(2 << 20) { _ in "a" } + "</r>", "size"),
  XMLAttack("a CDATA of 2 MB", "<r><![CDATA[" + many(2 << 20) { _ in "a" } + "]]></r>", "size"),
  XMLAttack(
    "200,000 comments", many(100_000) { _ in "<!---->" } + "<r>" + many(40_000) { _ in "<!---->" },
    "unfinished"),
  XMLAttack("open brackets", many(500_000) { _ in "<" }, "name"),
  XMLAttack("ends of CDATA", "<r>" + many(500_000) { _ in "]" }, "unfinished"),
  XMLAttack("a long attribute", "<r a=\"" + many(900_000) { _ in "b" }, "unfinished"),
]

private let encodingAttacks: [XMLAttack] = [
  XMLAttack("UTF-16 big endian", utf16("<r/>", bigEndian: true), "encoding"),
  XMLAttack("UTF-16 little endian", utf16("<r/>", bigEndian: false), "encoding"),
  XMLAttack("UTF-16 with its mark", utf16("<r/>", bigEndian: true, mark: true), "encoding"),
  XMLAttack("UTF-16 LE with its mark", utf16("<r/>", bigEndian: false, mark: true), "encoding"),
  XMLAttack(
    "UTF-16 hiding a DOCTYPE", utf16("<!DOCTYPE r><r/>", bigEndian: true, mark: true), "encoding"),
  XMLAttack("UTF-32", [0, 0, 0xFE, 0xFF, 0, 0, 0, 0x3C], "encoding"),
  XMLAttack("UTF-7 mark", "+/v8-<r/>", "encoding"),
  XMLAttack("UTF-7 declared", "<?xml version=\"1.0\" encoding=\"UTF-7\"?><r/>", "encoding"),
  XMLAttack("UTF-16 declared", "<?xml version=\"1.0\" encoding=\"UTF-16\"?><r/>", "encoding"),
  XMLAttack("Latin-1 declared", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><r/>", "encoding"),
  XMLAttack("EBCDIC", [0x4C, 0x6F, 0xA7, 0x94, 0x93], "encoding"),
  XMLAttack("UTF-8 byte order mark", [0xEF, 0xBB, 0xBF] + Array("<r/>".utf8), "encoding"),
  XMLAttack("overlong slash", Array("<r>".utf8) + [0xC0, 0xAF] + Array("</r>".utf8), "utf-8"),
  XMLAttack("overlong NUL", Array("<r>".utf8) + [0xC0, 0x80] + Array("</r>".utf8), "utf-8"),
  XMLAttack(
    "overlong, 3 bytes", Array("<r>".utf8) + [0xE0, 0x80, 0xBC] + Array("</r>".utf8), "utf-8"),
  XMLAttack("a surrogate", Array("<r>".utf8) + [0xED, 0xA0, 0x80] + Array("</r>".utf8), "utf-8"),
  XMLAttack("beyond Unicode", Array("<r>".utf8) + [0xF4, 0x90, 0x80, 0x80], "utf-8"),
  XMLAttack("cut UTF-8", Array("<r>".utf8) + [0xE2, 0x82], "utf-8"),
  XMLAttack("a lone continuation", Array("<r a=\"".utf8) + [0x80] + Array("\"/>".utf8), "utf-8"),
  XMLAttack("NUL in text", "<r>a\0b</r>", "character"),
  XMLAttack("NUL in a name", "<r\0/>", "tag"),
  XMLAttack("NUL in an attribute", "<r a=\"\0\"/>", "character"),
  XMLAttack("NUL after the root", "<r/>\0", "after-root"),
  XMLAttack("escape character", "<r>\u{1B}[31m</r>", "character"),
  XMLAttack("U+FFFF", "<r>\u{FFFF}</r>", "character"),
  XMLAttack("NUL in CDATA", "<r><![CDATA[\0]]></r>", "character"),
  XMLAttack("NUL in a comment", "<r><!-- \0 --></r>", "character"),
]

private let structureAttacks: [XMLAttack] = [
  XMLAttack("nothing", "", "empty"),
  XMLAttack("white space", " \n", "empty"),
  XMLAttack("a comment only", "<!-- a -->", "empty"),
  XMLAttack("text", "hello", "not-xml"),
  XMLAttack("JSON", "{}", "not-xml"),
  XMLAttack("two roots", "<r/><r/>", "after-root"),
  XMLAttack("trailing junk", "<r/>junk", "after-root"),
  XMLAttack("an empty instruction", "<r><?p?></r>", "processing-instruction"),
  XMLAttack(
    "an instruction", "<?xml-stylesheet href='http://192.0.2.1/'?><r/>",
    "processing-instruction"),
  XMLAttack("an instruction at the end", "<r/><?p x?>", "processing-instruction"),
  XMLAttack("a late declaration", " <?xml version=\"1.0\"?><r/>", "processing-instruction"),
  XMLAttack("XML 1.1", "<?xml version=\"1.1\"?><r/>", "version"),
  XMLAttack("a declaration without version", "<?xml encoding=\"UTF-8\"?><r/>", "declaration"),
  XMLAttack("a declaration twice", "<?xml version=\"1.0\" version=\"1.0\"?><r/>", "declaration"),
  XMLAttack("an unfinished declaration", "<?xml version=\"1.0\"", "declaration"),
  XMLAttack(
    "XInclude",
    "<r xmlns:xi=\"http://www.w3.org/2001/XInclude\"><xi:include href=\"/etc/passwd\"/></r>",
    "xinclude"),
  XMLAttack("XInclude escaped", "<r xmlns:x=\"http://www.w3.org/2001/&#88;Include\"/>", "xinclude"),
  XMLAttack("unfinished element", "<r><a></r>", "end-tag"),
  XMLAttack("unclosed", "<r>", "unfinished"),
  XMLAttack("crossed", "<a><b></a></b>", "end-tag"),
  XMLAttack("prefix of an end tag", "<ab></a></ab>", "end-tag"),
  XMLAttack("an end tag with more", "<a></ab>", "end-tag"),
  XMLAttack("undeclared prefix", "<p:r/>", "namespace"),
  XMLAttack("undeclared prefix of an attribute", "<r p:a=\"\"/>", "namespace"),
  XMLAttack("prefix undeclared again", "<r xmlns:p=\"\"/>", "namespace"),
  XMLAttack(
    "the xml namespace on another prefix", "<r xmlns:p=\"\(XMLNamespace.xml)\"/>", "namespace"),
  XMLAttack("the xml prefix on another namespace", "<r xmlns:xml=\"u\"/>", "namespace"),
  XMLAttack("the xmlns prefix", "<r xmlns:xmlns=\"u\"/>", "namespace"),
  XMLAttack("the xmlns namespace", "<r xmlns=\"\(XMLNamespace.xmlns)\"/>", "namespace"),
  XMLAttack("an attribute twice", "<r a=\"1\" a=\"2\"/>", "duplicate-attribute"),
  XMLAttack(
    "an attribute twice, late", "<r " + many(60) { "a\($0)=\"\" " } + "a3=\"\"/>",
    "duplicate-attribute"),
  XMLAttack("a namespace twice", "<r xmlns=\"a\" xmlns=\"b\"/>", "duplicate-attribute"),
  XMLAttack(
    "an attribute twice by two prefixes", "<r xmlns:a=\"u\" xmlns:b=\"u\" a:x=\"\" b:x=\"\"/>",
    "duplicate-attribute"),
  XMLAttack("two colons", "<a:b:c xmlns:a=\"u\"/>", "tag"),
  XMLAttack("a leading colon", "<:a/>", "name"),
  XMLAttack("a trailing colon", "<a: xmlns:a=\"u\"/>", "name"),
  XMLAttack("a digit first", "<1/>", "name"),
  XMLAttack("no quotes", "<r a=1/>", "attribute"),
  XMLAttack("no value", "<r a/>", "attribute"),
  XMLAttack("< in an attribute", "<r a=\"<\"/>", "attribute"),
  XMLAttack("no space between attributes", "<r a=\"\"b=\"\"/>", "tag"),
  XMLAttack("]]> in text", "<r>]]></r>", "text"),
  XMLAttack("-- in a comment", "<r><!-- -- --></r>", "comment"),
  XMLAttack("---> in a comment", "<r><!-- ---></r>", "comment"),
  XMLAttack("an unfinished comment", "<r><!-- ", "unfinished"),
  XMLAttack("an unfinished CDATA", "<r><![CDATA[", "unfinished"),
  XMLAttack("CDATA outside", "<![CDATA[]]><r/>", "markup"),
  XMLAttack("an element declaration", "<r><!ELEMENT r ANY></r>", "markup"),
  XMLAttack("lower-case cdata", "<r><![cdata[]]></r>", "markup"),
  XMLAttack("a reference outside", "&amp;<r/>", "not-xml"),
]

/// Processor time of this thread in seconds: other tests run at the same time.
private func threadSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

private func refusalOf(_ bytes: [UInt8]) -> MalformedDocument? {
  do throws(MalformedDocument) {
    _ = try XMLDocument.parse(bytes)
    return nil
  } catch {
    return error
  }
}

@Suite struct XMLAttackTests {
  @Test(arguments: entityAttacks + sizeAttacks + encodingAttacks + structureAttacks)
  func isRefusedQuicklyByItsRule(_ attack: XMLAttack) {
    let start = threadSeconds()
    let refusal = refusalOf(attack.bytes)
    let spent = threadSeconds() - start
    #expect(refusal?.issue.rule == attack.rule)
    #expect(refusal?.issue.message.isEmpty == false)
    #expect(refusal?.issue.line != nil)
    #expect(spent < 2, "seconds; a debug build needs well under one")
  }

  @Test func limitsAreThoseGiven() throws {
    var limits = Limits()
    limits.textBytes = 8
    #expect(throws: MalformedDocument.self) {
      try XMLDocument.parse(Array("<r>123456789</r>".utf8), limits: limits)
    }
    #expect(throws: MalformedDocument.self) {
      try XMLDocument.parse(Array("<r>1234<a/><![CDATA[56789]]></r>".utf8), limits: limits)
    }
    #expect(throws: MalformedDocument.self) {
      try XMLDocument.parse(Array("<r a=\"123456789\"/>".utf8), limits: limits)
    }
    _ = try XMLDocument.parse(Array("<r>12345678</r>".utf8), limits: limits)
  }

  /// Eight times the bytes may take about eight times the time; 64 times would be quadratic.
  @Test func timeGrowsWithTheBytes() throws {
    func document(_ count: Int) -> [UInt8] {
      Array(("<r>" + many(count) { "<a b=\"\($0)\" c=\"&amp;\">x]y</a>\n" } + "</r>").utf8)
    }
    func best(_ bytes: [UInt8]) throws -> Double {
      try (0..<3).map { _ in
        let start = threadSeconds()
        _ = try XMLDocument.parse(bytes)
        return threadSeconds() - start
      }.min() ?? 0
    }
    let small = try best(document(1_000))
    let large = try best(document(8_000))
    #expect(large < small * 30)
  }
}
