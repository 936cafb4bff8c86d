// Reads one page of an audit question in one snapshot. Never reads content, and leaves sealed
// messages out where a question is about a child.

import ExchangeModel
import Foundation
import GRDB
import MessageLog

struct AuditReader {
  let database: Database
  let gate: AccessGate
  let sealing: Sealing
  let scan: AuditScan
  /// Of the child that is asked about; empty when none is.
  let keys: [ChildKey]

  /// Messages that one page looks through, and those that one step reads.
  private static let mostMessages = 2000
  private static let messagesPerStep = 200
  /// Leaves of one message that one step reads, or of the registers of one child.
  private static let leavesPerStep = 500

  func page(_ query: AuditQuery, after cursor: AuditCursor, limit: Int) throws -> AuditPage {
    var only: Int64?
    if let id = query.message {
      guard let row = try MessageRow.find(id, in: database) else { throw Refusal(.notFound) }
      try gate.requireOperator(.listing, of: row)
      only = row.sequence
    }
    if !keys.isEmpty || only != nil {
      return try messagePage(only: only, after: cursor, limit: limit)
    }
    let range = try scan.range(from: query.from, to: query.to, end: cursor.end)
    let (found, lookedTo) = try scan.leaves(
      after: max(cursor.leaf, range.lowerBound - 1), before: range.upperBound, limit: limit + 1)
    let shown = Array(found.prefix(limit))
    let last = found.count > limit ? shown.last : lookedTo
    return AuditPage(
      records: try shown.map(record),
      next: last.map { AuditCursor(end: cursor.end, message: 0, leaf: $0) })
  }

  /// A leaf with the message whose turn it is.
  private typealias Place = (message: Int64, leaf: Int64)

  private func messagePage(
    only: Int64?, after cursor: AuditCursor, limit: Int
  ) throws -> AuditPage {
    var places: [Place] = []
    var place: Place? = (cursor.message, cursor.leaf)
    if cursor.message == 0, only == nil {
      place = try addRegisters(to: &places, after: cursor, limit: limit)
    }
    var looked = 0
    while let from = place, places.count <= limit, looked < Self.mostMessages {
      place = try addMessages(
        to: &places, only: only, from: from, end: cursor.end, limit: limit, &looked)
    }
    let shown = places.prefix(limit)
    let last = places.count > limit ? shown.last : place
    return AuditPage(
      records: try shown.map { try record($0.leaf) },
      next: last.map { AuditCursor(end: cursor.end, message: $0.message, leaf: $0.leaf) })
  }

  /// Adds what the registers hold about the child, and who looked. Returns where to go on.
  private func addRegisters(
    to places: inout [Place], after cursor: AuditCursor, limit: Int
  ) throws -> Place {
    var after = cursor.leaf
    while places.count <= limit {
      let leaves = try registerLeaves(after: after, before: cursor.end)
      places += try scan.among(leaves).map { (0, $0) }
      guard leaves.count == Self.leavesPerStep, let last = leaves.last else { break }
      after = last
    }
    return (1, -1)
  }

  /// Leaves of consents and rectifications of the child, without those of sealed services; and of
  /// looks that were about it.
  private func registerLeaves(after leaf: Int64, before end: Int64) throws -> [Int64] {
    let marks = ChildSearch.marks(keys.count)
    var arguments: StatementArguments = []
    for _ in 0..<3 {
      for key in keys { arguments += [key.data] }
      arguments += [leaf, end]
    }
    arguments += [Self.leavesPerStep]
    return try Int64.fetchAll(
      database,
      sql: """
        SELECT leaf FROM child_view WHERE child_key IN (\(marks)) AND leaf > ? AND leaf < ?
        UNION
        SELECT consent_change.leaf FROM consent_child
          JOIN consent ON consent.consent_id = consent_child.consent
          JOIN party ON party.urn = consent.holder
          JOIN consent_change ON consent_change.consent = consent_child.consent
        WHERE child_key IN (\(marks)) AND consent_change.leaf > ? AND consent_change.leaf < ?
          AND party.role <> 'send-partnership-service'
          AND NOT EXISTS (SELECT 1 FROM message
            WHERE message.consent = consent.consent_id AND message.is_sealed = 1)
        UNION
        SELECT rectification.leaf FROM rectification_child
          JOIN rectification ON rectification_id = rectification_child.rectification
        WHERE child_key IN (\(marks)) AND rectification.leaf > ? AND rectification.leaf < ?
          AND NOT EXISTS (SELECT 1 FROM rectification_recipient JOIN message
              ON message.sequence = rectification_recipient.message
            WHERE rectification_recipient.rectification = rectification_id
              AND message.is_sealed = 1)
        ORDER BY 1 LIMIT ?
        """, arguments: arguments)
  }

  /// Adds the leaves of the next messages. Returns where to go on; nil when none is left.
  private func addMessages(
    to places: inout [Place], only: Int64?, from: Place, end: Int64, limit: Int,
    _ looked: inout Int
  ) throws -> Place? {
    let messages = try messages(only: only, from: from.message)
    for message in messages {
      looked += 1
      var after = message == from.message ? from.leaf : -1
      guard try isOpen(message) else { continue }
      while places.count <= limit {
        let leaves = try Int64.fetchAll(
          try database.cachedStatement(
            sql: """
              SELECT leaf_index FROM leaf WHERE message = ? AND leaf_index > ? AND leaf_index < ?
              ORDER BY leaf_index LIMIT ?
              """), arguments: [message, after, end, Self.leavesPerStep])
        places += try scan.among(leaves).map { (message, $0) }
        guard leaves.count == Self.leavesPerStep, let last = leaves.last else { break }
        after = last
      }
      if places.count > limit { return nil }
    }
    guard messages.count == Self.messagesPerStep, let last = messages.last else { return nil }
    return (last + 1, -1)
  }

  private func messages(only: Int64?, from message: Int64) throws -> [Int64] {
    if let only { return try only >= message && isAbout(only) ? [only] : [] }
    // One arm for each key, merged in order: no sorting of all that a key leads to.
    let arm = "SELECT message FROM child_index WHERE child_key = ? AND message >= ?"
    let union = keys.map { _ in arm }.joined(separator: " UNION ")
    var arguments: StatementArguments = []
    for key in keys { arguments += [key.data, message] }
    arguments += [Self.messagesPerStep]
    return try Int64.fetchAll(
      try database.cachedStatement(sql: "\(union) ORDER BY message LIMIT ?"),
      arguments: arguments)
  }

  /// True when a message is about the child that is asked about, or none is.
  private func isAbout(_ message: Int64) throws -> Bool {
    guard !keys.isEmpty else { return true }
    let marks = ChildSearch.marks(keys.count)
    var arguments = StatementArguments(keys.map(\.data))
    arguments += [message]
    return try Bool.fetchOne(
      database,
      sql: "SELECT 1 FROM child_index WHERE child_key IN (\(marks)) AND message = ? LIMIT 1",
      arguments: arguments) ?? false
  }

  /// False for a message that is not for the operator's eyes.
  private func isOpen(_ message: Int64) throws -> Bool {
    guard let row = try MessageRow.find(sequence: message, in: database) else { return false }
    return (try? gate.requireOperator(.listing, of: row)) != nil
  }

  private func record(_ leaf: Int64) throws -> AuditRecord {
    let row = try Row.fetchOne(
      try database.cachedStatement(sql: "SELECT entry, event FROM leaf WHERE leaf_index = ?"),
      arguments: [leaf])
    guard let row, let entry = try? LeafEntry(row.bytes("entry") ?? []) else {
      throw StoreFailure.corrupt("leaf")
    }
    let event = try row.bytes("event").map { try LogEvent(canonicalBytes: $0) }
    return AuditRecord(
      record: LogRecord(index: leaf, entry: entry, event: event),
      reason: event?[.role] == nil
        ? nil : try StaffAct.reason(of: leaf, in: database, sealing))
  }
}
