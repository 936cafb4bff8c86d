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

  package init() {}
}

/// How far a verification got, to go on from there.
package struct LogMark: Sendable, Equatable {
  package let leaves: Int64
  /// The root over those leaves.
  package let root: MerkleHash
  package let messages: Int64
  package let acknowledgements: Int64
  package let checkpoints: Int

  package init(
    leaves: Int64, root: MerkleHash, messages: Int64, acknowledgements: Int64, checkpoints: Int
  ) {
    self.leaves = leaves
    self.root = root
    self.messages = messages
    self.acknowledgements = acknowledgements
    self.checkpoints = checkpoints
  }
}

extension Store {
  /// Recomputes the log and compares everything with it; stops at the first fault.
  ///
  /// Compared: leaves with their tiles, events and checkpoints; messages, acknowledgements,
  /// inboxes, parties, certificates and holders of attachments with the events; cosignatures,
  /// notes of key rotations and witnessed logs with the keys that signed them. A decision
  /// is compared with the digest in the event, and its versions and basis too. No event carries a
  /// message's priority, expiry and format, the detail of an acknowledgement, a party's name, a
  /// certificate's dates, an attachment's size, when a checkpoint was signed or an attachment
  /// stored, which attachments a message names, when a cosignature came, and what a witness says
  /// against our log: those columns are not covered.
  ///
  /// - `openNote` returns size and root of a checkpoint whose signature holds, or throws.
  /// - `mark` goes on where an earlier verification stood; what came before is then believed.
  /// - `progress` is called with leaves done and leaves in all.
  /// - `keep` is called with how far it has got, now and then and at a good end.
  package func verifyLog(
    from mark: LogMark? = nil,
    openNote: @escaping @Sendable ([UInt8]) throws -> (Int64, MerkleHash),
    progress: @escaping @Sendable (Int64, Int64) -> Void,
    keep: (LogMark) throws -> Void = { _ in }
  ) async throws -> LogVerification {
    var mark = mark
    var walk = LogWalk(sealing: sealing, openNote: openNote)
    while !walk.isDone {
      walk = try await pool.read { [walk, mark] database in
        var next = walk
        try next.advance(database, from: mark)
        return next
      }
      mark = nil
      progress(walk.result.leaves, walk.total)
      if walk.result.faults.isEmpty { try keep(walk.mark) }
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
