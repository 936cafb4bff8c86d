// Seeded mutations of sample files: whatever the bytes, a reading ends, with a verdict, and every
// issue has a place and a remedy. What is read can be written, and what was written is read.

import ExchangeModel
import Testing

@testable import CommonTransfer

@Suite("Transfer files: mutations")
struct MutationTests {
  /// SplitMix64: the same numbers for the same seed.
  private struct Chance: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }

  private static let samples: [[UInt8]] = {
    var rich = SamplePupil(sexTag: "Gender")
    rich.rest = """
      <SENhistory><SEN><StartDate>2020-01-01</StartDate><SENprovision>K</SENprovision></SEN>\
      </SENhistory><Address><PostCode>SO99 9AA</PostCode></Address><Contacts><Contact>\
      <Surname>Sample</Surname><Forename>Pat</Forename><Phones><Phone><PhoneNo>01632 960001\
      </PhoneNo></Phone></Phones></Contact></Contacts><Attendance><YearData><Year>2025</Year>\
      <SessionsPossible>10</SessionsPossible></YearData></Attendance><SchoolHistory><School>\
      <EntryDate>2019-09-01</EntryDate><LeavingDate>2026-10-01</LeavingDate>\
      <RemovalGrounds>I</RemovalGrounds></School></SchoolHistory><SuppInfo><A b="1"/></SuppInfo>
      """
    let files = [
      SampleFile(), SampleFile(versionTag: "CTFVersion", version: "19.0", pupils: [rich, .other]),
      SampleFile(attributes: " xmlns=\"urn:x\"", destination: ("XXX", "XXXX"), pupils: [rich]),
      SampleFile(declaration: "<?xml version=\"1.0\" encoding=\"windows-1252\"?>"),
    ]
    let wide = SampleFile(declaration: "").text.utf16
    return files.map { Array($0.text.utf8) }
      + [[0xFF, 0xFE] + wide.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }]
  }()

  private static let words: [[UInt8]] = [
    "<", ">", "&", "\"", "]]>", "<![CDATA[", "<!--", "-->", "<?x?>", "<!DOCTYPE a>", "&#x0;",
    "&amp;", "<Pupil>", "</Pupil>", "<Header>", "</CTFpupilData>", "<UPN/>", "<DOB>", "\u{202E}",
    "\u{0}", "xmlns:a=\"b\"", "<a:b/>", "99999999999999999999", "-1", "XXX", "LLLL",
  ].map { Array($0.utf8) }

  private static func mutate(_ bytes: [UInt8], with chance: inout Chance) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &chance) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &chance)
      let end = min(bytes.count, place + Int.random(in: 1...60, using: &chance))
      switch Int.random(in: 0..<6, using: &chance) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &chance)
      case 1: bytes.removeSubrange(place..<end)
      case 2: bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 3: bytes.insert(contentsOf: words.randomElement(using: &chance) ?? [], at: place)
      case 4: bytes.replaceSubrange(place..<end, with: words.randomElement(using: &chance) ?? [])
      default: bytes = Array(bytes[..<place])
      }
    }
    return bytes
  }

  private func read(
    _ bytes: [UInt8], by size: Int
  ) -> (report: TransferReport, written: [UInt8]?) {
    let settings = SampleFile.settings
    let reader = TransferReader(name: "8504321_CTF_8519901_001.xml", settings: settings)
    var pupils: [TransferPupil] = []
    for start in stride(from: 0, to: bytes.count, by: size) {
      reader.add(Array(bytes[start..<min(bytes.count, start + size)])) { pupils.append($0) }
    }
    let report = reader.finish { pupils.append($0) }
    guard report.verdict != .reject else { return (report, nil) }
    var writer = TransferWriter(report.header, version: 25, made: "2026-11-21T08:00:00")
    for pupil in pupils where !pupil.isRefused { writer.add(pupil) }
    return (report, writer.pupils > 0 ? writer.finish() : nil)
  }

  @Test("Every mutation ends with a verdict and named issues", arguments: [1, 2, 3, 4, 5, 6])
  func mutations(seed: UInt64) throws {
    var chance = Chance(state: seed)
    let clock = ContinuousClock()
    for round in 0..<400 {
      let sample = try #require(Self.samples.randomElement(using: &chance))
      let bytes = Self.mutate(sample, with: &chance)
      let start = clock.now
      let (report, written) = read(bytes, by: Int.random(in: 1...5000, using: &chance))
      #expect(clock.now - start < .seconds(5), "seed \(seed), round \(round): too slow")
      // The size of the pieces decides nothing.
      let whole = read(bytes, by: max(1, bytes.count)).report
      #expect(whole.verdict == report.verdict, "seed \(seed), round \(round)")
      #expect(whole.found == report.found, "seed \(seed), round \(round)")
      if report.verdict != .accept { #expect(!report.issues.isEmpty, "seed \(seed) \(round)") }
      for issue in report.issues {
        #expect(issue.message.hasSuffix("."), "seed \(seed), round \(round)")
        #expect(issue.line != nil || issue.rule == .fileName || issue.rule == .size)
      }
      guard let written else { continue }
      let again = TransferReader.read(written, name: nil, settings: SampleFile.settings)
      #expect(again.verdict != .reject, "seed \(seed), round \(round): \(again.found)")
      #expect(again.refusedPupils == 0, "seed \(seed), round \(round): \(again.found)")
    }
  }
}
