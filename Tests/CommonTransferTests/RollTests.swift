// P13 against the receiver's roll: by UPN or all four facts a child is the same, nearly so a person
// decides, and nothing else is like it.

import ExchangeModel
import Testing

@testable import CommonTransfer

@Suite("Transfer files: the receiver's roll")
struct RollTests {
  private func match(_ pupil: SamplePupil) throws -> (TransferReport, SchoolRoll.Match?) {
    var roll = SchoolRoll()
    let day = try #require(CivilDate("2015-03-04"))
    roll.add(
      upns: ["R850412325001", "W850203924017"], surname: "SAMPLE", forename: "Alex",
      dateOfBirth: day, sex: "F")
    var settings = SampleFile.settings
    settings.roll = roll
    var match: SchoolRoll.Match?
    let report = TransferReader.read(
      Array(SampleFile(pupils: [pupil]).text.utf8), name: nil, settings: settings
    ) { match = roll.match($0) }
    return (report, match)
  }

  private static let otherUPN = "H801200001001"

  @Test("The same UPN, now or before, is the same child unless nearly all else differs")
  func number() throws {
    #expect(try match(SamplePupil()).1 == .same)
    #expect(try match(SamplePupil(surname: "Newname")).1 == .same)
    #expect(try match(SamplePupil(upn: "W850203924017", forename: "Alexandra")).1 == .same)
    let former = SamplePupil(upn: Self.otherUPN, surname: "Newname")
    #expect(try match(former).1 == .conflicts(["UPN", "surname"]))
    let other = try match(
      SamplePupil(surname: "Muster", forename: "Kim", dateOfBirth: "2016-01-01", sex: "M"))
    #expect(
      other.1 == .conflicts(["surname", "forename", "date of birth", "sex"]))
    #expect(other.0.found.contains("P13 review"))
    #expect(other.0.verdict == .acceptWithWarnings)
  }

  @Test("Another UPN: all four facts join, three ask a person, two do not")
  func facts() throws {
    let same = try match(SamplePupil(upn: Self.otherUPN))
    #expect(same.1 == .same && same.0.issues == [])
    #expect(same.0.roll?.same == 1)
    let twin = try match(SamplePupil(upn: Self.otherUPN, forename: "Robin"))
    #expect(twin.1 == .conflicts(["UPN", "forename"]))
    #expect(twin.0.found == ["P13 review"])
    #expect(twin.0.issues.first?.message.contains("differs in UPN, forename.") == true)
    #expect(try match(SamplePupil(upn: Self.otherUPN, sex: "M")).1 == .conflicts(["UPN", "sex"]))
    let brother = try match(SamplePupil(upn: Self.otherUPN, forename: "Robin", sex: "M"))
    #expect(brother.1 == .nobody && brother.0.roll?.unmatched == 1)
    #expect(
      String(decoding: brother.0.json(file: "a"), as: UTF8.self).contains(
        #""roll":{"matched":0,"matchedWithConflicts":0,"unmatched":1}"#))
  }

  @Test(
    "One child twice in a file, under two UPNs or under one that it had before, is for a person")
  func twice() {
    #expect(
      SampleFile(pupils: [SamplePupil(), SamplePupil(upn: Self.otherUPN)]).found()
        == ["P13 review"])
    let text = SampleFile(pupils: [SamplePupil(), .other]).text
    let former = text.replacing(
      "<Sex>M</Sex>\n<BasicDetails>",
      with: "<Sex>M</Sex>\n<BasicDetails><FormerUPN>R850412325001</FormerUPN>")
    #expect(former != text)
    let settings = SampleFile.settings
    #expect(
      TransferReader.read(Array(former.utf8), name: nil, settings: settings).found
        == ["P13 review"])
    #expect(TransferReader.read(Array(text.utf8), name: nil, settings: settings).found == [])
  }
}
