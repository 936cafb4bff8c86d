// Erasing the content of a message whose retention has ended: its bytes become zeros in place, the
// keys of its child go, its leaf, its decision and its place in the timeline stand.
// Never takes away that the message was there, nor that it was erased and why.

import ExchangeModel
import Foundation
import GRDB
import MessageLog

extension WriteContext {
  /// Erases a message's content, in this transaction. Erasing it again does nothing.
  mutating func erase(_ sequence: Int64, because reason: String) throws {
    let row = try Row.fetchOne(
      database,
      sql: """
        SELECT message_id, child_keys FROM message WHERE sequence = ?1
          AND NOT EXISTS (SELECT 1 FROM erasure WHERE message = ?1)
        """, arguments: [sequence])
    guard let row else { return }
    hasErased = true
    let id: String = row["message_id"]
    // Over a value of the same length SQLite writes in place, so nothing is left in a free page.
    try database.execute(
      sql: """
        UPDATE message SET received = zeroblob(length(received)),
          child_keys = iif(child_keys IS NULL, NULL, zeroblob(length(child_keys)))
        WHERE sequence = ?
        """, arguments: [sequence])
    try unindex(row["child_keys"], of: sequence)
    let leaf = try append(
      LogEvent(.disposed, [.messageID: id, .reason: reason, .scope: "content"]), subject: id,
      message: nil)
    try database.execute(
      sql: "INSERT INTO erasure (message, reason, erased_at, leaf) VALUES (?, ?, ?, ?)",
      arguments: [sequence, reason, now.milliseconds, leaf])
    try database.execute(
      sql: "UPDATE message SET child_keys = NULL WHERE sequence = ?", arguments: [sequence])
    try eraseTraces(of: sequence)
  }

  private func unindex(_ keys: Data?, of sequence: Int64) throws {
    guard let keys else { return }
    let bytes = Array(keys)
    for start in stride(from: 0, to: bytes.count, by: ChildKey.byteCount) {
      let key = Data(bytes[start..<min(start + ChildKey.byteCount, bytes.count)])
      try database.execute(
        sql: "DELETE FROM child_index WHERE child_key = ? AND message = ?",
        arguments: [key, sequence])
      try database.execute(
        sql: """
          DELETE FROM case_child WHERE child_key = ? AND case_id IN
            (SELECT case_id FROM case_step WHERE message = ?)
          """, arguments: [key, sequence])
    }
  }

  /// What was asked in a trace that a message occasioned is erased with it.
  private func eraseTraces(of sequence: Int64) throws {
    try database.execute(
      sql: """
        UPDATE trace SET query = zeroblob(length(query))
        WHERE request = ? AND query IS NOT NULL
        """, arguments: [sequence])
    try database.execute(
      sql: "UPDATE trace SET query = NULL WHERE request = ?", arguments: [sequence])
  }
}
