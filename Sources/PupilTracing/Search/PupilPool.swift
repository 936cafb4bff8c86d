// A pool of pupils that can be asked: an image that does not change, and what changed since.
// Never decides whether a trace may be made, and never merges: it proposes.

/// An image with the changes since it was built. A value: share it behind a lock of the caller's.
package struct PupilPool: TracePool {
  let image: PupilImage
  let variants: NameVariants
  package var model: TraceModel
  /// Log-odds in bits below which nobody is shown as the child: an officer sees no child without
  /// some ground. A list that is measured or reviewed as a whole may lower it.
  package var leastBits = -7.0
  private let workers: Workers
  /// Changed pupils, and rows of the image that no longer stand.
  private(set) var changed: [FoldedRecord] = []
  private var placeOf: [String: Int] = [:]
  private(set) var replaced: Set<UInt32> = []

  /// A pool over an image. `variants` must be those that the image was built with.
  package init(
    image: PupilImage, variants: NameVariants, model: TraceModel = .standard,
    workers: Workers = .one
  ) {
    self.image = image
    self.variants = variants
    self.model = model
    self.workers = workers
  }

  /// True when so much has changed that the image should be built again.
  package var needsImage: Bool {
    changed.count + replaced.count > TraceLimits.changes
  }

  package mutating func upsert(_ record: PupilRecord) throws {
    let folded = FoldedRecord(record)
    try replace(id: folded.id)
    if let place = placeOf[folded.id] {
      changed[place] = folded
    } else {
      placeOf[folded.id] = changed.count
      changed.append(folded)
    }
  }

  package mutating func remove(id: String) throws {
    let id = FoldedRecord(PupilRecord(id: id)).id
    try replace(id: id)
    guard let place = placeOf.removeValue(forKey: id) else { return }
    let last = changed.removeLast()
    if place < changed.count {
      changed[place] = last
      placeOf[last.id] = place
    }
  }

  private mutating func replace(id: String) throws {
    let rows = try image.rows(id: Array(id.utf8)).filter { !replaced.contains($0) }
    guard !rows.isEmpty else { return }
    // A digest may be shared; only the rows of this very id fall.
    for (row, record) in zip(rows, try image.records(rows))
    where record.id.utf8.elementsEqual(id.utf8) {
      replaced.insert(row)
    }
  }

  package func trace(_ query: TraceQuery) throws -> TraceAnswer {
    let search = try search(query)
    return try Answering(search: search, model: model).answer()
  }

  /// Pupils in the pool, about.
  package var pupils: Int { Int(figuresOfPupils) }

  var figuresOfPupils: Double {
    Double(max(1, image.pupils + changed.count - replaced.count))
  }

  /// The pupils that resemble the child, with what was found of each.
  func search(_ query: TraceQuery) throws -> PoolSearch { try search(FoldedQuery(query)) }

  func search(_ folded: FoldedQuery) throws -> PoolSearch {
    let plan = QueryPlan(folded, image: image, variants: variants)
    var search = PoolSearch(plan: plan, pool: self)
    try search.run(workers)
    return search
  }
}
