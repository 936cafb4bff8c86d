// The record of the log's keys: which was followed by which, each with the note that both signed.
// Never sees a private key.

import Crypto
package import ExchangeModel
import Foundation
import GRDB
package import MessageLog

extension Store {
  /// Records that the log's key is followed by another; the leaf names the note's digest.
  /// Recording it again changes nothing.
  /// Throws: `LogFault` when the note is not signed by both keys.
  package func recordRotation(_ note: SignedNote) async throws {
    let rotation = try KeyRotation(note: note.bytes)
    try await writer.submit { context in
      let isKnown = try Bool.fetchOne(
        context.database,
        sql: "SELECT 1 FROM log_key_rotation WHERE old_vkey = ? AND new_vkey = ?",
        arguments: [rotation.old.vkey, rotation.new.vkey])
      guard isKnown == nil else { return }
      let leaf = try context.append(
        LogEvent(
          .administratorActed,
          [
            .actor: WriteContext.gatewayOperator, .change: "log-key-rotated",
            .digest: Hex.text(SHA256.hash(data: note.bytes)),
          ]),
        subject: nil, message: nil)
      try context.database.execute(
        sql: """
          INSERT INTO log_key_rotation (old_vkey, new_vkey, note, leaf) VALUES (?, ?, ?, ?)
          """,
        arguments: [rotation.old.vkey, rotation.new.vkey, Data(note.bytes), leaf])
      // If we crash here the new key lies in a file of its own and nothing of it is recorded:
      // rotating again takes that key, and makes the note again.
      Failpoint.hit(.rotationBeforeCommit)
    }
  }

  /// Records an act of an administrator upon the log or its key, or a look: a word of the
  /// vocabulary, and the message that it was about.
  package func recordLogAct(_ change: String, about message: MessageID? = nil) async throws {
    try await writer.submit { context in
      _ = try context.append(
        LogEvent(
          .administratorActed,
          [
            .actor: WriteContext.gatewayOperator, .change: change, .messageID: message?.text,
          ]), subject: nil, message: nil)
    }
  }

  /// The largest tree that each witness has cosigned, by vkey.
  package func cosignedSizes() async throws -> [(vkey: String, size: Int64)] {
    try await pool.read { database in
      try Row.fetchAll(
        database,
        sql: "SELECT vkey, max(tree_size) AS size FROM cosignature GROUP BY vkey ORDER BY vkey"
      ).map { (vkey: $0["vkey"], size: $0["size"]) }
    }
  }

  /// The notes by which keys were followed by others, in the order of their leaves.
  package func keyRotations() async throws -> [[UInt8]] {
    try await pool.read { database in
      try Data.fetchAll(database, sql: "SELECT note FROM log_key_rotation ORDER BY leaf")
        .map { Array($0) }
    }
  }
}
