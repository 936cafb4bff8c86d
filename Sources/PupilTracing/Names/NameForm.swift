// One name as it is compared: folded letters, titles dropped, words parted by hyphens.
// Never shown to a person: the caller keeps the name as it was written.

/// A folded surname, forename or middle name. Empty when nothing is left.
package struct NameForm: Sendable, Equatable, Hashable {
  /// Bytes of a folded name that count; longer ones are cut.
  static let byteLimit = 48
  /// `smith-jones`: words parted by hyphens.
  package let bytes: [UInt8]

  package var isEmpty: Bool { bytes.isEmpty }
  package var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Titles that stand before or after a name and are none.
  private static let titles: Set<[UInt8]> = Set(
    [
      "mr", "mrs", "ms", "miss", "mstr", "master", "dr", "prof", "rev", "sir", "mx", "jr", "snr",
      "sri", "shri", "smt", "hajji", "syeda-bibi",
    ].map { Array($0.utf8) })

  package init(_ text: String) {
    let folded = LetterFolding.fold(text, limit: Self.byteLimit)
    guard folded.contains(UInt8(ascii: "-")) else {
      bytes = folded
      return
    }
    let words = folded.split(separator: UInt8(ascii: "-"))
    let kept = words.filter { !Self.titles.contains(Array($0)) }
    bytes =
      kept.isEmpty || kept.count == words.count
      ? folded : Array(kept.joined(separator: [UInt8(ascii: "-")]))
  }

  init(folded bytes: [UInt8]) { self.bytes = bytes }

  /// The words without what parts them.
  var joined: [UInt8] { bytes.filter { $0 != UInt8(ascii: "-") } }

  var words: [ArraySlice<UInt8>] { bytes.split(separator: UInt8(ascii: "-")) }
}

/// A 32-bit digest for tables in memory (FNV-1a, mixed): never 0 but for nothing, never a secret.
enum ShortHash {
  @inline(__always)
  static func of(_ bytes: some Sequence<UInt8>, seed: UInt32 = 0) -> UInt32 {
    let hash = long(bytes, seed: UInt64(seed))
    return max(1, UInt32(truncatingIfNeeded: hash ^ (hash >> 32)))
  }

  @inline(__always)
  static func long(_ bytes: some Sequence<UInt8>, seed: UInt64 = 0) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ (seed &* 0x9E37_79B9_7F4A_7C15)
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    return mix(hash)
  }

  @inline(__always)
  static func mix(_ value: UInt64) -> UInt64 {
    var hash = value
    hash ^= hash >> 33
    hash &*= 0xff51_afd7_ed55_8ccd
    hash ^= hash >> 33
    hash &*= 0xc4ce_b9fe_1a85_ec53
    return hash ^ (hash >> 33)
  }
}
