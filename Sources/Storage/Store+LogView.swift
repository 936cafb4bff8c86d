// The log as an administrator reads it: leaves with their readable events, filtered, in pages.
// Never shows content of a message; that somebody looked is a leaf of its own.

package import ExchangeModel
import Foundation
import GRDB
package import MessageLog

/// Which leaves are asked for; what is nil does not narrow.
package struct LogFilter: Sendable {
  /// From this time on, and before that one.
  package var from: Timestamp?
  package var to: Timestamp?
  package var kind: LogEvent.Kind?
  /// A party that the event names, in whatever part.
  package var party: PartyURN?
  package var message: MessageID?

  package init() {}
}

/// One leaf, with its event unless that was shredded.
package struct LogRecord: Sendable {
  package let index: Int64
  package let entry: LeafEntry
  package let event: LogEvent?
}

/// Some records, in the order of the log.
package struct LogPage: Sendable {
  package let records: [LogRecord]
  /// Where to go on; nil at the end.
  package let next: Int64?
}

extension Store {
  /// The next records from a leaf on, at most `limit`. Leaves before `end` alone are looked at.
  ///
  /// The order is the log's, and a leaf never moves: going on from `next` misses nothing and
  /// repeats nothing, whatever is written meanwhile.
  package func logRecords(
    _ filter: LogFilter, from first: Int64, end: Int64? = nil, limit: Int
  ) async throws -> LogPage {
    try await pool.read { database in
      let end = min(try LogTables.size(database), end ?? .max)
      var records: [LogRecord] = []
      let rows = try filter.rows(from: first, end: end, in: database)
      while let row = try rows.next() {
        guard let record = try filter.record(row) else { continue }
        guard records.count < limit else { return LogPage(records: records, next: record.index) }
        records.append(record)
      }
      return LogPage(records: records, next: nil)
    }
  }

  /// Records that an administrator looked at the log or took a copy: `shown`, `exported` or
  /// `proved`.
  package func recordLogView(_ change: String, leaves: Range<Int64>) async throws {
    try await writer.submit { context in
      _ = try context.append(
        LogEvent(
          .logOpened,
          [
            .actor: WriteContext.gatewayOperator, .change: change,
            .scope: "\(leaves.lowerBound)-\(leaves.upperBound)",
          ]),
        subject: nil, message: nil)
    }
  }
}

extension LogFilter {
  /// Where the time and the kind stand in an entry, counted from 1: its canonical form fixes both
  /// (see `LeafEntry`), so that the database can look without reading the whole.
  static let timePlace = 8
  static let timeLength = 24
  static let kindPlace = 130

  fileprivate func rows(
    from first: Int64, end: Int64, in database: Database
  ) throws -> RowCursor {
    var conditions = ["leaf_index >= ?", "leaf_index < ?"]
    var arguments: StatementArguments = [first, end]
    func blob(_ text: String) -> Data { Data(text.utf8) }
    if let from {
      conditions.append("substr(entry, \(Self.timePlace), \(Self.timeLength)) >= ?")
      arguments += [blob(from.description)]
    }
    if let to {
      conditions.append("substr(entry, \(Self.timePlace), \(Self.timeLength)) < ?")
      arguments += [blob(to.description)]
    }
    if let kind {
      let text = kind.rawValue + "\""
      conditions.append("substr(entry, \(Self.kindPlace), \(text.utf8.count)) = ?")
      arguments += [blob(text)]
    }
    if let party {
      conditions.append("instr(event, ?) > 0")
      arguments += [blob("\"\(party.text)\"")]
    }
    if let message {
      conditions.append(
        "(message = (SELECT sequence FROM message WHERE message_id = ?) OR instr(entry, ?) > 0)")
      arguments += [message.text, blob("\"\(message.text)\"")]
    }
    return try Row.fetchCursor(
      database,
      sql: """
        SELECT leaf_index, entry, event FROM leaf WHERE \(conditions.joined(separator: " AND "))
        ORDER BY leaf_index
        """, arguments: arguments)
  }

  /// The record of a row that may be asked for; nil when it is not.
  fileprivate func record(_ row: Row) throws -> LogRecord? {
    guard let entry = try? LeafEntry(row.bytes("entry") ?? []) else {
      throw StoreFailure.corrupt("leaf")
    }
    let bytes = row.bytes("event")
    let event = try bytes.map { try LogEvent(canonicalBytes: $0) }
    if let party {
      let fields: [LogEvent.Field] = [.actor, .party, .recipient, .source]
      let text = party.text.utf8
      guard let event, fields.contains(where: { event[$0]?.utf8.elementsEqual(text) == true })
      else { return nil }
    }
    return LogRecord(index: row["leaf_index"], entry: entry, event: event)
  }
}
