// A row of the message table with its decision, read for one message or for a page of an inbox.
// Never read without a party's right to it having been asked by the caller.

import ExchangeModel
import Foundation
import GRDB
import MessageLog

/// A message as its row holds it, without its content.
struct MessageRow {
  let sequence: Int64
  let summary: MessageSummary
  /// The row of its decision.
  let decision: Int64
  let isSealed: Bool
  /// Why it is held back from its recipient; nil when it is not.
  let held: HoldReason?
  /// True when its sender was told that it is undelivered.
  let hasEnded: Bool

  private static let summaryColumns = """
    message.sequence, message.message_id, message.source, message.source_id, message.recipient,
    message.type, message.purpose, message.priority, message.admitted_at,
    length(message.received) - \(Sealing.overhead) * message.is_sealed AS size
    """

  /// The message of this id; nil when there is none.
  static func find(_ id: MessageID, in database: Database) throws -> MessageRow? {
    let statement = try database.cachedStatement(
      sql: "SELECT \(rowColumns) FROM \(rowTables) WHERE message_id = ?")
    return try Row.fetchOne(statement, arguments: [id.text]).map(MessageRow.init)
  }

  /// The message of this sequence number; nil when there is none.
  static func find(sequence: Int64, in database: Database) throws -> MessageRow? {
    let statement = try database.cachedStatement(
      sql: "SELECT \(rowColumns) FROM \(rowTables) WHERE message.sequence = ?")
    return try Row.fetchOne(statement, arguments: [sequence]).map(MessageRow.init)
  }

  private static let rowTables = """
    message LEFT JOIN held ON held.message = message.sequence
      LEFT JOIN inbox
        ON inbox.recipient = message.recipient AND inbox.message = message.sequence
    """
  private static let rowColumns = """
    \(summaryColumns), message.decision, message.is_sealed, held.reason AS held, inbox.ended
    """

  private init(_ row: Row) throws {
    sequence = row["sequence"]
    summary = try Self.summary(row)
    decision = row["decision"]
    isSealed = row["is_sealed"]
    let ended: String? = row["ended"]
    hasEnded = ended != nil
    let reason: String? = row["held"]
    held = try reason.map { text in
      guard let reason = HoldReason(rawValue: text) else { throw StoreFailure.corrupt("held") }
      return reason
    }
  }

  /// The content as it was received, and its format.
  func content(
    in database: Database, _ sealing: Sealing
  ) throws -> (ContentFormat, [UInt8]) {
    let statement = try database.cachedStatement(
      sql: """
        SELECT format, received, EXISTS (SELECT 1 FROM erasure WHERE message = sequence) AS erased
        FROM message WHERE sequence = ?
        """)
    let row = try Row.fetchOne(statement, arguments: [sequence])
    if row?["erased"] == true { throw Refusal(.contentErased) }
    guard let row, let format = ContentFormat(rawValue: row["format"]) else {
      throw StoreFailure.corrupt("message")
    }
    let received = try sealing.received(
      row["received"], of: summary.messageID.text, isSealed: isSealed)
    return (format, Array(received))
  }

  /// An inbox's messages that match a condition.
  static func fetch(
    _ database: Database, _ condition: String, _ arguments: StatementArguments
  ) throws -> [MessageRow] {
    let statement = try database.cachedStatement(
      sql: """
        SELECT \(rowColumns)
        FROM inbox JOIN message ON message.sequence = inbox.message
          LEFT JOIN held ON held.message = message.sequence
        WHERE \(condition)
        """)
    return try Row.fetchAll(statement, arguments: arguments).map(MessageRow.init)
  }

  private static func summary(_ row: Row) throws -> MessageSummary {
    guard let messageID = MessageID(row["message_id"]), let source = PartyURN(row["source"]),
      let recipient = PartyURN(row["recipient"]),
      let priority = Priority(rawValue: row["priority"])
    else { throw StoreFailure.corrupt("message") }
    return MessageSummary(
      messageID: messageID, source: source, recipient: recipient, id: row["source_id"],
      type: row["type"], purpose: Purpose(rawValue: row["purpose"]), priority: priority,
      admittedAt: Timestamp(milliseconds: row["admitted_at"]), size: row["size"])
  }

  /// What the recipient said, and when; nil when it has not yet.
  static func acknowledgement(
    of sequence: Int64, in database: Database
  ) throws -> (Acknowledgement, Timestamp)? {
    let row = try Row.fetchOne(
      database,
      sql: """
        SELECT outcome, reason, detail, opened_by, acknowledged_at FROM acknowledgement
        WHERE message = ?
        """,
      arguments: [sequence])
    guard let row else { return nil }
    guard let outcome = Acknowledgement.Outcome(rawValue: row["outcome"]) else {
      throw StoreFailure.corrupt("acknowledgement")
    }
    return (
      Acknowledgement(
        outcome: outcome, reason: row["reason"], detail: row["detail"],
        openedBy: row["opened_by"]),
      Timestamp(milliseconds: row["acknowledged_at"])
    )
  }

  /// State and timeline, derived from the rows that are there.
  func status(in database: Database) throws -> MessageStatus {
    let acknowledgement = try Self.acknowledgement(of: sequence, in: database)?.0
    let state: MessageState =
      switch acknowledgement?.outcome {
      case nil where held != nil: .held
      case nil: hasEnded ? .undelivered : .awaiting
      case .taken: .taken
      case .refused: .refused
      }
    let rows = try Row.fetchAll(
      database,
      sql: "SELECT leaf_index, entry FROM leaf WHERE message = ? ORDER BY leaf_index LIMIT 1000",
      arguments: [sequence])
    let timeline = try rows.map { row in
      let bytes: Data = row["entry"]
      guard let entry = try? LeafEntry(Array(bytes)) else {
        throw StoreFailure.corrupt("leaf")
      }
      return TimelineEntry(
        event: entry.kind.rawValue, at: entry.at, logIndex: row["leaf_index"])
    }
    return MessageStatus(
      summary: summary, state: state, acknowledgement: acknowledgement, timeline: timeline)
  }
}
