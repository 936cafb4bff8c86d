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
  package static func table(_ bytes: [UInt8]) throws -> [PupilChange] {
    var rows = CSVRows(bytes)
    guard let header = try rows.next(), header.contains("id") else {
      throw PupilFileFault("line 1: name the columns: id, upn, surname, forename, middle, dob, …")
    }
    var entries: [PupilEntry] = []
    while let row = try rows.next() {
      guard row.count == header.count else {
        throw PupilFileFault("line \(rows.line): it has not as many fields as the first line")
      }
      func field(_ name: String) -> String {
        zip(header, row).first { $0.0.utf8.elementsEqual(name.utf8) }?.1 ?? ""
      }
      let id = field("id")
      guard !id.isEmpty else { throw PupilFileFault("line \(rows.line): it has no id") }
      guard
        let restriction = PupilRestriction(
          rawValue: field("restriction").isEmpty ? "none" : field("restriction"))
      else {
        throw PupilFileFault("line \(rows.line): restriction is none, adopted or refuge")
      }
      let place = PupilPlace(postcode: field("postcode"), address: field("address"))
      let date = BirthDate(field("dob"))
      let parent = PupilName(
        surname: field("parent_surname"), forename: field("parent_forename"))
      let record = PupilRecord(
        id: id, upns: [field("upn")].filter { !$0.isEmpty },
        names: [
          PupilName(
            surname: field("surname"), forename: field("forename"), middle: field("middle"))
        ], datesOfBirth: date.isKnown ? [date] : [], sex: PupilSex(field("sex")),
        places: place.postcode.isEmpty && place.address.isEmpty ? [] : [place],
        parents: parent.surname.isEmpty && parent.forename.isEmpty ? [] : [parent],
        schools: [field("school")].filter { !$0.isEmpty })
      entries.append(PupilEntry(record, restriction: restriction))
    }
    return entries.map { .upsert($0) }
  }
}

/// What is wrong with a file of pupils, and where. Never holds a value of it.
package struct PupilFileFault: Error, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}

/// The rows of a CSV file (RFC 4180), UTF-8.
private struct CSVRows {
  private let bytes: [UInt8]
  private var place: Int
  private(set) var line = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    place = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  /// The next row that is not empty; nil at the end.
  mutating func next() throws -> [String]? {
    while place < bytes.count {
      line += 1
      let row = try self.row()
      if row.count > 1 || row.first?.isEmpty == false { return row }
    }
    return nil
  }

  private mutating func row() throws -> [String] {
    var fields: [String] = []
    var field: [UInt8] = []
    var isQuoted = false
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      switch byte {
      case 0x22 where isQuoted && place < bytes.count && bytes[place] == 0x22:
        field.append(0x22)
        place += 1
      case 0x22: isQuoted.toggle()
      case 0x2C where !isQuoted:
        fields.append(String(decoding: field, as: UTF8.self))
        field = []
      case 0x0D where !isQuoted: continue
      case 0x0A where !isQuoted:
        fields.append(String(decoding: field, as: UTF8.self))
        return fields
      default: field.append(byte)
      }
    }
    if isQuoted { throw PupilFileFault("line \(line): a quotation mark is not closed") }
    fields.append(String(decoding: field, as: UTF8.self))
    return fields
  }
}
