// Entry bundles: the log's leaf entries as they are served, up to 256 in one (C2SP tlog-tiles).
// Never hashes them: a bundle carries what the leaves' hashes were made of.

/// Reads and writes bundles.
package enum EntryBundle {
  /// Bytes of the longest entry: its length is a 16-bit number.
  package static let maximumEntryBytes = 65_535

  /// Each entry after its length as a big-endian 16-bit number.
  package static func encode(_ entries: some Collection<[UInt8]>) throws(LogFault) -> [UInt8] {
    var bundle: [UInt8] = []
    bundle.reserveCapacity(entries.reduce(0) { $0 + 2 + $1.count })
    for entry in entries {
      guard let length = UInt16(exactly: entry.count) else { throw .entryTooLong }
      bundle.append(UInt8(length >> 8))
      bundle.append(UInt8(length & 0xFF))
      bundle.append(contentsOf: entry)
    }
    return bundle
  }

  /// The entries of a bundle; refused when it ends early or holds more than 256.
  package static func decode(_ bundle: [UInt8]) throws(LogFault) -> [[UInt8]] {
    var entries: [[UInt8]] = []
    var rest = bundle[...]
    while let high = rest.popFirst() {
      guard let low = rest.popFirst(), entries.count < Tile.fullWidth else { throw .malformedTile }
      let length = Int(high) << 8 | Int(low)
      guard rest.count >= length else { throw .malformedTile }
      entries.append(Array(rest.prefix(length)))
      rest.removeFirst(length)
    }
    return entries
  }
}
