// Inclusion and consistency proofs: made as the naive tree makes them, accepted, and refused once
// anything is altered.

import MessageLog
import Testing

@Suite struct ProofTests {
  @Test func everyInclusionProofUpTo130() throws {
    let stored = StoredTree(leaves: (0..<300).map(cheapLeaf))
    var naive = NaiveTree(leaves: stored.leaves)
    var reader = stored.reader
    for size in 1...130 {
      let root = naive.root(size: size)
      #expect(try reader.root(size: Int64(size)) == root)
      for index in 0..<size {
        let proof = try reader.inclusionProof(index: Int64(index), size: Int64(size))
        #expect(proof == naive.path(index, 0..<size))
        try ProofVerification.inclusion(
          of: naive.leaves[index], at: Int64(index), size: Int64(size), proof: proof, root: root)
      }
    }
  }

  @Test func everyConsistencyProofUpTo130() throws {
    let stored = StoredTree(leaves: (0..<300).map(cheapLeaf))
    var naive = NaiveTree(leaves: stored.leaves)
    var reader = stored.reader
    for new in 1...130 {
      for old in 1...new {
        let proof = try reader.consistencyProof(from: Int64(old), to: Int64(new))
        #expect(proof == naive.consistency(old, new))
        try ProofVerification.consistency(
          from: Int64(old), root: naive.root(size: old), to: Int64(new),
          root: naive.root(size: new), proof: proof)
      }
    }
  }

  @Test func randomSizesUpTo100000() throws {
    let stored = StoredTree(leaves: (0..<100_000).map(cheapLeaf))
    var naive = NaiveTree(leaves: stored.leaves)
    var generator = SeededGenerator(seed: 6962)
    for _ in 0..<150 {
      // A new reader each time, as one request has.
      var reader = stored.reader
      let size = Int.random(in: 1...100_000, using: &generator)
      let index = Int.random(in: 0..<size, using: &generator)
      let root = naive.root(size: size)
      let proof = try reader.inclusionProof(index: Int64(index), size: Int64(size))
      #expect(proof == naive.path(index, 0..<size))
      try ProofVerification.inclusion(
        of: naive.leaves[index], at: Int64(index), size: Int64(size), proof: proof, root: root)
      let old = index + 1
      let growth = try reader.consistencyProof(from: Int64(old), to: Int64(size))
      #expect(growth == naive.consistency(old, size))
      try ProofVerification.consistency(
        from: Int64(old), root: naive.root(size: old), to: Int64(size), root: root, proof: growth)
    }
  }

  @Test func everyFlippedBitOfAnInclusionProofIsRefused() throws {
    let stored = StoredTree(leaves: (0..<23).map(cheapLeaf))
    var reader = stored.reader
    for index in [Int64(0), 9, 16, 20, 22] {
      let proof = try reader.inclusionProof(index: index, size: 23)
      let leaf = stored.leaves[Int(index)]
      let root = stored.edge.root
      for (altered, _) in flips(of: proof) {
        #expect(throws: LogFault.rootMismatch) {
          try ProofVerification.inclusion(
            of: leaf, at: index, size: 23, proof: altered, root: root)
        }
      }
      for (altered, _) in flips(of: [leaf]) {
        #expect(throws: LogFault.self) {
          try ProofVerification.inclusion(
            of: altered[0], at: index, size: 23, proof: proof, root: root)
        }
      }
      for other in Int64(-1)...40 where other != index {
        #expect(throws: LogFault.self) {
          try ProofVerification.inclusion(
            of: leaf, at: other, size: 23, proof: proof, root: root)
        }
      }
      let (short, late) = (Array(proof.dropLast()), Array(proof.dropFirst()))
      for altered in [short, late, proof + [leaf], [leaf] + proof] {
        #expect(throws: LogFault.self) {
          try ProofVerification.inclusion(
            of: leaf, at: index, size: 23, proof: altered, root: root)
        }
      }
    }
  }

  @Test(arguments: [(1, 23), (8, 23), (15, 23), (16, 17), (22, 23), (6, 8)])
  func everyFlippedBitOfAConsistencyProofIsRefused(old: Int64, new: Int64) throws {
    let stored = StoredTree(leaves: (0..<23).map(cheapLeaf))
    var reader = stored.reader
    let proof = try reader.consistencyProof(from: old, to: new)
    let (oldRoot, newRoot) = (try reader.root(size: old), try reader.root(size: new))
    func refuses(_ proof: [MerkleHash], _ oldRoot: MerkleHash, _ newRoot: MerkleHash) {
      #expect(throws: LogFault.self) {
        try ProofVerification.consistency(
          from: old, root: oldRoot, to: new, root: newRoot, proof: proof)
      }
    }
    for (altered, _) in flips(of: proof) { refuses(altered, oldRoot, newRoot) }
    for (altered, _) in flips(of: [oldRoot, newRoot]) { refuses(proof, altered[0], altered[1]) }
    refuses(proof.dropLast(), oldRoot, newRoot)
    refuses(proof + [oldRoot], oldRoot, newRoot)
    refuses([], oldRoot, newRoot)
  }

  @Test func edgeCasesOfConsistency() throws {
    let (one, two) = (cheapLeaf(1), cheapLeaf(2))
    try ProofVerification.consistency(from: 5, root: one, to: 5, root: one, proof: [])
    #expect(throws: LogFault.rootMismatch) {
      try ProofVerification.consistency(from: 5, root: one, to: 5, root: two, proof: [])
    }
    #expect(throws: LogFault.wrongProofLength) {
      try ProofVerification.consistency(from: 5, root: one, to: 5, root: one, proof: [two])
    }
    // Nothing is proved by an empty old tree, even beside another empty one.
    for size in [Int64(0), 1, 5] {
      #expect(throws: LogFault.outOfRange) {
        try ProofVerification.consistency(
          from: 0, root: .emptyRoot, to: size, root: .emptyRoot, proof: [])
      }
    }
    #expect(throws: LogFault.outOfRange) {
      try ProofVerification.consistency(from: 6, root: one, to: 5, root: one, proof: [])
    }
    #expect(throws: LogFault.outOfRange) {
      try ProofVerification.consistency(from: -1, root: one, to: 5, root: one, proof: [])
    }
  }

  @Test func sizesAtTheEndOfTheNumbersDoNotTrap() {
    let hash = cheapLeaf(1)
    #expect(throws: LogFault.self) {
      try ProofVerification.inclusion(
        of: hash, at: .max - 1, size: .max, proof: Array(repeating: hash, count: 62), root: hash)
    }
    #expect(throws: LogFault.self) {
      try ProofVerification.consistency(
        from: .max - 1, root: hash, to: .max, root: hash,
        proof: Array(repeating: hash, count: 63))
    }
  }

  @Test func proofsOutsideOfTheTreeAreRefused() throws {
    var reader = StoredTree(leaves: (0..<300).map(cheapLeaf)).reader
    for (index, size) in [(Int64(0), Int64(0)), (0, 301), (300, 300), (-1, 300)] {
      #expect(throws: LogFault.outOfRange) {
        try reader.inclusionProof(index: index, size: size)
      }
    }
    for (old, new) in [(Int64(0), Int64(300)), (2, 1), (1, 301), (-1, 5)] {
      #expect(throws: LogFault.outOfRange) { try reader.consistencyProof(from: old, to: new) }
    }
    #expect(throws: LogFault.outOfRange) { try reader.root(size: 301) }
    #expect(try reader.root(size: 0) == .emptyRoot)
  }

  @Test func aMissingOrShortTileIsSaid() {
    let edge = StoredTree(leaves: (0..<300).map(cheapLeaf)).edge
    var without = TreeReader(edge: edge) { _, _ in nil }
    #expect(throws: LogFault.missingTile(level: 0, index: 0)) {
      try without.inclusionProof(index: 3, size: 300)
    }
    var short = TreeReader(edge: edge) { _, _ in [1, 2, 3] }
    #expect(throws: LogFault.malformedTile) { try short.inclusionProof(index: 3, size: 300) }
  }

  /// Every list of hashes that differs from this one in a single bit.
  private func flips(of hashes: [MerkleHash]) -> [(hashes: [MerkleHash], bit: Int)] {
    (0..<hashes.count * 256).map { bit in
      var altered = hashes
      var bytes = altered[bit / 256].bytes
      bytes[bit % 256 / 8] ^= 1 << (bit % 8)
      altered[bit / 256] = MerkleHash(bytes) ?? .emptyRoot
      return (altered, bit)
    }
  }
}
