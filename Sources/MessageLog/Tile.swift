// The tiles in which the log is stored and served, and their paths (C2SP tlog-tiles).
// Never reads or writes a file: a path is a text here.

/// Up to 256 hashes of one level of the tree. Hash i of tile n at level l is the root of the
/// leaves from `(n*256+i) * 256^l` up to the next such.
package struct Tile: Hashable, Sendable {
  /// Hashes of a full tile.
  package static let fullWidth = 256
  /// Bytes of a full tile.
  package static let fullByteCount = fullWidth * MerkleHash.byteCount
  /// The highest level a tree of a 63-bit size can need.
  package static let maximumLevel = 7

  package let level: Int
  package let index: Int64
  /// The hashes one after the other, 32 bytes each.
  package let hashes: [UInt8]

  /// Nil when the level, the index or the number of bytes is not a tile's.
  package init?(level: Int, index: Int64, hashes: [UInt8]) {
    guard (0...Self.maximumLevel).contains(level), index >= 0, !hashes.isEmpty,
      hashes.count.isMultiple(of: MerkleHash.byteCount), hashes.count <= Self.fullByteCount
    else { return nil }
    self.level = level
    self.index = index
    self.hashes = hashes
  }

  // For tiles that the edge has just filled.
  init(filledAt level: Int, index: Int64, hashes: [UInt8]) {
    self.level = level
    self.index = index
    self.hashes = hashes
  }

  /// How many hashes it has, 1 to 256.
  package var width: Int { hashes.count / MerkleHash.byteCount }

  /// The path below the log's prefix.
  package var path: String { TilePath.tile(level: level, index: index, width: width) }

  /// How many hashes the tile has in a tree of this size: 256 when full, 0 when there is none.
  package static func width(level: Int, index: Int64, size: Int64) -> Int {
    guard (0...maximumLevel).contains(level), index >= 0, size >= 0 else { return 0 }
    let hashes = size >> (8 * Int64(level))
    let (first, overflow) = index.multipliedReportingOverflow(by: Int64(fullWidth))
    guard !overflow, hashes > first else { return 0 }
    return Int(min(hashes - first, Int64(fullWidth)))
  }
}

/// Paths of tiles and entry bundles, below the log's prefix (C2SP tlog-tiles).
package enum TilePath {
  /// What a path names.
  package enum Target: Hashable, Sendable {
    case tile(level: Int, index: Int64, width: Int)
    case entries(index: Int64, width: Int)

    /// True for a full tile or bundle whose leaves all stand before the minimum index: a pruned
    /// log may refuse it, and no other (C2SP tlog-tiles, Pruning).
    package func isPruned(below minimumIndex: Int64) -> Bool {
      let (level, index, width) =
        switch self {
        case .tile(let level, let index, let width): (level, index, width)
        case .entries(let index, let width): (0, index, width)
        }
      guard width == Tile.fullWidth, index < Int64.max else { return false }
      let leaves = Int64(1) << Int64(8 * (level + 1))
      let (end, overflow) = (index + 1).multipliedReportingOverflow(by: leaves)
      return !overflow && end <= minimumIndex
    }
  }

  /// `tile/<L>/<N>`, with `.p/<W>` for fewer than 256 hashes.
  package static func tile(level: Int, index: Int64, width: Int = Tile.fullWidth) -> String {
    "tile/\(level)/" + number(index) + suffix(width)
  }

  /// `tile/entries/<N>`, with `.p/<W>` for fewer than 256 entries.
  package static func entries(index: Int64, width: Int = Tile.fullWidth) -> String {
    "tile/entries/" + number(index) + suffix(width)
  }

  /// Reads a path such as `tile/0/x001/x234/067.p/12`. Nil when it is not exactly the path that
  /// the functions above write.
  package static func parse(_ path: String) -> Target? {
    guard path.utf8.count <= 64 else { return nil }
    var parts = path.utf8.split(separator: 0x2F, omittingEmptySubsequences: false)[...]
    guard let head = parts.popFirst(), head.elementsEqual("tile".utf8),
      let kind = parts.popFirst()
    else { return nil }
    var width = Tile.fullWidth
    if parts.count >= 2, let last = parts.last,
      parts[parts.endIndex - 2].suffix(2).elementsEqual(".p".utf8)
    {
      guard let partial = Decimal.decode(last), (1...255).contains(partial) else { return nil }
      width = Int(partial)
      parts.removeLast()
      let name = parts.removeLast()
      parts.append(name.dropLast(2))
    }
    guard let index = index(parts) else { return nil }
    if kind.elementsEqual("entries".utf8) { return .entries(index: index, width: width) }
    guard let level = Decimal.decode(kind), level <= Tile.maximumLevel else { return nil }
    return .tile(level: Int(level), index: index, width: width)
  }

  /// A number in groups of three digits, all but the last marked: 1234067 is `x001/x234/067`.
  package static func number(_ index: Int64) -> String {
    var text = group(index % 1000)
    var rest = index / 1000
    while rest > 0 {
      text = "x" + group(rest % 1000) + "/" + text
      rest /= 1000
    }
    return text
  }

  private static func group(_ number: Int64) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 3 - digits.utf8.count)) + digits
  }

  private static func suffix(_ width: Int) -> String {
    width == Tile.fullWidth ? "" : ".p/\(width)"
  }

  private static func index(_ groups: ArraySlice<Substring.UTF8View>) -> Int64? {
    guard !groups.isEmpty, groups.count <= 6 else { return nil }
    var index: Int64 = 0
    for (place, group) in groups.enumerated() {
      var digits = group
      if place < groups.count - 1 {
        guard digits.popFirst() == 0x78 else { return nil }
      }
      guard digits.count == 3, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
        return nil
      }
      for digit in digits { index = index * 10 + Int64(digit - 0x30) }
    }
    // Only the shortest form is the tile's path: no leading group of zeros.
    return groups.count > 1 && index < pow1000(groups.count - 1) ? nil : index
  }

  private static func pow1000(_ exponent: Int) -> Int64 {
    (0..<exponent).reduce(Int64(1)) { power, _ in power * 1000 }
  }
}
