// Transfer files for tests: invented children, one place to change each part of a file.

import ExchangeModel

@testable import CommonTransfer

/// A pupil of a sample file.
struct SamplePupil {
  var upn = "R850412325001"
  var surname = "Sample"
  var forename = "Alex"
  var dateOfBirth = "2015-03-04"
  var sexTag = "Sex"
  var sex = "F"
  var yearGroup = "6"
  /// Elements after BasicDetails.
  var rest = ""

  var text: String {
    """
    <Pupil>
    <UPN>\(upn)</UPN>
    <Surname>\(surname)</Surname>
    <Forename>\(forename)</Forename>
    <DOB>\(dateOfBirth)</DOB>
    <\(sexTag)>\(sex)</\(sexTag)>
    <BasicDetails><NCyearActual>\(yearGroup)</NCyearActual></BasicDetails>
    \(rest)</Pupil>

    """
  }

  /// Another child, for files of two.
  static let other = SamplePupil(
    upn: "W850203924017", surname: "Muster", forename: "Kim", sex: "M")
}

/// A sample file.
struct SampleFile {
  var declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
  var root = "CTfile"
  var attributes = ""
  var documentName = "Common Transfer File"
  var versionTag = "CTFversion"
  var version = "25.0"
  var dateTime = "2026-11-17T09:30:00"
  var qualifier = "<DocumentQualifier>full</DocumentQualifier>"
  var source = ("850", "4321")
  var destination = ("851", "9901")
  var pupils = [SamplePupil()]

  var text: String {
    """
    \(declaration)<\(root)\(attributes)>
    <Header>
    <DocumentName>\(documentName)</DocumentName>
    <\(versionTag)>\(version)</\(versionTag)>
    <DateTime>\(dateTime)</DateTime>
    \(qualifier)
    <SupplierID>Sample MIS</SupplierID>
    <SourceSchool><LEA>\(source.0)</LEA><Estab>\(source.1)</Estab><SchoolName>Oak Sample School\
    </SchoolName><AcademicYear>2027</AcademicYear></SourceSchool>
    <DestSchool><LEA>\(destination.0)</LEA><Estab>\(destination.1)</Estab></DestSchool>
    </Header>
    <CTFpupilData>
    \(pupils.map(\.text).joined())</CTFpupilData>
    </\(root)>

    """
  }

  static var settings: TransferSettings {
    // 2026-11-21
    TransferSettings(today: CivilDate(daysSinceEpoch: 20_778))
  }

  func check(name: String? = nil, receiver: TransferPlace? = nil) -> TransferReport {
    var settings = Self.settings
    settings.receiver = receiver
    return TransferReader.read(Array(text.utf8), name: name, settings: settings)
  }

  /// Rules and levels found, in order: `P01 stop pupil`.
  func found(name: String? = nil, receiver: TransferPlace? = nil) -> [String] {
    check(name: name, receiver: receiver).found
  }
}

extension TransferReport {
  var found: [String] { issues.map { "\($0.rule.rawValue) \($0.level.rawValue)" } }
}
