// A row of a trace with its candidates, read for the party that made it and for nobody else.
// Never read without that party: `find` asks for it.

import ExchangeModel
import Foundation
import GRDB
import PupilTracing
import Validation

struct TraceRow {
  let id: MessageID
  let officer: String
  let isNamedOfficer: Bool
  let purpose: String
  let confirmation: TraceConfirmation?
  private let row: Row

  /// Throws `not-found` for every other party.
  static func find(_ id: MessageID, of party: Party, in database: Database) throws -> TraceRow {
    let row = try Row.fetchOne(
      database,
      sql: """
        SELECT trace.*, message.message_id AS request_id FROM trace
        LEFT JOIN message ON message.sequence = trace.request
        WHERE trace_id = ? AND party = ?
        """, arguments: [id.text, party.urn.text])
    guard let row else { throw Refusal(.notFound) }
    return TraceRow(id: id, row: row)
  }

  private init(id: MessageID, row: Row) {
    self.id = id
    self.row = row
    officer = row["officer"]
    isNamedOfficer = row["is_named"]
    purpose = row["purpose"]
    let result = (row["confirmation"] as String?).flatMap(TraceConfirmation.Result.init(rawValue:))
    confirmation = result.map {
      TraceConfirmation(
        result: $0, candidate: row["confirmed_candidate"], verifiedBy: row["verified_by"])
    }
  }

  /// What was asked; nil once it was erased.
  func query(in database: Database, _ sealing: Sealing) throws -> TraceQuery? {
    guard let sealed: Data = row["query"] else { return nil }
    return try PupilBody.query(Array(sealing.open(sealed, as: Self.name(id))))
  }

  /// What the sealed question is called.
  static func name(_ id: MessageID) -> String { "trace:\(id.text)" }

  /// True when what was asked was erased, as its request was.
  var isErased: Bool { (row["request_id"] as String?) != nil && (row["query"] as Data?) == nil }

  /// True when there is nobody to look for any more.
  var isOver: Bool { isErased || confirmation?.result == .notHere }

  /// True when a person said that this candidate is the child, or may be.
  func isTakenForChild(_ candidate: Int) -> Bool {
    confirmation?.candidate == candidate && confirmation?.result != .notHere
  }

  /// A candidate with its pupils; nil when there is none, or they were removed since.
  func candidate(
    _ number: Int, in database: Database, _ sealing: Sealing
  ) throws -> TracedPupil? {
    try candidates(in: database, sealing).first { $0.candidate.number == number }
  }

  /// The rows of a candidate, its own first.
  static func pupils(
    of number: Int, in trace: MessageID, _ database: Database
  ) throws -> [Int64] {
    try Int64.fetchAll(
      database,
      sql: """
        SELECT pupil, 0 AS other FROM trace_candidate WHERE trace_id = ?1 AND position = ?2
        UNION ALL
        SELECT pupil, 1 FROM trace_candidate_record WHERE trace_id = ?1 AND position = ?2
        ORDER BY other, pupil
        """, arguments: [trace.text, number])
  }

  /// The candidates as they may be shown now: none once the question was erased, and none to a
  /// system that somebody hides by now.
  func candidates(in database: Database, _ sealing: Sealing) throws -> [TracedPupil] {
    guard !isErased else { return [] }
    let rows = try Row.fetchAll(
      database, sql: "SELECT * FROM trace_candidate WHERE trace_id = ? ORDER BY position",
      arguments: [id.text])
    return try rows.compactMap { row in
      let pupils = try Self.pupils(of: row["position"], in: id, database)
        .compactMap { try StoredPupil.find($0, in: database, sealing) }
        .filter { $0.record != nil }
      guard !pupils.isEmpty else { return nil }
      let shown = try TracedPupil(row, pupils)
      return isNamedOfficer || !shown.candidate.isRestricted ? shown : nil
    }
  }

  private func caseID(in database: Database) throws -> String? {
    try String.fetchOne(
      database, sql: "SELECT case_id FROM exchange_case WHERE keeper = ? AND thread = ?",
      arguments: [row["party"] as String, id.text])
  }

  func record(in database: Database, _ sealing: Sealing) throws -> TraceRecord {
    guard let outcome = TraceOutcome(rawValue: row["outcome"]) else {
      throw StoreFailure.corrupt("trace")
    }
    let request: String? = row["request_id"]
    return TraceRecord(
      id: id, askedAt: Timestamp(milliseconds: row["asked_at"]), officer: officer,
      isNamedOfficer: isNamedOfficer, purpose: purpose, reason: row["reason"],
      request: request.flatMap { MessageID($0) }, outcome: outcome, notHere: row["not_here"],
      modelVersion: row["model"],
      candidates: try candidates(in: database, sealing).map(\.candidate),
      confirmation: confirmation, enquiries: try TraceEnquiry.all(of: id, in: database),
      caseID: try caseID(in: database).flatMap { MessageID($0) })
  }
}

/// A candidate with the rows of its pools.
struct TracedPupil {
  let candidate: ShownCandidate
  let pupils: [StoredPupil]

  /// What its pools hold of the child together; nil when it was removed.
  var record: PupilRecord? {
    pupils.compactMap(\.record).reduce(nil) { known, record in
      known.map { PupilEntry($0).keeping(record).record } ?? record
    }
  }

  /// What would tell where a child is: not said of one whose whereabouts must stay unknown.
  private static let ofPlaces = ["place", "school", "household"]

  fileprivate init(_ row: Row, _ pupils: [StoredPupil]) throws {
    self.pupils = pupils
    guard let reading = CandidateReading(rawValue: row["reading"]),
      let disclosed = PupilDisclosure(rawValue: row["disclosed"])
    else { throw StoreFailure.corrupt("trace_candidate") }
    let isRestricted = pupils.contains { $0.restriction != .none }
    let reasons = try TraceReasons.read(row["reasons"]).filter { reason in
      !isRestricted || !Self.ofPlaces.contains { $0.utf8.elementsEqual(reason.field.utf8) }
    }
    let record = pupils.first?.record
    let name = record?.names.first
    candidate = ShownCandidate(
      number: row["position"], heldBy: isRestricted ? [] : pupils.map(\.party), reading: reading,
      bits: row["bits"], posterior: row["posterior"], reasons: reasons,
      surname: name?.surname ?? "", forename: name?.forename ?? "",
      yearOfBirth: record?.datesOfBirth.first?.year ?? 0, isRestricted: isRestricted,
      disclosed: disclosed)
  }
}

extension TraceEnquiry {
  /// What others said in a trace.
  static func all(of trace: MessageID, in database: Database) throws -> [TraceEnquiry] {
    try Row.fetchAll(
      database,
      sql:
        "SELECT party, answer, asked_at FROM trace_enquiry WHERE trace_id = ? ORDER BY party, day",
      arguments: [trace.text]
    ).map { row in
      guard let party = PartyURN(row["party"]), let answer = Answer(rawValue: row["answer"])
      else { throw StoreFailure.corrupt("trace_enquiry") }
      return TraceEnquiry(
        party: party, answer: answer, askedAt: Timestamp(milliseconds: row["asked_at"]))
    }
  }
}

/// Reasons as a column holds them: fixed words and weights, never a value of a child.
enum TraceReasons {
  static func text(_ reasons: [FieldReason]) -> String {
    var writer = JSONWriter()
    writer.beginArray()
    for reason in reasons {
      writer.beginArray()
      writer.string(reason.field.rawValue)
      writer.string(reason.text)
      writer.string(String(reason.bits))
      writer.endArray()
    }
    writer.endArray()
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  static func read(_ text: String) throws -> [ShownReason] {
    guard let root = try? JSONDocument.parse(Array(text.utf8), limits: Limits()).root else {
      throw StoreFailure.corrupt("trace_candidate")
    }
    return root.elements.compactMap { node in
      let parts = node.elements.compactMap(\.string)
      guard parts.count == 3, let bits = Double(parts[2]) else { return nil }
      return ShownReason(field: parts[0], text: parts[1], bits: bits)
    }
  }
}
