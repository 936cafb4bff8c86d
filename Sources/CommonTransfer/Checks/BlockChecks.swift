// The checks of what a pupil holds besides its core: codes (P08), dates and sums (P09), empty
// elements (P10), removal grounds (P11), names (P06), and elements we do not know (D06).
// Never looks into a supplier's own data.
import ExchangeModel
import Validation

enum BlockChecks {
  static func check(
    _ children: [XMLElement], _ pupil: TransferPupil, _ checks: inout PupilChecks,
    _ memory: inout PupilMemory
  ) {
    for child in children where child.hasChildren {
      let name = child.localName
      if name.utf8.elementsEqual("SuppInfo".utf8) { continue }
      walk(child, name, pupil, &checks, &memory)
    }
  }

  /// Depth is bounded by the parser.
  private static func walk(
    _ element: XMLElement, _ name: String, _ pupil: TransferPupil, _ checks: inout PupilChecks,
    _ memory: inout PupilMemory
  ) {
    let known = PupilElements.known[name]
    let children = element.children
    for child in children {
      let childName = child.localName
      if childName.utf8.elementsEqual("SuppInfo".utf8) { continue }
      if let known, !known.contains(childName) {
        checks.findings.addOnce(
          "unknown-\(name)",
          FileReading.unknown(child.line, pupil: pupil.position, in: name))
      }
      if child.hasChildren {
        walk(child, childName, pupil, &checks, &memory)
      } else {
        leaf(child, childName, in: name, &checks)
      }
    }
    switch name {
    case "School": HistoryChecks.school(element, &checks)
    case "YearData": HistoryChecks.attendance(element, &checks)
    case "SEN": HistoryChecks.period(element, "StartDate", "EndDate", &checks)
    case "FSMinstance": HistoryChecks.period(element, "FSMstartDate", "FSMendDate", &checks)
    case "Contact": ContactChecks.check(element, pupil, &checks, &memory)
    default: break
    }
  }

  private static func leaf(
    _ element: XMLElement, _ name: String, in parent: String, _ checks: inout PupilChecks
  ) {
    let value = element.value
    if value.isEmpty {
      if leftEmpty.contains(name) {
        checks.add(
          .empty, .warn, line: element.line,
          "This \(name) is empty. Some systems cannot read that; leave the element out.")
      }
      return
    }
    if let set = CodeSets.sets[name] {
      if !isASCII(value) || !set.contains(value) { code(element, name, &checks) }
    } else if names.contains(name) {
      let isPupil = parent.utf8.elementsEqual("BasicDetails".utf8)
      checks.name(element, name, checksCase: isPupil)
    } else if dates.contains(name) {
      if CivilDate(value) == nil {
        checks.add(
          .dates, .warn, line: element.line,
          "This \(name) is no day of the calendar. Write it as 2026-09-01.")
      }
    } else if name.utf8.elementsEqual("Ethnicity".utf8) {
      if !CodeSets.isEthnicity(value) { code(element, name, &checks) }
    } else if name.utf8.elementsEqual("CareAuthority".utf8) {
      if !LocalAuthorityNumber.isReal(value.utf8) { code(element, name, &checks) }
    } else if name.utf8.elementsEqual("FormerUPN".utf8) {
      if !UPNFindings(value.utf8).isWellFormed { code(element, name, &checks) }
    }
  }

  private static func code(_ element: XMLElement, _ name: String, _ checks: inout PupilChecks) {
    checks.add(
      .code, .warn, line: element.line,
      "This \(name) is not of DfE's code set. It is kept as it is; correct it at its source.")
  }

  static func isASCII(_ text: String) -> Bool { text.utf8.allSatisfy { $0 < 0x80 } }

  private static let leftEmpty: Set<String> = [
    "LeavingDate", "RemovalGrounds", "AddressLine1", "AddressLine2", "AddressLine3",
    "AddressLine4", "AddressLine5",
  ]
  private static let names: Set<String> = [
    "PreferredSurname", "PreferredForename", "FormerSurname", "FormerForename", "MiddleNames",
    "Surname", "Forename",
  ]
  private static let dates: Set<String> = [
    "FSMreviewDate", "FSMstartDate", "FSMendDate", "StartDate", "EndDate", "NeedStartDate",
    "NeedEndDate", "EntryDate", "LeavingDate", "AttendanceStartDate", "ResultDate",
  ]
}
