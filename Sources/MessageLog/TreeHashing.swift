// The three hashes of a Merkle tree: leaf, node and empty root (RFC 6962, section 2.1; the same
// in RFC 9162). Never hashes anything without its prefix byte, which keeps leaf and node apart.

internal import Crypto

extension MerkleHash {
  /// The root of a tree without leaves: SHA-256 of nothing.
  package static let emptyRoot = MerkleHash(SHA256())

  /// `SHA-256(0x00 || entry)`: the hash of one leaf.
  package static func leaf(_ entry: some Sequence<UInt8>) -> MerkleHash {
    let found = entry.withContiguousStorageIfAvailable { leaf(UnsafeRawBufferPointer($0)) }
    return found ?? Array(entry).withUnsafeBytes { leaf($0) }
  }

  /// `SHA-256(0x01 || left || right)`: the hash of two subtrees.
  package static func node(_ left: MerkleHash, _ right: MerkleHash) -> MerkleHash {
    left.withUnsafeBytes { left in right.withUnsafeBytes { right in node(left, right) } }
  }

  /// `SHA-256(first || second)`, without a prefix: for what is not a node of the tree.
  static func plain(_ first: [UInt8], _ second: [UInt8] = []) -> MerkleHash {
    var hasher = SHA256()
    first.withUnsafeBytes { hasher.update(bufferPointer: $0) }
    second.withUnsafeBytes { hasher.update(bufferPointer: $0) }
    return MerkleHash(hasher)
  }

  private static func leaf(_ entry: UnsafeRawBufferPointer) -> MerkleHash {
    var hasher = SHA256()
    Swift.withUnsafeBytes(of: UInt8(0x00)) { hasher.update(bufferPointer: $0) }
    hasher.update(bufferPointer: entry)
    return MerkleHash(hasher)
  }

  private static func node(
    _ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer
  ) -> MerkleHash {
    // One buffer on the stack and one update: the hash function's own call is what costs.
    withUnsafeTemporaryAllocation(byteCount: 1 + 2 * byteCount, alignment: 1) { buffer in
      buffer[0] = 0x01
      UnsafeMutableRawBufferPointer(rebasing: buffer[1..<33]).copyMemory(from: left)
      UnsafeMutableRawBufferPointer(rebasing: buffer[33..<65]).copyMemory(from: right)
      var hasher = SHA256()
      hasher.update(bufferPointer: UnsafeRawBufferPointer(buffer))
      return MerkleHash(hasher)
    }
  }

  private init(_ hasher: SHA256) {
    guard let hash = hasher.finalize().withUnsafeBytes({ MerkleHash($0) }) else {
      preconditionFailure("SHA-256 gives 32 bytes")
    }
    self = hash
  }
}
