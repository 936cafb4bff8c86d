// Weighs rows of an image by look-ups and keeps the best. Exhaustive over the rows it is given:
// no rule leaves a row out.

/// The best rows of a scan so far; more than `keep` are dropped, worst first.
struct BestRows {
  private let keep: Int
  private var found: [(weight: Int32, row: UInt32)] = []
  /// Rows below it are not among the best.
  private(set) var threshold: Int32

  init(keep: Int, atLeast threshold: Int32 = -400) {
    self.keep = keep
    self.threshold = threshold
    found.reserveCapacity(keep * 4 + 1)
  }

  mutating func add(_ weight: Int32, _ row: UInt32) {
    found.append((weight, row))
    if found.count > keep * 4 { cut() }
  }

  /// Brings the threshold up to what was found so far.
  mutating func settle() {
    if found.count >= keep { cut() }
  }

  private mutating func cut() {
    found.sort { $0.weight != $1.weight ? $0.weight > $1.weight : $0.row < $1.row }
    if found.count >= keep {
      found.removeLast(found.count - keep)
      if let last = found.last { threshold = max(threshold, last.weight) }
    }
  }

  /// Takes in the rows of another; a row that both hold stays once.
  mutating func mergeDistinct(_ other: BestRows) {
    let known = Set(found.map(\.row))
    found += other.found.filter { !known.contains($0.row) }
    cut()
  }

  /// Best first.
  mutating func rows() -> [(weight: Int32, row: UInt32)] {
    cut()
    return found
  }
}

struct CoarseScan {
  let image: PupilImage
  let tables: ScanTables

  /// Weighs the rows of the dates from `first` up to `end` of which `isWanted`.
  func scan(
    dates first: Int, _ end: Int, into best: inout BestRows, where isWanted: (Int) -> Bool
  ) {
    for date in first..<end where isWanted(date) {
      scan(
        rows: Int(image.firstRows[date]), Int(image.firstRows[date + 1]), weight(ofDate: date),
        &best)
    }
  }

  /// What a date of the image weighs; the unknown date nothing.
  func weight(ofDate date: Int) -> Int32 {
    date < tables.dates.count && image.dates[date].isKnown ? tables.dates[date] : 0
  }

  private func scan(rows first: Int, _ end: Int, _ date: Int32, _ best: inout BestRows) {
    guard first < end else { return }
    let weights = RowWeights(tables)
    var threshold = best.threshold - date
    var at = image.rows + first * ImageFormat.rowWords
    for row in first..<end {
      let weight = weights.weight(at)
      if weight > threshold {
        best.add(weight + date, UInt32(truncatingIfNeeded: row))
        threshold = best.threshold - date
      }
      at += ImageFormat.rowWords
    }
    // The tables must outlive the pointers that the loop used.
    withExtendedLifetime(tables) {}
  }

  /// The weight of one row, to check the scan against.
  func weight(ofRow row: Int, date: Int32) -> Int32 {
    defer { withExtendedLifetime(tables) {} }
    return date + RowWeights(tables).weight(image.rows + row * ImageFormat.rowWords)
  }
}

/// The tables as plain numbers, which a loop can keep in registers.
private struct RowWeights {
  private let names: UnsafePointer<UInt32>
  private let swapped: Int32
  private let middleUsed: Int32
  private let postcode: UInt32
  private let district: UInt32
  private let postcodeExact: Int32
  private let sameDistrict: Int32
  private let otherPostcode: Int32
  private let address: UInt32
  private let addressExact: Int32
  private let bothExact: Int32
  /// The bit of a row whose sex is the other; 0 when none is told.
  private let otherSex: UInt32
  private let sexDiffers: Int32

  @inline(__always)
  init(_ tables: ScanTables) {
    names = UnsafePointer(tables.names)
    swapped = tables.swapped
    middleUsed = tables.middleUsed
    postcode = tables.postcode
    district = tables.postcode == 0 ? .max : tables.postcode >> 18
    postcodeExact = tables.postcodeExact
    sameDistrict = tables.sameDistrict
    otherPostcode = tables.otherPostcode
    // No row has an address of this many bits: a question without one meets none.
    address = tables.address == 0 ? .max : tables.address
    addressExact = tables.addressExact
    bothExact = tables.bothExact
    otherSex = tables.sex == 0 ? 0 : tables.sex ^ 3
    sexDiffers = tables.sexDiffers
  }

  @inline(__always)
  func weight(_ at: UnsafePointer<UInt32>) -> Int32 {
    let surname = names[Int(at[0])]
    let forename = names[Int(at[1])]
    // The empty name, number 0, weighs nothing; as a middle name it must not help.
    let middle = at[2] == 0 ? -400 : Self.lane(names[Int(at[2])], 2) &+ middleUsed
    let given = Self.lane(surname, 0) &+ max(Self.lane(forename, 2), middle)
    let turned = Self.lane(surname, 1) &+ Self.lane(forename, 3) &+ swapped
    var weight = max(given, turned)
    let theirs = at[3]
    let last = at[4]
    let isHouse = last & 0xFFFF == address
    if theirs == postcode, postcode != 0 {
      weight &+= postcodeExact &+ (isHouse ? bothExact : 0)
    } else {
      let isKnown = theirs != 0
      weight &+= isKnown ? (theirs >> 18 == district ? sameDistrict : otherPostcode) : 0
      weight &+= isHouse ? addressExact : 0
    }
    // One bit says that the sexes differ; no branch, for it is as often so as not.
    let differs = Int32(bitPattern: last >> ImageFormat.sexShift & otherSex) != 0
    return weight &+ (differs ? sexDiffers : 0)
  }

  /// A signed byte of a packed word.
  @inline(__always)
  private static func lane(_ word: UInt32, _ lane: UInt32) -> Int32 {
    Int32(Int8(truncatingIfNeeded: word >> (lane &* 8)))
  }
}
