// The log's tables: leaves, full tiles, checkpoints. Reading and writing rows only.
// Never computes a hash: MessageLog does.

import Foundation
import GRDB
import MessageLog

enum LogTables {
  /// Leaves in the table.
  static func size(_ database: Database) throws -> Int64 {
    let statement = try database.cachedStatement(
      sql: "SELECT coalesce(max(leaf_index) + 1, 0) FROM leaf")
    return try Int64.fetchOne(statement) ?? 0
  }

  /// The tree's right edge as the tables have it.
  static func rebuildEdge(_ database: Database) throws -> TreeEdge {
    try rebuildEdge(database, size: try size(database))
  }

  /// The entry of a leaf; nil when there is none.
  static func entry(_ index: Int64, in database: Database) throws -> [UInt8]? {
    let statement = try database.cachedStatement(
      sql: "SELECT entry FROM leaf WHERE leaf_index = ?")
    return try Data.fetchOne(statement, arguments: [index]).map { Array($0) }
  }

  /// The entries of leaves in order. Throws when one is missing.
  static func entries(_ leaves: Range<Int64>, in database: Database) throws -> [[UInt8]] {
    let statement = try database.cachedStatement(
      sql: "SELECT entry FROM leaf WHERE leaf_index >= ? AND leaf_index < ? ORDER BY leaf_index")
    let entries = try Data.fetchAll(
      statement, arguments: [leaves.lowerBound, leaves.upperBound])
    guard entries.count == leaves.count else { throw StoreFailure.corrupt("leaf") }
    return entries.map { Array($0) }
  }

  /// The bytes of a full tile; nil when it is not there.
  static func tile(level: Int, index: Int64, in database: Database) throws -> [UInt8]? {
    let statement = try database.cachedStatement(
      sql: "SELECT hashes FROM tile WHERE level = ? AND tile_index = ?")
    return try Data.fetchOne(statement, arguments: [level, index]).map { Array($0) }
  }

  static func insert(_ tile: Tile, into database: Database) throws {
    let statement = try database.cachedStatement(
      sql: "INSERT INTO tile (level, tile_index, hashes) VALUES (?, ?, ?)")
    try statement.execute(arguments: [tile.level, tile.index, Data(tile.hashes)])
  }

  /// The checkpoint of the largest tree signed so far.
  static func lastCheckpoint(_ database: Database) throws -> (size: Int64, note: [UInt8])? {
    let row = try Row.fetchOne(
      database,
      sql: "SELECT tree_size, note FROM checkpoint ORDER BY tree_size DESC LIMIT 1")
    guard let row else { return nil }
    let note: Data = row["note"]
    return (row["tree_size"], Array(note))
  }

  static func insertCheckpoint(
    size: Int64, note: [UInt8], at milliseconds: Int64, into database: Database
  ) throws {
    try database.execute(
      sql: "INSERT INTO checkpoint (tree_size, note, signed_at) VALUES (?, ?, ?)",
      arguments: [size, Data(note), milliseconds])
  }
}
