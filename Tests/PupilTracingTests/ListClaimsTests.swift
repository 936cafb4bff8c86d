// What a whole list says of each of its answers, and what pupils with several records share.

import Testing

@testable import PupilTracing

@Suite("Answers of a whole list")
struct ListClaimsTests {
  /// Answers to questions about every pupil, and the same in the light of all.
  private func answers(
    _ pool: PupilPool, _ queries: [TraceQuery]
  ) throws -> (alone: [TraceAnswer], together: [TraceAnswer]?) {
    let alone = try queries.map { try pool.trace($0) }
    var claims = ListClaims(pool: pool)
    for (number, answer) in alone.enumerated() { claims.add(answer, question: number) }
    guard let rivalry = claims.close() else { return (alone, nil) }
    return (
      alone, alone.enumerated().map { rivalry.weigh($1, question: $0) }
    )
  }

  @Test("A pupil who is surely another child of the list is no longer offered before the right one")
  func rivals() throws {
    var pupils = SyntheticPupils(count: 300, seed: 61)
    let pool = try SyntheticPupils.pool(pupils.records).pool
    let queries = pupils.records.map { record in
      var query = pupils.question(about: record)
      query.places = []
      if pupils.one(in: 4) { query.dateOfBirth = .unknown }
      return query
    }
    let (alone, together) = try answers(pool, queries)
    let all = try #require(together)
    func first(_ answers: [TraceAnswer]) -> Int {
      zip(answers, pupils.records).count { $0.offered.first?.id == $1.id }
    }
    #expect(first(all) > first(alone))
    for answer in all {
      let sum = answer.offered.reduce(answer.notHere) { $0 + $1.posterior }
      #expect(sum <= 1.02)
      let bits = answer.offered.map(\.bits)
      #expect(bits == bits.sorted(by: >))
    }
  }

  @Test("A list that asks for children again and again is left as it is")
  func again() throws {
    let pupils = SyntheticPupils(count: 200, seed: 67)
    let pool = try SyntheticPupils.pool(pupils.records).pool
    let queries = (pupils.records + pupils.records).map {
      TraceQuery(names: $0.names, dateOfBirth: $0.datesOfBirth[0], places: $0.places)
    }
    #expect(try answers(pool, queries).together == nil)
  }

  @Test("Two records of one child both have its probability; twins do not share")
  func twice() throws {
    var pupils = SyntheticPupils(count: 400, seed: 71)
    var again = pupils.records[9]
    again.id = "again"
    let twin = PupilRecord(
      id: "twin", names: [PupilName(surname: "Netherby", forename: "Priya")],
      datesOfBirth: [BirthDate("2013-05-14")], sex: .female,
      places: [PupilPlace(postcode: "ZZ7 7ZZ", address: "7 Imaginary Lane")])
    var other = twin
    other.id = "other"
    other.names[0].forename = "Xanthe"
    pupils.records += [again, twin, other]
    let pool = try SyntheticPupils.pool(pupils.records).pool
    let record = pupils.records[9]
    let found = try pool.trace(
      TraceQuery(
        names: record.names, dateOfBirth: record.datesOfBirth[0], places: record.places))
    #expect(found.outcome == .match)
    #expect(found.offered.prefix(2).allSatisfy { $0.posterior > 0.9 })
    #expect(Set(found.offered.prefix(2).map(\.id)) == [record.id, "again"])
    let vague = try pool.trace(
      TraceQuery(
        names: [PupilName(surname: "Netherby", forename: "")],
        dateOfBirth: twin.datesOfBirth[0], places: twin.places))
    #expect(vague.offered.allSatisfy { $0.posterior < 0.9 })
  }

  @Test("Strong tokens find most children and seldom hit a stranger")
  func tokens() throws {
    var pupils = SyntheticPupils(count: 1500, seed: 73)
    var score = TokenScore()
    for (number, record) in pupils.records.enumerated() where number % 5 == 0 {
      score.ask(pupils.question(about: record), truth: number % 2 == 0 ? [record.id] : [])
    }
    for (number, record) in pupils.records.enumerated() where number % 2 == 0 || number % 5 != 0 {
      score.pass(record)
    }
    #expect(score.recall > 0.85, "\(score.recall)")
    // The generator has few names and forty districts: a stranger is hit more often than in life.
    #expect((score.notThere ?? 1) < 0.08, "\(score.notThere ?? 1)")
    #expect(score.others < 0.08, "\(score.others)")
  }
}
