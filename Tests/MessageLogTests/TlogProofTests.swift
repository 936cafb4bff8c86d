// The proof file: written, read back, verified by a stranger, and altered in every bit.

import MessageLog
import Testing

@Suite struct TlogProofTests {
  private let entries = (0..<300).map { Array("entry \($0)".utf8) }

  @Test func isProvedByKeyAndEntryAlone() throws {
    let (stored, signer, note) = try log()
    var reader = stored.reader
    for index in [0, 1, 255, 256, 299] {
      let hashes = try reader.inclusionProof(index: Int64(index), size: 300)
      let proof = TlogProof(index: Int64(index), hashes: hashes, checkpoint: note)
      let read = try TlogProof(proof.text)
      #expect(read == proof)
      let opened = try read.verify(entry: entries[index], log: signer.key)
      #expect(opened.checkpoint.size == 300)
      #expect(opened.checkpoint.root == stored.edge.root)
      #expect(throws: LogFault.rootMismatch) {
        try read.verify(entry: entries[index] + [0], log: signer.key)
      }
    }
  }

  @Test func everyFlippedBitIsRefused() throws {
    let (stored, signer, note) = try log()
    var reader = stored.reader
    let hashes = try reader.inclusionProof(index: 298, size: 300)
    let text = TlogProof(index: 298, hashes: hashes, checkpoint: note).text
    for altered in flippedBits(of: text) {
      #expect(throws: LogFault.self) {
        try TlogProof(altered).verify(entry: entries[298], log: signer.key)
      }
    }
    for altered in flippedBits(of: entries[298]) {
      #expect(throws: LogFault.rootMismatch) {
        try TlogProof(text).verify(entry: altered, log: signer.key)
      }
    }
    for length in text.indices {
      #expect(throws: LogFault.self) {
        try TlogProof(Array(text.prefix(length))).verify(entry: entries[298], log: signer.key)
      }
    }
  }

  @Test func theTextIsTheSpecifications() throws {
    let signer = try NoteSigner(name: name("a.example"), kind: .ed25519, seed: seed(7))
    let (one, two) = (MerkleHash.leaf("one".utf8), MerkleHash.leaf("two".utf8))
    let root = MerkleHash.node(one, two)
    let note = try Checkpoint(origin: signer.key.name, size: 2, root: root).signed(by: signer)
    let proof = TlogProof(index: 0, hashes: [two], checkpoint: note, extra: Array("hi".utf8))
    let expected =
      "c2sp.org/tlog-proof@v1\nextra aGk=\nindex 0\n\(two.base64)\n\n"
      + String(decoding: note.bytes, as: UTF8.self)
    #expect(String(decoding: proof.text, as: UTF8.self) == expected)
    #expect(try TlogProof(proof.text).extra == Array("hi".utf8))
    #expect(
      try TlogProof(proof.text).verify(entry: Array("one".utf8), log: signer.key)
        .checkpoint.size == 2)
  }

  @Test func aTreeOfOneLeafHasAnEmptyProof() throws {
    let signer = try NoteSigner(name: name("a.example"), kind: .ed25519, seed: seed(7))
    let leaf = MerkleHash.leaf("one".utf8)
    let note = try Checkpoint(origin: signer.key.name, size: 1, root: leaf).signed(by: signer)
    let text = TlogProof(index: 0, hashes: [], checkpoint: note).text
    _ = try TlogProof(text).verify(entry: Array("one".utf8), log: signer.key)
  }

  @Test(arguments: [
    "", "c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v1\n\n",
    "c2sp.org/tlog-proof@v2\nindex 0\n\nx",
    "c2sp.org/tlog-proof@v1\nindex 00\n\nx", "c2sp.org/tlog-proof@v1\nindex -1\n\nx",
    "c2sp.org/tlog-proof@v1\nindex\n\nx", "c2sp.org/tlog-proof@v1\nextra \nindex 0\n\nx",
    "c2sp.org/tlog-proof@v1\nextra aGk\nindex 0\n\nx",
    "c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\nx",
    "c2sp.org/tlog-proof@v1\nindex 0\nextra aGk=\n\nx", " c2sp.org/tlog-proof@v1\nindex 0\n\nx",
  ])
  func malformed(text: String) {
    #expect(throws: LogFault.malformedProof) { try TlogProof(Array(text.utf8)) }
  }

  @Test func tooManyHashesAreRefused() {
    let hash = MerkleHash.emptyRoot.base64 + "\n"
    let head = "c2sp.org/tlog-proof@v1\nindex 0\n"
    let most = head + String(repeating: hash, count: 63) + "\nx"
    #expect(throws: Never.self) { try TlogProof(Array(most.utf8)) }
    let over = head + String(repeating: hash, count: 64) + "\nx"
    #expect(throws: LogFault.malformedProof) { try TlogProof(Array(over.utf8)) }
  }

  private func log() throws -> (stored: StoredTree, signer: NoteSigner, note: SignedNote) {
    let signer = try NoteSigner(name: name("gatehouse.example/log"), kind: .ed25519, seed: seed(7))
    let stored = StoredTree(leaves: entries.map { MerkleHash.leaf($0) })
    let checkpoint = Checkpoint(origin: signer.key.name, size: 300, root: stored.edge.root)
    return (stored, signer, try checkpoint.signed(by: signer))
  }
}
