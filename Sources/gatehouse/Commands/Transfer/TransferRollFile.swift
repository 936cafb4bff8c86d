// The receiver's roll as its system exports it: a CSV file, held against the pupils of transfer
// files. Never kept, and never printed: only how many agree, and which positions a person looks at.

import CommonTransfer
import ExchangeModel
import Foundation
import PupilTracing
import Validation

struct TransferRollFile {
  let path: String
  private static let pieceBytes = 256 << 10
  /// Beyond so many pupils it is no roll of one receiver.
  private static let mostPupils = 2_000_000

  /// Throws `CommandFailure` when it cannot be read, or its columns are not there.
  func read() throws -> SchoolRoll {
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw CommandFailure(.notFound, "\(path): cannot be read")
    }
    defer { try? handle.close() }
    var roll = SchoolRoll()
    var columns: [String: Int]?
    var rows = CSVRows()
    func take(_ fields: [String]) throws {
      guard let known = columns else {
        columns = try Self.columns(fields, path)
        return
      }
      func value(_ name: String) -> String {
        guard let index = known[name], fields.indices.contains(index) else { return "" }
        return fields[index].filter { $0 != "\u{FEFF}" }.trimmingCharacters(in: .whitespaces)
      }
      guard roll.count < Self.mostPupils else {
        throw CommandFailure(.usage, "\(path): more than \(Self.mostPupils) pupils")
      }
      roll.add(
        upns: [value("upn"), value("formerupn")], surname: value("surname"),
        forename: value("forename"), dateOfBirth: CivilDate(value("dateofbirth")),
        sex: value("sex"))
    }
    do {
      while let piece = try handle.read(upToCount: Self.pieceBytes), !piece.isEmpty {
        try piece.withUnsafeBytes { bytes in try rows.feed(bytes) { fields, _ in try take(fields) }
        }
      }
      try rows.finish { fields, _ in try take(fields) }
    } catch let failure as CommandFailure {
      throw failure
    } catch {
      throw CommandFailure(.usage, "\(path): is no CSV file")
    }
    guard columns != nil else { throw CommandFailure(.usage, "\(path): is empty") }
    return roll
  }

  private static let names = [
    "upn": "upn", "formerupn": "formerupn", "surname": "surname", "legalsurname": "surname",
    "lastname": "surname", "forename": "forename", "legalforename": "forename",
    "firstname": "forename", "dateofbirth": "dateofbirth", "dob": "dateofbirth", "sex": "sex",
    "gender": "sex",
  ]

  /// Where each column is, by names as systems write them.
  private static func columns(_ header: [String], _ path: String) throws -> [String: Int] {
    var columns: [String: Int] = [:]
    for (index, title) in header.enumerated() {
      let plain = title.lowercased().filter { $0.isASCII && $0.isLetter }
      if let name = names[plain], columns[name] == nil { columns[name] = index }
    }
    let wanted = ["upn", "surname", "forename", "dateofbirth", "sex"]
    guard wanted.allSatisfy({ columns[$0] != nil }) else {
      throw CommandFailure(
        .usage, "\(path): the first line names upn, surname, forename, date_of_birth and sex")
    }
    return columns
  }
}
