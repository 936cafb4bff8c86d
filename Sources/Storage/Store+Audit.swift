// The verb `audit`: one page of an administrator's question, and the leaf that says it was asked.
// Never shows content, nor anything before its own leaf is on disk.

import Crypto
package import ExchangeModel
import Foundation
import GRDB
import MessageLog

extension Store {
  /// Answers one page of a question, at most `limit` records; that it was asked, by whom and why is
  /// logged first.
  ///
  /// Goes on after `cursor` of the page before; leaves that were written since the first page are
  /// not in the answer. Throws: `Refusal(.badParameter)` for a cursor that is none of this log,
  /// `Refusal(.notFound)` for a message that is not there or is sealed.
  package func audit(
    _ query: AuditQuery, by staff: StaffMember, reason: StaffReason,
    after cursor: AuditCursor? = nil, limit: Int
  ) async throws -> AuditPage {
    try await indexLog()
    if query.child != nil { try await indexChildren() }
    let keys = query.child.map { SubjectKeys($0, childKeys).all } ?? []
    let size = try await recordQuestion(query, by: staff, reason, about: keys)
    let cursor = cursor ?? AuditCursor(end: size, message: 0, leaf: -1)
    guard cursor.end <= size, cursor.leaf <= size else { throw Refusal(.badParameter) }
    let (gate, sealing) = (gate, sealing)
    return try await pool.read { database in
      let reader = AuditReader(
        database: database, gate: gate, sealing: sealing,
        scan: try AuditScan(query, in: database), keys: keys)
      return try reader.page(query, after: cursor, limit: limit)
    }
  }

  /// Logs the question. Returns how many leaves there were before.
  private func recordQuestion(
    _ query: AuditQuery, by staff: StaffMember, _ reason: StaffReason, about keys: [ChildKey]
  ) async throws -> Int64 {
    let sealing = sealing
    let scope = query.scope
    return try await writer.submit { context in
      let size = context.logSize
      let leaf = try context.appendStaffAct(
        keys.isEmpty ? .logOpened : .searched,
        [.change: "queried", .scope: scope], by: staff, reason, sealing)
      try context.noteViews(of: keys, by: leaf)
      return size
    }
  }
}

extension WriteContext {
  /// Appends an act of the staff with its reason: sealed in a row of its own, its digest in the
  /// event.
  @discardableResult
  mutating func appendStaffAct(
    _ kind: LogEvent.Kind, _ fields: KeyValuePairs<LogEvent.Field, String?>,
    by staff: StaffMember, _ reason: StaffReason, _ sealing: Sealing,
    about message: MessageRow? = nil
  ) throws -> Int64 {
    let sealed = try sealing.seal(Data(reason.text.utf8), as: StaffAct.name(of: logSize))
    var event = LogEvent(kind, fields)
    event[.actor] = staff.account
    event[.role] = staff.role.rawValue
    event[.purpose] = reason.purpose.rawValue
    event[.digest] = Hex.text(SHA256.hash(data: sealed))
    let leaf = try append(
      event, subject: message?.summary.messageID.text, message: message?.sequence)
    try database.execute(
      sql: "INSERT INTO staff_act (leaf, reason) VALUES (?, ?)", arguments: [leaf, sealed])
    return leaf
  }

  /// Notes that a look was about a child, so that it can be told who looked.
  func noteViews(of keys: [ChildKey], by leaf: Int64) throws {
    for key in keys {
      try database.execute(
        sql: "INSERT INTO child_view (child_key, leaf) VALUES (?, ?) ON CONFLICT DO NOTHING",
        arguments: [key.data, leaf])
    }
  }
}

enum StaffAct {
  /// What a reason is sealed under.
  static func name(of leaf: Int64) -> String { "staff-act-\(leaf)" }

  /// The reason of an act; nil for a leaf that has none.
  static func reason(of leaf: Int64, in database: Database, _ sealing: Sealing) throws -> String? {
    let sealed = try Data.fetchOne(
      try database.cachedStatement(sql: "SELECT reason FROM staff_act WHERE leaf = ?"),
      arguments: [leaf])
    return try sealed.map { sealed in
      String(decoding: try sealing.open(sealed, as: name(of: leaf)), as: UTF8.self)
    }
  }
}
