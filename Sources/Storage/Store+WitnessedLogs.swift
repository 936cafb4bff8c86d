// Being a witness of other logs: one row for each, compared and moved on in one transaction
// (C2SP tlog-witness). Never goes back, and never answers before the row is on disk.

import ExchangeModel
import Foundation
import GRDB
package import MessageLog

/// What a witness answers to a checkpoint whose signature holds.
package enum WitnessVerdict: Sendable, Equatable {
  /// The witness's signature lines.
  case cosigned([UInt8])
  /// The old size is not the one on record, which is this.
  case conflict(Int64)
  /// The tree does not extend the one on record.
  case inconsistent
}

/// A log as its witness last saw it.
package struct WitnessedLog: Sendable, Equatable {
  package let origin: String
  package let size: Int64
  /// The checkpoint with the log's signature and the witness's.
  package let checkpoint: [UInt8]
}

extension Store {
  /// Cosigns a checkpoint that extends the one on record, which it then replaces.
  ///
  /// - `checkpoint`, `note`: opened with `log`, the key that signed it.
  /// - `cosign` signs the note's text for a time in seconds since 1970.
  package func witness(
    _ checkpoint: Checkpoint, note: SignedNote, log: NoteKey, request: WitnessRequest,
    cosign: @escaping @Sendable ([UInt8], Int64) throws -> NoteSignature
  ) async throws -> WitnessVerdict {
    let verdict = try await writer.submit { context -> WitnessVerdict in
      let known = try WitnessTable.find(checkpoint.origin.description, in: context.database)
      let size = known?.size ?? 0
      guard request.oldSize == size else { return .conflict(size) }
      guard Self.extends(known?.root, request, checkpoint) else { return .inconsistent }
      let signature = try cosign(note.text, context.now.milliseconds / 1000)
      let own = note.signatures.filter { $0.name == log.name && $0.keyID == log.id }
      let kept = try SignedNote(text: note.text, signatures: own + [signature])
      try context.database.execute(
        sql: """
          INSERT INTO witnessed_log (origin, tree_size, root, vkey, checkpoint, cosigned_at)
          VALUES (?, ?, ?, ?, ?, ?)
          ON CONFLICT (origin) DO UPDATE SET tree_size = excluded.tree_size,
            root = excluded.root, vkey = excluded.vkey, checkpoint = excluded.checkpoint,
            cosigned_at = excluded.cosigned_at
          """,
        arguments: [
          checkpoint.origin.description, checkpoint.size, Data(checkpoint.root.bytes), log.vkey,
          Data(kept.bytes), context.now.milliseconds,
        ])
      return .cosigned(signature.line)
    }
    // If we crash here the log is on record as cosigned and was not answered: it asks again, gets
    // 409 with the size on record, and the same tree is cosigned once more.
    if case .cosigned = verdict { Failpoint.hit(.witnessBeforeAnswer) }
    return verdict
  }

  /// The log of this origin as cosigned last; nil when it never was.
  package func witnessedLog(_ origin: String) async throws -> WitnessedLog? {
    try await pool.read { database in
      try WitnessTable.find(origin, in: database).map {
        WitnessedLog(origin: origin, size: $0.size, checkpoint: $0.checkpoint)
      }
    }
  }

  /// Every log cosigned so far.
  package func witnessedLogs() async throws -> [WitnessedLog] {
    try await pool.read { database in
      try Row.fetchAll(
        database, sql: "SELECT origin, tree_size, checkpoint FROM witnessed_log ORDER BY origin"
      ).map {
        WitnessedLog(
          origin: $0["origin"], size: $0["tree_size"], checkpoint: $0.bytes("checkpoint") ?? [])
      }
    }
  }

  private static func extends(
    _ root: MerkleHash?, _ request: WitnessRequest, _ checkpoint: Checkpoint
  ) -> Bool {
    if checkpoint.size == 0, checkpoint.root != .emptyRoot { return false }
    guard let root, request.oldSize > 0 else { return request.hashes.isEmpty }
    let proved: ()? = try? ProofVerification.consistency(
      from: request.oldSize, root: root, to: checkpoint.size, root: checkpoint.root,
      proof: request.hashes)
    return proved != nil
  }
}

enum WitnessTable {
  static func find(
    _ origin: String, in database: Database
  ) throws -> (size: Int64, root: MerkleHash, checkpoint: [UInt8])? {
    let row = try Row.fetchOne(
      database,
      sql: "SELECT tree_size, root, checkpoint FROM witnessed_log WHERE origin = ?",
      arguments: [origin])
    guard let row else { return nil }
    guard let root = MerkleHash(row.bytes("root") ?? []) else {
      throw StoreFailure.corrupt("witnessed_log")
    }
    return (row["tree_size"], root, row.bytes("checkpoint") ?? [])
  }
}
