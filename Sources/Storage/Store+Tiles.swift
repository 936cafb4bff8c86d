// The log's tiles and entry bundles as they are served (C2SP tlog-tiles).
// Never gives out a hash or an entry that the published checkpoint does not cover.

import Foundation
import GRDB
package import MessageLog

extension Store {
  /// The bytes of a tile or an entry bundle; nil when the published tree has none of this width.
  ///
  /// Any width up to the one that the tree has is there: hashes and entries are only ever added,
  /// so a narrower tile is the beginning of a wider one.
  package func published(
    _ target: TilePath.Target, in tree: PublishedTree
  ) async throws -> [UInt8]? {
    switch target {
    case .tile(let level, let index, let width):
      guard Tile.width(level: level, index: index, size: tree.size) >= width else { return nil }
      let bytes = width * MerkleHash.byteCount
      if index == tree.size >> Int64(8 * (level + 1)) {
        return tree.edge.partialTile(level: level).map { Array($0.hashes.prefix(bytes)) }
      }
      let tile = try await pool.read { try LogTables.tile(level: level, index: index, in: $0) }
      guard let tile, tile.count == Tile.fullByteCount else { throw StoreFailure.corrupt("tile") }
      return Array(tile.prefix(bytes))
    case .entries(let index, let width):
      guard Tile.width(level: 0, index: index, size: tree.size) >= width else { return nil }
      let first = index * Int64(Tile.fullWidth)
      let entries = try await pool.read { database in
        try LogTables.entries(first..<(first + Int64(width)), in: database)
      }
      return try EntryBundle.encode(entries)
    }
  }
}
