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
    guard
      !plan.names.isEmpty || !plan.query.upn.isEmpty || !plan.query.places.isEmpty
        || plan.query.date.isKnown
    else { return }
    for record in pool.changed { add(record) }
    if !plan.query.upn.isEmpty {
      try add(rows: try pool.image.rows(upn: plan.query.upn))
    }
    let tables = ScanTables(plan, image: pool.image, model: pool.model)
    let scan = CoarseScan(image: pool.image, tables: tables)
    if pool.image.rowCount > Self.smallPool {
      if try large(scan, workers) { return finish() }
    } else {
      isExhaustive = true
      var best = BestRows(keep: Self.allKept)
      all(scan, workers, into: &best) { _ in true }
      try add(rows: best.rows().map(\.row))
    }
    finish()
  }

  /// Looks at near dates, then wherever a better row could be. True when the near dates sufficed.
  private mutating func large(_ scan: CoarseScan, _ workers: Workers) throws -> Bool {
    let image = scan.image
    // A row that no more speaks for than against is as likely as any pupil: not worth a look.
    var best = BestRows(keep: Self.nearKept, atLeast: 0)
    var isDone = [Bool](repeating: false, count: image.dates.count)
    if plan.query.date.isWhole {
      for date in image.dates.indices {
        isDone[date] = plan.dates[date].level.isNear || !image.dates[date].isKnown
      }
      let near = isDone
      scan.scan(dates: 0, image.dates.count, into: &best) { near[$0] }
      try add(rows: best.rows().map(\.row))
      if isClear { return true }
    }
    isExhaustive = true
    var lists = ListScan(scan, done: isDone)
    if try !lists.run(into: &best) {
      let done = isDone
      var rest = BestRows(keep: Self.nearKept, atLeast: best.threshold)
      all(scan, workers, into: &rest) { !done[$0] }
      best.mergeDistinct(rest)
    }
    try add(rows: best.rows().map(\.row))
    return false
  }

  /// The best rows of the wanted dates, by as many workers as there are.
  private func all(
    _ scan: CoarseScan, _ workers: Workers, into best: inout BestRows,
    where isWanted: @Sendable @escaping (Int) -> Bool
  ) {
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
    let start = best
    workers.run(parts) { part in
      var best = start
      let end = max(limits[part], limits[part + 1])
      scan.scan(dates: limits[part], min(end, image.dates.count), into: &best, where: isWanted)
      result.set(part, best)
    }
    for part in 0..<parts { if let one = result[part] { best.mergeDistinct(one) } }
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
    Posterior(
      found.map(\.weights), pupils: pool.figuresOfPupils, kin: pool.image.figures.kin,
      model: pool.model
    ).best
      >= Self.clear
  }

  /// Posteriors of what was found, in its order; records of one child share theirs.
  func posterior() throws -> Posterior {
    var posterior = Posterior(
      found.map(\.weights), pupils: pool.figuresOfPupils, kin: pool.image.figures.kin,
      model: pool.model)
    let rivals = found.indices.filter { posterior.candidates[$0] > Self.rival }
      .sorted { posterior.candidates[$0] > posterior.candidates[$1] }
    guard let first = rivals.first, rivals.count > 1 else { return posterior }
    let plan = QueryPlan(
      FoldedQuery(found[first].record), image: pool.image, variants: pool.variants)
    let comparison = Comparison(
      plan: plan, figures: pool.image.figures, variants: pool.variants, model: pool.model)
    let weigher = Weigher(plan: plan, figures: pool.image.figures, model: pool.model)
    var model = pool.model
    model.here = model.twice
    var same: [Int: Double] = [:]
    for other in rivals.dropFirst().prefix(Self.rivals) {
      let weights = weigher.weights(comparison.evidence(found[other].record))
      same[other] =
        Posterior(
          [weights], pupils: pool.figuresOfPupils, kin: pool.image.figures.kin, model: model
        ).best
    }
    posterior.share(same, first: first)
    return posterior
  }

  /// Posteriors above which a record may be another one of the same child, and how many are tried.
  private static let rival = 0.01
  private static let rivals = 12

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
