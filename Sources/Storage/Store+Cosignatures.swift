// Our log as its witnesses see it: the tree signed last with its cosignatures, proofs from the
// size a witness knows, and what a witness says that keeps us from signing.
// Never believes a cosignature by itself: whoever hands one in has verified it.

import ExchangeModel
import Foundation
import GRDB
package import MessageLog

/// A witness's word that our tree is not one it may cosign.
package struct LogHalt: Sendable, Equatable {
  package enum Reason: String, Sendable {
    /// The witness has cosigned a larger tree than we hold: ours is an old copy.
    case behind
    /// Our tree does not begin with the one that the witness has cosigned.
    case forked
  }

  package let origin: String
  /// The name of the witness, or of the file that says so.
  package let witness: String
  package let reason: Reason
  /// The size that the witness holds.
  package let size: Int64

  package init(origin: String, witness: String, reason: Reason, size: Int64) {
    self.origin = origin
    self.witness = witness
    self.reason = reason
    self.size = size
  }
}

extension Store {
  /// The tree of the last signed checkpoint with the cosignatures on it; nil when none was signed.
  package func lastPublished() async throws -> PublishedTree? {
    try await pool.read { database in
      guard let last = try LogTables.lastCheckpoint(database) else { return nil }
      let held = try LogTables.size(database)
      guard last.size <= held else { throw StoreFailure.logBehind(signed: last.size, held: held) }
      return PublishedTree(
        size: last.size, note: try LogTables.cosigned(last.note, size: last.size, in: database),
        edge: try LogTables.rebuildEdge(database, size: last.size))
    }
  }

  /// The leaves on disk now.
  package func logSize() async throws -> Int64 {
    try await pool.read { try LogTables.size($0) }
  }

  /// Keeps verified cosignatures of a published tree; answers the tree with all that are kept.
  /// One of a witness whose cosignature is there already changes nothing.
  package func keep(
    _ cosignatures: [NoteSignature], by witness: NoteKey, on tree: PublishedTree
  ) async throws -> PublishedTree {
    try await writer.submit { context in
      for line in cosignatures.prefix(1).map(\.line) {
        try context.database.execute(
          sql: """
            INSERT INTO cosignature (tree_size, vkey, line, received_at) VALUES (?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """,
          arguments: [tree.size, witness.vkey, Data(line), context.now.milliseconds])
      }
      // If we crash here the witness has cosigned and we do not know it: it is asked again, answers
      // 409 with its size, and cosigns the same tree once more.
      Failpoint.hit(.cosignatureBeforeRow)
      return try LogTables.cosigned(tree, in: context.database)
    }
  }

  /// The consistency proof from an earlier size to a published tree; empty from 0.
  package func consistencyProof(
    from old: Int64, to tree: PublishedTree
  ) async throws -> [MerkleHash] {
    guard old > 0 else { return [] }
    return try await pool.read { database in
      var reader = TreeReader(edge: tree.edge) { level, index in
        try LogTables.tile(level: level, index: index, in: database)
      }
      return try reader.consistencyProof(from: old, to: tree.size)
    }
  }

  /// Throws unless the tables' tree begins with the tree of this checkpoint, which our own key has
  /// signed and somebody else has kept.
  ///
  /// Throws: `StoreFailure.logBehind`, `StoreFailure.logForked`.
  package func requireLog(extending checkpoint: Checkpoint) async throws {
    try await pool.read { database in
      let edge = try LogTables.rebuildEdge(database)
      guard checkpoint.size <= edge.size else {
        throw StoreFailure.logBehind(signed: checkpoint.size, held: edge.size)
      }
      var reader = TreeReader(edge: edge) { level, index in
        try LogTables.tile(level: level, index: index, in: database)
      }
      guard try reader.root(size: checkpoint.size) == checkpoint.root else {
        throw StoreFailure.logForked(signed: checkpoint.size)
      }
    }
  }

  /// Records what keeps the log from being signed, until `lift` takes it back.
  package func halt(_ halt: LogHalt) async throws {
    try await writer.submit { context in
      try context.database.execute(
        sql: """
          INSERT INTO log_halt (origin, witness, reason, tree_size, halted_at)
          VALUES (?, ?, ?, ?, ?)
          ON CONFLICT DO UPDATE SET reason = excluded.reason, tree_size = excluded.tree_size
          """,
        arguments: [
          halt.origin, halt.witness, halt.reason.rawValue, halt.size, context.now.milliseconds,
        ])
    }
  }

  /// Takes back what a witness said: it has agreed since, or is no witness of ours any more.
  package func lift(_ halt: LogHalt) async throws {
    try await writer.submit { context in
      try context.database.execute(
        sql: "DELETE FROM log_halt WHERE origin = ? AND witness = ?",
        arguments: [halt.origin, halt.witness])
      try context.append(
        LogEvent(.administratorActed, [.change: "log-halt-lifted", .reason: halt.reason.rawValue]),
        subject: nil, message: nil)
    }
  }

  /// What keeps a log from being signed; empty when nothing does.
  package func halts(of origin: String) async throws -> [LogHalt] {
    try await pool.read { try LogTables.halts(of: origin, in: $0) }
  }
}

extension LogTables {
  static func halts(of origin: String, in database: Database) throws -> [LogHalt] {
    let rows = try Row.fetchAll(
      database,
      sql: "SELECT witness, reason, tree_size FROM log_halt WHERE origin = ? ORDER BY witness",
      arguments: [origin])
    return try rows.map { row in
      guard let reason = LogHalt.Reason(rawValue: row["reason"]) else {
        throw StoreFailure.corrupt("log_halt")
      }
      return LogHalt(
        origin: origin, witness: row["witness"], reason: reason, size: row["tree_size"])
    }
  }

  /// The tree's right edge when it had this many leaves.
  static func rebuildEdge(_ database: Database, size: Int64) throws -> TreeEdge {
    try TreeEdge.rebuild(
      size: size,
      tile: { try tile(level: $0, index: $1, in: database) },
      leafHash: { index in
        guard let entry = try entry(index, in: database) else {
          throw StoreFailure.corrupt("leaf")
        }
        return .leaf(entry)
      })
  }

  /// A checkpoint's note with the cosignatures kept for it.
  static func cosigned(
    _ bytes: [UInt8], size: Int64, in database: Database
  ) throws -> SignedNote {
    let lines = try Data.fetchAll(
      database, sql: "SELECT line FROM cosignature WHERE tree_size = ? ORDER BY vkey",
      arguments: [size])
    return try SignedNote(bytes + lines.flatMap { Array($0) })
  }

  static func cosigned(_ tree: PublishedTree, in database: Database) throws -> PublishedTree {
    let note = try Data.fetchOne(
      database, sql: "SELECT note FROM checkpoint WHERE tree_size = ?", arguments: [tree.size])
    guard let note else { throw StoreFailure.corrupt("checkpoint") }
    return PublishedTree(
      size: tree.size, note: try cosigned(Array(note), size: tree.size, in: database),
      edge: tree.edge)
  }
}
