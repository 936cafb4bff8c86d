// What may not become public is found however it is written, and what is harmless is left alone.
import ExchangeModel
import Testing

@testable import Validation

@Suite struct PublicationScanTests {
  @Test(arguments: [
    "R850412325001", "the UPN r850412325001.", "R 850 4123 25 001", "R850-4123-25-001",
    "R850\u{2011}4123\u{A0}25001", "(G80120000101A)",
  ])
  func upns(_ text: String) {
    let scan = NumberScan(text)
    #expect(scan.holdsUPN())
  }

  @Test(arguments: [
    "S850412325001", "R85041232500", "R8504123250019", "XR850412325001", "R850  412325001",
    "R850, 412325001", "",
  ])
  func noUPNs(_ text: String) {
    let scan = NumberScan(text)
    #expect(!scan.holdsUPN())
  }

  @Test(arguments: ["9434765919", "NHS 943 476 5919.", "943-476-5919"])
  func nhsNumbers(_ text: String) {
    let scan = NumberScan(text)
    #expect(scan.holdsNHSNumber())
  }

  @Test(arguments: ["9434765918", "94347659190", "01632 960123", "0000000000"])
  func noNHSNumbers(_ text: String) {
    let scan = NumberScan(text)
    #expect(!scan.holdsNHSNumber())
  }

  @Test(arguments: [
    "on 2014-03-12 then", "12/3/2014", "12.03.14", "3 March 2014", "3rd of March, 2014",
    "3 Mar 2014", "March 3rd, 2014", "14 Sept 2009", "born 3 March 1980", "DOB: 01/02/1960",
    "date of birth (of the mother) 1 May 1988", "D.O.B. 1/5/1988",
  ])
  func datesOfBirth(_ text: String) throws {
    let day = try #require(CivilDate("2026-11-20"))
    #expect(TextWords(text).holdsDateOfBirth(before: day))
  }

  @Test(arguments: [
    "in March 2014", "3 March 1980", "31 February 2014", "2026/2027", "by 1 May 2031", "15 of 20",
    "sections 16.1.2", "the born leader was praised on a Monday in 1980", "May 2014",
  ])
  func noDatesOfBirth(_ text: String) throws {
    let day = try #require(CivilDate("2026-11-20"))
    #expect(!TextWords(text).holdsDateOfBirth(before: day))
  }

  @Test func names() {
    func names(_ text: String) -> [[String]] { TextWords(text).names(most: 100) }
    #expect(names("amy exemplar") == [])
    #expect(names("by Amy Exemplar.") == [["amy", "exemplar"]])
    #expect(names("AMY O\u{2019}EXEMPLAR-SMITH") == [["amy", "o'exemplar-smith"]])
    #expect(names("Amy van der Example") == [["amy", "van der example"]])
    #expect(names("Exemplar, Amy") == [["amy", "exemplar"], ["exemplar", "amy"]])
    #expect(
      names("Amy Rose Exemplar")
        == [["amy", "rose"], ["amy", "exemplar"], ["rose", "exemplar"]])
    #expect(names("In London. Amy went. Years 7 Amy") == [["in", "london"]])
    #expect(names("Zoë\nÅsberg") == [["zoë", "åsberg"]])
    #expect(TextWords(String(repeating: "Amy Rose ", count: 5000)).names(most: 7).count == 7)
  }
}
