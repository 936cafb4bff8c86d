// The calendars, the duties that were met, and the reasons of the staff, as the log's events alone
// make them, to be compared with the tables. Never covers what no event says: when an open duty is
// due, which hash stands for the child of a look.

import Crypto
import ExchangeModel
import GRDB
import MessageLog
import Validation

struct RegisterReplay: Sendable {
  private struct KnownVersion: Sendable {
    let digest: String
    let milliseconds: Int64
  }

  private struct KnownDuty: Sendable {
    let metBy: String
    let outcome: String
    let milliseconds: Int64
  }

  /// The versions of each calendar, in order.
  private var calendars: [String: [KnownVersion]] = [:]
  /// By the duty's id.
  private var met: [String: KnownDuty] = [:]
  /// Digests of sealed reasons, by leaf.
  private var reasons: [Int64: String] = [:]

  mutating func apply(_ event: LogEvent, _ entry: LeafEntry, _ index: Int64) {
    switch event.kind {
    case .calendarChanged:
      calendars[event[.scope] ?? "", default: []].append(
        KnownVersion(digest: event[.digest] ?? "", milliseconds: entry.at.milliseconds))
    case .dutyMet:
      met[event[.duty] ?? ""] = KnownDuty(
        metBy: event[.messageID] ?? "", outcome: event[.outcome] ?? "",
        milliseconds: entry.at.milliseconds)
    case .logOpened, .searched, .contentOpened, .refused:
      if event[.role] != nil, let digest = event[.digest] { reasons[index] = digest }
    default: break
    }
  }

  /// The first row that the tables have otherwise; nil when they agree.
  func difference(from database: Database) throws -> String? {
    if let text = try calendarDifference(database) { return text }
    if let text = try dutyDifference(database) { return text }
    if let text = try settledDifference(database) { return text }
    return try reasonDifference(database)
  }

  private func calendarDifference(_ database: Database) throws -> String? {
    var left = calendars
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT calendar_key, version, valid_from, valid_through, imported_at, sha256, body
        FROM calendar ORDER BY calendar_key, version DESC
        """)
    while let row = try rows.next() {
      let (key, version): (String, Int64) = (
        row.read("calendar_key") ?? "", row.read("version") ?? 0
      )
      // The newest version is the last one left.
      let known = left[key]?.popLast()
      let body = row.bytes("body") ?? []
      let digest = SHA256.hash(data: body)
      var days: DateRange?
      if case .success(let calendar) = CalendarReader.read(body, limits: Limits()) {
        days = calendar.valid
      }
      guard let known, version == Int64(left[key]?.count ?? 0) + 1,
        known.milliseconds == row.read("imported_at"), known.digest == Hex.text(digest),
        row.bytes("sha256") == Array(digest),
        same(row.read("valid_from"), days?.first.description),
        same(row.read("valid_through"), days?.last.description)
      else { return "calendar \(key), version \(version): not what the log says" }
    }
    let lost = left.filter { !$0.value.isEmpty }.keys.min()
    return lost.map { "calendar \($0): a version that the log records is not there" }
  }

  /// A duty follows from its message, and has lapsed when its recipient refused that, or what was
  /// asked in it was withdrawn.
  private func dutyDifference(_ database: Database) throws -> String? {
    let row = try Row.fetchOne(
      database,
      sql: """
        SELECT duty.message, message.message_id, position FROM duty
        LEFT JOIN message ON message.sequence = duty.message
        LEFT JOIN acknowledgement ON acknowledgement.message = duty.message
          AND acknowledgement.outcome = 'refused'
        WHERE message.sequence IS NULL OR owed_by IS NOT message.recipient
          OR owed_to IS NOT message.source OR duty.opened_at IS NOT message.admitted_at
          OR (duty.state = 'lapsed' AND ended_at IS NOT acknowledged_at AND NOT EXISTS
            (SELECT 1 FROM case_step JOIN message AS word ON word.sequence = case_step.message
              WHERE (answers = duty.message OR case_id = message.message_id)
                AND case_step.outcome IN ('withdrawn', 'wrong-child')
                AND word.admitted_at = duty.ended_at))
          OR (duty.state = 'open' AND acknowledged_at IS NOT NULL)
        ORDER BY duty.message, position LIMIT 1
        """)
    return row.map { row in
      let position: Int64 = row.read("position") ?? 0
      let message: String = row.read("message_id") ?? "\(row.read("message") as Int64? ?? 0)"
      return "duty \(position) of message \(message): not what its message says"
    }
  }

  private func settledDifference(_ database: Database) throws -> String? {
    var left = met
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT position, due_at, ended_at, opening.message_id AS opened,
          answer.message_id AS answered
        FROM duty LEFT JOIN message AS opening ON opening.sequence = duty.message
          LEFT JOIN message AS answer ON answer.sequence = duty.met_by
        WHERE duty.state = 'met' ORDER BY duty.message, position
        """)
    while let row = try rows.next() {
      let id = DutyID(message: row.read("opened") ?? "", position: row.read("position") ?? 0).text
      let ended: Int64 = row.read("ended_at") ?? 0
      let due: Int64? = row.read("due_at")
      let outcome = due.map { ended <= $0 ? "in-time" : "late" } ?? "no-time-limit"
      guard let known = left.removeValue(forKey: id), same(known.metBy, row.read("answered")),
        known.milliseconds == ended, known.outcome == outcome
      else { return "duty \(id): that it was met is not what the log says" }
    }
    return left.keys.min().map { "duty \($0): the log says that it was met" }
  }

  private func reasonDifference(_ database: Database) throws -> String? {
    var left = reasons
    let rows = try Row.fetchCursor(
      database, sql: "SELECT leaf, reason FROM staff_act ORDER BY leaf")
    while let row = try rows.next() {
      let leaf: Int64 = row.read("leaf") ?? -1
      guard left.removeValue(forKey: leaf) == Hex.text(SHA256.hash(data: row.bytes("reason") ?? []))
      else { return "reason of leaf \(leaf): not the one that was given" }
    }
    return left.keys.min().map { "leaf \($0): the reason it was given is not there" }
  }
}
