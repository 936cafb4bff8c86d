// What the parser takes and what it refuses, as tables; its limits; its lines and rules.
import ExchangeModel
import Testing

@testable import Validation

struct JSONParserTests {
  private static func rule(_ bytes: [UInt8], _ limits: Limits = Limits()) -> String? {
    do throws(MalformedDocument) {
      _ = try JSONDocument.parse(bytes, limits: limits)
      return nil
    } catch {
      return error.issue.rule
    }
  }

  static let accepted: [String] = [
    "0", "-0", "1", "-1", "10", "0.0", "-0.5", "1e0", "1E+2", "1e-2", "0e1", "123.456e7",
    "1e9999", "true", "false", "null", "\"\"", "\"a\"", "[]", "{}", "[ ]", "{ }", "\t[\r\n] ",
    "[1,2,3]", "[[],[[]],{}]", "{\"a\":1}", "{\"a\":{\"a\":{\"a\":[]}}}", "{\"\":0}",
    "{\"a\":1,\"A\":2}", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\u0041\"", "\"\\u0000\"",
    "\"\\ud83d\\ude00\"", "\"\\uD83D\\uDE00\"", "\"é€😀\"", "\"\u{7F}\"", "\"\u{10FFFF}\"",
    "\"\u{2028}\"", "\"\\uFFFF\"", "[1 , 2 ]", "{ \"a\" : 1 , \"b\" : 2 }",
    // NFC and NFD spellings are different names: keys are compared as bytes.
    "{\"\u{E9}\":1,\"e\u{301}\":2}",
  ]

  @Test(arguments: accepted)
  func accepts(text: String) {
    #expect(Self.rule(Array(text.utf8)) == nil)
  }

  static let refused: [(String, String)] = [
    ("", "json-empty"), (" \n", "json-empty"), ("[", "json-truncated"), ("]", "json-syntax"),
    ("{", "json-truncated"), ("[1", "json-truncated"), ("[1,", "json-truncated"),
    ("[1,]", "json-syntax"), ("[,1]", "json-syntax"), ("[,]", "json-syntax"),
    ("[1 2]", "json-syntax"), ("[1}", "json-syntax"), ("{]", "json-syntax"),
    ("{\"a\"}", "json-syntax"), ("{\"a\":}", "json-syntax"), ("{\"a\":1,}", "json-syntax"),
    ("{,\"a\":1}", "json-syntax"), ("{\"a\":1 \"b\":2}", "json-syntax"),
    ("{a:1}", "json-syntax"), ("{1:1}", "json-syntax"), ("{'a':1}", "json-syntax"),
    ("{\"a\"", "json-truncated"), ("{\"a\":", "json-truncated"),
    ("{\"a\":1", "json-truncated"), ("{\"a\":1,", "json-truncated"),
    ("'a'", "json-syntax"), ("\"a", "json-truncated"), ("\"\\\"", "json-truncated"),
    ("\"\\x41\"", "json-escape"), ("\"\\u004\"", "json-escape"), ("\"\\a\"", "json-escape"),
    ("\"\\U0041\"", "json-escape"), ("\"\\", "json-truncated"), ("\"\\u00", "json-truncated"),
    ("\"\n\"", "control-character"), ("\"\t\"", "control-character"),
    ("\"\u{0}\"", "control-character"), ("\"abcdefg\u{1}\"", "control-character"),
    ("\"\\ud800\"", "lone-surrogate"), ("\"\\udc00\"", "lone-surrogate"),
    ("\"\\ud800\\u0041\"", "lone-surrogate"), ("\"\\ud800x\"", "lone-surrogate"),
    ("\"\\ud800\\ud800\"", "lone-surrogate"), ("01", "json-number"), ("-01", "json-number"),
    ("00", "json-number"), ("-", "json-truncated"), ("-a", "json-number"),
    ("+1", "json-syntax"), (".5", "json-syntax"), ("1.", "json-truncated"),
    ("[1.]", "json-number"), ("1e", "json-truncated"), ("[1e]", "json-number"),
    ("[1e+]", "json-number"), ("[1.e1]", "json-number"), ("0x10", "json-trailing-data"),
    ("1_000", "json-trailing-data"), ("NaN", "json-syntax"), ("Infinity", "json-syntax"),
    ("-Infinity", "json-number"), ("1e10000", "number-exponent"),
    ("1e-10000", "number-exponent"), ("tru", "json-truncated"), ("True", "json-syntax"),
    ("nul1", "json-syntax"), ("true false", "json-trailing-data"), ("{}{}", "json-trailing-data"),
    ("[] x", "json-trailing-data"), ("1 // one", "json-trailing-data"),
    ("/* a */ 1", "json-syntax"), ("[1]\u{0}", "json-trailing-data"), ("\u{A0}1", "json-syntax"),
    ("\u{FEFF}1", "byte-order-mark"), ("[\u{FEFF}1]", "json-syntax"), ("\u{C}1", "json-syntax"),
    ("{\"a\":1,\"a\":1}", "duplicate-key"), ("{\"a\":1,\"\\u0061\":2}", "duplicate-key"),
    ("{\"\":1,\"\":2}", "duplicate-key"), ("[{\"b\":{\"c\":1,\"d\":2,\"c\":3}}]", "duplicate-key"),
    ("{\"\\/\":1,\"/\":2}", "duplicate-key"), ("{\"\\ud83d\\ude00\":1,\"😀\":2}", "duplicate-key"),
  ]

  @Test(arguments: refused)
  func refuses(text: String, rule: String) {
    #expect(Self.rule(Array(text.utf8)) == rule)
  }

  /// Byte sequences that are not UTF-8, inside and outside a string.
  @Test(
    arguments: [
      [0x80], [0xBF], [0xC0, 0xAF], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xE0, 0x80, 0x80],
      [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xE2, 0x82],
      [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
      [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF],
      [0xF0, 0x9F, 0x98], [0xE9],
    ] as [[UInt8]])
  func refusesWhatIsNotUTF8(bytes: [UInt8]) {
    for padding in 0..<9 {
      let quoted = [0x22] + [UInt8](repeating: 0x61, count: padding) + bytes + [0x22]
      #expect(Self.rule(quoted) == "utf-8")
    }
    #expect(Self.rule([0x5B] + bytes + [0x5D]) == "utf-8")
    #expect(Self.rule(Array("{\"a".utf8) + bytes + Array("\":1}".utf8)) == "utf-8")
  }

  @Test func refusesOtherEncodings() {
    #expect(Self.rule([0xFE, 0xFF, 0, 0x5B, 0, 0x5D]) != nil)
    #expect(Self.rule([0xFF, 0xFE, 0x5B, 0, 0x5D, 0]) != nil)
    #expect(Self.rule([0x5B, 0, 0x5D, 0]) != nil)
  }

  @Test func findsDuplicatesAmongManyKeys() {
    for count in [2, 23, 24, 25, 60, 2_000] {
      let unique = (0..<count).map { "\"key\($0)\":\($0)" }
      #expect(Self.rule(Array("{\(unique.joined(separator: ","))}".utf8)) == nil)
      for repeated in [0, count / 2, count - 1] {
        let members = unique + ["\"key\(repeated)\":0"]
        #expect(
          Self.rule(Array("{\(members.joined(separator: ","))}".utf8)) == "duplicate-key")
      }
    }
  }

  @Test func keepsLimits() {
    var limits = Limits()
    limits.documentDepth = 3
    limits.textBytes = 4
    limits.numberBytes = 5
    limits.nodesPerDocument = 4
    #expect(Self.rule(Array("[[[]]]".utf8), limits) == nil)
    #expect(Self.rule(Array("[[[[]]]]".utf8), limits) == "depth")
    #expect(Self.rule(Array("\"abcd\"".utf8), limits) == nil)
    #expect(Self.rule(Array("\"abcde\"".utf8), limits) == "text-length")
    #expect(Self.rule(Array("{\"abcde\":1}".utf8), limits) == "text-length")
    #expect(Self.rule(Array("12345".utf8), limits) == nil)
    #expect(Self.rule(Array("123456".utf8), limits) == "number-length")
    #expect(Self.rule(Array("[1,2,3]".utf8), limits) == nil)
    #expect(Self.rule(Array("[1,2,3,4]".utf8), limits) == "too-many-values")
  }

  @Test func refusesDeepNestingWithoutCrashing() {
    let deep = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
    #expect(Self.rule(deep) == "depth")
  }

  @Test func namesTheLineAndNothingRead() throws {
    let text = "{\n  \"a\": 1,\n  \"secret\": 1,\n  \"secret\": 2\n}"
    let fault = #expect(throws: MalformedDocument.self) {
      try JSONDocument.parse(Array(text.utf8))
    }
    let issue = try #require(fault?.issue)
    #expect(issue.line == 4)
    #expect(issue.rule == "duplicate-key")
    #expect(issue.message.hasPrefix("At byte 3 of the line: "))
    #expect(!issue.message.contains("secret"))
    #expect(issue.place == "")
  }
}
