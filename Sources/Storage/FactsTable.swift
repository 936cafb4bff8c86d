// Facts and decisions already in their tables, and the catalogues they were made by: what a
// decision rests on is kept once and known by its digest.
// Never changes a row: other facts are another row.

import Crypto
package import ExchangeModel
import Foundation
import GRDB
import MessageLog

/// The decisions made of late, by their facts: the same facts give the same decision for ever.
struct FactsMemory: Sendable {
  /// Facts with their decision and where both are kept.
  struct Entry: Sendable {
    let decision: Decision
    let decisionRow: DecisionRow
    let facts: FactsRow
  }

  private var entries: [Facts: Entry] = [:]

  private static let most = 4096

  func entry(for facts: Facts) -> Entry? { entries[facts] }

  mutating func keep(_ entry: Entry, for facts: Facts) {
    if entries.count >= Self.most { entries.removeAll() }
    entries[facts] = entry
  }
}

/// Where facts are kept, and the digest by which the log knows them.
struct FactsRow: Sendable {
  let id: Int64
  /// SHA-256 in lower-case hex.
  let digest: String
}

/// What a decision rested on, to make it again.
package struct DecisionRecord: Sendable {
  package let decision: Decision
  /// `Facts` as JSON; nil for a message admitted before facts were kept.
  package let facts: [UInt8]?
  /// The files of the catalogue version it was made by, by path; empty when they were not kept.
  package let catalogue: [String: [UInt8]]
}

enum FactsTable {
  static func findOrInsert(_ facts: Facts, in database: Database) throws -> FactsRow {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let body = try encoder.encode(facts)
    let hash = SHA256.hash(data: body)
    let digest = Data(hash)
    let sql = "SELECT facts_id FROM facts WHERE sha256 = ?"
    if let found = try Int64.fetchOne(database, sql: sql, arguments: [digest]) {
      return FactsRow(id: found, digest: Hex.text(hash))
    }
    try database.execute(
      sql: "INSERT INTO facts (sha256, body) VALUES (?, ?)", arguments: [digest, body])
    return FactsRow(id: database.lastInsertedRowID, digest: Hex.text(hash))
  }
}

extension Store {
  /// Keeps the files of a catalogue version, once, so that its decisions can be made again.
  package func record(catalogue version: String, files: [String: [UInt8]]) async throws {
    try await writer.submit { context in
      let known = "SELECT 1 FROM catalogue WHERE version = ?"
      guard try Int.fetchOne(context.database, sql: known, arguments: [version]) == nil else {
        return
      }
      try context.database.execute(
        sql: "INSERT INTO catalogue (version, recorded_at) VALUES (?, ?)",
        arguments: [version, context.now.milliseconds])
      for (path, bytes) in files.sorted(by: { $0.key < $1.key }) {
        try context.database.execute(
          sql: "INSERT INTO catalogue_file (version, path, bytes) VALUES (?, ?, ?)",
          arguments: [version, path, Data(bytes)])
      }
      try context.append(
        LogEvent(.catalogueChanged, [.catalogueVersion: version]), subject: nil, message: nil)
    }
  }

  /// What the decision on an admitted message rested on, for the operator.
  /// Throws: `Refusal(.notFound)` when there is no such message.
  package func decisionRecord(of id: MessageID) async throws -> DecisionRecord {
    try await pool.read { database in
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT message.decision, facts.body, facts.sha256
          FROM message LEFT JOIN facts ON facts.facts_id = message.facts
          WHERE message.message_id = ?
          """, arguments: [id.text])
      guard let row else { throw Refusal(.notFound) }
      let decision = try DecisionTable.read(row["decision"], in: database)
      let body: Data? = row["body"]
      if let body {
        let stored: Data = row["sha256"]
        guard stored == Data(SHA256.hash(data: body)) else { throw StoreFailure.corrupt("facts") }
      }
      let files = try Row.fetchAll(
        database, sql: "SELECT path, bytes FROM catalogue_file WHERE version = ?",
        arguments: [decision.catalogueVersion])
      var catalogue: [String: [UInt8]] = [:]
      for file in files {
        let bytes: Data = file["bytes"]
        catalogue[file["path"]] = Array(bytes)
      }
      return DecisionRecord(
        decision: decision, facts: body.map { Array($0) }, catalogue: catalogue)
    }
  }
}
