// Making the edge again at start, from what storage keeps: full tiles and leaf entries.
// Never trusts a tile's length; whether the hashes are the log's own, the checkpoint's root says.

extension TreeEdge {
  /// Builds the edge of a tree of this size.
  ///
  /// - `tile` reads the bytes of a full tile by level and index, nil when it is not there;
  /// - `leafHash` gives the hash of a leaf that stands after the last full tile of level 0.
  ///
  /// At most 255 tiles a level and 255 leaves are read. Compare `root` with the last checkpoint
  /// before signing anything.
  package static func rebuild(
    size: Int64, tile: (_ level: Int, _ index: Int64) throws -> [UInt8]?,
    leafHash: (_ index: Int64) throws -> MerkleHash
  ) throws -> TreeEdge {
    guard size >= 0 else { throw LogFault.outOfRange }
    var partials: [[UInt8]] = []
    for level in 0...Tile.maximumLevel {
      let end = size >> Int64(8 * level)
      guard end > 0 else { break }
      var hashes: [UInt8] = []
      hashes.reserveCapacity(Int(end & 255) * MerkleHash.byteCount)
      for index in (end & ~255)..<end {
        let hash =
          if level == 0 { try leafHash(index) } else { try root(level - 1, index, tile) }
        hash.withUnsafeBytes { hashes.append(contentsOf: $0) }
      }
      partials.append(hashes)
    }
    guard let edge = TreeEdge(size: size, partialTiles: partials) else {
      throw LogFault.malformedTile
    }
    return edge
  }

  private static func root(
    _ level: Int, _ index: Int64, _ tile: (_ level: Int, _ index: Int64) throws -> [UInt8]?
  ) throws -> MerkleHash {
    guard let hashes = try tile(level, index) else {
      throw LogFault.missingTile(level: level, index: index)
    }
    guard hashes.count == Tile.fullByteCount,
      let root = Tile.root(hashes, first: 0, count: Tile.fullWidth)
    else { throw LogFault.malformedTile }
    return root
  }
}
