// The verbs of the MESH door: begin a transfer, note its chunks, find it again, end it.
// Never admits anything: a transfer becomes a message by `admit`, like any other.

import Crypto
import Dispatch
package import ExchangeModel
import Foundation
import GRDB

extension Store {
  /// Records a transfer and uses up its token, in one transaction. An earlier one that begins
  /// with the same chunk, under the same reference and to the same recipient, and never went on, is
  /// given up: its sender did not hear of it, and began anew.
  ///
  /// Throws: `MeshTokenUsed` when the token was used before; `Refusal(.tooBusy)` when the party has
  /// too many uploads under way.
  package func begin(
    _ transfer: MeshTransfer, token: [UInt8], until end: Timestamp
  ) async throws {
    let most = limits.meshUploads
    let given = try await writer.submit { context in
      let known = try Int.fetchOne(
        context.database, sql: "SELECT 1 FROM mesh_token WHERE token_sha256 = ?",
        arguments: [Data(token)])
      guard known == nil else { throw MeshTokenUsed() }
      let left = try MeshTable.find(
        """
        source = ? AND local_id = ? AND recipient = ? AND workflow = ? AND chunk_count = ?
          AND chunk_sizes = ? AND last_chunk = ? AND headers IS NOT NULL AND chunk_count > 1
        """,
        [
          transfer.source.text, transfer.localID, transfer.recipient.text, transfer.workflow,
          transfer.chunkCount, MeshTable.text(transfer.chunkSizes),
          transfer.lastChunk.map { Data($0) },
        ], in: context.database
      ).map(\.meshID)
      for meshID in left {
        try context.database.execute(
          sql: "DELETE FROM mesh_transfer WHERE mesh_id = ?", arguments: [meshID])
      }
      let open = try Int.fetchOne(
        context.database,
        sql: "SELECT count(*) FROM mesh_transfer WHERE source = ? AND headers IS NOT NULL",
        arguments: [transfer.source.text])
      guard (open ?? 0) < most else { throw Refusal(.tooBusy) }
      try context.database.execute(
        sql: "INSERT INTO mesh_token (token_sha256, until) VALUES (?, ?)",
        arguments: [Data(token), end.milliseconds])
      try context.database.execute(
        sql: """
          INSERT INTO mesh_transfer (mesh_id, source, source_id, recipient, workflow, local_id,
            chunk_count, chunk_sizes, last_chunk, headers, is_gzip, begun_at)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          transfer.meshID, transfer.source.text, transfer.sourceID, transfer.recipient.text,
          transfer.workflow, transfer.localID, transfer.chunkCount,
          MeshTable.text(transfer.chunkSizes), transfer.lastChunk.map { Data($0) },
          transfer.headers.map { Data($0) }, transfer.isGzip, transfer.begunAt.milliseconds,
        ])
      return left
    }
    for meshID in given { uploads.remove(meshID) }
  }

  /// Notes that a chunk more is on disk.
  package func noteChunks(of transfer: MeshTransfer) async throws {
    try await writer.submit { context in
      try context.database.execute(
        sql: "UPDATE mesh_transfer SET chunk_sizes = ?, last_chunk = ? WHERE mesh_id = ?",
        arguments: [
          MeshTable.text(transfer.chunkSizes), transfer.lastChunk.map { Data($0) },
          transfer.meshID,
        ])
    }
  }

  /// Gives a transfer the id of the envelope that it turned out to hold.
  package func rename(_ meshID: String, to sourceID: String) async throws {
    try await writer.submit { context in
      try context.database.execute(
        sql: "UPDATE mesh_transfer SET source_id = ? WHERE mesh_id = ?",
        arguments: [sourceID, meshID])
    }
  }

  /// Ends a transfer whose message was admitted: its bytes and header fields go.
  package func end(_ meshID: String) async throws {
    try await writer.submit { context in
      try context.database.execute(
        sql: "UPDATE mesh_transfer SET headers = NULL WHERE mesh_id = ?", arguments: [meshID])
    }
    uploads.remove(meshID)
  }

  /// Ends a transfer whose message was admitted before by another, which goes on naming it. Its
  /// sender knows this one's id, and may ask for it.
  package func endRepeat(_ meshID: String) async throws {
    try await writer.submit { context in
      try context.database.execute(
        sql: """
          UPDATE mesh_transfer SET headers = NULL,
            transfer = (SELECT max(transfer) FROM mesh_transfer) + 1
          WHERE mesh_id = ?
          """, arguments: [meshID])
    }
    uploads.remove(meshID)
  }

  /// Forgets a transfer whose message was refused, or was admitted before under another name that
  /// its sender is told.
  package func forget(_ meshID: String) async throws {
    try await writer.submit { context in
      try context.database.execute(
        sql: "DELETE FROM mesh_transfer WHERE mesh_id = ?", arguments: [meshID])
    }
    uploads.remove(meshID)
  }

  /// The transfer of this id; nil when there is none.
  package func transfer(_ meshID: String) async throws -> MeshTransfer? {
    try await pool.read { try MeshTable.find("mesh_id = ?", [meshID], in: $0).first }
  }

  /// The latest transfers of a party with this reference of its own; at most two.
  package func transfers(
    of source: PartyURN, localID: String
  ) async throws -> [MeshTransfer] {
    try await pool.read {
      try MeshTable.find(
        "source = ? AND local_id = ? ORDER BY transfer DESC LIMIT 2", [source.text, localID],
        in: $0)
    }
  }

  /// The transfer that names a message; nil when it came by another door.
  package func firstTransfer(
    source: PartyURN, id: String
  ) async throws -> MeshTransfer? {
    try await pool.read {
      try MeshTable.find(
        "source = ? AND source_id = ? ORDER BY \(MeshTable.naming) LIMIT 1", [source.text, id],
        in: $0
      ).first
    }
  }

  /// The gateway's id of the message that this door knows under a name; nil when there is none,
  /// or none yet.
  package func messageID(named meshID: String) async throws -> MessageID? {
    try await pool.read { database in
      if let transfer = try MeshTable.find("mesh_id = ?", [meshID], in: database).first {
        let text = try String.fetchOne(
          database, sql: "SELECT message_id FROM message WHERE source = ? AND source_id = ?",
          arguments: [transfer.source.text, transfer.sourceID])
        return text.flatMap { MessageID($0) }
      }
      return MeshName.messageID(meshID)
    }
  }

  // MARK: Bytes

  /// Opens the file of an upload, cut to what its row says is good.
  package func openUpload(_ meshID: String, at offset: Int64) throws -> PartialAttachment {
    try uploads.open(meshID, at: offset)
  }

  /// Writes an upload's bytes through to the disk.
  package func sync(_ upload: PartialAttachment) async throws {
    try await Self.blocking { try upload.sync() }
  }

  /// The bytes of a small upload; nil when they are gone.
  package func uploadedBytes(_ meshID: String) -> [UInt8]? { uploads.bytes(of: meshID) }

  /// Removes the bytes of an upload that was not recorded.
  package func dropUpload(_ meshID: String) { uploads.remove(meshID) }

  /// Makes a whole upload an attachment of its sender.
  /// - Returns: its SHA-256 in lower-case hex.
  package func keepUpload(
    _ meshID: String, by spkiSHA256: String
  ) async throws -> String {
    let uploads = uploads
    let (upload, digest) = try await Self.blocking {
      let upload = try uploads.twin(of: meshID)
      return (upload, try upload.digest())
    }
    try await keep(upload, as: digest, by: spkiSHA256)
    return digest
  }

  /// Forgets what is left over: used tokens past their end, uploads that nobody finished, files
  /// without a row, references of senders past their time.
  /// - Returns: how many uploads were given up.
  package func sweepMesh() async throws -> Int {
    try await forgetReferences()
    let now = surroundings.now()
    let limit = now.adding(seconds: -limits.meshUploadSeconds)
    let (given, known) = try await writer.submit { context -> ([String], Set<String>) in
      try context.database.execute(
        sql: "DELETE FROM mesh_token WHERE until < ?", arguments: [now.milliseconds])
      let stale = try MeshTable.find(
        "headers IS NOT NULL AND begun_at < ? LIMIT 256", [limit.milliseconds],
        in: context.database)
      var given: [String] = []
      for transfer in stale {
        let isAdmitted = try Int.fetchOne(
          context.database, sql: "SELECT 1 FROM message WHERE source = ? AND source_id = ?",
          arguments: [transfer.source.text, transfer.sourceID])
        let sql =
          isAdmitted == nil
          ? "DELETE FROM mesh_transfer WHERE mesh_id = ?"
          : "UPDATE mesh_transfer SET headers = NULL WHERE mesh_id = ?"
        try context.database.execute(sql: sql, arguments: [transfer.meshID])
        if isAdmitted == nil { given.append(transfer.meshID) }
      }
      let open = try String.fetchSet(
        context.database, sql: "SELECT mesh_id FROM mesh_transfer WHERE headers IS NOT NULL")
      return (given, open)
    }
    let orphans = uploads.names(before: limit).subtracting(known)
    for meshID in orphans.union(given) { uploads.remove(meshID) }
    return given.count
  }

  /// What a sender called its message may name a person, though it must not; it is kept as long as
  /// it can be asked by.
  private func forgetReferences() async throws {
    let limit = surroundings.now().adding(seconds: -limits.meshReferenceSeconds)
    while !Task.isCancelled {
      let count = try await writer.submit { context in
        try context.database.execute(
          sql: """
            UPDATE mesh_transfer SET local_id = NULL WHERE transfer IN (
              SELECT transfer FROM mesh_transfer
              WHERE local_id IS NOT NULL AND headers IS NULL AND begun_at < ? LIMIT 256)
            """, arguments: [limit.milliseconds])
        return context.database.changesCount
      }
      guard count > 0 else { return }
    }
  }

  /// Runs what blocks away from the threads that must not.
  private static func blocking<Value: Sendable>(
    _ work: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await withCheckedThrowingContinuation { done in
      DispatchQueue.global().async { done.resume(with: Result { try work() }) }
    }
  }
}

enum MeshTable {
  /// Which of several transfers of one message names it: one that ended before one under way, a
  /// whole one before one that its sender left behind and began anew, and then the first.
  static let naming = """
    mesh_transfer.headers IS NOT NULL,
    length(chunk_sizes) - length(replace(chunk_sizes, ',', '')) + 1 < chunk_count,
    mesh_transfer.transfer
    """

  /// Sizes as kept: numbers with commas between.
  static func text(_ sizes: [Int64]) -> String {
    sizes.map { String($0) }.joined(separator: ",")
  }

  static func find(
    _ condition: String, _ arguments: StatementArguments, in database: Database
  ) throws -> [MeshTransfer] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT mesh_id, source, source_id, recipient, workflow, local_id, chunk_count,
          chunk_sizes, last_chunk, headers, is_gzip, begun_at
        FROM mesh_transfer WHERE \(condition)
        """, arguments: arguments
    ).map(transfer)
  }

  private static func transfer(_ row: Row) throws -> MeshTransfer {
    let sizes: String = row["chunk_sizes"]
    let numbers = sizes.split(separator: ",").compactMap { Int64($0) }
    guard let source = PartyURN(row["source"]), let recipient = PartyURN(row["recipient"]) else {
      throw StoreFailure.corrupt("mesh_transfer")
    }
    return MeshTransfer(
      meshID: row["mesh_id"], source: source, sourceID: row["source_id"], recipient: recipient,
      workflow: row["workflow"], localID: row["local_id"], chunkCount: row["chunk_count"],
      chunkSizes: numbers, lastChunk: row.bytes("last_chunk"), headers: row.bytes("headers"),
      isGzip: row["is_gzip"], begunAt: Timestamp(milliseconds: row["begun_at"]))
  }
}
