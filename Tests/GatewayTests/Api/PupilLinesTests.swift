// A file of pupils: what is read of it, and that a fault names the line and no value.

import ExchangeModel
import PupilTracing
import Storage
import Testing

@testable import Gateway

@Suite struct PupilLinesTests {
  private static let header =
    "id,upn,surname,forename,middle,dob,sex,postcode,address,restriction\n"

  @Test func rowsAreReadAsSpreadsheetsWriteThem() throws {
    let text =
      "\u{FEFF}" + Self.header
      + "p1,R850412325001,\"Zzo'Neill, Zzjun.\",Ada,,2011-06-03,F,SO99 9ZZ,"
      + "\"4 Zzroad\r\nZztown\",\r\n"
      + "\n" + "p2,,Zzother,\"Zz\"\"quoted\"\"\",,2012,,,,refuge"
    let changes = try PupilLines.table(Array(text.utf8))
    try #require(changes.count == 2)
    guard case .upsert(let first) = changes[0], case .upsert(let second) = changes[1] else {
      Issue.record("a row is a pupil")
      return
    }
    #expect(first.record.names.first?.surname == "Zzo'Neill, Zzjun.")
    #expect(first.record.places.first?.address == "4 Zzroad\r\nZztown")
    #expect(first.restriction == .none && second.restriction == .refuge)
    #expect(second.record.names.first?.forename == "Zz\"quoted\"")
    #expect(second.record.upns.isEmpty && second.record.places.isEmpty)
  }

  @Test(arguments: [
    ("", "line 1: "), ("name,dob\nZza,2011", "line 1: "),
    (header + "p1,,Zza,Zzb,,,,,,\n,,Zza,Zzb,,,,,,", "line 3: "),
    (header + "p1,Zza", "line 2: "), (header + "p1,,Zza,Zzb,,,,,,hidden", "line 2: "),
    (header + "p1,,Zza,Zzb,,,,,,\np2,,\"Zza,Zzb,,,,,,", "line 3: "),
    (header + "p1,,\(String(repeating: "Zz", count: 4000)),Zzb,,,,,,", "line 2: "),
  ])
  func faultsNameTheLine(text: String, start: String) {
    let fault = #expect(throws: PupilFileFault.self) {
      _ = try PupilLines.table(Array(text.utf8))
    }
    #expect(fault?.description.hasPrefix(start) == true, "\(fault?.description ?? "")")
    #expect(fault?.description.contains("Zz") == false)
  }
}
