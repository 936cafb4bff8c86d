// The rules for a whole file, F01 to F08, each with the level that the reference gives it.

import ExchangeModel
import Testing

@testable import CommonTransfer

@Suite("Transfer files: rules of the file")
struct FileRuleTests {
  @Test("The current version and the one before are taken without a word")
  func accepted() {
    #expect(SampleFile().check().verdict == .accept)
    var before = SampleFile(version: "24.0")
    before.pupils[0].sexTag = "Gender"
    #expect(before.check().issues == [])
    #expect(before.check().pupils == 1)
  }

  @Test(
    "F05: other versions from 15 to 29 are readable with a warning, outside it stops",
    arguments: [
      ("15.0", "F05 warn"), ("19.0", "F05 warn"), ("23.0", "F05 warn"), ("26.0", "F05 warn"),
      ("29.0", "F05 warn"), ("25", "F05 warn"), ("14.0", "F05 stop"), ("12.0", "F05 stop"),
      ("30.0", "F05 stop"), ("", "F05 stop"), ("+5.0", "F05 stop"), ("new", "F05 stop"),
    ])
  func versions(version: String, expected: String) {
    #expect(SampleFile(version: version).found() == [expected])
  }

  @Test("F01: too many bytes stop a file, and it is checked all the same; many pupils warn")
  func size() {
    var file = SampleFile()
    file.pupils[0].rest = "<!--" + String(repeating: "x", count: 1 << 20) + "-->"
    file.pupils += [SamplePupil](repeating: .other, count: 0)
    var settings = SampleFile.settings
    settings.fileBytes = 1 << 20
    let report = TransferReader.read(Array(file.text.utf8), name: nil, settings: settings)
    #expect(report.found == ["F01 stop"])
    #expect(report.pupils == 1)

    settings = SampleFile.settings
    settings.manyPupils = 1
    file = SampleFile()
    file.pupils.append(.other)
    let many = TransferReader.read(Array(file.text.utf8), name: nil, settings: settings)
    #expect(many.found == ["F01 warn"])
    #expect(many.verdict == .acceptWithWarnings)
  }

  @Test(
    "F02: what is not well formed, or hostile, stops, with its line",
    arguments: [
      SampleFile(
        declaration: "<!DOCTYPE CTfile [<!ENTITY x SYSTEM \"file:///etc/hostname\">]>\n"),
      SampleFile(declaration: "<!DOCTYPE CTfile [<!ENTITY a \"aaa\">]>"),
      SampleFile(declaration: "<?xml version=\"1.0\" encoding=\"EBCDIC-CP-US\"?>"),
      SampleFile(declaration: "<?xml encoding=\"UTF-8\" version=\"1.0\"?>"),
      SampleFile(declaration: "\n<?xml version=\"1.0\"?>"),
      SampleFile(attributes: " xmlns:xi=\"http://www.w3.org/2001/XInclude\""),
      SampleFile(attributes: " a=\"" + String(repeating: "x", count: 2 << 20) + "\""),
      SampleFile(pupils: [SamplePupil(rest: String(repeating: "<a>", count: 100))]),
      SampleFile(pupils: [SamplePupil(surname: "&lol9;")]),
      SampleFile(pupils: [SamplePupil(surname: "&#1;")]),
      SampleFile(pupils: [SamplePupil(rest: "<a>")]),
    ])
  func hostile(file: SampleFile) {
    let report = file.check()
    #expect(report.found == ["F02 stop"])
    #expect(report.verdict == .reject)
    #expect(report.issues.first?.line != nil)
  }

  @Test("F02: what is no UTF-8 and says nothing stops; a byte order mark is read with a warning")
  func encodings() {
    let text = SampleFile().text
    let wide = text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    let settings = SampleFile.settings
    let latin = SampleFile(pupils: [SamplePupil(surname: "M\u{FC}ller")]).text.unicodeScalars
      .map { UInt8(truncatingIfNeeded: $0.value) }
    for bytes in [wide, latin, [], [0x3C], [0xFF, 0xFE, 0, 0], [0x50, 0x4B, 3, 4]] {
      let report = TransferReader.read(bytes, name: nil, settings: settings)
      #expect(report.found == ["F02 stop"])
    }
    let marked = TransferReader.read(
      [0xEF, 0xBB, 0xBF] + Array(text.utf8), name: nil, settings: settings)
    #expect(marked.found == ["D01 warn"])
    #expect(marked.pupils == 1)
  }

  @Test("F03: a name that claims to be a transfer file's must be one, and agree with the header")
  func names() {
    let file = SampleFile()
    #expect(file.found(name: "8504321_CTF_8519901_001.xml") == [])
    #expect(file.found(name: "8504321_CTF_8519901_001.XML") == [])
    #expect(file.found(name: "8504321_CML_8519901_001.xml") == [])
    for name in ["CTF.xml", "sample_CTF_25.xml", "pupils.xml", "101LLLL_DFESXXX_a.xls"] {
      #expect(file.found(name: name) == [])
    }
    for name in [
      "8504321_CTF_8519901_1.xml", "8504321_ctf_8519901_001.xml", "8504321_CTF_LLLLLLL_001.xml",
      "8504321_CTF_8519901_001.xml.exe", "8504321_CTF_8519901_000.xml",
      "8504321_CTF_8519901.xml", "8504321_CTF_XXXXXXX_001.xml", "8504321_CTF_8519902_001.xml",
      "8504322_CTF_8519901_001.xml", "850LLLL_CTF_8519901_001.xml",
    ] {
      #expect(file.found(name: name) == ["F03 stop"], "\(name)")
    }
  }

  @Test("F04: root, DocumentName, one Header, at least one Pupil")
  func structure() {
    #expect(SampleFile(root: "CTFile").found() == ["F04 stop"])
    #expect(SampleFile(root: "ATfile").found() == ["F04 stop"])
    #expect(SampleFile(documentName: "Admissions Data Transfer File").found() == ["F04 stop"])
    #expect(SampleFile(pupils: []).found() == ["F04 stop"])
    let text = SampleFile().text
    let settings = SampleFile.settings
    let two = text.replacing("<CTFpupilData>", with: "<Header/><CTFpupilData>")
    #expect(
      TransferReader.read(Array(two.utf8), name: nil, settings: settings).found == ["F04 stop"])
    let none = "<CTfile><CTFpupilData>\(SamplePupil().text)</CTFpupilData></CTfile>"
    #expect(
      TransferReader.read(Array(none.utf8), name: nil, settings: settings).found == ["F04 stop"])
  }

  @Test("F06: real authorities, XXX or MMM, and XXX never with a real establishment")
  func places() {
    #expect(SampleFile(source: ("XXX", "XXXX")).found() == ["D05 warn"])
    #expect(SampleFile(destination: ("850", "LLLL")).found() == [])
    #expect(SampleFile(destination: ("XXX", "XXXX")).found() == [])
    #expect(SampleFile(destination: ("MMM", "MMMM")).found() == [])
    for place in [
      ("999", "9901"), ("001", "9901"), ("XXX", "9901"), ("MMM", "9901"), ("LLL", "LLLL"),
      ("851", "XXXX"), ("", ""), ("851", "99O1"), ("85１", "9901"),
    ] {
      #expect(SampleFile(destination: place).found() == ["F06 stop"], "\(place)")
      #expect(SampleFile(source: place).found() == ["F06 stop"], "\(place)")
    }
    #expect(SampleFile(source: ("MMM", "MMMM")).found() == ["F06 stop"])
  }

  @Test("F07: the destination is this receiver, or the pool")
  func receiver() {
    let receiver = TransferPlace(code: "8519901")
    #expect(SampleFile().found(receiver: receiver) == [])
    #expect(SampleFile(destination: ("MMM", "MMMM")).found(receiver: receiver) == [])
    #expect(SampleFile(destination: ("850", "4322")).found(receiver: receiver) == ["F07 stop"])
  }

  @Test("F08: a file for the pool has exactly one pupil")
  func onePupil() {
    for place in [("XXX", "XXXX"), ("MMM", "MMMM")] {
      let file = SampleFile(destination: place, pupils: [SamplePupil(), .other])
      #expect(file.found() == ["F08 stop"])
    }
  }

  @Test("Dialects are read with a warning")
  func dialects() {
    #expect(SampleFile(versionTag: "CTFVersion").found() == ["D02 warn"])
    #expect(
      SampleFile(attributes: " xmlns=\"http://www.dcsf.gov.uk/schemas/cbds\"").found()
        == ["D03 warn"])
    #expect(SampleFile(qualifier: "").found() == ["D05 warn"])
    #expect(SampleFile(dateTime: "17/11/2026").found() == ["D05 warn"])
    #expect(
      SampleFile(qualifier: "<DocumentQualifier>all</DocumentQualifier>").found() == ["P08 warn"])
  }
}
