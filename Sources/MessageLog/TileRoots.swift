// Roots of perfect subtrees inside one tile. Never reads outside of the tile: what is asked for
// and not there is nil.

extension Tile {
  /// Hash `position` of a tile's bytes.
  static func hash(_ hashes: [UInt8], at position: Int) -> MerkleHash? {
    let start = position * MerkleHash.byteCount
    guard position >= 0, start + MerkleHash.byteCount <= hashes.count else { return nil }
    return hashes.withUnsafeBytes {
      MerkleHash(UnsafeRawBufferPointer(rebasing: $0[start..<start + MerkleHash.byteCount]))
    }
  }

  /// The root over `count` hashes (a power of two, at most 256) from `first` on.
  static func root(_ hashes: [UInt8], first: Int, count: Int) -> MerkleHash? {
    guard count > 1 else { return hash(hashes, at: first) }
    let half = count / 2
    guard let left = root(hashes, first: first, count: half),
      let right = root(hashes, first: first + half, count: half)
    else { return nil }
    return .node(left, right)
  }
}
