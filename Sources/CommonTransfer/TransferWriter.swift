// Writes transfer files strictly: the order of elements, one version's tags, no empty element.
// Never writes a removal ground that is no letter of 2024, nor an address that may not leave;
// what we do not know, and suppliers' own data, is written byte for byte where it stood.
import ExchangeModel
import Validation

/// One file, written pupil by pupil.
package struct TransferWriter {
  /// The versions that are written.
  package static let versions = [24, 25]

  private let isCurrent: Bool
  private var writer = XMLWriter()
  /// Pupils written so far.
  package private(set) var pupils = 0
  /// What was left out or stands in the way of an export.
  package private(set) var issues: [TransferIssue] = []
  private let day: CivilDate

  /// Begins a file. `header` needs its two places; `version` is one of `versions`; `made` is
  /// `yyyy-MM-ddTHH:mm:ss`. With `stripsAddresses` nothing free of the header is written either.
  package init(
    _ header: TransferHeader, version: Int, made: String, stripsAddresses: Bool = false
  ) {
    precondition(Self.versions.contains(version), "a version that is written")
    isCurrent = version >= 25
    day = CivilDate(String(made.prefix(10))) ?? HistoryChecks.newRegulations
    let startYear = day.month >= 9 ? day.year : day.year - 1
    writer.declaration()
    writer.startElement("CTfile")
    writer.startElement("Header")
    writer.element("DocumentName", "Common Transfer File")
    writer.element("CTFversion", "\(version).0")
    writer.element("DateTime", made)
    writer.element("DocumentQualifier", header.qualifier == "full" ? "full" : "partial")
    for (name, value) in [
      ("DataQualifier", header.dataQualifier),
      ("DataDescriptor", stripsAddresses ? nil : header.dataDescriptor),
      ("SupplierID", header.supplier ?? "Gatehouse"),
    ] {
      if let value, !value.isEmpty { writer.element(name, value) }
    }
    school(
      "SourceSchool", header.source,
      academicYear: header.source?.academicYear ?? String(startYear))
    school("DestSchool", header.destination, academicYear: nil)
    if !stripsAddresses { for element in header.unknown { writer.raw(element) } }
    writer.endElement()
    writer.startElement("CTFpupilData")
  }

  /// The whole file.
  package mutating func finish() -> [UInt8] {
    writer.endElement()
    writer.endElement()
    return writer.bytes + [0x0A]
  }

  private mutating func school(
    _ name: String, _ school: TransferHeader.School?, academicYear: String?
  ) {
    guard let school else { return }
    writer.startElement(name)
    writer.element("LEA", school.authority)
    writer.element("Estab", school.establishment)
    if let urn = school.urn, !urn.isEmpty { writer.element("URN", urn) }
    if let name = school.name, !name.isEmpty { writer.element("SchoolName", name) }
    if let academicYear { writer.element("AcademicYear", academicYear) }
    writer.endElement()
  }

  // MARK: Pupils

  /// Writes a pupil that was read, whatever the dialect. With `stripsAddresses` (rule P14)
  /// everything that tells where the child lives stays behind, and with it what nobody can say
  /// whether it does: suppliers' data and elements we do not know.
  package mutating func add(_ pupil: TransferPupil, stripsAddresses: Bool = false) {
    pupils += 1
    if stripsAddresses {
      issues.append(
        TransferIssue(
          .sensitiveAddress, .strip, line: pupil.line, pupil: pupil.position,
          "Addresses, telephones, supplier's data and unknown elements are left out: this child's "
            + "address may not leave."))
    }
    var pass = WritingPass(
      isCurrent: isCurrent, stripsAddresses: stripsAddresses, position: pupil.position, day: day)
    pass.write(pupil.element, as: "Pupil", to: &writer)
    issues += pass.issues
  }

  /// Writes a pupil from values, for leaver's and joiner's files made of returns.
  package mutating func add(_ record: TransferRecord) {
    pupils += 1
    record.write(to: &writer, sexTag: isCurrent ? "Sex" : "Gender")
  }

  /// Whether what was written may be sent: no issue stops the export (rule P11).
  package var mayLeave: Bool { !issues.contains { $0.level == .stopExport } }
}
