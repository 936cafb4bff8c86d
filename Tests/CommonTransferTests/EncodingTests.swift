// Files in other encodings that say so, and what else may stand before the root element: read, with
// a warning, whatever the pieces they come in.

import Testing

@testable import CommonTransfer

@Suite("Transfer files: encodings")
struct EncodingTests {
  private static let name = "M\u{FC}ller\u{2013}O\u{2019}Sample \u{1F600}"

  private static func text(_ encoding: String, name: String = "M\u{FC}ller") -> String {
    SampleFile(
      declaration: "<?xml version=\"1.0\" encoding=\"\(encoding)\"?>\n",
      pupils: [SamplePupil(surname: name)]
    ).text
  }

  private static func wide(_ text: String, isBig: Bool) -> [UInt8] {
    (isBig ? [0xFE, 0xFF] : [0xFF, 0xFE])
      + text.utf16.flatMap { unit in
        let pair = [UInt8(unit >> 8), UInt8(unit & 0xFF)]
        return isBig ? pair : pair.reversed()
      }
  }

  /// Reads in pieces of one size: what was found, and the surnames.
  private func read(
    _ bytes: [UInt8], by size: Int = .max
  ) -> (report: TransferReport, surnames: [String]) {
    let reader = TransferReader(name: nil, settings: SampleFile.settings)
    var surnames: [String] = []
    var start = 0
    while start < bytes.count {
      let end = size == .max ? bytes.count : min(bytes.count, start + size)
      reader.add(Array(bytes[start..<end])) { surnames.append($0.surname) }
      start = end
    }
    let report = reader.finish { surnames.append($0.surname) }
    return (report, surnames)
  }

  @Test("UTF-16 with its mark is read, cut anywhere", arguments: [true, false])
  func wide(isBig: Bool) {
    for encoding in ["UTF-16", "UTF-8", "utf-16"] {
      let bytes = Self.wide(Self.text(encoding, name: Self.name), isBig: isBig)
      for size in [.max, 1, 2, 3, 4095, 4097] {
        let (report, surnames) = read(bytes, by: size)
        #expect(report.found == ["D08 warn"])
        #expect(surnames == [Self.name])
        #expect(report.issues.first?.line == 1)
      }
    }
  }

  @Test("UTF-16 that is broken stops: half a character, half a pair", arguments: [true, false])
  func brokenWide(isBig: Bool) {
    let whole = Self.wide(Self.text("UTF-16"), isBig: isBig)
    let half: [UInt8] = isBig ? [0xD8, 0x3D] : [0x3D, 0xD8]
    let cut: [UInt8] = whole + [0x20]
    var broken: [UInt8] = Array(whole.dropLast(4))
    broken += half
    broken += whole.suffix(4)
    for bytes in [cut, broken] {
      #expect(read(bytes).report.verdict == .reject)
      #expect(read(bytes, by: 1).report.verdict == .reject)
    }
  }

  @Test("The Windows set, and the Latin one, are read when the file says so")
  func singleByte() {
    for encoding in ["windows-1252", "ISO-8859-1", "iso-8859-1", "Latin1"] {
      let start = Array(Self.text(encoding, name: "@").utf8)
      let name: [UInt8] = [0x4D, 0xFC, 0x6C, 0x6C, 0x65, 0x72, 0x96, 0x4F, 0x92, 0x53]
      let bytes = start.flatMap { ($0 == 0x40 ? name : [$0]) as [UInt8] }
      for size in [.max, 1, 7] {
        let (report, surnames) = read(bytes, by: size)
        #expect(report.found == ["D08 warn"])
        #expect(surnames == ["M\u{FC}ller\u{2013}O\u{2019}S"])
      }
    }
  }

  @Test("A file of UTF-8 that says another encoding, as some writers do, is read as it is")
  func wrongWord() {
    for encoding in ["utf-16", "us-ascii", "UTF8"] {
      let (report, surnames) = read(Array(Self.text(encoding).utf8))
      #expect(report.found == ["D08 warn"])
      #expect(surnames == ["M\u{FC}ller"])
    }
    let marked = read([0xEF, 0xBB, 0xBF] + Array(Self.text("windows-1252").utf8))
    #expect(marked.report.found == ["D01 warn", "D08 warn"])
    #expect(marked.surnames == ["M\u{FC}ller"])
    #expect(read(Array(Self.text("utf-8").utf8)).report.found == [])
  }

  @Test("A document type is refused in any encoding")
  func hostile() {
    let text = SampleFile(
      declaration: "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY x \"y\">]>"
    ).text
    for bytes in [Self.wide(text, isBig: true), Self.wide(text, isBig: false), Array(text.utf8)] {
      let report = read(bytes).report
      #expect(report.issues.map(\.rule).contains(.wellFormed))
      #expect(report.verdict == .reject)
    }
  }

  @Test("Processing instructions before the root are left out; elsewhere they stop")
  func instructions() {
    let before = SampleFile(
      declaration: "<?xml version=\"1.0\"?>\n<!-- <?a?> -->\n<?xml-stylesheet\nhref=\"a\"?><?b?>\n")
    let report = before.check()
    #expect(report.found == ["D09 warn"])
    var bad = before
    bad.pupils[0].upn = ""
    let lines = bad.text.split(separator: "\n", omittingEmptySubsequences: false)
    let line = lines.firstIndex { $0.contains("<UPN>") }
    #expect(bad.check().issues.last?.line == line.map { $0 + 1 }, "lines stay those of the file")
    #expect(SampleFile(pupils: [SamplePupil(rest: "<?a?>")]).found() == ["F02 stop"])
    #expect(SampleFile(declaration: "<?xml version=\"1.0\"?><?XML a?>").found() == ["D09 warn"])
    #expect(SampleFile(declaration: "<?a?><?xml version=\"1.0\"?>").found().last == "F02 stop")
  }
}
