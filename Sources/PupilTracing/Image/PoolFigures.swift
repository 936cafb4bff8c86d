// How common values are in a pool: what makes an agreement on a rare value weigh more.

struct PoolFigures: @unchecked Sendable {
  private let postcodes: UnsafeBufferPointer<UInt16>
  private let addresses: UnsafeBufferPointer<UInt16>
  private let pairs: UnsafeBufferPointer<UInt16>
  /// Pupils counted.
  let pupils: Double
  /// By `PlaceCell.index`: how often two strangers agree so, given what is known of both.
  let placeChance: [Double]
  /// By date of the image: its share of the pupils with a date of birth; 0 for the unknown date.
  let dates: [Double]
  /// By `GapField`: the share of pupils without it.
  let gaps: [Double]
  /// The share of pupils with a brother or sister at the same place.
  let kin: Double

  init(_ list: SectionList, dates: [BirthDate], firstRows: [UInt32]) throws {
    postcodes = try Self.table(.postcodes, list)
    addresses = try Self.table(.addresses, list)
    pairs = try Self.table(.pairs, list)
    pupils = Double(max(1, list.pupils))
    let sampled = try list.array(.placePairs, of: UInt32.self)
    guard sampled.count == PlaceCell.count else { throw SectionList.damaged }
    placeChance = Self.chances(sampled.map { Double($0) })
    let shares = try list.array(.shares, of: UInt32.self).map { Double($0) / PoolShares.scale }
    let fields = GapField.allCases.count
    guard shares.count == fields + 1 else { throw SectionList.damaged }
    gaps = Array(shares[..<fields])
    kin = shares[fields]
    let counts = dates.indices.map { index in
      dates[index].isKnown ? Double(firstRows[index + 1] - firstRows[index]) : 0
    }
    let total = max(1, counts.reduce(0, +))
    self.dates = counts.map { $0 / total }
  }

  private static func table(
    _ section: ImageFormat.Section, _ list: SectionList
  ) throws -> UnsafeBufferPointer<UInt16> {
    let table = try list.array(section, of: UInt16.self)
    guard table.count > 0, table.count & (table.count - 1) == 0 else { throw SectionList.damaged }
    return table
  }

  private func count(_ hash: UInt32, _ table: UnsafeBufferPointer<UInt16>) -> Double {
    let index = Int(HashedCounts.spread(hash) & UInt32(table.count - 1))
    return max(1, Double(table[index]))
  }

  func share(of postcode: PostcodeForm) -> Double { count(postcode.key, postcodes) / pupils }

  func share(of address: AddressForm) -> Double {
    count(ShortHash.of(address.bytes), addresses) / pupils
  }

  func share(ofSchool school: [UInt8]) -> Double {
    count(ShortHash.of(school, seed: 5), postcodes) / pupils
  }

  /// How many other pupils seem to bear this whole name.
  func namesakes(_ surname: NameForm, _ forename: NameForm) -> Double {
    count(PairKey.of(surname, forename), pairs) - 1
  }

  /// Sampled counts as probabilities; cells seldom seen lean on their row and column.
  private static func chances(_ counts: [Double]) -> [Double] {
    let width = AddressLevel.allCases.count
    func index(_ p: Int, _ a: Int) -> Int { p * width + a }
    let height = PostcodeLevel.allCases.count
    var chances = [Double](repeating: 0, count: counts.count)
    // Little is known of a rare level before anything was counted.
    let postcodePrior = [0, 2e-5, 1e-4, 2e-3, 2e-2, 1]
    let addressPrior = [0, 1e-5, 2e-4, 2e-3, 2e-2, 1]
    var rows = [Double](repeating: 0, count: height)
    var columns = [Double](repeating: 0, count: width)
    for p in 1..<height { rows[p] = (0..<width).reduce(0) { $0 + counts[index(p, $1)] } }
    for a in 1..<width { columns[a] = (0..<height).reduce(0) { $0 + counts[index($1, a)] } }
    func share(_ values: [Double], _ prior: [Double], _ at: Int) -> Double {
      let weight = 50.0
      let sum = values.reduce(0, +) + weight * prior.reduce(0, +)
      return (values[at] + weight * prior[at]) / sum
    }
    var both = 0.0
    for p in 1..<height { for a in 1..<width { both += counts[index(p, a)] } }
    for p in 1..<height {
      chances[index(p, 0)] = share(rows, postcodePrior, p)
      for a in 1..<width {
        chances[index(0, a)] = share(columns, addressPrior, a)
        let apart = share(rows, postcodePrior, p) * share(columns, addressPrior, a)
        chances[index(p, a)] = (counts[index(p, a)] + 200 * apart) / (both + 200)
      }
    }
    chances[0] = 1
    return chances
  }
}
