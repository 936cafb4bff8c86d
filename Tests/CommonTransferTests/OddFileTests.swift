// Files as systems and people really make them, each with what a school is told: rule, level, line
// and pupil. docs/transfer.md has the rules.

import Testing

@testable import CommonTransfer

@Suite("Transfer files: odd files")
struct OddFileTests {
  /// Rule, level, line and pupil of each issue: `P01 stop pupil 14 1`.
  private func told(_ text: String, name: String? = nil) -> [String] {
    TransferReader.read(Array(text.utf8), name: name, settings: SampleFile.settings).issues.map {
      let line = $0.line.map { " \($0)" } ?? " -"
      let pupil = $0.pupil.map { " \($0)" } ?? ""
      return "\($0.rule.rawValue) \($0.level.rawValue)\(line)\(pupil)"
    }
  }

  private func told(_ pupils: SamplePupil...) -> [String] {
    told(SampleFile(pupils: pupils).text)
  }

  @Test("A prefix for everything, as one reader's namespace makes it, is read like none")
  func prefixes() {
    let plain = SampleFile(versionTag: "CTFVersion", version: "19.0").text
    let text = plain.replacing("</", with: "</c:").replacing(#/<([A-Z])/#) { "<c:\($0.output.1)" }
      .replacing("<c:CTfile>", with: "<c:CTfile xmlns:c=\"urn:any\">")
    #expect(told(text) == ["D03 warn 2", "D02 warn 5", "F05 warn 5"])
  }

  @Test("Attributes, white space, comments and CDATA change nothing")
  func spellings() {
    let text = SampleFile(attributes: " xmlns:xsi=\"urn:x\" xsi:noNamespaceSchemaLocation=\"a\"")
      .text.replacing("<Pupil>", with: "<Pupil id='1'>\n<!-- <UPN>x</UPN> -->")
      .replacing("<Surname>Sample<", with: "<Surname lang=\"en\">\n Sam<![CDATA[ple]]> \n<")
      .replacing("<UPN>R850412325001", with: "<UPN>\r\n\tR850412325001 ")
      .replacing("<DOB>", with: "<DOB> ")
    #expect(told(text) == [])
  }

  @Test("Header elements that are missing are told at the header's line")
  func headerParts() {
    let text = """
      <CTfile>
      <Header>
      <DocumentName>Common Transfer File</DocumentName>
      </Header>
      <CTFpupilData>\(SamplePupil().text)</CTFpupilData></CTfile>
      """
    #expect(
      told(text) == [
        "F05 stop 2", "D05 warn 2", "D05 warn 2", "F06 stop 2", "F06 stop 2",
      ])
    #expect(told("<CTfile>\n<Header/><CTFpupilData/></CTfile>").last == "F04 stop 2")
  }

  @Test(
    "What is no CTF is told so once, whatever follows",
    arguments: [
      "<ctfile/>", "<CTFile version=\"25\"/>", "<ATfile><ATFpupilData/></ATfile>",
      "<html><body>Session expired<br></body></html>", "<Pupils><Pupil/></Pupils>",
    ])
  func others(text: String) {
    #expect(told(text) == ["F04 stop 1"])
  }

  @Test("A file of another layout that calls itself a CTF is refused")
  func otherLayouts() {
    let wren = "<CTfile version=\"25\"><Header/><Pupils><Pupil/></Pupils></CTfile>"
    #expect(told(wren).contains("F04 stop 1"))
    let pupil = SamplePupil().text.replacing("Surname>", with: "LegalSurname>")
      .replacing("Forename>", with: "LegalForename>")
    let other = SampleFile(pupils: []).text.replacing(
      "<CTFpupilData>", with: "<CTFpupilData>" + pupil)
    #expect(
      told(other).filter { $0.hasPrefix("D07") } == ["D07 stop pupil 12 1", "D07 stop pupil 12 1"])
  }

  @Test("Several wrong pupils: each refusal has its own line, and the right ones stay")
  func severalPupils() {
    var second = SamplePupil.other
    second.upn = ""
    let report = SampleFile(pupils: [
      SamplePupil(dateOfBirth: "2027-01-01"), second, SamplePupil(upn: "H801200001001"),
    ]).check()
    #expect(report.found == ["P04 stop pupil", "P01 stop pupil"])
    #expect(report.issues.map(\.pupil) == [1, 2])
    #expect(report.issues.map(\.line) == [17, 22])
    #expect(report.refusedPupils == 2 && report.verdict == .rejectPupil)
  }

  @Test("A year group that cannot be is told only beside a date of birth that can")
  func yearGroups() {
    #expect(told(SamplePupil(dateOfBirth: "2027-01-01", yearGroup: "6")) == ["P04 stop pupil 17 1"])
    #expect(told(SamplePupil(yearGroup: "11")) == ["P05 warn 19 1"])
    for group in ["X", "M", "6", "7", "8"] { #expect(told(SamplePupil(yearGroup: group)) == []) }
  }

  @Test("A date of birth with a time, a slash or a space in it is no date; spaces around are none")
  func dates() {
    for date in ["2015-03-04T00:00:00", "04/03/2015", "2015-3-4", "2015 03 04", "20150304"] {
      #expect(told(SamplePupil(dateOfBirth: date)) == ["P04 stop pupil 17 1"])
    }
    #expect(told(SamplePupil(dateOfBirth: " 2015-03-04\n")) == [])
  }

  @Test("A contact of the same name is for a person when nothing else is known of one of the two")
  func contacts() {
    func contact(_ more: String) -> String {
      "<Contacts><Contact><Surname>Sample</Surname><Forename>Pat</Forename>\(more)</Contact>"
        + "</Contacts>"
    }
    let phone = "<Phones><Phone><PhoneNo>01632 960001</PhoneNo></Phone></Phones>"
    var first = SamplePupil(rest: contact(phone))
    var second = SamplePupil.other
    second.rest = contact("")
    #expect(SampleFile(pupils: [first, second]).found() == ["P12 review"])
    let address = "<Address><PostCode>SO99 9AA</PostCode></Address>"
    let shared = contact("<Address><AddressAsPupil>true</AddressAsPupil></Address>")
    first.rest = address + shared
    second.rest = address + shared
    #expect(SampleFile(pupils: [first, second]).found() == [])
  }

  @Test("GIAP's and the tables check's files are read with warnings")
  func departments() {
    var giap = SampleFile(
      qualifier: "<DocumentQualifier>partial</DocumentQualifier>", source: ("XXX", "XXXX"))
    giap.pupils[0].rest = "<StageAssessments/>"
    let marked = [0xEF, 0xBB, 0xBF] + Array(giap.text.utf8)
    let report = TransferReader.read(marked, name: "CTF.xml", settings: SampleFile.settings)
    #expect(report.found == ["D01 warn", "D05 warn"])
    let tables = SamplePupil(surname: "SAMPLE", forename: "ALEX")
    #expect(told(tables) == ["P07 warn 15 1", "P07 warn 16 1"])
  }

  @Test("The authority's own file, seen by a school of it, is asked about; another's stops")
  func authorityFile() {
    let receiver = TransferPlace(code: "8519901")
    #expect(SampleFile(destination: ("851", "LLLL")).found(receiver: receiver) == ["F07 warn"])
    #expect(SampleFile(destination: ("850", "LLLL")).found(receiver: receiver) == ["F07 stop"])
    let desk = TransferPlace(code: "851LLLL")
    #expect(SampleFile().found(receiver: desk) == ["F07 stop"])
  }
}
