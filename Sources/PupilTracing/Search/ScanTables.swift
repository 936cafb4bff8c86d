// What a scan knows of the question: for each name of the vocabulary what it weighs, in quarters
// of a bit. A row's weight is then a few look-ups, exact for names and dates, so that nothing is
// lost to a blocking rule, and hardly anything to the scan's coarseness.

final class ScanTables: @unchecked Sendable {
  static let unit = 4.0
  /// By name, a byte each from the lowest: as the surname, as the surname when swapped, as the
  /// forename, and that swapped. Signed.
  let names: UnsafeMutablePointer<UInt32>
  let nameCount: Int
  /// Names that do not weigh what all others do (`base`), each once; the empty name among them.
  let near: [UInt32]
  let base: UInt32
  let swapped: Int32
  let middleUsed: Int32
  let postcode: UInt32
  let postcodeExact: Int32
  let sameDistrict: Int32
  let otherPostcode: Int32
  let address: UInt32
  let addressExact: Int32
  let bothExact: Int32
  let sex: UInt32
  let sexDiffers: Int32
  /// By date of the image.
  let dates: [Int32]

  deinit { names.deallocate() }

  init(_ plan: QueryPlan, image: PupilImage, model: TraceModel) {
    let weigher = Weigher(plan: plan, figures: image.figures, model: model)
    nameCount = image.vocabulary.count
    names = .allocate(capacity: nameCount)
    (base, near) = Self.fill(names, nameCount, plan, weigher)
    func units(_ bits: Double) -> Int32 { Int32((max(-60, min(60, bits)) * Self.unit).rounded()) }
    swapped = units(Bits.log2(model.reading[1]))
    middleUsed = units(Bits.log2(model.reading[2]))
    let place = plan.query.places.first
    postcode = place?.postcode.key ?? 0
    address = UInt32(place?.address.key ?? 0)
    func cell(_ p: PostcodeLevel, _ a: AddressLevel, _ chance: Double) -> Int32 {
      units(weigher.place(PlaceCell(postcode: p, address: a), Bits.log2(max(chance, 1e-12))))
    }
    let figures = image.figures
    func chance(_ p: PostcodeLevel) -> Double {
      figures.placeChance[PlaceCell(postcode: p, address: .missing).index]
    }
    let shared = place.map { $0.postcode.isEmpty ? 1 : figures.share(of: $0.postcode) } ?? 1
    let house = place.map { $0.address.isEmpty ? 1 : figures.share(of: $0.address) } ?? 1
    let hasPostcode = postcode != 0
    postcodeExact = hasPostcode ? cell(.exact, .missing, shared) : 0
    sameDistrict =
      hasPostcode ? cell(.sameDistrict, .missing, chance(.sameDistrict)) : 0
    otherPostcode = hasPostcode ? cell(.other, .missing, chance(.other)) : 0
    addressExact = address != 0 ? max(0, cell(.missing, .exact, house)) : 0
    bothExact =
      hasPostcode && address != 0 ? max(0, cell(.exact, .exact, shared * 0.05) - postcodeExact) : 0
    sex = UInt32(plan.query.sex?.rawValue ?? 0)
    sexDiffers = units(weigher.sex(false)) - units(weigher.sex(true))
    dates = weigher.dates().map { units($0) }
  }

  private static func fill(
    _ table: UnsafeMutablePointer<UInt32>, _ count: Int, _ plan: QueryPlan,
    _ weigher: Weigher
  ) -> (base: UInt32, near: [UInt32]) {
    typealias Column = (sighting: Vocabulary.Sighting, role: Int, levels: [Double], lane: Int)
    var columns: [[Column]] = [[], [], [], []]
    let model = weigher.model
    for name in plan.names {
      if let known = name.surname {
        columns[0].append((known, 0, model.surname, 0))
        columns[3].append((known, 0, model.surname, 3))
      }
      if let known = name.forename {
        columns[1].append((known, 1, model.forename, 1))
        columns[2].append((known, 1, model.forename, 2))
      }
    }
    func units(_ bits: Double) -> Int8 {
      Int8(max(-100, min(120, (bits * unit).rounded())))
    }
    var base: UInt32 = 0
    for lane in 0..<4 {
      let value =
        columns[lane].map {
          units(weigher.name(.other, $0.sighting.masses[$0.role], $0.levels))
        }.max() ?? 0
      base |= UInt32(UInt8(bitPattern: value)) << UInt32(lane * 8)
    }
    table.initialize(repeating: base, count: count)
    table[0] = 0
    var near: [UInt32] = [0]
    for column in columns.joined() {
      let masses = column.sighting.masses[column.role]
      let anybody = weigher.anybody(masses, column.levels)
      let levels = column.levels.map { Bits.log2($0 / anybody) }
      for (number, agreement) in column.sighting.near where Int(number) < count {
        let bits = levels[Int(agreement.level.rawValue)] - Double(agreement.spread)
        let value = units(bits)
        let shift = UInt32(column.lane * 8)
        let known = Int8(truncatingIfNeeded: table[Int(number)] >> shift)
        guard value > known else { continue }
        if table[Int(number)] == base { near.append(number) }
        table[Int(number)] &= ~(0xFF << shift)
        table[Int(number)] |= UInt32(UInt8(bitPattern: value)) << shift
      }
    }
    return (base, near)
  }

  /// A signed byte of a packed word.
  @inline(__always)
  func lane(_ word: UInt32, _ lane: UInt32) -> Int32 {
    Int32(Int8(truncatingIfNeeded: word >> (lane &* 8)))
  }

  /// What three names weigh together, by the likeliest reading; numbers are not trusted.
  func names(_ surname: UInt32, _ forename: UInt32, _ middle: UInt32) -> Int32 {
    guard max(surname, forename, middle) < nameCount else { return -400 }
    let first = names[Int(surname)]
    let second = names[Int(forename)]
    let used = middle == 0 ? -400 : lane(names[Int(middle)], 2) + middleUsed
    return max(
      lane(first, 0) + max(lane(second, 2), used), lane(first, 1) + lane(second, 3) + swapped)
  }
}
