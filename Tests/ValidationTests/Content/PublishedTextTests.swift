// Texts that are to be published: what is found, however long the text and wherever it stands.

import ExchangeModel
import Testing

@testable import Validation

@Suite struct PublishedTextTests {
  private func scan(_ text: String) -> PublishedText {
    PublishedText(Array(text.utf8), on: CivilDate("2026-11-21"))
  }

  @Test func aCleanTextHasNoFindings() {
    let scan = scan("The review heard from the school. Bruising was not passed on.")
    #expect(scan.findings == [])
    #expect(scan.possibleNames == [])
  }

  /// At every place around the borders of the pieces.
  @Test(arguments: [0, 100, 65_500, 65_526, 65_530, 65_536, 130_000, 200_000])
  func nothingIsCutInTwo(offset: Int) {
    let filler = String(repeating: "it was said. ", count: offset / 13)
    let text = filler + " ada spoke: Ada Samplesen, H801200001001, born 3 April 2012. " + filler
    let scan = scan(text)
    #expect(scan.findings == ["date-of-birth", "upn"])
    #expect(scan.possibleNames.contains(["ada", "samplesen"]))
  }

  @Test func whatCannotBeReadIsAFinding() {
    #expect(PublishedText([0xFF, 0xFE, 0x41, 0x00], on: nil).findings == ["unscanned"])
    #expect(PublishedText([0x41, 0x00, 0x42, 0x00], on: nil).findings == ["unscanned"])
    let crowd = (0..<30_000).map { "Aa\(letters($0)) Bb\(letters($0)) said. " }.joined()
    #expect(scan(crowd).findings == ["unscanned"])
  }

  /// A number in letters.
  private func letters(_ number: Int) -> String {
    String(String(number, radix: 26).map { $0.isNumber ? Character("x") : $0 })
      + String(repeating: "q", count: number % 7)
      + String(number, radix: 2).map {
        $0 == "0" ? "o" : "i"
      }.joined()
  }
}
