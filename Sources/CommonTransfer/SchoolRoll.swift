// The register of the receiver, for telling which pupils of a file it has already (rule P13).
// Never joins anybody: what is not plain a person decides. Keeps hashes and numbers, no names.
package import ExchangeModel

/// Who is on a school's roll, or in an authority's base.
package struct SchoolRoll: Sendable {
  /// What the register has of a pupil of a file.
  package enum Match: Sendable, Equatable {
    /// Nobody like it.
    case nobody
    /// The same child: by UPN, or by surname, forename, date of birth and sex together.
    case same
    /// Somebody who may be the same child; in what the two differ.
    case conflicts([String])
  }

  private struct Entry: Sendable {
    var surname: Int
    var forename: Int
    var born: Int64
    var sex: UInt8
  }

  private var entries: [Entry] = []
  private var byUPN: [String: Int] = [:]
  private var byFacts: [Int: [Int]] = [:]
  /// Entries that share one key; more of one name and date of birth nobody looks at.
  private static let mostAlike = 20

  package init() {}

  /// Pupils on the roll.
  package var count: Int { entries.count }

  /// Adds a pupil; `upns` are its UPN and those it had before.
  package mutating func add(
    upns: [String], surname: String, forename: String, dateOfBirth: CivilDate?, sex: String?
  ) {
    let entry = Self.entry(surname, forename, dateOfBirth, sex)
    for upn in upns where !upn.isEmpty { byUPN[upn] = entries.count }
    for key in Self.keys(entry) where (byFacts[key]?.count ?? 0) < Self.mostAlike {
      byFacts[key, default: []].append(entries.count)
    }
    entries.append(entry)
  }

  /// Holds a pupil of a file against the roll.
  package func match(_ pupil: TransferPupil) -> Match {
    let read = Self.entry(pupil.surname, pupil.forename, pupil.dateOfBirth, pupil.sex)
    for upn in [pupil.upn, pupil.formerUPN] {
      guard let index = upn.flatMap({ byUPN[$0] }), entries.indices.contains(index) else {
        continue
      }
      // One number for two people is a fault of one of the two registers: a person looks.
      let differing = Self.differences(read, entries[index])
      let isOther = differing.contains("date of birth") && differing.count > 1
      return isOther || differing.count > 2 ? .conflicts(differing) : .same
    }
    var nearest: [String]?
    for key in Self.keys(read) {
      for index in byFacts[key] ?? [] {
        let differing = Self.differences(read, entries[index])
        if differing.isEmpty { return .same }
        if differing.count < nearest?.count ?? 5 { nearest = differing }
      }
    }
    return nearest.map { .conflicts(["UPN"] + $0) } ?? .nobody
  }

  private static func entry(
    _ surname: String, _ forename: String, _ born: CivilDate?, _ sex: String?
  ) -> Entry {
    Entry(
      surname: PupilMemory.hash([surname.lowercased()]),
      forename: PupilMemory.hash([forename.lowercased()]), born: born?.daysSinceEpoch ?? .min,
      sex: sex?.utf8.first ?? 0)
  }

  /// Three of the four facts are enough to ask a person.
  private static func keys(_ entry: Entry) -> [Int] {
    func key(_ parts: Int...) -> Int { PupilMemory.hash(parts.map { "\($0)" }) }
    let born = Int(truncatingIfNeeded: entry.born)
    return [
      key(1, entry.surname, entry.forename, born), key(2, entry.surname, born, Int(entry.sex)),
      key(3, entry.forename, born, Int(entry.sex)),
    ]
  }

  private static func differences(_ one: Entry, _ other: Entry) -> [String] {
    var words: [String] = []
    if one.surname != other.surname { words.append("surname") }
    if one.forename != other.forename { words.append("forename") }
    if one.born != other.born { words.append("date of birth") }
    if one.sex != other.sex { words.append("sex") }
    return words
  }
}

/// How many pupils of a file the roll knows.
package struct RollCounts: Sendable, Equatable {
  package private(set) var same = 0
  package private(set) var conflicts = 0
  package private(set) var unmatched = 0

  mutating func count(_ match: SchoolRoll.Match?) {
    switch match {
    case .same: same += 1
    case .conflicts: conflicts += 1
    case .nobody: unmatched += 1
    case nil: break
    }
  }
}
