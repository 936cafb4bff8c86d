// The edge against the naive tree, and rebuilt from storage at the boundaries of tiles.

import MessageLog
import Testing

@Suite struct TreeEdgeTests {
  @Test func rootsOfAllSmallSizes() {
    var naive = NaiveTree(count: 1100)
    var edge = TreeEdge()
    for size in 0..<1100 {
      #expect(edge.size == Int64(size))
      #expect(edge.root == naive.root(size: size))
      _ = edge.append(naive.leaves[size])
    }
  }

  @Test func rebuiltIsTheSameEdgeAtEverySize() throws {
    var stored = StoredTree()
    for size in 0...1030 {
      #expect(try stored.rebuilt() == stored.edge, "size \(size)")
      stored.append(cheapLeaf(size))
    }
  }

  @Test func rebuiltOverTheSecondLevelsBoundary() throws {
    var stored = StoredTree()
    for size in 0...65_538 {
      if size >= 65_535 {
        let edge = try stored.rebuilt()
        #expect(edge == stored.edge, "size \(size)")
        #expect(edge.root == stored.edge.root)
      }
      stored.append(cheapLeaf(size))
    }
    #expect(stored.tiles[[1, 0]]?.count == Tile.fullByteCount)
    #expect(stored.edge.partialTile(level: 2)?.width == 1)
  }

  @Test func aCopyIsIndependent() {
    var edge = StoredTree(leaves: (0..<300).map(cheapLeaf)).edge
    let before = edge
    let root = before.root
    for number in 300..<600 { _ = edge.append(cheapLeaf(number)) }
    #expect(before.size == 300)
    #expect(before.root == root)
    #expect(edge.root != root)
  }

  @Test func madeFromPartialTiles() {
    let edge = StoredTree(leaves: (0..<70_000).map(cheapLeaf)).edge
    let partials = (0...7).map { edge.partialTile(level: $0)?.hashes ?? [] }
    #expect(TreeEdge(size: edge.size, partialTiles: partials) == edge)
    #expect(TreeEdge(size: edge.size + 1, partialTiles: partials) == nil)
    #expect(TreeEdge(size: -1, partialTiles: []) == nil)
    #expect(TreeEdge(size: 1, partialTiles: []) == nil)
    #expect(TreeEdge(size: 0, partialTiles: []) == TreeEdge())
    var short = partials
    short[0].removeLast()
    #expect(TreeEdge(size: edge.size, partialTiles: short) == nil)
  }

  @Test func rebuildSaysWhatIsMissing() throws {
    var stored = StoredTree(leaves: (0..<600).map(cheapLeaf))
    stored.tiles[[0, 1]] = nil
    #expect(throws: LogFault.missingTile(level: 0, index: 1)) { try stored.rebuilt() }
    stored.tiles[[0, 1]] = [1, 2, 3]
    #expect(throws: LogFault.malformedTile) { try stored.rebuilt() }
    #expect(throws: LogFault.outOfRange) {
      try TreeEdge.rebuild(size: -1, tile: { _, _ in nil }, leafHash: { _ in .emptyRoot })
    }
  }
}
