// A search by lists finds what a search of all rows finds.

import Testing

@testable import PupilTracing

@Suite("Rows found by lists")
struct ListScanTests {
  /// Questions of every shape: without a date, without names, with a place alone, …
  private static func thinned(_ query: TraceQuery, _ number: Int) -> TraceQuery {
    var query = query
    if number % 3 == 0 { query.dateOfBirth = .unknown }
    if number % 4 == 1 { query.places = [] }
    if number % 5 == 2 { query.names[0].surname = "" }
    if number % 7 == 3 { query.names[0].forename = "" }
    if number % 6 == 4 { query.dateOfBirth = BirthDate(year: 2014) }
    if number % 11 == 5 { query.names = [] }
    return query
  }

  @Test("The best rows by lists are the best of all rows", arguments: [1, 4, 12])
  func exhaustive(_ keep: Int) throws {
    var pupils = SyntheticPupils(count: 800, seed: 43)
    let whole = pupils.records
    for index in stride(from: 0, to: 800, by: 9) { pupils.records[index].datesOfBirth = [] }
    for index in stride(from: 1, to: 800, by: 17) { pupils.records[index].names[0].surname = "" }
    for index in stride(from: 2, to: 800, by: 13) { pupils.records[index].places = [] }
    for index in stride(from: 3, to: 800, by: 5) {
      pupils.records[index].names[0].middle = pupils.pick(SyntheticPupils.forenames)
    }
    let pool = try SyntheticPupils.pool(pupils.records).pool
    var byLists = 0
    for number in 0..<120 {
      let asked = pupils.question(about: whole[number * 6])
      let query = FoldedQuery(Self.thinned(asked, number))
      let plan = QueryPlan(query, image: pool.image, variants: .none)
      let tables = ScanTables(plan, image: pool.image, model: pool.model)
      let scan = CoarseScan(image: pool.image, tables: tables)
      var expected = BestRows(keep: keep)
      scan.scan(dates: 0, pool.image.dates.count, into: &expected) { _ in true }
      let near = pool.image.dates.indices.map {
        number % 2 == 0 && $0 < plan.dates.count && plan.dates[$0].level.isNear
      }
      var best = BestRows(keep: keep)
      scan.scan(dates: 0, pool.image.dates.count, into: &best) { near[$0] }
      var lists = ListScan(scan, done: near)
      guard try lists.run(into: &best) else { continue }
      byLists += 1
      #expect(best.rows().map(\.weight) == expected.rows().map(\.weight), "question \(number)")
    }
    #expect(byLists > 10, "only \(byLists) by lists")
  }

  @Test("No name that agrees is passed over but far likenesses")
  func filter() throws {
    var pupils = SyntheticPupils(count: 400, seed: 47)
    for index in pupils.records.indices {
      if pupils.one(in: 2) {
        pupils.records[index].names[0].surname = pupils.slip(
          pupils.slip(pupils.records[index].names[0].surname))
      }
    }
    let variants = try NameVariants(
      files: [("v", Array("katarzyna kasia\nbenjamin ben benji\nyusuf joseph joe\n".utf8))])
    let pool = try SyntheticPupils.pool(pupils.records, variants: variants).pool
    let vocabulary = pool.image.vocabulary
    let told = SyntheticPupils.forenames + SyntheticPupils.surnames + ["B", "Joe", "Kasia", "Hale"]
    for name in told.flatMap({ [$0, $0 + "e"] }) {
      let probe = NameProbe(NameForm(name), variants: variants)
      let near = vocabulary.sight(probe, variants).near
      #expect(Set(near.map(\.number)).count == near.count)
      for number in 1..<vocabulary.count {
        let agreement = probe.compare(
          vocabulary.text(number), sound: vocabulary.sounds[number],
          canonical: vocabulary.canonicals[number])
        guard agreement.level != .other, agreement.level != .alike,
          !near.contains(where: { Int($0.number) == number })
        else { continue }
        Issue.record("\(name) \(agreement.level)")
      }
    }
  }

  @Test("Edits by bit vectors are the edits of the table")
  func edits() {
    var numbers = SeededNumbers(seed: 53)
    func word() -> [UInt8] {
      (0..<Int.random(in: 0...12, using: &numbers)).map { _ in
        UInt8.random(in: 97...100, using: &numbers)
      }
    }
    for _ in 0..<20_000 {
      let (left, right) = (word(), word())
      let limit = Int.random(in: 1...3, using: &numbers)
      let edits = right.withUnsafeBufferPointer { EditPattern(left).edits($0, limit: limit) }
      let expected = EditDistance.edits(left, right, limit: limit)
      if edits != expected { Issue.record("\(left) \(right) \(limit)") }
    }
  }
}
