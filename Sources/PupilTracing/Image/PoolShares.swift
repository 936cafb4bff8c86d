// What shares of a pool lack a field, and have a brother or sister in it. Both are counted when an
// image is built: the one tells how little a gap says, the other how often a household misleads.

/// The fields whose gaps are counted.
enum GapField: Int, CaseIterable {
  case surname, forename, date, postcode, address

  func isMissing(in record: FoldedRecord) -> Bool {
    switch self {
    case .surname: record.names.allSatisfy { $0.surname.isEmpty }
    case .forename: record.names.allSatisfy { $0.forename.isEmpty }
    case .date: record.dates.isEmpty
    case .postcode: record.places.allSatisfy { $0.postcode.isEmpty }
    case .address: record.places.allSatisfy { $0.address.isEmpty }
    }
  }
}

struct PoolShares {
  /// Shares are kept as so many parts of one.
  static let scale = 1e9
  /// One household of so many is looked at.
  private static let sampled: UInt64 = 8

  private var gaps = [Double](repeating: 0, count: GapField.allCases.count)
  private var homes: [UInt32] = []
  private var withHome = 0.0

  mutating func count(_ record: FoldedRecord) {
    for field in GapField.allCases where field.isMissing(in: record) { gaps[field.rawValue] += 1 }
    guard let name = record.names.first, let place = record.places.first,
      !name.surname.isEmpty, !place.postcode.isEmpty || !place.address.isEmpty
    else { return }
    let stem = name.surname.bytes.prefix(5)
    let key = ShortHash.long(
      Array(stem) + ([0] as [UInt8]) + place.postcode.bytes + ([0] as [UInt8])
        + place.address.bytes)
    guard key % Self.sampled == 0 else { return }
    withHome += 1
    homes.append(UInt32(truncatingIfNeeded: key >> 24))
  }

  /// The share of pupils without each field, then the share with kin at the same place.
  mutating func finish(pupils: Int) -> [UInt32] {
    homes.sort()
    var kin = 0.0
    var index = 0
    while index < homes.count {
      var end = index + 1
      while end < homes.count, homes[end] == homes[index] { end += 1 }
      if end - index > 1 { kin += Double(end - index) }
      index = end
    }
    homes = []
    let shares = gaps.map { $0 / Double(max(1, pupils)) } + [kin / max(1, withHome)]
    return shares.map { UInt32(max(0, min(1, $0)) * Self.scale) }
  }
}
