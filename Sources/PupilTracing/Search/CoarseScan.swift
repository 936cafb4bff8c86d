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

  private mutating func cut() {
    found.sort { $0.weight != $1.weight ? $0.weight > $1.weight : $0.row < $1.row }
    if found.count > keep {
      found.removeLast(found.count - keep)
      if let last = found.last { threshold = max(threshold, last.weight) }
    }
  }

  mutating func merge(_ other: BestRows) {
    found += other.found
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
      let weight = date < tables.dates.count ? tables.dates[date] : 0
      let known = image.dates[date].isKnown ? weight : 0
      scan(rows: Int(image.firstRows[date]), Int(image.firstRows[date + 1]), known, &best)
    }
  }

  /// The weight of one row, for checking the scan against; the scan itself inlines it.
  @inline(__always)
  func weight(row at: UnsafePointer<UInt32>, _ date: Int32) -> Int32 {
    let tables = tables
    let surname = tables.names[Int(at[0])]
    let forename = tables.names[Int(at[1])]
    let middle = tables.names[Int(at[2])]
    var given = Int32(forename[2])
    let used = Int32(middle[2]) + tables.middleUsed
    if at[2] != 0, used > given { given = used }
    given += Int32(surname[0])
    let turned = Int32(surname[1]) + Int32(forename[3]) + tables.swapped
    var weight = date + max(given, turned)
    let postcode = at[3]
    let address = at[4] & 0xFFFF
    let isHouse = address == tables.address && address != 0
    if postcode != 0, tables.postcode != 0 {
      if postcode == tables.postcode {
        weight += tables.postcodeExact + (isHouse ? tables.bothExact : 0)
      } else {
        weight +=
          postcode >> 18 == tables.postcode >> 18 ? tables.sameDistrict : tables.otherPostcode
        if isHouse { weight += tables.addressExact }
      }
    } else if isHouse {
      weight += tables.addressExact
    }
    let sex = at[4] >> ImageFormat.sexShift & 3
    if sex != tables.sex, sex != 0, tables.sex != 0 { weight += tables.sexDiffers }
    return weight
  }

  private func scan(rows first: Int, _ end: Int, _ date: Int32, _ best: inout BestRows) {
    guard first < end else { return }
    var threshold = best.threshold
    var at = image.rows + first * ImageFormat.rowWords
    for row in first..<end {
      let weight = weight(row: at, date)
      if weight > threshold {
        best.add(weight, UInt32(truncatingIfNeeded: row))
        threshold = best.threshold
      }
      at += ImageFormat.rowWords
    }
  }
}
