// What a verification checks of the table of audit questions: a row that was taken out or changed
// would hide an event from whoever asks. Never makes a row right again.

import GRDB
import MessageLog

struct AuditWalk: Sendable {
  private var words: [Int64: String] = [:]
  /// Leaves before this one are in the table, in the snapshot at hand.
  private var through: Int64 = 0

  /// Reads what is new among the words, and how far the table goes.
  mutating func begin(_ database: Database) throws {
    through = try AuditIndex(database: database).through()
    let count = try Int64.fetchOne(database, sql: "SELECT count(*) FROM audit_word") ?? 0
    guard count != words.count else { return }
    words = [:]
    let rows = try Row.fetchCursor(database, sql: "SELECT number, word FROM audit_word")
    while let row = try rows.next() {
      if let number: Int64 = row.read("number") { words[number] = row.read("word") }
    }
  }

  /// What is wrong with a leaf's row; nil when it holds, or is not in the table yet.
  func fault(of leaf: LogWalkLeaf, _ index: Int64) -> String? {
    guard index < through else { return nil }
    let row = leaf.row.audit
    guard let expected = leaf.audit, row.count == 13 else {
      return "audit row of leaf \(index): it is not there"
    }
    let texts = expected.texts
    var holds = row[0] == expected.at
    for (place, text) in texts.enumerated() where holds {
      let number = row[place + 1]
      holds = same(number.flatMap { words[$0] }, text) && (number == nil) == (text == nil)
    }
    let flags: [Int64?] = [
      expected.isPermit.map { $0 ? 1 : 0 }, expected.isOverride ? 1 : 0, expected.isView ? 1 : 0,
    ]
    guard holds, Array(row[10...]) == flags else {
      return "audit row of leaf \(index): not what the leaf says"
    }
    return nil
  }

  /// What is wrong with the table as a whole; nil when it holds.
  static func difference(in database: Database) throws -> String? {
    let through = try AuditIndex(database: database).through()
    let count = try Int64.fetchOne(
      database, sql: "SELECT count(*) FROM audit_event WHERE leaf < ?", arguments: [through])
    guard count == through, through <= (try LogTables.size(database)) else {
      return "audit rows: \(count ?? 0) are there, the table says \(through)"
    }
    let narrow = try Int64.fetchOne(
      database,
      sql: """
        SELECT leaf / \(AuditIndex.span) AS number FROM audit_event
        LEFT JOIN audit_span ON audit_span.span = leaf / \(AuditIndex.span)
        WHERE leaf < ? GROUP BY number
        HAVING first_at IS NULL OR min(at) < first_at OR max(at) > last_at LIMIT 1
        """, arguments: [through])
    return narrow.map { "audit span \($0): a leaf in it is of another time" }
  }
}
