// The rules for a pupil, P01 to P13, each with the level that the reference gives it.

import Testing

@testable import CommonTransfer

@Suite("Transfer files: rules of a pupil")
struct PupilRuleTests {
  private func found(_ change: (inout SamplePupil) -> Void) -> [String] {
    var pupil = SamplePupil()
    change(&pupil)
    return SampleFile(pupils: [pupil]).found()
  }

  private func found(history: String) -> [String] {
    found {
      $0.rest = """
        <SchoolHistory><School><LEA>850</LEA><Estab>4321</Estab>\(history)</School></SchoolHistory>
        """
    }
  }

  @Test(
    "P01: form and check letter of the UPN; one bad pupil does not sink the file",
    arguments: [
      "X428558133462", "R247962919251", "i801200001001", "H80120000100", "H8012000010010",
      "S801200001001", "H80120000100I", "", "r850412325001",
    ])
  func upn(upn: String) {
    var pupil = SamplePupil.other
    pupil.upn = upn
    let report = SampleFile(pupils: [SamplePupil(), pupil]).check()
    #expect(report.found == ["P01 stop pupil"])
    #expect(report.verdict == .rejectPupil)
    #expect(report.pupils == 2)
    #expect(report.refusedPupils == 1)
    #expect(report.issues.first?.pupil == 2)
  }

  @Test(
    "P02: never issued, or temporary, is a warning", arguments: ["R900400001001", "G80120000101A"])
  func issuer(upn: String) {
    #expect(found { $0.upn = upn } == ["P02 warn"])
  }

  @Test("P03: two people with one UPN stop the file; the same child twice is for a person")
  func twice() {
    var other = SamplePupil.other
    other.upn = SamplePupil().upn
    let report = SampleFile(pupils: [SamplePupil(), other]).check()
    #expect(report.found == ["P03 stop"])
    #expect(report.verdict == .reject)
    #expect(SampleFile(pupils: [SamplePupil(), SamplePupil()]).found() == ["P13 review"])
  }

  @Test(
    "P04: a date of birth, not in the future, of an age from 2 to 19",
    arguments: [
      "", "04/03/2015", "2015-02-30", "2026-11-22", "2006-11-16", "2024-11-18",
    ])
  func dateOfBirth(date: String) {
    let found = found {
      $0.dateOfBirth = date
      $0.yearGroup = "X"
    }
    #expect(found == ["P04 stop pupil"])
  }

  @Test("P04: the bounds themselves are taken, on the day of the file")
  func ages() {
    for date in ["2006-11-18", "2024-11-17"] {
      let found = found {
        $0.dateOfBirth = date
        $0.yearGroup = "M"
      }
      #expect(found == [], "\(date)")
    }
    // A child of an old file is older today.
    var old = SampleFile(version: "19.0", dateTime: "2019-07-12T09:30:00")
    old.pupils[0].dateOfBirth = "2001-03-04"
    old.pupils[0].yearGroup = "13"
    #expect(old.found() == ["F05 warn"])
  }

  @Test("P05: year group and date of birth more than a year apart")
  func yearGroup() {
    // Born March 2015: year 7 from September 2026.
    for group in ["6", "7", "8", "X", "M"] { #expect(found { $0.yearGroup = group } == []) }
    for group in ["5", "9", "R", "N1"] {
      #expect(found { $0.yearGroup = group } == ["P05 warn"], "\(group)")
    }
    var august = SampleFile(dateTime: "2026-08-20T09:30:00")
    august.pupils[0].yearGroup = "8"
    #expect(august.found() == [])
    august.pupils[0].yearGroup = "5"
    #expect(august.found() == [])
  }

  @Test(
    "P06: control and writing-direction characters in a name",
    arguments: [
      "Sam\u{202E}ple", "Sam&#x85;ple", "Sam\tple", "Sam\u{2066}ple", "a\u{200B}B", "Sa&#10;M",
    ])
  func nameCharacters(name: String) {
    #expect(found { $0.surname = name } == ["P06 stop pupil"])
    #expect(found { $0.forename = name } == ["P06 stop pupil"])
    #expect(
      found { $0.rest = "<Contacts><Contact><Surname>\(name)</Surname></Contact></Contacts>" }
        == ["P06 stop pupil"])
  }

  @Test("P07: a name of one case, or with a space before it; other scripts are names like any")
  func nameCase() {
    #expect(found { $0.surname = "SAMPLE" } == ["P07 warn"])
    #expect(found { $0.forename = "alex" } == ["P07 warn"])
    #expect(found { $0.surname = " Sample" } == ["P07 warn"])
    for name in [
      "Ng", "O", "D'Sample", "Şampül", "محمد", "van der Sample", "Ｓample", "Sa\u{301}mple",
    ] {
      #expect(found { $0.surname = name } == [], "\(name)")
    }
    #expect(found { $0.surname = "ÉCOLE" } == ["P07 warn"])
  }

  @Test("P08: a code that is not of its set; extended ethnicities are")
  func codes() {
    #expect(found { $0.sex = "U" } == ["P08 warn"])
    #expect(found { $0.sexTag = "Gender" } == [])
    #expect(found { $0.yearGroup = "Y6" } == ["P08 warn"])
    func basic(_ text: String) -> [String] {
      found { $0.rest = "<SENhistory><SEN>\(text)</SEN></SENhistory>" }
    }
    #expect(basic("<SENprovision>K</SENprovision>") == [])
    #expect(basic("<SENprovision>\u{212A}</SENprovision>") == ["P08 warn"])
    #expect(basic("<SENprovision>Q</SENprovision>") == ["P08 warn"])
    #expect(CodeSets.isEthnicity("WENG") && CodeSets.isEthnicity("NOBT"))
    #expect(!CodeSets.isEthnicity("XXXX") && !CodeSets.isEthnicity("White"))
    #expect(
      found { $0.rest = "<Phones><Phone><TelephoneType>Z</TelephoneType></Phone></Phones>" }
        == ["P08 warn"])
  }

  @Test("P09: dates in order, years not after the file, sessions that add up")
  func dates() {
    #expect(
      found(history: "<EntryDate>2026-09-01</EntryDate><LeavingDate>2026-08-31</LeavingDate>")
        == ["P09 warn"])
    #expect(found(history: "<EntryDate>2026-09-31</EntryDate>") == ["P09 warn"])
    func attendance(_ year: String, _ attended: Int) -> [String] {
      found {
        $0.rest = """
          <Attendance><YearData><Year>\(year)</Year><SessionsPossible>10</SessionsPossible>\
          <SessionsAuthorised>1</SessionsAuthorised><SessionsAttended>\(attended)\
          </SessionsAttended><SessionsUnauthorised>1</SessionsUnauthorised></YearData></Attendance>
          """
      }
    }
    #expect(attendance("2026", 8) == [])
    #expect(attendance("2027", 8) == ["P09 warn"])
    #expect(attendance("2026", 9) == ["P09 warn"])
  }

  @Test("P10: elements that are common and empty, and break other systems")
  func empty() {
    #expect(
      found(history: "<LeavingDate/><RemovalGrounds></RemovalGrounds>")
        == ["P10 warn", "P10 warn"])
    #expect(
      found { $0.rest = "<Address><AddressLines><AddressLine2/></AddressLines></Address>" }
        == ["P10 warn"])
  }

  @Test("P11: a ground that is no letter of 2024 would stop an export, and never an import")
  func grounds() {
    func ground(_ letter: String, left: String = "2026-10-23") -> [String] {
      found(
        history: "<LeavingDate>\(left)</LeavingDate><RemovalGrounds>\(letter)</RemovalGrounds>")
    }
    #expect(ground("M") == [])
    #expect(ground("O", left: "2024-08-19") == [])
    for letter in ["m", "P", "AB"] { #expect(ground(letter) == ["P11 stop export"]) }
    // A ground of 2006, before the day of the new regulations, is history.
    for letter in ["m", "M"] { #expect(ground(letter, left: "2024-08-18") == []) }
    #expect(ground("Z", left: "2024-08-18") == ["P11 stop export"])
  }

  @Test("P12: contacts alike by name and sex only; one family's two children are no such case")
  func contacts() {
    func contact(_ phone: String) -> String {
      """
      <Contacts><Contact><Surname>Sample</Surname><Forename>Jo</Forename><Gender>F</Gender>\
      <Phones><Phone><PhoneNo>\(phone)</PhoneNo></Phone></Phones></Contact></Contacts>
      """
    }
    var first = SamplePupil()
    var second = SamplePupil.other
    first.rest = contact("01632 960001")
    second.rest = contact("01632 960002")
    let report = SampleFile(pupils: [first, second]).check()
    #expect(report.found == ["P12 review"])
    #expect(report.verdict == .acceptWithWarnings)
    second.rest = contact("01632960001")
    #expect(SampleFile(pupils: [first, second]).found() == [])
  }

  @Test("Elements twice, out of order or unknown: what identifies a child may not be doubtful")
  func order() {
    #expect(found { $0.rest = "<UPN>W850203924017</UPN>" } == ["D04 warn", "P01 stop pupil"])
    #expect(found { $0.rest = "<DOB>2015-03-05</DOB>" } == ["D04 warn", "P04 stop pupil"])
    #expect(found { $0.rest = "<SchoolHistory/><Address/>" } == ["D04 warn"])
    #expect(
      found { $0.rest = "<Address><Northing>1</Northing><Easting>1</Easting></Address>" } == [])
    #expect(found { $0.rest = "<Hobby>x</Hobby>" } == ["D06 warn"])
    #expect(found { $0.rest = "<SuppInfo><SuppID>1</SuppID><Any><Thing/></Any></SuppInfo>" } == [])
    #expect(found { $0.surname = "" } == ["D07 stop pupil"])
  }

  @Test("No issue repeats what stood in the file")
  func quiet() {
    let pupil = SamplePupil(
      upn: "X428558133462", surname: "Verysecretname", dateOfBirth: "1901-01-01", sex: "Q")
    for issue in SampleFile(version: "Verysecretname", pupils: [pupil]).check().issues {
      #expect(!issue.message.contains("Verysecret") && !issue.message.contains("X428"))
    }
  }

  @Test("Nothing is found where nothing is wrong: CDATA, comments, references, CRLF")
  func spellings() {
    #expect(found { $0.surname = "Sam<!-- </Pupil> -->ple<![CDATA[</Pupil>]]>" } == [])
    #expect(found { $0.upn = "R85041232500&#49;" } == [])
  }
}
