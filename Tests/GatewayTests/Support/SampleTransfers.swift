// Transfer files for the tests of the doors: invented children with numbers of synthetic ranges.

import ExchangeModel

@testable import Gateway

enum SampleTransfers {
  static let upn = "R850412325001"
  static let otherUPN = "W850203924017"

  static func pupil(
    upn: String = upn, surname: String = "Sampleson", sexTag: String = "Sex",
    ground: String = "I", left: String = "2026-01-09", rest: String = ""
  ) -> String {
    """
    <Pupil><UPN>\(upn)</UPN><Surname>\(surname)</Surname><Forename>Ali</Forename>\
    <DOB>2014-01-29</DOB><\(sexTag)>M</\(sexTag)>\
    <Address><AddressLines><AddressLine1>1 Secret Street</AddressLine1></AddressLines>\
    <PostCode>SO99 9AA</PostCode></Address><SchoolHistory><School><LEA>850</LEA>\
    <Estab>4321</Estab><EntryDate>2019-09-02</EntryDate><LeavingDate>\(left)</LeavingDate>\
    <RemovalGrounds>\(ground)</RemovalGrounds></School></SchoolHistory>\(rest)</Pupil>
    """
  }

  static func file(
    from source: (String, String) = ("850", "4321"), to destination: (String, String),
    version: String = "25.0", versionTag: String = "CTFversion", before: String = "",
    _ pupils: [String] = [pupil()]
  ) -> [UInt8] {
    Array(
      """
      \(before)<CTfile><Header><DocumentName>Common Transfer File</DocumentName>\
      <\(versionTag)>\(version)</\(versionTag)><DateTime>2026-01-12T09:30:00</DateTime>\
      <DocumentQualifier>full</DocumentQualifier><SupplierID>Sample MIS</SupplierID>\
      <SourceSchool><LEA>\(source.0)</LEA><Estab>\(source.1)</Estab>\
      <SchoolName>Testbury Community School</SchoolName><AcademicYear>2025</AcademicYear>\
      </SourceSchool><DestSchool><LEA>\(destination.0)</LEA><Estab>\(destination.1)</Estab>\
      </DestSchool></Header><CTFpupilData>\(pupils.joined(separator: "\n"))</CTFpupilData></CTfile>
      """.utf8)
  }
}

extension PartyClient {
  /// Hands a transfer file in under a name.
  func handIn(
    _ file: [UInt8], as name: String, query: String = ""
  ) async throws -> ClientAnswer {
    try await call(
      "POST", "/v1/transfers" + query,
      headers: [
        ("Content-Type", "application/xml"),
        ("Content-Disposition", "attachment; filename=\"\(name)\""),
      ], body: file)
  }
}
