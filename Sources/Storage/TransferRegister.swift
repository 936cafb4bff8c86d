// The transfer files that went through the gateway: noted when their message is admitted, listed
// for their sender and their recipient, with how far each is.
// Never takes a pupil off a roll, and never holds a file: that is an attachment.

package import ExchangeModel
import GRDB

/// A transfer file on its way.
package struct Transfer: Sendable, Equatable {
  /// How far it is.
  package enum State: String, Sendable, CaseIterable {
    /// Its recipient has not fetched it.
    case sent
    /// Its recipient has fetched or taken it.
    case collected
    /// Its recipient has said, pupil by pupil, what came of it.
    case imported
    /// Its recipient would not take it.
    case rejected
    /// A later file of the same name went the same way.
    case superseded
    /// It is held back from its recipient.
    case held
  }

  package let summary: MessageSummary
  package let file: TransferClaim
  package let state: State
}

/// A page of transfer files, newest first.
package struct TransferPage: Sendable, Equatable {
  package let transfers: [Transfer]
  /// What to go on after; nil on the last page.
  package let next: MessageID?
}

extension WriteContext {
  /// Notes a transfer file in the transaction of its message.
  func recordTransfer(_ file: TransferClaim, of message: AdmittedMessage) throws {
    let envelope = message.submission.envelope
    try database.execute(
      sql: """
        INSERT INTO transfer (message, source, recipient, file_name, version, sha256, pupils)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        message.sequence, envelope.source.text, envelope.recipient.text, file.fileName,
        file.version, file.sha256, max(1, file.pupils),
      ])
  }
}

extension Store {
  /// A party's transfer files, newest first: those it sent, or those sent to it.
  ///
  /// Throws: `Refusal(.badParameter)` when `after` names no message.
  package func transfers(
    of spkiSHA256: String, sent: Bool, after: MessageID?, limit: Int
  ) async throws -> TransferPage {
    let party = try await currentDirectory().identify(
      spkiSHA256: spkiSHA256, at: surroundings.now()
    ).get()
    let gate = gate
    return try await pool.read { database in
      var start = Int64.max
      if let after {
        let sql = "SELECT sequence FROM message WHERE message_id = ?"
        let found = try Int64.fetchOne(database, sql: sql, arguments: [after.text])
        guard let found else { throw Refusal(.badParameter) }
        start = found
      }
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT * FROM transfer WHERE \(sent ? "source" : "recipient") = ? AND message < ?
          ORDER BY message DESC LIMIT ?
          """, arguments: [party.urn.text, start, limit + 1])
      let transfers = try rows.prefix(limit).compactMap { row -> Transfer? in
        let found = try FoundTransfer(row, in: database)
        // What is held back from its recipient is no entry of the page.
        if !sent, found.row.held != nil { return nil }
        try gate.require(.listing, of: found.row, by: party)
        return found.transfer
      }
      return TransferPage(
        transfers: transfers,
        next: rows.count > limit ? transfers.last?.summary.messageID : nil)
    }
  }

  /// One transfer file, for its sender and its recipient. Throws: `Refusal(.notFound)`.
  package func transfer(_ id: MessageID, for spkiSHA256: String) async throws -> Transfer {
    let party = try await currentDirectory().identify(
      spkiSHA256: spkiSHA256, at: surroundings.now()
    ).get()
    let gate = gate
    return try await pool.read { database in
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT transfer.* FROM transfer
          JOIN message ON message.sequence = transfer.message WHERE message.message_id = ?
          """, arguments: [id.text])
      guard let row else { throw Refusal(.notFound) }
      let found = try FoundTransfer(row, in: database)
      try gate.require(.status, of: found.row, by: party)
      return found.transfer
    }
  }
}

/// A row of the table with that of its message, which the gate asks about.
private struct FoundTransfer {
  let transfer: Transfer
  let row: MessageRow

  init(_ row: Row, in database: Database) throws {
    guard let message = try MessageRow.find(sequence: row["message"], in: database) else {
      throw StoreFailure.corrupt("transfer")
    }
    let file = TransferClaim(
      fileName: row["file_name"], version: row["version"], sha256: row["sha256"],
      pupils: row["pupils"])
    self.row = message
    transfer = Transfer(
      summary: message.summary, file: file,
      state: try Self.state(of: message, file.fileName, in: database))
  }

  private static func state(
    of message: MessageRow, _ fileName: String, in database: Database
  ) throws -> Transfer.State {
    // What came back as a message says more than that the message was taken.
    let reply = try String.fetchOne(
      database,
      sql: """
        SELECT answer.type FROM duty JOIN message AS answer ON answer.sequence = duty.met_by
        WHERE duty.message = ? ORDER BY duty.position LIMIT 1
        """, arguments: [message.sequence])
    if let reply { return reply.contains("-rejection.") ? .rejected : .imported }
    let taken = try MessageRow.acknowledgement(of: message.sequence, in: database)
    if taken?.0.outcome == .refused { return .rejected }
    let later = try Int.fetchOne(
      database,
      sql: """
        SELECT 1 FROM transfer WHERE source = ? AND file_name = ? AND message > ? AND recipient = ?
        """,
      arguments: [
        message.summary.source.text, fileName, message.sequence, message.summary.recipient.text,
      ])
    if later != nil { return .superseded }
    if message.held != nil { return .held }
    let opened = try Int64.fetchOne(
      database, sql: "SELECT opened_at FROM message WHERE sequence = ?",
      arguments: [message.sequence])
    return taken != nil || opened != nil ? .collected : .sent
  }
}
