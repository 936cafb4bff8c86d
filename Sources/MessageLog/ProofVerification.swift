// Checking proofs (RFC 9162, 2.1.3.2 and 2.1.4.2). Never reads the log: a stranger with the
// hashes alone can run this.

/// Verifies proofs; silence is success.
package enum ProofVerification {
  /// That a leaf with this hash stands at `index` in the tree of this size and root.
  package static func inclusion(
    of leaf: MerkleHash, at index: Int64, size: Int64, proof: [MerkleHash], root: MerkleHash
  ) throws(LogFault) {
    guard index >= 0, index < size else { throw .outOfRange }
    var (node, last) = (index, size - 1)
    var hash = leaf
    for sibling in proof {
      guard last > 0 else { throw .wrongProofLength }
      if node & 1 == 1 || node == last {
        hash = .node(sibling, hash)
        // A node at the right edge without a sibling is its parent.
        while node & 1 == 0, node != 0 { (node, last) = (node >> 1, last >> 1) }
      } else {
        hash = .node(hash, sibling)
      }
      (node, last) = (node >> 1, last >> 1)
    }
    guard last == 0 else { throw .wrongProofLength }
    guard hash == root else { throw .rootMismatch }
  }

  /// That the tree of the new size and root begins with the tree of the old size and root.
  /// An old size of 0 is refused: it would prove nothing.
  package static func consistency(
    from oldSize: Int64, root oldRoot: MerkleHash, to newSize: Int64, root newRoot: MerkleHash,
    proof: [MerkleHash]
  ) throws(LogFault) {
    guard oldSize > 0, oldSize <= newSize else { throw .outOfRange }
    if oldSize == newSize {
      guard proof.isEmpty else { throw .wrongProofLength }
      guard oldRoot == newRoot else { throw .rootMismatch }
      return
    }
    guard let first = proof.first else { throw .wrongProofLength }
    let isPerfect = oldSize & (oldSize - 1) == 0
    var (node, last) = (oldSize - 1, newSize - 1)
    while node & 1 == 1 { (node, last) = (node >> 1, last >> 1) }
    var old = isPerfect ? oldRoot : first
    var new = old
    for hash in isPerfect ? proof[...] : proof.dropFirst() {
      guard last > 0 else { throw .wrongProofLength }
      if node & 1 == 1 || node == last {
        old = .node(hash, old)
        new = .node(hash, new)
        while node & 1 == 0, node != 0 { (node, last) = (node >> 1, last >> 1) }
      } else {
        new = .node(new, hash)
      }
      (node, last) = (node >> 1, last >> 1)
    }
    guard last == 0 else { throw .wrongProofLength }
    guard old == oldRoot, new == newRoot else { throw .rootMismatch }
  }
}
