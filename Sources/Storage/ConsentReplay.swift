// The consent register and the holds as the log's events alone make them, to be compared with the
// tables. Never covers what no event says: who consents, what a record covers, and its days.

import ExchangeModel
import GRDB
import MessageLog

struct ConsentReplay: Sendable {
  private struct KnownChange: Sendable {
    let consent: String
    let change: String
    let scope: String
    let actor: String?
    let milliseconds: Int64
  }

  /// By the index of the leaf.
  private var changes: [Int64: KnownChange] = [:]
  /// The leaf of the latest hold of each message that is held.
  private var held: [String: Int64] = [:]

  mutating func apply(_ event: LogEvent, _ entry: LeafEntry, _ index: Int64) {
    switch event.kind {
    case .consentRecorded, .consentWithdrawn:
      changes[index] = KnownChange(
        consent: event[.consent] ?? "", change: event[.change] ?? "", scope: event[.scope] ?? "",
        actor: event[.actor], milliseconds: entry.at.milliseconds)
    case .held: held[entry.subject ?? ""] = index
    case .released: held[entry.subject ?? ""] = nil
    default: break
    }
  }

  /// The first change or hold that the tables have otherwise; nil when they agree.
  func difference(from database: Database) throws -> String? {
    var left = changes
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT consent, leaf, change,
          iif(scope = 'item', 'item:' || subject, scope) AS scope, changed_at, actor
        FROM consent_change
        """)
    while let row = try rows.next() {
      let consent: String = row.read("consent") ?? ""
      guard let leaf: Int64 = row.read("leaf"), let known = left.removeValue(forKey: leaf),
        same(known.consent, consent), same(known.change, row.read("change")),
        same(known.scope, row.read("scope")), same(known.actor, row.read("actor")),
        known.milliseconds == row.read("changed_at")
      else { return "consent \(consent): its history is not what the log says" }
    }
    if let (_, lost) = left.min(by: { $0.key < $1.key }) {
      return "consent \(lost.consent): a change that the log records is not there"
    }
    let silent = try String.fetchOne(
      database,
      sql: """
        SELECT consent_id FROM consent WHERE NOT EXISTS
          (SELECT 1 FROM consent_change WHERE consent = consent_id) LIMIT 1
        """)
    if let silent { return "consent \(silent): no leaf records it" }
    return try holdDifference(from: database)
  }

  private func holdDifference(from database: Database) throws -> String? {
    var left = held
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT message_id, held.leaf FROM held
        LEFT JOIN message ON message.sequence = held.message
        """)
    while let row = try rows.next() {
      let id: String = row.read("message_id") ?? ""
      guard let leaf = left.removeValue(forKey: id), leaf == row.read("leaf") else {
        return "message \(id): no leaf says that it is held"
      }
    }
    return left.keys.min().map { "message \($0): the hold that the log records is not there" }
  }
}
