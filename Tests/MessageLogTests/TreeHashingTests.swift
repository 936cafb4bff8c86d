// The hashes of leaf, node and empty tree against published vectors (RFC 6962).

import MessageLog
import Testing

@Suite struct TreeHashingTests {
  @Test func emptyRoot() {
    #expect(
      MerkleHash.emptyRoot.hex
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(TreeEdge().root == .emptyRoot)
  }

  @Test(arguments: [
    ("", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
    ("L123456", "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"),
  ])
  func leaf(entry: String, hash: String) {
    #expect(MerkleHash.leaf(entry.utf8).hex == hash)
    #expect(MerkleHash.leaf(Array(entry.utf8)).hex == hash)
  }

  @Test func node() throws {
    // The vector's parts are not hashes, so it is the definition that it pins.
    let naive = NaiveTree.sha256([0x01] + Array("N123N456".utf8))
    #expect(naive.hex == "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb")
    let (left, right) = (cheapLeaf(1), cheapLeaf(2))
    #expect(
      MerkleHash.node(left, right) == NaiveTree.sha256([0x01] + left.bytes + right.bytes))
    #expect(MerkleHash.node(left, right) != MerkleHash.node(right, left))
  }

  @Test func rootsOfTheEightVectorLeaves() {
    let entries: [[UInt8]] = [
      [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], Array(0x40...0x43), Array(0x50...0x57),
      Array(0x60...0x6F),
    ]
    var naive = NaiveTree(leaves: entries.map(NaiveTree.leafHash))
    var edge = TreeEdge()
    for (index, entry) in entries.enumerated() {
      #expect(edge.append(.leaf(entry)).isEmpty)
      #expect(edge.root == naive.root(size: index + 1))
    }
    #expect(
      edge.root.hex == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")
  }

  @Test func hashIsReadInOneFormOnly() throws {
    let hash = MerkleHash.leaf("one".utf8)
    #expect(MerkleHash(hex: hash.hex) == hash)
    #expect(MerkleHash(base64: hash.base64) == hash)
    #expect(MerkleHash(hex: hash.hex.uppercased()) == nil)
    #expect(MerkleHash(hex: String(hash.hex.dropLast(2))) == nil)
    #expect(MerkleHash(base64: String(hash.base64.dropLast())) == nil)
    #expect(MerkleHash(Array(repeating: UInt8(0), count: 31)) == nil)
    // The last character before the padding has two spare bits; only zeros are read.
    let spare = String(hash.base64.dropLast(2))
    let readings = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
      .filter { MerkleHash(base64: spare + String($0) + "=") != nil }
    #expect(readings.count == 16)
  }
}
