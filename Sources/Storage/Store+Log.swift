// The log's verbs: publish a checkpoint, prove an admission, verify the whole log.
// Never signs a tree smaller than one already signed: that would be a fork.

import Crypto
package import ExchangeModel
import Foundation
import GRDB
package import MessageLog

/// A signed tree and what proofs against it need.
package struct PublishedTree: Sendable {
  package let size: Int64
  /// The signed checkpoint, exactly as served.
  package let note: SignedNote
  let edge: TreeEdge
}

extension Store {
  /// Signs the tree as it is on disk, if it grew since the last time; the note is a row of the
  /// same transaction that shows its leaves to be there.
  ///
  /// `sign` turns size and root into a signed checkpoint. Throws `StoreFailure.logBehind` when a
  /// larger tree was signed before (the database is an old copy), `StoreFailure.logForked` when the
  /// tree does not begin with the one signed last, and either when a witness has said so of the
  /// log of this origin (`halt`).
  package func publishCheckpoint(
    origin: KeyName? = nil, sign: @escaping @Sendable (Int64, MerkleHash) throws -> SignedNote
  ) async throws -> PublishedTree {
    try await writer.submit { context in
      try context.requireNoHalt(of: origin)
      try context.beginLog(named: origin)
      let edge = context.edge
      if let last = try LogTables.lastCheckpoint(context.database) {
        guard last.size <= edge.size else {
          throw StoreFailure.logBehind(signed: last.size, held: edge.size)
        }
        let note = try LogTables.cosigned(last.note, size: last.size, in: context.database)
        try context.requireExtension(of: note, size: last.size)
        if last.size == edge.size {
          return PublishedTree(size: last.size, note: note, edge: edge)
        }
      }
      let note = try sign(edge.size, edge.root)
      // If we crash here the tree is signed but nobody has seen it: it is signed again, alike.
      Failpoint.hit(.checkpointBeforeRow)
      try LogTables.insertCheckpoint(
        size: edge.size, note: note.bytes, at: context.now.milliseconds, into: context.database)
      return PublishedTree(size: edge.size, note: note, edge: edge)
    }
  }

  /// The inclusion proof and entry of a message's admission in a published tree, for its sender
  /// or recipient. Nil when the tree does not cover the leaf yet.
  /// Throws: `Refusal(.notFound)` for anybody else.
  package func admissionProof(
    of id: MessageID, in tree: PublishedTree, for spkiSHA256: String
  ) async throws -> TlogProof? {
    let caller = try await currentDirectory().identify(
      spkiSHA256: spkiSHA256, at: surroundings.now()
    ).get()
    let gate = gate
    return try await pool.read { database in
      guard let found = try MessageRow.find(id, in: database) else { throw Refusal(.notFound) }
      try gate.require(.proof, of: found, by: caller)
      return try Self.proof(of: found, in: tree, database)
    }
  }

  /// The same for an administrator at the gateway's own machine: nothing of a message is in it.
  package func admissionProof(
    of id: MessageID, in tree: PublishedTree
  ) async throws -> TlogProof? {
    try await pool.read { database in
      guard let found = try MessageRow.find(id, in: database) else { throw Refusal(.notFound) }
      return try Self.proof(of: found, in: tree, database)
    }
  }

  private static func proof(
    of message: MessageRow, in tree: PublishedTree, _ database: Database
  ) throws -> TlogProof? {
    let leaf = try Int64.fetchOne(
      database, sql: "SELECT leaf FROM message WHERE sequence = ?", arguments: [message.sequence])
    guard let leaf else { throw StoreFailure.corrupt("message") }
    return try proof(of: leaf, in: tree, database)
  }

  private static func proof(
    of leaf: Int64, in tree: PublishedTree, _ database: Database
  ) throws -> TlogProof? {
    guard leaf < tree.size else { return nil }
    guard let entry = try LogTables.entry(leaf, in: database) else {
      throw StoreFailure.corrupt("leaf")
    }
    var reader = TreeReader(edge: tree.edge) { level, index in
      try LogTables.tile(level: level, index: index, in: database)
    }
    let hashes = try reader.inclusionProof(index: leaf, size: tree.size)
    // The entry goes along as `extra`, so that the receipt can be checked with nothing else.
    return TlogProof(index: leaf, hashes: hashes, checkpoint: tree.note, extra: entry)
  }
}

extension WriteContext {
  /// Throws what a witness has said of the log of this origin.
  fileprivate func requireNoHalt(of origin: KeyName?) throws {
    guard let origin else { return }
    guard let halt = try LogTables.halts(of: origin.description, in: database).first else {
      return
    }
    switch halt.reason {
    case .behind: throw StoreFailure.logBehind(signed: halt.size, held: edge.size)
    case .forked: throw StoreFailure.logForked(signed: halt.size)
    }
  }

  /// Adds a leaf when the tree goes on under another name than it was last signed with, so that
  /// the new log's first checkpoint is of a size that the old one never signed.
  fileprivate mutating func beginLog(named origin: KeyName?) throws {
    guard let origin, let last = try LogTables.lastCheckpoint(database),
      let signed = try? Checkpoint(text: SignedNote(last.note).text),
      signed.size == edge.size, signed.origin != origin
    else { return }
    try append(
      LogEvent(.administratorActed, [.change: "log-begun"]), subject: nil, message: nil)
  }

  /// Throws `StoreFailure.logForked` unless the tree begins with the one of this note.
  fileprivate func requireExtension(of note: SignedNote, size: Int64) throws {
    var reader = TreeReader(edge: edge) { [database] level, index in
      try LogTables.tile(level: level, index: index, in: database)
    }
    let signed = try? Checkpoint(text: note.text)
    guard let signed, signed.size == size, try reader.root(size: size) == signed.root else {
      throw StoreFailure.logForked(signed: size)
    }
  }
}
