// A pupil of a pool as its row keeps it, sealed: every name, date of birth, place, parent and
// school ever held. Never leaves this room but as a value that a trace may show.

import ExchangeModel
package import PupilTracing
import Validation

/// Why a child is not to be found like any other.
package enum PupilRestriction: String, Sendable, CaseIterable {
  case none
  /// Adopted: the old and the new identity must not be linked (UPN guide 2019, 6.5 and 6.6).
  case adopted
  /// In a refuge, or otherwise at an address that must not be known.
  case refuge
}

/// One pupil as a party loads it: `record.id` is the party's own number for it.
package struct PupilEntry: Sendable, Equatable {
  package var record: PupilRecord
  package var restriction: PupilRestriction

  package init(_ record: PupilRecord, restriction: PupilRestriction = .none) {
    self.record = record
    self.restriction = restriction
    self.record.isPlaceHidden = restriction != .none
  }

  /// This entry with what was held before kept as history.
  func keeping(_ earlier: PupilRecord) -> PupilEntry {
    var kept = self
    func join<Value: Equatable>(_ new: [Value], _ old: [Value]) -> [Value] {
      Array((new + old.filter { !new.contains($0) }).prefix(TraceLimits.entries))
    }
    kept.record.upns = join(record.upns, earlier.upns)
    kept.record.names = join(record.names, earlier.names)
    kept.record.datesOfBirth = join(record.datesOfBirth, earlier.datesOfBirth)
    kept.record.places = join(record.places, earlier.places)
    kept.record.parents = join(record.parents, earlier.parents)
    kept.record.siblings = join(record.siblings, earlier.siblings)
    kept.record.schools = join(record.schools, earlier.schools)
    kept.record.sex = record.sex ?? earlier.sex
    return kept
  }
}

/// A record or a question as JSON of ours, and back.
enum PupilBody {
  static func bytes(of record: PupilRecord) -> [UInt8] {
    var writer = JSONWriter(capacity: 512)
    writer.beginObject()
    writer.text("id", record.id)
    writer.texts("upns", record.upns)
    writer.names("names", record.names)
    writer.texts("born", record.datesOfBirth.map(\.text))
    writer.text("sex", record.sex.map { $0 == .female ? "F" : "M" } ?? "")
    writer.places("places", record.places)
    writer.names("parents", record.parents)
    writer.names("siblings", record.siblings)
    writer.texts("schools", record.schools)
    writer.endObject()
    return writer.bytes
  }

  static func bytes(of query: TraceQuery) -> [UInt8] {
    var writer = JSONWriter(capacity: 512)
    writer.beginObject()
    writer.text("upn", query.upn)
    writer.names("names", query.names)
    writer.text("born", query.dateOfBirth.text)
    writer.key("doubtful")
    writer.bool(query.isDateDoubtful)
    writer.text("sex", query.sex.map { $0 == .female ? "F" : "M" } ?? "")
    writer.places("places", query.places)
    writer.names("parents", query.parents)
    writer.names("siblings", query.siblings)
    writer.text("school", query.lastSchool)
    writer.endObject()
    return writer.bytes
  }

  /// Throws `StoreFailure.corrupt` when the bytes are not ours.
  static func record(_ bytes: [UInt8]) throws -> PupilRecord {
    let root = try root(bytes)
    return PupilRecord(
      id: root["id"]?.string ?? "", upns: root.texts("upns"), names: root.names("names"),
      datesOfBirth: root.texts("born").map { BirthDate($0) },
      sex: root["sex"]?.string.flatMap { PupilSex($0) }, places: root.places("places"),
      parents: root.names("parents"), siblings: root.names("siblings"),
      schools: root.texts("schools"))
  }

  static func query(_ bytes: [UInt8]) throws -> TraceQuery {
    let root = try root(bytes)
    return TraceQuery(
      upn: root["upn"]?.string ?? "", names: root.names("names"),
      dateOfBirth: BirthDate(root["born"]?.string ?? ""),
      isDateDoubtful: root["doubtful"]?.bool ?? false,
      sex: root["sex"]?.string.flatMap { PupilSex($0) }, places: root.places("places"),
      parents: root.names("parents"), siblings: root.names("siblings"),
      lastSchool: root["school"]?.string ?? "")
  }

  private static func root(_ bytes: [UInt8]) throws -> JSONNode {
    guard let document = try? JSONDocument.parse(bytes, limits: Limits()) else {
      throw StoreFailure.corrupt("pupil")
    }
    return document.root
  }
}

extension BirthDate {
  /// `2014-03-09`, with `00` for an unknown month or day and `0000` for an unknown year.
  package var text: String {
    func digits(_ number: Int, _ width: Int) -> String {
      let text = String(number)
      return String(repeating: "0", count: max(0, width - text.count)) + text
    }
    return "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))"
  }
}

extension JSONWriter {
  fileprivate mutating func text(_ name: String, _ value: String) {
    key(name)
    string(value)
  }

  fileprivate mutating func texts(_ name: String, _ values: [String]) {
    key(name)
    beginArray()
    for value in values { string(value) }
    endArray()
  }

  fileprivate mutating func names(_ name: String, _ values: [PupilName]) {
    key(name)
    beginArray()
    for value in values {
      beginArray()
      for part in [value.surname, value.forename, value.middle] { string(part) }
      endArray()
    }
    endArray()
  }

  fileprivate mutating func places(_ name: String, _ values: [PupilPlace]) {
    key(name)
    beginArray()
    for value in values {
      beginArray()
      for part in [value.postcode, value.address] { string(part) }
      endArray()
    }
    endArray()
  }
}

extension JSONNode {
  fileprivate func texts(_ name: String) -> [String] {
    self[name].map { $0.elements.compactMap(\.string) } ?? []
  }

  fileprivate func names(_ name: String) -> [PupilName] {
    lists(name).map { parts in
      PupilName(
        surname: parts.first ?? "", forename: parts.dropFirst().first ?? "",
        middle: parts.dropFirst(2).first ?? "")
    }
  }

  fileprivate func places(_ name: String) -> [PupilPlace] {
    lists(name).map { parts in
      PupilPlace(postcode: parts.first ?? "", address: parts.dropFirst().first ?? "")
    }
  }

  private func lists(_ name: String) -> [[String]] {
    self[name].map { $0.elements.map { $0.elements.compactMap(\.string) } } ?? []
  }
}
