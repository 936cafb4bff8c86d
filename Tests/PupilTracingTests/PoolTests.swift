// Asking a pool: who is found, who is kin, who is never offered.

import Testing

@testable import PupilTracing

@Suite("A pool that is asked")
struct PoolTests {
  @Test("Of 250 questions about 1,500 invented pupils nearly all find the child first")
  func floor() throws {
    var pupils = SyntheticPupils(count: 1500, seed: 2)
    let pool = try SyntheticPupils.pool(pupils.records).pool
    var first = 0
    for number in 0..<250 {
      let record = pupils.records[number * 6]
      let answer = try pool.trace(pupils.question(about: record))
      first += answer.offered.first?.id == record.id ? 1 : 0
      #expect(answer.candidates.count <= TraceLimits.candidates)
      let all = answer.candidates.reduce(answer.notHere) { $0 + $1.posterior }
      #expect(all <= 1.000_001)
    }
    #expect(first >= 244, "only \(first) of 250")
  }

  @Test("All posteriors and not-here make one")
  func posteriorIsWhole() throws {
    var pupils = SyntheticPupils(count: 400, seed: 3)
    let pool = try SyntheticPupils.pool(pupils.records).pool
    for record in pupils.records.prefix(40) {
      let search = try pool.search(pupils.question(about: record))
      let posterior = Posterior(
        search.found.map(\.weights), pupils: 400, kin: pool.image.figures.kin, model: .standard)
      let sum = posterior.candidates.reduce(posterior.notHere, +)
      #expect(abs(sum - 1) < 1e-9)
    }
  }

  @Test("An unlisted brother's listed sister is never offered, nor is a twin")
  func siblings() throws {
    var pupils = SyntheticPupils(count: 1500, seed: 5)
    let date = BirthDate("2013-05-14")
    let home = PupilPlace(postcode: "ZZ7 7ZZ", address: "7 Imaginary Lane")
    func child(_ id: String, _ forename: String, _ date: BirthDate) -> PupilRecord {
      PupilRecord(
        id: id, names: [PupilName(surname: "Netherby", forename: forename)],
        datesOfBirth: [date], sex: .female, places: [home])
    }
    pupils.records += [child("sister", "Xanthe", date), child("twin", "Priya", date)]
    let pool = try SyntheticPupils.pool(pupils.records).pool
    let brother = TraceQuery(
      names: [PupilName(surname: "Netherby", forename: "Samuel")],
      dateOfBirth: BirthDate("2016-08-02"), sex: .male, places: [home])
    let answer = try pool.trace(brother)
    #expect(answer.offered.first.map { $0.posterior < 0.02 } ?? true)
    #expect(!answer.offered.contains { ["sister", "twin"].contains($0.id) })
    let kin = try #require(answer.candidates.first { $0.reading == .household })
    #expect(kin.explanation.contains("same household, another child"))
    #expect(answer.outcome == .none)

    let twin = TraceQuery(
      names: [PupilName(surname: "Netherby", forename: "Priya")], dateOfBirth: date, places: [home])
    let found = try pool.trace(twin)
    #expect(found.outcome == .match)
    #expect(found.offered.map(\.id).first == "twin")
    #expect(!found.offered.contains { $0.id == "sister" })
  }

  @Test("A better agreeing field never lowers the weight")
  func monotony() throws {
    var pupils = SyntheticPupils(count: 800, seed: 7)
    let pool = try SyntheticPupils.pool(pupils.records).pool
    for record in pupils.records.prefix(50) {
      let other = pupils.date()
      var told = TraceQuery(names: record.names, dateOfBirth: other, places: record.places)
      let worse = try weight(of: record, told, pool)
      told.dateOfBirth = record.datesOfBirth[0]
      let better = try weight(of: record, told, pool)
      #expect(better >= worse)
      told.names[0].surname = "Zzyzx"
      #expect(try weight(of: record, told, pool) <= better)
    }
  }

  private func weight(
    of record: PupilRecord, _ query: TraceQuery, _ pool: PupilPool
  ) throws -> Double {
    let plan = QueryPlan(FoldedQuery(query), image: pool.image, variants: pool.variants)
    let comparison = Comparison(
      plan: plan, figures: pool.image.figures, variants: pool.variants, model: pool.model)
    let weigher = Weigher(plan: plan, figures: pool.image.figures, model: pool.model)
    return weigher.weights(comparison.evidence(FoldedRecord(record))).child
  }

  @Test("The best of the scan are the best of all rows, and its parts agree with the whole")
  func scanIsExhaustive() throws {
    var pupils = SyntheticPupils(count: 1200, seed: 13)
    let pool = try SyntheticPupils.pool(pupils.records).pool
    for record in pupils.records.prefix(25) {
      let query = FoldedQuery(pupils.question(about: record))
      let plan = QueryPlan(query, image: pool.image, variants: .none)
      let tables = ScanTables(plan, image: pool.image, model: pool.model)
      let scan = CoarseScan(image: pool.image, tables: tables)
      var best = BestRows(keep: 50)
      scan.scan(dates: 0, pool.image.dates.count, into: &best) { _ in true }
      var all: [(weight: Int32, row: Int)] = []
      for date in pool.image.dates.indices {
        let weight = tables.dates.isEmpty ? 0 : tables.dates[date]
        for row in pool.image.firstRows[date]..<pool.image.firstRows[date + 1] {
          all.append((scan.weight(ofRow: Int(row), date: weight), Int(row)))
        }
      }
      let expected = all.map(\.weight).sorted(by: >).prefix(50)
      #expect(best.rows().map(\.weight) == Array(expected))
    }
  }

  @Test("Reasons in words")
  func explanation() throws {
    let pupils = SyntheticPupils(count: 500, seed: 17)
    let pool = try SyntheticPupils.pool(pupils.records).pool
    let record = pupils.records[10]
    let answer = try pool.trace(
      TraceQuery(
        names: record.names, dateOfBirth: record.datesOfBirth[0],
        places: [PupilPlace(postcode: "QQ1 1QQ")]))
    let first = try #require(answer.offered.first)
    #expect(first.id == record.id)
    let texts = Set(first.reasons.map(\.text))
    #expect(
      texts.isSuperset(of: [
        "surname the same", "forename the same", "date of birth the same", "moved",
      ]))
    #expect(first.reasons.first { $0.text == "moved" }.map { $0.bits <= 0 } ?? false)
    #expect(TraceText.signed(6.14) == "+6.1")
    #expect(TraceText.signed(-1.26) == "\u{2212}1.3")
    #expect(answer.modelVersion.utf8.count == 16)
  }

  @Test("A changed pupil is found at once, and is gone once removed")
  func changes() throws {
    let pupils = SyntheticPupils(count: 300, seed: 19)
    var pool = try SyntheticPupils.pool(pupils.records).pool
    var record = pupils.records[42]
    record.names = [PupilName(surname: "Vanishing", forename: "Ottoline")]
    let query = TraceQuery(names: record.names, dateOfBirth: record.datesOfBirth[0])
    #expect(try pool.trace(query).outcome != .match)
    try pool.upsert(record)
    #expect(try pool.trace(query).offered.first?.id == record.id)
    let old = TraceQuery(
      names: pupils.records[42].names, dateOfBirth: record.datesOfBirth[0],
      places: record.places)
    #expect(try pool.trace(old).candidates.filter { $0.id == record.id }.count <= 1)
    try pool.remove(id: record.id)
    #expect(try !pool.trace(query).candidates.contains { $0.id == record.id })
    try pool.remove(id: "nobody")
  }

  @Test("Names, dates and places once held are found as well; a hidden place never counts")
  func history() throws {
    var pupils = SyntheticPupils(count: 300, seed: 23)
    let old = PupilPlace(postcode: "ZZ5 5ZZ", address: "5 Former Road")
    pupils.records[0].names.append(PupilName(surname: "Maidenly", forename: "Former"))
    pupils.records[0].places.append(old)
    pupils.records[1].isPlaceHidden = true
    let pool = try SyntheticPupils.pool(pupils.records).pool
    let answer = try pool.trace(
      TraceQuery(
        names: [PupilName(surname: "Maidenly", forename: "Former")],
        dateOfBirth: pupils.records[0].datesOfBirth[0], places: [old]))
    #expect(answer.offered.first?.id == pupils.records[0].id)
    let hidden = try pool.search(
      TraceQuery(names: pupils.records[1].names, places: pupils.records[1].places))
    let found = try #require(hidden.found.first { $0.record.id == pupils.records[1].id })
    #expect(found.evidence.place == nil)
  }

  @Test("Learning from questions keeps probabilities, and a few questions change little")
  func learning() throws {
    var pupils = SyntheticPupils(count: 1000, seed: 29)
    let pool = try SyntheticPupils.pool(pupils.records).pool
    var learning = ModelLearning(pool: pool)
    for record in pupils.records.prefix(3) { try learning.add(pupils.question(about: record)) }
    let few = learning.learned()
    #expect(abs(few.surname[0] - TraceModel.standard.surname[0]) < 0.1)
    for record in pupils.records.dropFirst(3).prefix(80) {
      try learning.add(pupils.question(about: record))
    }
    let model = learning.learned()
    for list in [model.surname, model.forename, model.date, model.place, model.reading] {
      #expect(abs(list.reduce(0, +) - 1) < 0.01)
    }
    #expect(model.here > 0.7)
    #expect(model.version != TraceModel.standard.version)
  }
}
