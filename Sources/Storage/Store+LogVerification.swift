// Verifying the whole log from the tables: every leaf, event, tile and checkpoint, and what the
// rows of the other tables say against it. Never changes a row, and never holds one snapshot for
// long: the journal could not be moved meanwhile.

import Foundation
import GRDB
package import MessageLog

/// What `log verify` found.
package struct LogVerification: Sendable, Equatable {
  /// Leaves read.
  package var leaves: Int64 = 0
  /// Checkpoints whose signature and root were checked.
  package var checkpoints = 0
  /// Messages whose content was compared with their leaf.
  package var messages: Int64 = 0
  /// What is wrong, the first bad record first; empty when the log holds.
  package var faults: [String] = []
}

extension Store {
  /// Recomputes the log and compares everything with it; stops at the first fault.
  ///
  /// Compared: leaves with their tiles, events and checkpoints; messages, acknowledgements,
  /// inboxes, parties, certificates and holders of attachments with the events. A decision
  /// is compared with the digest in the event, and its versions and basis too. No event carries a
  /// message's priority, expiry and format, the detail of an acknowledgement, a party's name, a
  /// certificate's dates, an attachment's size, when a checkpoint was signed or an attachment
  /// stored, and which attachments a message names: those columns are not covered.
  ///
  /// - `openNote` returns size and root of a checkpoint whose signature holds, or throws.
  /// - `progress` is called with leaves done and leaves in all.
  package func verifyLog(
    openNote: @escaping @Sendable ([UInt8]) throws -> (Int64, MerkleHash),
    progress: @escaping @Sendable (Int64, Int64) -> Void
  ) async throws -> LogVerification {
    var walk = LogWalk(sealing: sealing, openNote: openNote)
    while !walk.isDone {
      walk = try await pool.read { [walk] database in
        var next = walk
        try next.advance(database)
        return next
      }
      progress(walk.result.leaves, walk.total)
    }
    return walk.result
  }
}

extension Row {
  /// A column's value; nil when it is NULL or of another kind, which a damaged row may be.
  func read<Value: DatabaseValueConvertible>(_ column: String) -> Value? {
    let value: DatabaseValue = self[column]
    return Value.fromDatabaseValue(value)
  }

  /// A column's bytes.
  func bytes(_ column: String) -> [UInt8]? {
    let data: Data? = read(column)
    return data.map { Array($0) }
  }
}
