// Recomputing a whole log from its tiles and bundles, as anybody can who has them and the key.
// Never trusts a tile: each is compared with what the entries before it make.

/// One pass over a log's files, a bundle at a time.
package struct TileWalk: Sendable {
  /// What is wrong, and where; nothing of an entry is repeated.
  package struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String

    package init(description: String) { self.description = description }
  }

  /// Reads the bytes of a tile or bundle; nil when it is not there.
  package typealias Reader = (TilePath.Target) throws -> [UInt8]?

  package let checkpoint: Checkpoint
  /// The tree of the entries read so far.
  package private(set) var edge: TreeEdge

  /// Begins, or goes on from the edge of an earlier pass.
  package init(_ checkpoint: Checkpoint, from edge: TreeEdge = TreeEdge()) {
    self.checkpoint = checkpoint
    self.edge = edge
  }

  package var isDone: Bool { edge.size >= checkpoint.size }

  /// Reads the next bundle and compares the tiles that its entries fill. Throws `Fault`.
  package mutating func advance(_ read: Reader) throws {
    let index = edge.size >> 8
    let width = Tile.width(level: 0, index: index, size: checkpoint.size)
    let target = TilePath.Target.entries(index: index, width: width)
    guard let bundle = try read(target) else { throw missing(target) }
    guard let entries = try? EntryBundle.decode(bundle), entries.count == width else {
      throw Fault(description: "\(target.path): it does not hold \(width) entries")
    }
    let hashes = try self.hashes(of: .tile(level: 0, index: index, width: width), read)
    for (place, entry) in entries.enumerated() where index << 8 + Int64(place) >= edge.size {
      let leaf = MerkleHash.leaf(entry)
      guard Tile.hash(hashes, at: place) == leaf else {
        throw Fault(description: "leaf \(edge.size): its entry is not the one hashed in its tile")
      }
      for tile in edge.append(leaf) where tile.level > 0 { try compare(tile, read) }
    }
  }

  /// What remains once every bundle is read: the tiles at the edge, and the root. Throws `Fault`.
  package func finish(_ read: Reader) throws {
    for level in 1...Tile.maximumLevel {
      if let tile = edge.partialTile(level: level) { try compare(tile, read) }
    }
    guard edge.size == checkpoint.size, edge.root == checkpoint.root else {
      throw Fault(
        description: "the \(edge.size) leaves do not make the root that the checkpoint signs")
    }
  }

  private func compare(_ tile: Tile, _ read: Reader) throws {
    let target = TilePath.Target.tile(level: tile.level, index: tile.index, width: tile.width)
    guard try hashes(of: target, read) == tile.hashes else {
      throw Fault(description: "\(target.path): it is not what the leaves before it make")
    }
  }

  private func hashes(of target: TilePath.Target, _ read: Reader) throws -> [UInt8] {
    guard let bytes = try read(target) else { throw missing(target) }
    guard bytes.count == target.width * MerkleHash.byteCount else {
      throw Fault(description: "\(target.path): it does not hold \(target.width) hashes")
    }
    return bytes
  }

  private func missing(_ target: TilePath.Target) -> Fault {
    Fault(description: "\(target.path): missing")
  }
}

extension TilePath.Target {
  /// The path below the log's prefix.
  package var path: String {
    switch self {
    case .tile(let level, let index, let width):
      TilePath.tile(level: level, index: index, width: width)
    case .entries(let index, let width): TilePath.entries(index: index, width: width)
    }
  }

  /// Hashes or entries: 256 when full.
  package var width: Int {
    switch self {
    case .tile(_, _, let width), .entries(_, let width): width
    }
  }

  /// Every tile and bundle of a tree of this size, the bundles first.
  package static func all(size: Int64) -> [TilePath.Target] {
    var targets: [TilePath.Target] = []
    for level in -1...Tile.maximumLevel {
      let count = size >> Int64(8 * max(level, 0))
      var index: Int64 = 0
      while index << 8 < count {
        let width = Int(min(count - index << 8, 256))
        targets.append(
          level < 0
            ? .entries(index: index, width: width)
            : .tile(level: level, index: index, width: width))
        index += 1
      }
    }
    return targets
  }
}
