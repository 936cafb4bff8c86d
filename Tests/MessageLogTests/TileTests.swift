// Tile geometry, paths and entry bundles (C2SP tlog-tiles).

import MessageLog
import Testing

@Suite struct TileTests {
  @Test(arguments: [
    (0, 0, 256, "tile/0/000"), (0, 0, 255, "tile/0/000.p/255"), (1, 0, 256, "tile/1/000"),
    (15, 455_667, 256, "tile/15/x455/667"),
    (15, 123_456_789, 41, "tile/15/x123/x456/789.p/41"),
    (0, 1_234_067, 256, "tile/0/x001/x234/067"), (0, 1000, 256, "tile/0/x001/000"),
  ])
  func tilePath(level: Int, index: Int64, width: Int, path: String) {
    #expect(TilePath.tile(level: level, index: index, width: width) == path)
    let expected: TilePath.Target? =
      level > 7 ? nil : .tile(level: level, index: index, width: width)
    #expect(TilePath.parse(path) == expected)
  }

  @Test(arguments: [
    (0, 256, "tile/entries/000"), (0, 8, "tile/entries/000.p/8"), (255, 256, "tile/entries/255"),
    (255, 253, "tile/entries/255.p/253"), (123_456_789, 256, "tile/entries/x123/x456/789"),
  ])
  func entriesPath(index: Int64, width: Int, path: String) {
    #expect(TilePath.entries(index: index, width: width) == path)
    #expect(TilePath.parse(path) == .entries(index: index, width: width))
  }

  @Test(arguments: [
    "", "tile", "tile/0", "tile/0/", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/0/x000/001",
    "tile/0/001/002", "tile/0/x001", "tile/0/X001/002", "tile/8/000", "tile/00/000",
    "tile/-1/000", "tile/+1/000", "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0",
    "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/-1", "tile/0/.p/1", "tile/entry/000",
    "/tile/0/000", "tile/0/000/", "tile/0/..", "tile/0/x001/../000", "tile/0/000.p/1/2",
    "tile/entries/000.q/1", "tile/0/x999/x999/x999/x999/x999/x999/999", "tile/0/٠٠٠",
  ])
  func pathRefused(path: String) { #expect(TilePath.parse(path) == nil) }

  @Test func everyPathReadsBack() {
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<2000 {
      let index = Int64.random(in: 0...(1 << Int64.random(in: 0...54)), using: &generator)
      let width = Int.random(in: 1...256, using: &generator)
      let level = Int.random(in: 0...7, using: &generator)
      let path = TilePath.tile(level: level, index: index, width: width)
      #expect(TilePath.parse(path) == .tile(level: level, index: index, width: width))
    }
  }

  @Test func widthsOfTheExamples() {
    // Size 70,000: 273 full tiles and one of 112, one full and one of 17, one of 1.
    #expect(Tile.width(level: 0, index: 272, size: 70_000) == 256)
    #expect(Tile.width(level: 0, index: 273, size: 70_000) == 112)
    #expect(Tile.width(level: 0, index: 274, size: 70_000) == 0)
    #expect(Tile.width(level: 1, index: 0, size: 70_000) == 256)
    #expect(Tile.width(level: 1, index: 1, size: 70_000) == 17)
    #expect(Tile.width(level: 2, index: 0, size: 70_000) == 1)
    #expect(Tile.width(level: 3, index: 0, size: 70_000) == 0)
    #expect(Tile.width(level: 1, index: 0, size: 256) == 1)
    #expect(Tile.width(level: 7, index: .max, size: .max) == 0)
    #expect(Tile.width(level: -1, index: 0, size: 1) == 0)
  }

  @Test func partialTilesOfSize70000() {
    var edge = TreeEdge()
    var filled: [Tile] = []
    for number in 0..<70_000 { filled += edge.append(cheapLeaf(number)) }
    #expect(filled.filter { $0.level == 0 }.map(\.index) == Array(0..<273))
    #expect(filled.filter { $0.level == 1 }.map(\.path) == ["tile/1/000"])
    #expect(filled.allSatisfy { $0.width == 256 })
    let partials = (0...7).compactMap { edge.partialTile(level: $0)?.path }
    #expect(partials == ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"])
  }

  @Test func bundle() throws {
    let entries = ["one", "", "three"].map { Array($0.utf8) }
    let bundle = try EntryBundle.encode(entries)
    #expect(bundle == [0, 3] + entries[0] + [0, 0] + [0, 5] + entries[2])
    #expect(try EntryBundle.decode(bundle) == entries)
    let longest = Array(repeating: UInt8(1), count: 65_535)
    #expect(try EntryBundle.decode(EntryBundle.encode([longest])) == [longest])
    #expect(throws: LogFault.entryTooLong) { try EntryBundle.encode([longest + [1]]) }
    for length in [1, 4, bundle.count - 1] {
      #expect(throws: LogFault.malformedTile) {
        try EntryBundle.decode(Array(bundle.prefix(length)))
      }
    }
    #expect(throws: LogFault.malformedTile) {
      try EntryBundle.decode(Array(repeating: 0, count: 2 * 257))
    }
  }
}
