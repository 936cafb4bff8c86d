// Notices: messages that the gateway owes somebody because of what happened here, such as a report
// that a message was held. Owed in the transaction of their cause, sent later, never forgotten.
// Never sent by this room: Gateway composes them and hands them in like any message.

package import ExchangeModel
import Foundation
import GRDB
import MessageLog
import Synchronization

/// A message owed.
package struct Notice: Sendable, Equatable {
  /// What is told. The raw value is kept in the table and in the log.
  package enum Kind: String, Sendable, CaseIterable {
    /// To a sender: its message is held, because the consent was withdrawn.
    case held
    /// To a recipient that has the content: the consent it came with was withdrawn.
    case consentWithdrawn = "consent-withdrawn"
    /// To a party that owes a reply: it is soon due, or overdue.
    case dutyReminder = "duty-reminder"
    /// To a sender: its message is delayed, was given up, or was refused by its recipient.
    case deliveryReport = "delivery-report"
    /// To a recipient of a message: something in it was rectified, erased or restricted (UK GDPR,
    /// Article 19).
    case rectification
    /// To officers: what a search of the lost pupil pool found.
    case lostPupilsFound = "lost-pupils-found"
    /// To whoever claimed a file of the lost pupil pool: the file.
    case lostPupilReleased = "lost-pupil-released"
  }

  package let id: Int64
  package let kind: Kind
  /// Who speaks: nil for the gateway itself.
  package let source: PartyURN?
  package let recipient: PartyURN
  /// The gateway's id of the message that it is about; nil when it is about none.
  package let about: String?
  /// What the kind needs beside that, by name. May hold content, as a rectification does.
  package let detail: [String: String]
  /// Times that sending it was tried.
  package let attempts: Int

  private static let idPrefix = "gatehouse-notice-"

  /// The id of the envelope that it is sent in.
  package var envelopeID: String { Self.idPrefix + String(id) }

  /// The notice that an envelope's id stands for; nil when it is no notice's.
  static func number(_ envelopeID: String) -> Int64? {
    guard envelopeID.utf8.starts(with: idPrefix.utf8) else { return nil }
    return Int64(envelopeID.dropFirst(idPrefix.count))
  }
}

extension WriteContext {
  /// Owes a notice from `due` on, in this transaction.
  /// - Returns: the notice's number.
  @discardableResult
  mutating func owe(
    _ kind: Notice.Kind, to recipient: PartyURN, from source: PartyURN? = nil,
    about: MessageID?, detail: [String: String] = [:], due: Timestamp? = nil
  ) throws -> Int64 {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = String(decoding: try encoder.encode(detail), as: UTF8.self)
    let insert = try database.cachedStatement(
      sql: """
        INSERT INTO notice (kind, source, recipient, about, detail, due_at, state)
        VALUES (?, ?, ?, ?, ?, ?, 'owed')
        """)
    try insert.execute(arguments: [
      kind.rawValue, source?.text, recipient.text, about?.text, text,
      (due ?? now).milliseconds,
    ])
    let number = database.lastInsertedRowID
    try append(
      LogEvent(
        .noticeOwed,
        [.change: kind.rawValue, .notice: String(number), .recipient: recipient.text]),
      subject: about?.text, message: nil)
    owesNotices = true
    return number
  }
}

extension Store {
  /// The notices that are due, longest due first.
  package func noticesDue(limit: Int) async throws -> [Notice] {
    let now = surroundings.now()
    return try await pool.read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT notice_id, kind, source, recipient, about, detail, attempts FROM notice
          WHERE state = 'owed' AND due_at <= ? ORDER BY due_at, notice_id LIMIT ?
          """, arguments: [now.milliseconds, limit])
      return try rows.map { try Self.notice($0, in: database) }
    }
  }

  /// When the next notice falls due; nil when none is owed.
  package func nextNotice() async throws -> Timestamp? {
    try await pool.read { database in
      try Int64.fetchOne(
        database, sql: "SELECT min(due_at) FROM notice WHERE state = 'owed'"
      ).map(Timestamp.init(milliseconds:))
    }
  }

  /// Marks a notice as sent, as the message of this id.
  package func noticeSent(_ id: Int64, as message: MessageID) async throws {
    try await writer.submit { context in
      try context.database.execute(
        sql: "UPDATE notice SET state = 'sent', message = ? WHERE notice_id = ?",
        arguments: [message.text, id])
    }
  }

  /// Puts a notice off until `due`, or gives it up when that is nil, with the refusal's code.
  package func noticeFailed(_ id: Int64, code: RefusalCode, again due: Timestamp?) async throws {
    try await writer.submit { context in
      try context.database.execute(
        sql: """
          UPDATE notice SET attempts = attempts + 1, failure = ?,
            due_at = coalesce(?, due_at), state = iif(? IS NULL, 'given-up', 'owed')
          WHERE notice_id = ?
          """,
        arguments: [code.rawValue, due?.milliseconds, due?.milliseconds, id])
    }
  }

  /// Returns when a notice was owed since the last call, or the task is cancelled.
  package func untilNoticeOwed() async { await noticeSignal.wait() }

  private static func notice(_ row: Row, in database: Database) throws -> Notice {
    guard let kind = Notice.Kind(rawValue: row["kind"]),
      let recipient = PartyURN(row["recipient"])
    else { throw StoreFailure.corrupt("notice") }
    let source: String? = row["source"]
    let text: String = row["detail"]
    var detail: [String: String] = [:]
    let members = try Row.fetchAll(
      database, sql: "SELECT key, value FROM json_each(?)", arguments: [text])
    for member in members { detail[member["key"]] = member["value"] }
    return Notice(
      id: row["notice_id"], kind: kind, source: source.flatMap { PartyURN($0) },
      recipient: recipient, about: row["about"], detail: detail,
      attempts: row["attempts"])
  }
}

/// Wakes the one that sends notices. A signal before the wait is not lost; cancelling a wait ends
/// that wait alone.
final class NoticeSignal: Sendable {
  private struct State {
    var isSet = false
    var waiter: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  func signal() {
    let waiter = state.withLock { state in
      defer { state.waiter = nil }
      state.isSet = state.waiter == nil
      return state.waiter
    }
    waiter?.resume()
  }

  func wait() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let earlier = state.withLock { state -> CheckedContinuation<Void, Never>? in
          if state.isSet || Task.isCancelled {
            state.isSet = false
            return continuation
          }
          defer { state.waiter = continuation }
          return state.waiter
        }
        earlier?.resume()
      }
    } onCancel: {
      let waiter = state.withLock { state in
        defer { state.waiter = nil }
        return state.waiter
      }
      waiter?.resume()
    }
  }
}
