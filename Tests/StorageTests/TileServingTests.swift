// Tiles and entry bundles as they are served: what an outsider computes from them alone is the
// signed root, and nothing beyond the checkpoint is handed out.

import ExchangeModel
import MessageLog
import Storage
import Testing

@Suite struct TileServingTests {
  @Test func theTilesMakeTheSignedRoot() async throws {
    let test = try await TestStore.make()
    try await test.admitMany((0..<700).map { "m-\($0)" })
    let tree = try await LogKey.publish(test.store)
    let root = try Checkpoint(text: tree.note.text).root
    var edge = TreeEdge()
    var entries: [[UInt8]] = []
    for index in 0...(tree.size / 256) {
      let width = Tile.width(level: 0, index: index, size: tree.size)
      guard width > 0 else { continue }
      let bundle = try await test.store.published(.entries(index: index, width: width), in: tree)
      entries += try EntryBundle.decode(try #require(bundle))
    }
    #expect(entries.count == Int(tree.size))
    for entry in entries { _ = edge.append(.leaf(entry)) }
    #expect(edge.root == root)
    for level in 0...1 {
      for index in Int64(0)...3 {
        let width = Tile.width(level: level, index: index, size: tree.size)
        for asked in [1, width / 2, width, width + 1, 255, 256] where asked > 0 {
          let found = try await test.store.published(
            .tile(level: level, index: index, width: asked), in: tree)
          #expect((found != nil) == (asked <= width), "\(level) \(index) \(asked) of \(width)")
          guard let found, level == 0 else { continue }
          let first = Int(index) * 256
          #expect(found == entries[first..<first + asked].flatMap { MerkleHash.leaf($0).bytes })
        }
      }
    }
    let second = try #require(
      try await test.store.published(.tile(level: 1, index: 0, width: 2), in: tree))
    var first = TreeEdge()
    for entry in entries[..<256] { _ = first.append(.leaf(entry)) }
    #expect(Array(second.prefix(32)) == first.root.bytes)
  }

  @Test func nothingBeyondTheCheckpoint() async throws {
    let test = try await TestStore.make()
    let early = try await LogKey.publish(test.store)
    try await test.admitMany((0..<300).map { "m-\($0)" })
    let width = Int(early.size)
    for (target, isThere) in [
      (TilePath.Target.tile(level: 0, index: 0, width: width), true),
      (.tile(level: 0, index: 0, width: width + 1), false),
      (.tile(level: 0, index: 0, width: 256), false),
      (.tile(level: 1, index: 0, width: 1), false), (.entries(index: 0, width: width), true),
      (.entries(index: 0, width: width + 1), false), (.entries(index: 0, width: 256), false),
      (.entries(index: .max, width: 1), false), (.tile(level: 7, index: .max, width: 1), false),
    ] {
      #expect((try await test.store.published(target, in: early) != nil) == isThere)
    }
    let late = try await LogKey.publish(test.store)
    #expect(try await test.store.published(.entries(index: 0, width: 256), in: late) != nil)
  }

  @Test(arguments: [
    (Int64(0), false, false), (255, false, false), (256, true, false), (65_535, true, false),
    (65_536, true, true), (.max, true, true),
  ])
  func pruning(minimum: Int64, bundle: Bool, second: Bool) {
    #expect(TilePath.Target.entries(index: 0, width: 256).isPruned(below: minimum) == bundle)
    #expect(TilePath.Target.tile(level: 0, index: 0, width: 256).isPruned(below: minimum) == bundle)
    #expect(TilePath.Target.tile(level: 1, index: 0, width: 256).isPruned(below: minimum) == second)
    for width in [1, 255] {
      #expect(!TilePath.Target.entries(index: 0, width: width).isPruned(below: minimum))
    }
    #expect(!TilePath.Target.tile(level: 7, index: .max, width: 256).isPruned(below: minimum))
  }
}
