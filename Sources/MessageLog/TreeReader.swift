// Roots and proofs of any tree size up to the current one, made from tiles (RFC 6962, 2.1.1 and
// 2.1.2). Never reads a leaf entry, and at most a few tiles of each level.

/// Reads the bytes of a full tile by level and index; nil when it is not there.
package typealias TileReader = (_ level: Int, _ index: Int64) throws -> [UInt8]?

/// The tree as full tiles and its edge.
package struct TreeReader {
  private let edge: TreeEdge
  private let fullTile: TileReader
  // Tiles read so far: the hashes of one proof stand beside each other in few tiles.
  private var tiles: [TileName: [UInt8]] = [:]

  package init(edge: TreeEdge, fullTile: @escaping TileReader) {
    self.edge = edge
    self.fullTile = fullTile
  }

  /// The root of the tree when it had this many leaves.
  package mutating func root(size: Int64) throws -> MerkleHash {
    guard (0...edge.size).contains(size) else { throw LogFault.outOfRange }
    return size == 0 ? .emptyRoot : try root(0, size)
  }

  /// The inclusion proof of a leaf in the tree of this size, the leaf's sibling first.
  package mutating func inclusionProof(index: Int64, size: Int64) throws -> [MerkleHash] {
    guard size <= edge.size, index >= 0, index < size else { throw LogFault.outOfRange }
    var proof: [MerkleHash] = []
    var (start, end) = (Int64(0), size)
    while end - start > 1 {
      let middle = start + largestPowerOfTwo(below: end - start)
      if index < middle {
        proof.append(try root(middle, end))
        end = middle
      } else {
        proof.append(try root(start, middle))
        start = middle
      }
    }
    return proof.reversed()
  }

  /// The consistency proof between the trees of two sizes; empty when they are one.
  package mutating func consistencyProof(from old: Int64, to new: Int64) throws -> [MerkleHash] {
    guard old > 0, old <= new, new <= edge.size else { throw LogFault.outOfRange }
    var proof: [MerkleHash] = []
    var (start, end) = (Int64(0), new)
    while end > old {
      let middle = start + largestPowerOfTwo(below: end - start)
      if old <= middle {
        proof.append(try root(middle, end))
        end = middle
      } else {
        proof.append(try root(start, middle))
        start = middle
      }
    }
    // The old tree's own root is known to the verifier where it is one perfect subtree.
    if start > 0 { proof.append(try root(start, end)) }
    return proof.reversed()
  }

  // The root over leaves start..<end, where start is a multiple of the power of two that covers
  // the range: true of every range that the two proofs above ask for.
  private mutating func root(_ start: Int64, _ end: Int64) throws -> MerkleHash {
    let count = end - start
    if count & (count - 1) == 0 { return try perfect(start, height: count.trailingZeroBitCount) }
    let middle = start + largestPowerOfTwo(below: count)
    let left = try root(start, middle)
    return .node(left, try root(middle, end))
  }

  private mutating func perfect(_ start: Int64, height: Int) throws -> MerkleHash {
    let level = height / 8
    let position = start >> Int64(8 * level)
    let hashes = try tile(TileName(level: level, index: position >> 8))
    guard let root = Tile.root(hashes, first: Int(position & 255), count: 1 << (height % 8)) else {
      throw LogFault.malformedTile
    }
    return root
  }

  private mutating func tile(_ name: TileName) throws -> [UInt8] {
    if let known = tiles[name] { return known }
    let hashes: [UInt8]
    if name.index == edge.size >> Int64(8 * (name.level + 1)) {
      hashes = edge.partialTile(level: name.level)?.hashes ?? []
    } else {
      guard let read = try fullTile(name.level, name.index) else {
        throw LogFault.missingTile(level: name.level, index: name.index)
      }
      guard read.count == Tile.fullByteCount else { throw LogFault.malformedTile }
      hashes = read
    }
    tiles[name] = hashes
    return hashes
  }

  private struct TileName: Hashable {
    let level: Int
    let index: Int64
  }
}

/// The largest power of two that is less than `count`, which is at least 2.
private func largestPowerOfTwo(below count: Int64) -> Int64 {
  1 << Int64(63 - (count - 1).leadingZeroBitCount)
}
