// What is written: strictly, and without losing what we do not know.

import ExchangeModel
import Testing
import Validation

@testable import CommonTransfer

@Suite("Transfer files: writing")
struct WriterTests {
  private func rewrite(
    _ text: String, version: Int = 25, stripsAddresses: Bool = false
  ) -> (text: String, writer: TransferWriter) {
    let bytes = Array(text.utf8)
    let settings = SampleFile.settings
    let header = TransferReader.read(bytes, name: nil, settings: settings).header
    var writer = TransferWriter(
      header, version: version, made: "2026-11-21T08:00:00")
    _ = TransferReader.read(bytes, name: nil, settings: settings) {
      writer.add($0, stripsAddresses: stripsAddresses)
    }
    return (String(decoding: writer.finish(), as: UTF8.self), writer)
  }

  /// A file of an older system, with all that makes it odd.
  private static let odd: SampleFile = {
    var pupil = SamplePupil(sexTag: "Gender")
    pupil.rest = """
      <Hobby kind="a&amp;b">x  <!-- kept --> <b/></Hobby>\
      <SuppInfo><SuppID>S</SuppID><Religion>CE</Religion></SuppInfo>\
      <Address><PostCode>SO99 9AA</PostCode><AddressLines><AddressLine1> 1 Sample Street \
      </AddressLine1><AddressLine2/></AddressLines></Address>\
      <SchoolHistory><School><LEA>850</LEA><Estab>4321</Estab><EntryDate>2019-09-01</EntryDate>\
      <LeavingDate/><RemovalGrounds/></School></SchoolHistory>
      """
    return SampleFile(
      attributes: " xmlns=\"urn:any\"", versionTag: "CTFVersion", version: "19.0",
      pupils: [pupil, .other])
  }()

  @Test("A file of another dialect is written as 25 and as 24, which are accepted")
  func dialect() {
    let current = rewrite(Self.odd.text).text
    #expect(current.contains("<CTFversion>25.0</CTFversion>"))
    #expect(current.contains("<Sex>F</Sex>") && !current.contains("Gender"))
    let before = rewrite(Self.odd.text, version: 24).text
    #expect(before.contains("<Gender>F</Gender>") && !before.contains("Sex"))
    #expect(!current.contains("LeavingDate") && !current.contains("AddressLine2"))
    #expect(current.contains("<AddressLine1>1 Sample Street</AddressLine1>"))
    for text in [current, before] {
      let report = TransferReader.read(Array(text.utf8), name: nil, settings: SampleFile.settings)
      #expect(report.found == ["D06 warn"])
      #expect(report.pupils == 2)
      #expect(report.header.destination?.place == TransferPlace(code: "8519901"))
    }
  }

  @Test("What we do not know is written byte for byte, behind the element it stood behind")
  func unknown() {
    let text = rewrite(Self.odd.text).text
    #expect(
      text.contains(
        "</BasicDetails><Hobby xmlns=\"urn:any\" kind=\"a&amp;b\">x  <!-- kept --> <b/></Hobby>"))
    #expect(
      text.contains(
        "<SuppInfo xmlns=\"urn:any\"><SuppID>S</SuppID><Religion>CE</Religion></SuppInfo></Pupil>"))
    let plain = SampleFile(pupils: [SamplePupil(rest: "<SuppInfo><A b='1'/></SuppInfo>")])
    #expect(rewrite(plain.text).text.contains("<SuppInfo><A b='1'/></SuppInfo></Pupil>"))
  }

  @Test("Written again, a written file is the same file")
  func stable() {
    let once = rewrite(Self.odd.text).text
    #expect(rewrite(once).text == once)
    #expect(rewrite(rewrite(once, version: 24).text).text == once)
  }

  @Test("P14: nothing that may tell where the child lives is written")
  func sensitive() {
    let (text, writer) = rewrite(Self.odd.text, stripsAddresses: true)
    for word in ["SO99", "Sample Street", "Hobby", "SuppInfo"] { #expect(!text.contains(word)) }
    #expect(writer.issues.map(\.rule) == [.sensitiveAddress, .sensitiveAddress])
    #expect(writer.issues.allSatisfy { $0.level == .strip })
  }

  @Test("P11: a letter that is none stops the export; one of 2006 is left out, never translated")
  func grounds() {
    func school(_ left: String, _ ground: String) -> (text: String, writer: TransferWriter) {
      let pupil = SamplePupil(
        rest: """
          <SchoolHistory><School><LEA>850</LEA><Estab>4321</Estab><LeavingDate>\(left)\
          </LeavingDate><RemovalGrounds>\(ground)</RemovalGrounds></School></SchoolHistory>
          """)
      return rewrite(SampleFile(pupils: [pupil]).text)
    }
    #expect(school("2026-10-23", "M").text.contains("<RemovalGrounds>M</RemovalGrounds>"))
    #expect(school("2026-10-23", "M").writer.mayLeave)
    #expect(!school("2026-10-23", "m").writer.mayLeave)
    #expect(!school("2026-10-23", "Z").writer.mayLeave)
    let historic = school("2019-07-20", "m")
    #expect(historic.writer.mayLeave && !historic.text.contains("RemovalGrounds"))
    #expect(historic.writer.issues.map(\.level) == [.warn])
  }

  @Test("A leaver's file from values is accepted")
  func leaver() throws {
    var header = TransferHeader()
    header.source = TransferHeader.School()
    header.source?.authority = "850"
    header.source?.establishment = "4321"
    header.destination = TransferHeader.School()
    header.destination?.authority = "850"
    header.destination?.establishment = "LLLL"
    var writer = TransferWriter(
      header, version: 25, made: "2026-11-21T08:00:00")
    let day = try #require(CivilDate("2015-03-04"))
    var record = TransferRecord(
      upn: "R850412325001", surname: "O<Sample>", forename: "Alex", dateOfBirth: day, sex: "F")
    record.yearGroup = "7"
    record.postcode = "SO99 9AA"
    var school = TransferRecord.School(
      number: try #require(SchoolNumber("8504321")),
      entry: try #require(CivilDate("2026-09-01")))
    school.leaving = CivilDate("2026-11-20")
    school.removalGround = "I"
    record.schools = [school]
    writer.add(record)
    let report = TransferReader.read(
      writer.finish(), name: "8504321_CML_850LLLL_001.xml", settings: SampleFile.settings)
    #expect(report.issues == [])
    #expect(report.pupils == 1)
  }
}
