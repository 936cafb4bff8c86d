// Pupils as a party's system or a file has them: NDJSON, one pupil a line, or CSV with the columns
// id, upn, surname, forename, middle, dob, sex, postcode, address and a few more.
// Never keeps a line that has a fault: the whole batch is refused, naming each.

package import ExchangeModel
import PupilTracing
package import Storage
import Validation

package enum PupilLines {
  private static let members = [
    "id", "remove", "upns", "names", "datesOfBirth", "sex", "places", "parents", "siblings",
    "schools", "restriction",
  ]

  /// Reads a batch. Throws `bad-request` naming the faults by their lines.
  package static func changes(_ bytes: [UInt8], limits: Limits) throws -> [PupilChange] {
    var changes: [PupilChange] = []
    var issues: [ValidationIssue] = []
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    guard lines.count <= limits.pupilBatchLines + 1 else { throw tooMany(limits) }
    for (index, line) in lines.enumerated() where line.contains(where: { $0 > 0x20 }) {
      do {
        changes.append(try change(Array(line), limits: limits))
      } catch {
        issues += error.issues.map {
          ValidationIssue(place: $0.place, line: index + 1, rule: $0.rule, message: $0.message)
        }
        if issues.count >= limits.issuesPerDocument { break }
      }
    }
    guard issues.isEmpty else { throw Refusal(.badRequest, issues: issues) }
    return changes
  }

  private static func tooMany(_ limits: Limits) -> Refusal {
    Refusal(
      .badRequest,
      issues: [
        ValidationIssue(
          place: "", line: nil, rule: "bound",
          message: "Send at most \(limits.pupilBatchLines) pupils at once.")
      ])
  }

  private static func change(_ line: [UInt8], limits: Limits) throws(Refusal) -> PupilChange {
    let root = try JSONNode.root(line, limits: limits)
    var reader = NodeReader(limits: limits)
    guard reader.isObject(root, "", of: members) else {
      try reader.finish()
      throw Refusal(.badRequest)
    }
    let id = reader.text(root, "id", "", isRequired: true)
    if reader.truth(root, "remove", "") {
      try reader.finish()
      return .remove(id)
    }
    let names = reader.names(root, "names", "")
    if names.isEmpty { reader.fault(root, "/names", "required", "Give a name at least.") }
    let born = reader.texts(root, "datesOfBirth", "")
    let dates = born.map { reader.date($0, root, "/datesOfBirth") }
    let restriction = reader.word(
      root, "restriction", "", of: PupilRestriction.allCases.map(\.rawValue), isRequired: false)
    let record = PupilRecord(
      id: id, upns: reader.texts(root, "upns", ""), names: names, datesOfBirth: dates,
      sex: reader.sex(root, ""), places: reader.places(root, "places", ""),
      parents: reader.names(root, "parents", ""), siblings: reader.names(root, "siblings", ""),
      schools: reader.texts(root, "schools", ""))
    try reader.finish()
    return .upsert(
      PupilEntry(
        record, restriction: restriction.flatMap(PupilRestriction.init(rawValue:)) ?? .none))
  }

  // MARK: CSV

  /// Reads a pool file. Rows of one id, one after another, are one pupil with its history.
  /// Throws `PupilFileFault`, naming the line.
  package static func table(_ bytes: [UInt8]) throws -> [PupilChange] {
    var header: [String] = []
    var changes: [PupilChange] = []
    func take(_ row: [String], _ line: Int) throws {
      guard !header.isEmpty else {
        guard row.contains("id") else { throw PupilFileFault(Self.headerFault) }
        header = row
        return
      }
      guard row.count == header.count else {
        throw PupilFileFault("line \(line): it has not as many fields as the first line")
      }
      changes.append(.upsert(try entry(zip(header, row).map { ($0, $1) }, line)))
    }
    var rows = CSVRows()
    do {
      try bytes.withUnsafeBytes { try rows.feed($0, take) }
      try rows.finish(take)
    } catch let fault as TraceFault {
      throw PupilFileFault(fault.description)
    }
    guard !header.isEmpty else { throw PupilFileFault(Self.headerFault) }
    return changes
  }

  private static let headerFault =
    "line 1: name the columns: id, upn, surname, forename, middle, dob, …"

  private static func entry(
    _ fields: [(name: String, value: String)], _ line: Int
  ) throws(PupilFileFault) -> PupilEntry {
    func field(_ name: String) -> String {
      fields.first { $0.name.utf8.elementsEqual(name.utf8) }?.value ?? ""
    }
    let id = field("id")
    guard !id.isEmpty else { throw PupilFileFault("line \(line): it has no id") }
    let word = field("restriction").isEmpty ? "none" : field("restriction")
    guard let restriction = PupilRestriction(rawValue: word) else {
      throw PupilFileFault("line \(line): restriction is none, adopted or refuge")
    }
    let place = PupilPlace(postcode: field("postcode"), address: field("address"))
    let date = BirthDate(field("dob"))
    let parent = PupilName(surname: field("parent_surname"), forename: field("parent_forename"))
    let name = PupilName(
      surname: field("surname"), forename: field("forename"), middle: field("middle"))
    let record = PupilRecord(
      id: id, upns: [field("upn")].filter { !$0.isEmpty }, names: [name],
      datesOfBirth: date.isKnown ? [date] : [], sex: PupilSex(field("sex")),
      places: place.postcode.isEmpty && place.address.isEmpty ? [] : [place],
      parents: parent.surname.isEmpty && parent.forename.isEmpty ? [] : [parent],
      schools: [field("school")].filter { !$0.isEmpty })
    return PupilEntry(record, restriction: restriction)
  }
}

/// What is wrong with a file of pupils, and where. Never holds a value of it.
package struct PupilFileFault: Error, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}
