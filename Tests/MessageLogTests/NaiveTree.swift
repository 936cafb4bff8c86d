// The definitions of RFC 6962, section 2.1, written down as they stand and as slowly: what the
// tests hold the log against. Shares nothing with it but the hash function.

import Crypto
import MessageLog

/// A tree as a list of leaf hashes.
struct NaiveTree {
  var leaves: [MerkleHash]
  // Roots of ranges seen before; only so that exhaustive tests end in time.
  private var known: [Range<Int>: MerkleHash] = [:]

  init(leaves: [MerkleHash]) { self.leaves = leaves }

  /// A tree of leaves that are cheap to make and all different.
  init(count: Int) { self.init(leaves: (0..<count).map(cheapLeaf)) }

  static func leafHash(_ entry: [UInt8]) -> MerkleHash { sha256([0x00] + entry) }

  static func sha256(_ bytes: [UInt8]) -> MerkleHash {
    MerkleHash(Array(SHA256.hash(data: bytes))) ?? .emptyRoot
  }

  /// MTH(D[range]).
  mutating func root(_ range: Range<Int>) -> MerkleHash {
    if range.isEmpty { return Self.sha256([]) }
    if range.count == 1 { return leaves[range.lowerBound] }
    if let root = known[range] { return root }
    let middle = range.lowerBound + Self.split(range.count)
    let left = root(range.lowerBound..<middle)
    let right = root(middle..<range.upperBound)
    let root = Self.sha256([0x01] + left.bytes + right.bytes)
    known[range] = root
    return root
  }

  mutating func root(size: Int) -> MerkleHash { root(0..<size) }

  /// PATH(m, D[range]).
  mutating func path(_ index: Int, _ range: Range<Int>) -> [MerkleHash] {
    guard range.count > 1 else { return [] }
    let middle = range.lowerBound + Self.split(range.count)
    if index < middle {
      return path(index, range.lowerBound..<middle) + [root(middle..<range.upperBound)]
    }
    return path(index, middle..<range.upperBound) + [root(range.lowerBound..<middle)]
  }

  /// PROOF(m, D[n]).
  mutating func consistency(_ old: Int, _ new: Int) -> [MerkleHash] {
    subproof(old, 0..<new, isComplete: true)
  }

  private mutating func subproof(
    _ old: Int, _ range: Range<Int>, isComplete: Bool
  ) -> [MerkleHash] {
    if old == range.count { return isComplete ? [] : [root(range)] }
    let split = Self.split(range.count)
    let middle = range.lowerBound + split
    if old <= split {
      return subproof(old, range.lowerBound..<middle, isComplete: isComplete)
        + [root(middle..<range.upperBound)]
    }
    return subproof(old - split, middle..<range.upperBound, isComplete: false)
      + [root(range.lowerBound..<middle)]
  }

  /// The largest power of two smaller than `count`.
  static func split(_ count: Int) -> Int {
    var power = 1
    while power * 2 < count { power *= 2 }
    return power
  }
}

/// A leaf hash made of a number, without hashing.
func cheapLeaf(_ number: Int) -> MerkleHash {
  var bytes = [UInt8](repeating: 0xA5, count: 32)
  for place in 0..<8 { bytes[place] = UInt8(truncatingIfNeeded: number >> (8 * place)) }
  return MerkleHash(bytes) ?? .emptyRoot
}

/// The log as storage would keep it: the edge, and the full tiles it handed out.
struct StoredTree {
  var edge = TreeEdge()
  var leaves: [MerkleHash] = []
  var tiles: [[Int64]: [UInt8]] = [:]

  init(leaves: [MerkleHash] = []) { for leaf in leaves { append(leaf) } }

  mutating func append(_ leaf: MerkleHash) {
    leaves.append(leaf)
    for tile in edge.append(leaf) { tiles[[Int64(tile.level), tile.index]] = tile.hashes }
  }

  var reader: TreeReader {
    let tiles = tiles
    return TreeReader(edge: edge) { tiles[[Int64($0), $1]] }
  }

  func rebuilt() throws -> TreeEdge {
    try TreeEdge.rebuild(
      size: edge.size, tile: { tiles[[Int64($0), $1]] }, leafHash: { leaves[Int($0)] })
  }
}

/// A small generator with a seed, so that a failing case can be had again (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
