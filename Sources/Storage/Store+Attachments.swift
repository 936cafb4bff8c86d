// The verbs for attachments: who holds one, who may read one.
// Never moves bytes itself: AttachmentFiles does.

import Dispatch
package import ExchangeModel
import GRDB
import MessageLog

/// A whole attachment that its reader may have.
package struct StoredAttachment: Sendable, Equatable {
  package let sha256: String
  /// Bytes.
  package let size: Int64
  /// Where its file lies.
  package let path: String
}

extension Store {
  /// Where partial and whole attachments lie.
  package var attachments: AttachmentFiles { attachmentFiles }

  /// True when this party has uploaded the whole attachment before.
  package func holds(_ sha256: String, party: PartyURN) async throws -> Bool {
    try await pool.read { database in
      let sql = "SELECT 1 FROM attachment_holder WHERE sha256 = ? AND party = ?"
      return try Int.fetchOne(database, sql: sql, arguments: [sha256, party.text]) != nil
    }
  }

  /// Checks, keeps and records a completed upload.
  ///
  /// Throws: `Refusal(.attachmentDigestMismatch)` when the bytes are others.
  package func keep(
    _ upload: PartialAttachment, as sha256: String, by spkiSHA256: String
  ) async throws {
    let size = upload.size
    let files = attachmentFiles
    try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
      DispatchQueue.global().async {
        done.resume(with: Result { try files.finish(upload, as: sha256) })
      }
    }
    // If we crash here the file is whole but nobody's: the sender's next PUT writes it again.
    Failpoint.hit(.attachmentBeforeRow)
    try await writer.submit { context in
      let party = try context.caller(spkiSHA256)
      // It may have been disposed of in the instant between: then its sender begins again.
      guard files.isThere(sha256) else { throw Refusal(.tooBusy) }
      try context.database.execute(
        sql: "INSERT INTO attachment (sha256, size) VALUES (?, ?) ON CONFLICT DO NOTHING",
        arguments: [sha256, size])
      try context.database.execute(
        sql: """
          INSERT INTO attachment_holder (sha256, party, stored_at) VALUES (?, ?, ?)
          ON CONFLICT DO NOTHING
          """, arguments: [sha256, party.urn.text, context.now.milliseconds])
      try context.append(
        LogEvent(.attachmentStored, [.actor: party.urn.text, .attachment: sha256]),
        subject: nil, message: nil)
    }
  }

  /// Opens an attachment for a party that uploaded it or was sent it, and logs the read.
  /// Throws: `Refusal(.notFound)` for anybody else.
  package func openAttachment(
    _ sha256: String, by spkiSHA256: String
  ) async throws -> StoredAttachment {
    let path = attachmentFiles.path(of: sha256)
    let gate = gate
    return try await writer.submit { context in
      let party = try context.caller(spkiSHA256)
      let size = try Int64.fetchOne(
        context.database, sql: "SELECT size FROM attachment WHERE sha256 = ?",
        arguments: [sha256])
      guard let size else { throw Refusal(.notFound) }
      try context.requireAttachment(sha256, by: party, gate)
      try context.append(
        LogEvent(.attachmentRead, [.actor: party.urn.text, .attachment: sha256]),
        subject: nil, message: nil)
      return StoredAttachment(sha256: sha256, size: size, path: path)
    }
  }
}

extension WriteContext {
  /// Throws unless the party uploaded the attachment itself, or the gate lets it have one of the
  /// messages that carry it to this party.
  fileprivate func requireAttachment(
    _ sha256: String, by party: Party, _ gate: AccessGate
  ) throws {
    let holds = try Int.fetchOne(
      database, sql: "SELECT 1 FROM attachment_holder WHERE sha256 = ? AND party = ?",
      arguments: [sha256, party.urn.text])
    if holds != nil { return }
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT message.sequence, EXISTS (
            SELECT 1 FROM erasure WHERE erasure.message = message.sequence) AS is_erased
        FROM message_attachment
        JOIN message ON message.sequence = message_attachment.message
        WHERE message_attachment.sha256 = ? AND message.recipient = ?
        ORDER BY message.sequence DESC LIMIT 100
        """, arguments: [sha256, party.urn.text])
    var refusal = Refusal(.notFound)
    for row in rows {
      guard let found = try MessageRow.find(sequence: row["sequence"], in: database) else {
        continue
      }
      if row["is_erased"] {
        refusal = Refusal(.contentErased)
        continue
      }
      do {
        try gate.require(.attachment, of: found, by: party)
      } catch let denied {
        refusal = denied
        continue
      }
      // A document is content: a withdrawal of consent comes too late to hold the message.
      return try markRead(found)
    }
    throw refusal
  }
}
