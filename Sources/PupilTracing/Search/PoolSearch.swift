// One search: first the rows whose date of birth is near, then, unless the child is clearly
// among them, all rows. The changes since the image was built are always looked at, each in full.

struct PoolSearch {
  struct Found {
    let record: FoldedRecord
    let evidence: Evidence
    var weights: Weights
  }

  /// A pool with fewer rows is always scanned whole: it costs less than deciding not to.
  static let smallPool = 100_000
  /// Rows looked at in full after each scan.
  static let nearKept = 40
  static let allKept = 120
  /// Posterior at which the near dates suffice.
  static let clear = 0.998

  let plan: QueryPlan
  let pool: PupilPool
  let comparison: Comparison
  private(set) var found: [Found] = []
  private(set) var isExhaustive = false
  private var seen: Set<UInt32> = []
  private var ids: Set<String> = []

  init(plan: QueryPlan, pool: PupilPool) {
    self.plan = plan
    self.pool = pool
    comparison = Comparison(
      plan: plan, figures: pool.image.figures, variants: pool.variants, model: pool.model)
  }

  var weigher: Weigher {
    Weigher(plan: plan, figures: pool.image.figures, model: pool.model)
  }

  mutating func run(_ workers: Workers) throws {
    guard !plan.names.isEmpty || !plan.query.upn.isEmpty || !plan.query.places.isEmpty
      || plan.query.date.isKnown
    else { return }
    for record in pool.changed { add(record) }
    if !plan.query.upn.isEmpty {
      try add(rows: try pool.image.rows(upn: plan.query.upn))
    }
    let tables = ScanTables(plan, image: pool.image, model: pool.model)
    let scan = CoarseScan(image: pool.image, tables: tables)
    let image = pool.image
    if image.rowCount > Self.smallPool, plan.query.date.isWhole {
      var best = BestRows(keep: Self.nearKept)
      let near = plan.dates
      scan.scan(dates: 0, image.dates.count, into: &best) { near[$0].level.isNear }
      try add(rows: best.rows().map(\.row))
      if isClear { return finish() }
    }
    isExhaustive = true
    try add(rows: all(scan, workers))
    finish()
  }

  /// The best rows of the whole image, by as many workers as there are.
  private func all(_ scan: CoarseScan, _ workers: Workers) -> [UInt32] {
    let image = scan.image
    let parts = image.rowCount < Self.smallPool ? 1 : workers.count
    // Each part takes the dates whose rows begin in its share of the rows.
    var bounds: [Int] = []
    for part in 0..<parts {
      let row = UInt32(image.rowCount / parts * part)
      bounds.append(part == 0 ? 0 : image.firstRows.firstIndex { $0 >= row } ?? image.dates.count)
    }
    bounds.append(image.dates.count)
    let limits = bounds
    let result = PartResults(parts: parts)
    workers.run(parts) { part in
      var best = BestRows(keep: Self.allKept)
      let end = max(limits[part], limits[part + 1])
      scan.scan(dates: limits[part], min(end, image.dates.count), into: &best) { _ in true }
      result.set(part, best)
    }
    var best = BestRows(keep: Self.allKept)
    for part in 0..<parts { if let one = result[part] { best.merge(one) } }
    return best.rows().map(\.row)
  }

  private mutating func add(rows: [UInt32]) throws {
    let fresh = rows.filter { !seen.contains($0) && !pool.replaced.contains($0) }
    seen.formUnion(fresh)
    for record in try pool.image.records(fresh) { add(record) }
  }

  private mutating func add(_ record: FoldedRecord) {
    guard ids.insert(record.id).inserted else { return }
    let evidence = comparison.evidence(record)
    found.append(Found(record: record, evidence: evidence, weights: weigher.weights(evidence)))
  }

  private var isClear: Bool {
    Posterior(found.map(\.weights), pupils: pool.figuresOfPupils, kin: pool.image.figures.kin,
      model: pool.model).best
      >= Self.clear
  }

  private mutating func finish() {
    found.sort {
      $0.weights.child != $1.weights.child
        ? $0.weights.child > $1.weights.child : $0.record.id < $1.record.id
    }
  }
}

extension DateLevel {
  /// Levels that one slip explains: such dates are looked at first.
  var isNear: Bool { rawValue < DateLevel.sameYear.rawValue }
}

/// Where the parts of a scan leave what they found; each writes its own place.
private final class PartResults: @unchecked Sendable {
  private let places: UnsafeMutablePointer<BestRows?>
  private let count: Int

  init(parts: Int) {
    count = parts
    places = .allocate(capacity: parts)
    places.initialize(repeating: nil, count: parts)
  }

  deinit {
    places.deinitialize(count: count)
    places.deallocate()
  }

  func set(_ part: Int, _ rows: BestRows) { places[part] = rows }
  subscript(_ part: Int) -> BestRows? { places[part] }
}
