// The layout of a pool's image. Little-endian throughout; every section has a checksum; the last
// 16 bytes say where the list of sections begins. Never changed without a new magic.
//
//   records     blocks of 16 records: checksum (8 bytes), then for each its length (2) and bytes
//   …sections   each begins at a multiple of 64
//   list        magic, counts, then for each section: number, offset, length, checksum
//   end         offset of the list, its checksum

enum ImageFormat {
  static let magic = Array("GHTRACE2".utf8)
  static let recordsPerBlock = 16
  /// Bytes of a row: surname, forename and middle name in the vocabulary, postcode, and
  /// address (16 bits), sex (2), hidden place (1).
  static let rowWords = 5
  static let rowBytes = rowWords * 4
  static let sexShift: UInt32 = 16
  static let alignment = 64
  /// Keys between two fences of a directory.
  static let fenceStride = 512

  enum Section: UInt32, CaseIterable {
    case rows = 1, days, blocks
    case letters, sounds, canonicals, firstWords, lastWords, heads
    case surnameCounts, forenameCounts, middleCounts, textEnds, texts
    case postcodes, addresses, pairs, placePairs, shares
    case upnKeys, upnFences, idKeys, idFences
    case surnameStarts, surnameLists, forenameStarts, forenameLists, middleStarts, middleLists
    case postcodeKeys, postcodeFences, addressKeys, addressFences
    case surnameKinds, forenameKinds, kinds
  }

}

/// How often values occur, in a table too small to hold them: a collision makes a value seem
/// commoner, never rarer.
struct HashedCounts {
  private(set) var cells: [UInt16]

  /// A table for about this many values.
  init(values: Int) {
    var size = 4096
    while size < values, size < 1 << 23 { size *= 2 }
    cells = [UInt16](repeating: 0, count: size)
  }

  mutating func add(_ hash: UInt32) {
    let index = Int(Self.spread(hash) & UInt32(cells.count - 1))
    if cells[index] < .max { cells[index] += 1 }
  }

  static func spread(_ hash: UInt32) -> UInt32 {
    UInt32(truncatingIfNeeded: ShortHash.mix(UInt64(hash)) >> 7)
  }
}
