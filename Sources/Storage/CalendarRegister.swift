// The calendars: imported, kept in every version, asked for by the clocks, and waited for.
// Never edits a version: a correction is a new one, by which what is still open is reckoned anew.

import Crypto
package import ExchangeModel
import Foundation
import GRDB
import MessageLog
import Validation

/// What came of an import.
package struct CalendarImport: Sendable, Equatable {
  package let key: CalendarKey
  /// From 1.
  package let version: Int64
  /// False when the newest version was these very bytes: nothing was changed.
  package let isNew: Bool
  /// Open duties that have another due time now, those among them that waited for one.
  package let reckoned: Int
}

/// One version of a calendar.
package struct CalendarRecord: Sendable, Equatable {
  package let key: CalendarKey
  package let version: Int64
  package let valid: DateRange
  package let importedAt: Timestamp
  /// Of the file, in lower-case hex.
  package let sha256: String
}

/// A calendar that open duties wait for.
package struct CalendarWanted: Sendable, Equatable {
  package let key: CalendarKey
  package let duties: Int
}

/// The calendars read of late. Emptied when another process has written.
struct CalendarMemory: Sendable {
  private var entries: [CalendarKey: [DayCalendar]] = [:]

  private static let most = 1024

  subscript(_ key: CalendarKey) -> [DayCalendar]? { entries[key] }

  mutating func keep(_ calendars: [DayCalendar], for key: CalendarKey) {
    if entries.count >= Self.most { entries.removeAll() }
    entries[key] = calendars
  }

  mutating func forget(_ key: CalendarKey) { entries[key] = nil }
}

enum CalendarTable {
  /// The versions of a calendar, newest first.
  static func read(_ key: CalendarKey, in database: Database, limits: Limits) throws
    -> [DayCalendar]
  {
    let bodies = try Data.fetchAll(
      database,
      sql: "SELECT body FROM calendar WHERE calendar_key = ? ORDER BY version DESC LIMIT ?",
      arguments: [key.text, limits.calendarVersions])
    return try bodies.map { body in
      guard case .success(let calendar) = CalendarReader.read(Array(body), limits: limits) else {
        throw StoreFailure.corrupt("calendar")
      }
      return calendar
    }
  }
}

extension Store {
  /// Keeps a calendar file as the newest version of its calendar, and reckons anew the open duties
  /// that depend on it, in one transaction. The same bytes again change nothing.
  ///
  /// Throws: `Refusal(.badRequest)` naming every fault of the file.
  package func importCalendar(_ bytes: [UInt8]) async throws -> CalendarImport {
    guard bytes.count <= limits.calendarBytes else { throw Refusal(.contentTooLarge) }
    let calendar: DayCalendar
    switch CalendarReader.read(bytes, limits: limits) {
    case .success(let read): calendar = read
    case .failure(let faults): throw Refusal(.badRequest, issues: faults.issues)
    }
    let hash = SHA256.hash(data: bytes)
    let digest = Data(hash)
    let hex = Hex.text(hash)
    return try await writer.submit { context in
      try context.keep(calendar, bytes: Data(bytes), digest: digest, hex: hex)
    }
  }

  /// Every version of every calendar, newest first of each.
  package func calendars() async throws -> [CalendarRecord] {
    try await pool.read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT calendar_key, version, valid_from, valid_through, imported_at, sha256
          FROM calendar ORDER BY calendar_key, version DESC
          """)
      return try rows.map { row in
        guard let key = CalendarKey(text: row["calendar_key"]),
          let first = CivilDate(row["valid_from"]), let last = CivilDate(row["valid_through"]),
          let valid = DateRange(first: first, last: last)
        else { throw StoreFailure.corrupt("calendar") }
        let digest: Data = row["sha256"]
        return CalendarRecord(
          key: key, version: row["version"], valid: valid,
          importedAt: Timestamp(milliseconds: row["imported_at"]), sha256: Hex.text(digest))
      }
    }
  }

  /// The versions of one calendar, newest first; empty when there is none.
  package func calendars(of key: CalendarKey) async throws -> [DayCalendar] {
    let limits = limits
    return try await pool.read { try CalendarTable.read(key, in: $0, limits: limits) }
  }

  /// The calendars that open duties wait for, for the operator. Names no message and no party but
  /// the calendar's owner, so it holds for sealed messages too.
  package func calendarsWanted() async throws -> [CalendarWanted] {
    try await pool.read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT calendar, count(*) AS duties FROM duty
          WHERE calendar IS NOT NULL AND state = 'open' AND due_at IS NULL
          GROUP BY calendar ORDER BY calendar
          """)
      return try rows.map { row in
        guard let key = CalendarKey(text: row["calendar"]) else {
          throw StoreFailure.corrupt("duty")
        }
        return CalendarWanted(key: key, duties: row["duties"])
      }
    }
  }
}

extension WriteContext {
  fileprivate mutating func keep(
    _ calendar: DayCalendar, bytes: Data, digest: Data, hex: String
  ) throws -> CalendarImport {
    let key = calendar.key
    let newest = try Row.fetchOne(
      database,
      sql: """
        SELECT version, sha256 FROM calendar WHERE calendar_key = ?
        ORDER BY version DESC LIMIT 1
        """, arguments: [key.text])
    let last: Int64 = newest?["version"] ?? 0
    if let newest, (newest["sha256"] as Data) == digest {
      return CalendarImport(key: key, version: last, isNew: false, reckoned: 0)
    }
    try database.execute(
      sql: """
        INSERT INTO calendar
          (calendar_key, version, valid_from, valid_through, imported_at, sha256, body)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        key.text, last + 1, calendar.valid.first.description, calendar.valid.last.description,
        now.milliseconds, digest, bytes,
      ])
    forgetCalendar(key)
    let reckoned = try reckonDuties(by: key)
    try append(
      LogEvent(
        .calendarChanged,
        [
          .actor: Self.gatewayOperator, .change: "imported", .digest: hex,
          .party: partyText(of: key), .scope: key.text,
        ]),
      subject: nil, message: nil)
    return CalendarImport(key: key, version: last + 1, isNew: true, reckoned: reckoned)
  }

  private func partyText(of key: CalendarKey) -> String? {
    key.owner.isAuthority ? nil : key.owner.text
  }

  /// Reckons the open duties of a calendar anew. One that had been told of is told again only of
  /// what is new: a duty called overdue that is no longer is open again.
  private mutating func reckonDuties(by key: CalendarKey) throws -> Int {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT message, position, clock_count, clock_unit, opened_at, owed_by, owed_to, due_at,
          told
        FROM duty WHERE calendar = ? AND state = 'open'
        """, arguments: [key.text])
    let update = try database.cachedStatement(
      sql: """
        UPDATE duty SET due_at = ?, next_at = ?, told = ? WHERE message = ? AND position = ?
        """)
    var changed = 0
    for row in rows {
      guard let owedBy = PartyURN(row["owed_by"]), let owedTo = PartyURN(row["owed_to"]) else {
        throw StoreFailure.corrupt("duty")
      }
      let (count, unit): (Int64, String) = (row["clock_count"], row["clock_unit"])
      let answer = try dueAnswer(
        MessageType.Clock(count: Int(count), unit: unit),
        from: Timestamp(milliseconds: row["opened_at"]), owedBy: owedBy, owedTo: owedTo)
      guard case .due(let at, let remindAt) = answer else { continue }
      let before: Int64? = row["due_at"]
      guard before != at.milliseconds else { continue }
      let told: String = row["told"]
      let (message, position): (Int64, Int64) = (row["message"], row["position"])
      let stage = Self.stage(told: told, at: at, remindAt: remindAt, now: now)
      try update.execute(arguments: [
        at.milliseconds, stage.next?.milliseconds, stage.told, message, position,
      ])
      changed += 1
    }
    return changed
  }

  /// What was told of a duty that still holds by its new due time, and when to tell more.
  private static func stage(
    told: String, at: Timestamp, remindAt: Timestamp, now: Timestamp
  ) -> (told: String, next: Timestamp?) {
    if at < now { return told == "overdue" ? ("overdue", nil) : ("nothing", remindAt) }
    guard told != "nothing", remindAt <= now else { return ("nothing", remindAt) }
    return ("due", Timestamp(milliseconds: at.milliseconds + 1))
  }
}
