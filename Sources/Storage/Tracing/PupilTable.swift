// The rows of the pools: what parties load, sealed, with the strong keys of each pupil.
// Never read for a party: a trace is the only way to a pupil.

import ExchangeModel
import Foundation
import GRDB
import PupilTracing

/// A pupil as its row has it.
struct StoredPupil {
  let number: Int64
  let party: PartyURN
  let authority: String
  let restriction: PupilRestriction
  let revision: Int64
  /// Nil once it was removed.
  let record: PupilRecord?

  /// What is searched: of a child whose whereabouts must stay unknown no place, and no school.
  var searched: PupilRecord? {
    guard var record, restriction != .none else { return record }
    record.schools = []
    return record
  }

  private static let columns =
    "pupil, party, authority, restriction, record_key, body, revision FROM pupil"

  static func find(_ number: Int64, in database: Database, _ sealing: Sealing) throws -> Self? {
    try fetch(database, "pupil = ?", [number], sealing)
  }

  static func find(
    _ key: ChildKey, of party: PartyURN, in database: Database, _ sealing: Sealing
  ) throws -> Self? {
    try fetch(database, "party = ? AND record_key = ?", [party.text, key.data], sealing)
  }

  private static func fetch(
    _ database: Database, _ condition: String, _ arguments: StatementArguments, _ sealing: Sealing
  ) throws -> Self? {
    let statement = try database.cachedStatement(sql: "SELECT \(columns) WHERE \(condition)")
    return try Row.fetchOne(statement, arguments: arguments).map { try Self($0, sealing) }
  }

  /// Visits the pupils of an authority, those removed left out.
  static func visitAll(
    of authority: String, in database: Database, _ sealing: Sealing,
    _ visit: (Self) throws -> Void
  ) throws {
    let rows = try Row.fetchCursor(
      database,
      sql: "SELECT \(columns) WHERE authority = ? AND length(body) > 0 ORDER BY pupil",
      arguments: [authority])
    while let row = try rows.next() { try visit(try Self(row, sealing)) }
  }

  /// Those changed after a revision, in order.
  static func changed(
    since revision: Int64, limit: Int, in database: Database, _ sealing: Sealing
  ) throws -> [Self] {
    try Row.fetchAll(
      database, sql: "SELECT \(columns) WHERE revision > ? ORDER BY revision LIMIT ?",
      arguments: [revision, limit]
    ).map { try Self($0, sealing) }
  }

  /// What its sealed body is called: bound to the row, so that no body is taken for another's.
  static func name(_ party: PartyURN, _ key: Data) -> String {
    "pupil:\(party.text):\(Hex.text(key))"
  }

  private init(_ row: Row, _ sealing: Sealing) throws {
    number = row["pupil"]
    authority = row["authority"]
    revision = row["revision"]
    let text: String = row["restriction"]
    guard let party = PartyURN(row["party"]), let restriction = PupilRestriction(rawValue: text)
    else { throw StoreFailure.corrupt("pupil") }
    self.party = party
    self.restriction = restriction
    let body: Data = row["body"]
    guard !body.isEmpty else {
      record = nil
      return
    }
    let opened = try sealing.open(body, as: Self.name(party, row["record_key"]))
    var record = try PupilBody.record(Array(opened))
    // Within a pool a pupil goes by its row's number; the party's own number stays sealed.
    record.id = String(number)
    record.isPlaceHidden = restriction != .none
    self.record = record
  }
}

/// One change of a pool.
package enum PupilChange: Sendable, Equatable {
  case upsert(PupilEntry)
  /// By the party's own number.
  case remove(String)

  var id: String {
    switch self {
    case .upsert(let entry): entry.record.id
    case .remove(let id): id
    }
  }
}

extension WriteContext {
  /// Writes one change of a party's pool. Returns whether a row was changed.
  func write(
    _ change: PupilChange, of party: PartyURN, _ keys: ChildKeys, _ sealing: Sealing
  ) throws -> Bool {
    let key = keys.poolKey("record", Array("\(party.text)|\(change.id)".utf8))
    let earlier = try StoredPupil.find(key, of: party, in: database, sealing)
    let next = try database.cachedStatement(sql: "SELECT coalesce(max(revision), 0) + 1 FROM pupil")
    let revision = try Int64.fetchOne(next) ?? 1
    switch change {
    case .remove:
      guard let earlier, earlier.record != nil else { return false }
      try database.execute(
        sql: """
          UPDATE pupil SET body = zeroblob(0), restriction = 'none', revision = ?, changed_at = ?
          WHERE pupil = ?
          """, arguments: [revision, now.milliseconds, earlier.number])
      try index(earlier.number, [])
      return true
    case .upsert(var entry):
      if let record = earlier?.record { entry = entry.keeping(record) }
      entry.record.id = change.id
      let body = try sealing.seal(
        Data(PupilBody.bytes(of: entry.record)), as: StoredPupil.name(party, key.data))
      let statement = try database.cachedStatement(
        sql: """
          INSERT INTO pupil (authority, party, record_key, restriction, body, revision, changed_at)
          VALUES (?, ?, ?, ?, ?, ?, ?)
          ON CONFLICT (party, record_key) DO UPDATE SET restriction = excluded.restriction,
            body = excluded.body, revision = excluded.revision, changed_at = excluded.changed_at
          RETURNING pupil
          """)
      let number = try Int64.fetchOne(
        statement,
        arguments: [
          String(party.localAuthority), party.text, key.data, entry.restriction.rawValue, body,
          revision, now.milliseconds,
        ])
      guard let number else { throw StoreFailure.corrupt("pupil") }
      // Who must not be found says no yes: a restricted child has no strong keys at all.
      let strong = entry.restriction == .none ? StrongKeys.texts(of: entry.record) : []
      try index(number, strong.map { keys.poolKey($0.kind, $0.value) })
      return true
    }
  }

  private func index(_ pupil: Int64, _ keys: [ChildKey]) throws {
    let delete = try database.cachedStatement(sql: "DELETE FROM pupil_key WHERE pupil = ?")
    try delete.execute(arguments: [pupil])
    let insert = try database.cachedStatement(
      sql: "INSERT INTO pupil_key (pool_key, pupil) VALUES (?, ?) ON CONFLICT DO NOTHING")
    for key in keys { try insert.execute(arguments: [key.data, pupil]) }
  }
}
