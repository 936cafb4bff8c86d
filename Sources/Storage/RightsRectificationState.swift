// How far a rectification has come with each recipient: read by its requester, settled by the
// acknowledgements, chased when they are late. Never chases twice: then a person rings up.

package import ExchangeModel
import Foundation
import GRDB
import MessageLog

/// Where a recipient of a rectification stands.
package enum RectificationState: String, Sendable, CaseIterable {
  /// The notice is owed and not yet sent.
  case owed
  /// The notice is in its inbox, or taken.
  case notified
  /// It was reminded after the time limit, and has still not acknowledged.
  case overdue
  case acknowledged
  /// The notice could not be sent.
  case undelivered
}

/// One recipient of a rectification.
package struct RectifiedRecipient: Sendable {
  package let recipient: PartyURN
  package let state: RectificationState
  /// The notice's message; nil until it is sent.
  package let notice: MessageID?
  /// The acknowledgement's message, and when it came.
  package let acknowledgement: MessageID?
  package let acknowledgedAt: Timestamp?
  /// The acknowledgement itself, where the requester is the party it was sent to.
  package let answer: StoredMessage?
}

/// A rectification with its recipients, for its requester.
package struct Rectification: Sendable {
  package let id: MessageID
  package let field: String
  package let kind: String
  package let startedAt: Timestamp
  /// Messages that held the field.
  package let messages: Int64
  package let recipients: [RectifiedRecipient]
}

extension Store {
  /// A rectification and how far it has come, for the party that asked for it alone.
  package func rectification(
    _ id: MessageID, for spkiSHA256: String
  ) async throws -> Rectification {
    let party = try await currentDirectory().identify(
      spkiSHA256: spkiSHA256, at: surroundings.now()
    ).get()
    let reader = RectificationReader(gate: gate, sealing: sealing, party: party)
    return try await pool.read { try reader.read(id, in: $0) }
  }

  /// Reminds each recipient once that has not acknowledged in time: by the end of the duty that
  /// the notice opened, where a calendar gives it, else by `due`, which is given when the notice
  /// came to it and whose it is.
  /// - Returns: how many were reminded.
  @discardableResult
  package func sweepRectifications(
    due: @escaping @Sendable (_ notified: Timestamp, _ recipient: PartyURN) -> Timestamp
  ) async throws -> Int {
    var total = 0
    var after: ChaseCandidate?
    while true {
      let from = after
      let page = try await pool.read { try ChaseCandidate.page(after: from, in: $0) }
      guard let last = page.last else { return total }
      after = last
      let now = surroundings.now()
      let late = page.filter { ($0.due ?? due($0.notified, $0.recipient)) <= now }
      guard !late.isEmpty else { continue }
      total += try await writer.submit { context in
        try late.reduce(0) { try $0 + (context.chase($1) ? 1 : 0) }
      }
    }
  }
}

/// A recipient that was told and has not acknowledged.
private struct ChaseCandidate: Sendable {
  let rectification: String
  let recipient: PartyURN
  let notified: Timestamp
  /// When the duty to acknowledge ends, by its calendar; nil when there is none.
  let due: Timestamp?

  private static let perPage = 500

  static func page(
    after last: ChaseCandidate?, in database: Database
  ) throws -> [ChaseCandidate] {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT told.rectification, told.recipient, message.admitted_at,
          (SELECT min(due_at) FROM duty WHERE duty.message = message.sequence) AS due_at
        FROM rectification_recipient AS told
        JOIN notice ON notice.notice_id = told.notice
        JOIN message ON message.message_id = notice.message
        WHERE told.acknowledged_at IS NULL AND told.chase IS NULL
          AND (told.rectification, told.recipient) > (?, ?)
        ORDER BY told.rectification, told.recipient LIMIT ?
        """,
      arguments: [last?.rectification ?? "", last?.recipient.text ?? "", perPage])
    return try rows.map { row in
      guard let recipient = PartyURN(row["recipient"]) else {
        throw StoreFailure.corrupt("rectification_recipient")
      }
      let due: Int64? = row["due_at"]
      return ChaseCandidate(
        rectification: row["rectification"], recipient: recipient,
        notified: Timestamp(milliseconds: row["admitted_at"]),
        due: due.map(Timestamp.init(milliseconds:)))
    }
  }
}

extension WriteContext {
  /// Owes a reminder, unless an acknowledgement or a reminder came first.
  fileprivate mutating func chase(_ late: ChaseCandidate) throws -> Bool {
    let row = try Row.fetchOne(
      database,
      sql: """
        SELECT notice.source, notice.about, notice.detail FROM rectification_recipient AS told
        JOIN notice ON notice.notice_id = told.notice
        WHERE told.rectification = ? AND told.recipient = ?
          AND told.acknowledged_at IS NULL AND told.chase IS NULL
        """, arguments: [late.rectification, late.recipient.text])
    guard let row else { return false }
    let members = try Row.fetchAll(
      database, sql: "SELECT key, value FROM json_each(?)",
      arguments: [row["detail"] as String])
    var detail = ["chase": "1"]
    for member in members { detail[member["key"]] = member["value"] as String }
    let source: String? = row["source"]
    let about: String? = row["about"]
    let notice = try owe(
      .rectification, to: late.recipient, from: source.flatMap { PartyURN($0) },
      about: about.flatMap { MessageID($0) }, detail: detail)
    try database.execute(
      sql: """
        UPDATE rectification_recipient SET chase = ? WHERE rectification = ? AND recipient = ?
        """, arguments: [notice, late.rectification, late.recipient.text])
    return true
  }

  /// Notes the message that a notice became, in the transaction of its admission: an answer may
  /// come before the notice is marked as sent. Then settles the rectification that an admitted
  /// acknowledgement answers: `inreplyto` names the notice's message, by the gateway's id or by the
  /// one its source gave it.
  mutating func settleRectification(for message: AdmittedMessage) throws {
    let envelope = message.submission.envelope
    let slug = message.submission.messageType.slug.utf8
    if case .notice(let number) = message.submission.sender {
      try database.execute(
        sql: "UPDATE notice SET message = ? WHERE notice_id = ? AND kind = 'rectification'",
        arguments: [message.messageID.text, number])
    }
    // Nearly every message is another: one comparison.
    guard slug.elementsEqual(Self.acknowledgement.utf8), let reference = envelope.inReplyTo else {
      return
    }
    try database.execute(
      sql: """
        UPDATE rectification_recipient SET acknowledgement = ?1, acknowledged_at = ?2
        WHERE recipient = ?3 AND acknowledged_at IS NULL AND EXISTS (
          SELECT 1 FROM notice JOIN message ON message.message_id = notice.message
          WHERE notice.notice_id IN (rectification_recipient.notice, rectification_recipient.chase)
            AND (message.message_id = ?4 OR message.source_id = ?4))
        """,
      arguments: [message.sequence, now.milliseconds, envelope.source.text, reference])
  }

  private static let acknowledgement = "rectification-acknowledgement"
}

/// Reads a rectification in one snapshot.
private struct RectificationReader: Sendable {
  let gate: AccessGate
  let sealing: Sealing
  let party: Party

  func read(_ id: MessageID, in database: Database) throws -> Rectification {
    let row = try Row.fetchOne(
      database,
      sql: "SELECT * FROM rectification WHERE rectification_id = ? AND requester = ?",
      arguments: [id.text, party.urn.text])
    guard let row else { throw Refusal(.notFound) }
    let recipients = try Row.fetchAll(
      database,
      sql: """
        SELECT told.recipient, told.chase, told.acknowledged_at, told.acknowledgement,
          notice.state, notice.message AS notice_message
        FROM rectification_recipient AS told JOIN notice ON notice.notice_id = told.notice
        WHERE told.rectification = ? ORDER BY told.recipient
        """, arguments: [id.text])
    return Rectification(
      id: id, field: row["field"], kind: row["kind"],
      startedAt: Timestamp(milliseconds: row["started_at"]), messages: row["messages"],
      recipients: try recipients.map { try recipient($0, in: database) })
  }

  private func recipient(_ row: Row, in database: Database) throws -> RectifiedRecipient {
    guard let recipient = PartyURN(row["recipient"]) else {
      throw StoreFailure.corrupt("rectification_recipient")
    }
    let settled: Int64? = row["acknowledgement"]
    let answer = try settled.flatMap { try MessageRow.find(sequence: $0, in: database) }
    let at: Int64? = row["acknowledged_at"]
    let notice: String? = row["notice_message"]
    return RectifiedRecipient(
      recipient: recipient, state: Self.state(row), notice: notice.flatMap { MessageID($0) },
      acknowledgement: answer?.summary.messageID,
      acknowledgedAt: at.map(Timestamp.init(milliseconds:)),
      answer: try answer.flatMap { try stored($0, in: database) })
  }

  private static func state(_ row: Row) -> RectificationState {
    let settled: Int64? = row["acknowledged_at"]
    let chase: Int64? = row["chase"]
    let notice: String = row["state"]
    if settled != nil { return .acknowledged }
    if chase != nil { return .overdue }
    let sent: String? = row["notice_message"]
    if sent != nil { return .notified }
    return notice.utf8.elementsEqual("given-up".utf8) ? .undelivered : .owed
  }

  /// The acknowledgement, when the gate lets the requester have it.
  private func stored(_ row: MessageRow, in database: Database) throws -> StoredMessage? {
    do { try gate.require(.content, of: row, by: party) } catch { return nil }
    let (format, received) = try row.content(in: database, sealing)
    return StoredMessage(
      summary: row.summary, format: format, received: received,
      decision: try DecisionTable.read(row.decision, in: database))
  }
}
