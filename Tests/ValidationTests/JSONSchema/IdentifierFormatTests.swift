// The identifiers of children and schools, by vectors: published test values and made ones.
import Testing

@testable import Validation

struct IdentifierFormatTests {
  private static func accepts(_ format: StringFormat, _ text: String) -> Bool {
    Array(text.utf8).withUnsafeBufferPointer { format.accepts($0) }
  }

  @Test(arguments: [
    ("A950000178301", false),  // right letter, but LA 950 was never issued
    ("H243278544154", false),  // right letter, LA 243 never issued
    ("X845212818005", true),
    ("H801200001001", true),  // DfE's worked example
    ("R674123101121", true),
    ("R850412325001", true),
    ("W850203924017", true),
    ("G80120000101A", true),  // temporary
    ("C85041232500A", true),
    ("X428558133462", false),  // wrong letter
    ("R247962919251", false),
    ("R900400001001", false),  // right letter, LA never issued (CIN rule 1530)
    ("i801200001001", false), ("H80120000100", false), ("H8012000010010", false),
    ("S801200001001", false), ("H80120000100I", false), ("", false), ("H80120000100\u{E9}", false),
    ("H80120A001001", false),
  ])
  func upn(text: String, isValid: Bool) {
    #expect(Self.accepts(.upn, text) == isValid)
  }

  @Test(arguments: [
    ("1000000019", true), ("1000000027", true), ("1234567899", true), ("9999999999", false),
    ("1000000018", false), ("0000000000", false), ("100000001", false), ("10000000190", false),
    ("100000001A", false),
  ])
  func uln(text: String, isValid: Bool) {
    #expect(Self.accepts(.uln, text) == isValid)
  }

  @Test(arguments: [
    ("9434765919", true), ("4010232137", true), ("9990000018", true), ("9876543210", true),
    ("9434765918", false), ("943 476 5919", false), ("0000000000", false), ("943476591", false),
    ("943476591X", false),
  ])
  func nhsNumber(text: String, isValid: Bool) {
    #expect(Self.accepts(.nhsNumber, text) == isValid)
  }

  @Test(arguments: [
    ("681990012058G", true), ("681990012058A", false), ("681990012058g", false),
    ("68199001205G", false), ("68199I012058G", false),
  ])
  func uci(text: String, isValid: Bool) {
    #expect(Self.accepts(.uci, text) == isValid)
  }

  @Test(arguments: [
    ("8504321", true), ("8511101", true), ("9174000", true), ("0014321", false),
    ("9994321", false), ("8500000", false), ("850432", false), ("850/4321", false),
    ("85O4321", false),
  ])
  func laestab(text: String, isValid: Bool) {
    #expect(Self.accepts(.laestab, text) == isValid)
  }

  @Test(arguments: [
    ("SO23 8UJ", true), ("M1 1AE", true), ("B33 8TH", true), ("CR2 6XH", true),
    ("DN55 1PT", true), ("W1A 1HQ", true), ("EC1A 1BB", true), ("GIR 0AA", true),
    ("so23 8uj", false), ("SO238UJ", false), ("SO23  8UJ", false), ("QO23 8UJ", false),
    ("SO23 8UC", false), ("SJ23 8UJ", false), ("S 8UJ", false), ("SO 8UJ", false),
    ("SO234 8UJ", false), ("SO23 UUJ", false), ("", false),
  ])
  func postcode(text: String, isValid: Bool) {
    #expect(Self.accepts(.ukPostcode, text) == isValid)
  }

  /// Any one digit changed makes the check letter wrong, whichever it is: 23 is prime.
  @Test func everyWrongDigitOfAUPNIsFound() {
    let upn = Array("R850412325001".utf8)
    for place in 4..<13 {
      for digit in UInt8(0x30)...0x39 where digit != upn[place] {
        var wrong = upn
        wrong[place] = digit
        #expect(!wrong.withUnsafeBufferPointer { StringFormat.upn.accepts($0) })
      }
    }
  }

  /// No format traps on random bytes of well-formed UTF-8, of any length.
  @Test(arguments: StringFormat.allCases)
  func neverTraps(format: StringFormat) {
    var random = SeededRandom(seed: 7)
    let letters = Array("aA0159.:-/[]{}@%#?~\"\\xn--P:TZé٠ب。😀 ")
    for _ in 0..<500 {
      var text = ""
      for _ in 0..<random.below(24) { text.append(letters[random.below(letters.count)]) }
      _ = Self.accepts(format, text)
    }
  }
}
