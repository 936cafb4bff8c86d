// The right edge of the log's tree as a value: all that is needed to append and to know the root.
// Never holds the rest of the tree, and never writes: full tiles are handed back for storing.

/// The tree's size, its unfinished tiles and the roots of its perfect subtrees.
///
/// A copy is cheap and independent, so a group of appends can be tried and thrown away.
package struct TreeEdge: Sendable, Hashable {
  /// Leaves in the tree.
  package private(set) var size: Int64
  // The bytes of the unfinished tile of each level; empty where the level has none.
  private var partials: [[UInt8]]
  // Roots of the perfect subtrees that make up the tree, largest first: one for each bit of `size`.
  private var peaks: [MerkleHash]

  /// The edge of the empty tree.
  package init() {
    size = 0
    partials = []
    peaks = []
  }

  /// The edge of a tree of this size whose unfinished tiles are these, level 0 first. Levels at the
  /// end may be left out where they are empty. Nil when a tile's width does not fit the size.
  package init?(size: Int64, partialTiles: [[UInt8]]) {
    guard size >= 0, partialTiles.count <= Tile.maximumLevel + 1 else { return nil }
    var peaks: [MerkleHash] = []
    for level in (0...Tile.maximumLevel).reversed() {
      let hashes = level < partialTiles.count ? partialTiles[level] : []
      let width = Int(size >> Int64(8 * level) & 255)
      guard hashes.count == width * MerkleHash.byteCount else { return nil }
      var first = 0
      for count in [128, 64, 32, 16, 8, 4, 2, 1] where width & count != 0 {
        guard let peak = Tile.root(hashes, first: first, count: count) else { return nil }
        peaks.append(peak)
        first += count
      }
    }
    self.size = size
    self.partials = partialTiles
    self.peaks = peaks
    while partials.last?.isEmpty == true { partials.removeLast() }
  }

  /// The Merkle tree hash over all leaves.
  package var root: MerkleHash {
    guard var root = peaks.last else { return .emptyRoot }
    for peak in peaks.dropLast().reversed() { root = .node(peak, root) }
    return root
  }

  /// The unfinished tile of a level, as it is served for this size; nil where there is none.
  package func partialTile(level: Int) -> Tile? {
    guard partials.indices.contains(level) else { return nil }
    return Tile(level: level, index: size >> Int64(8 * (level + 1)), hashes: partials[level])
  }

  /// Adds one leaf. Answers the tiles it filled, level 0 first; mostly none.
  package mutating func append(_ leaf: MerkleHash) -> [Tile] {
    precondition(size < Int64.max, "a tree of 2^63 leaves is full")
    var filled: [Tile] = []
    var hash = leaf
    var rest = size
    var height = 0
    place(hash, level: 0, filled: &filled)
    // Each trailing 1 of the size is a perfect subtree that this leaf completes a pair with.
    while rest & 1 == 1, let left = peaks.popLast() {
      hash = .node(left, hash)
      rest >>= 1
      height += 1
      if height.isMultiple(of: 8) { place(hash, level: height / 8, filled: &filled) }
    }
    peaks.append(hash)
    size += 1
    return filled
  }

  private mutating func place(_ hash: MerkleHash, level: Int, filled: inout [Tile]) {
    if partials.count == level { partials.append([]) }
    hash.withUnsafeBytes { partials[level].append(contentsOf: $0) }
    guard partials[level].count == Tile.fullByteCount else { return }
    // Called before `size` grows, so the tile being filled is still the one at the edge.
    let index = size >> Int64(8 * (level + 1))
    filled.append(Tile(filledAt: level, index: index, hashes: partials[level]))
    partials[level] = []
  }
}
