// Pools and their tokens: history is kept, changes are found, restricted children make no yes, and
// two days cannot be joined. All children are invented.

import ExchangeModel
import Foundation
import GRDB
import Policy
import PupilTracing
import Testing

@testable import Storage

@Suite struct PoolTests {
  private func pupil(
    _ surname: String, postcode: String, restriction: PupilRestriction = .none
  ) -> PupilChange {
    .upsert(
      PupilEntry(
        PupilRecord(
          id: "p1", names: [PupilName(surname: surname, forename: "Zzada")],
          datesOfBirth: [BirthDate("2012-04-03")],
          places: [PupilPlace(postcode: postcode, address: "1 Zzroad")]),
        restriction: restriction))
  }

  private func ask(_ store: Store, _ surname: String) async throws -> TraceRecord {
    try await store.trace(
      NewTrace(
        query: TraceQuery(
          names: [PupilName(surname: surname, forename: "Zzada")],
          dateOfBirth: BirthDate("2012-04-03")),
        purpose: "children-missing-education", reason: "no-show", officer: "cme-07",
        isNamedOfficer: true),
      by: Agency.cme.spki, policy: Policy.decideTrace)
  }

  @Test func formerNamesAreFoundAndNothingLiesOpen() async throws {
    let test = try await TestStore.make()
    _ = try await test.store.changePupils(
      [pupil("Zzformer", postcode: "SO99 9ZZ")], of: Agency.school.urn)
    _ = try await test.store.changePupils(
      [pupil("Zzpresent", postcode: "SO98 1ZZ")], of: Agency.school.urn)
    let found = try await ask(test.store, "Zzformer")
    #expect(found.candidates.first?.surname == "Zzpresent")
    let bytes = try await test.tool().read { database in
      try Data.fetchAll(database, sql: "SELECT body FROM pupil UNION ALL SELECT query FROM trace")
    }
    #expect(bytes.count == 2)
    #expect(bytes.allSatisfy { $0.range(of: Data("Zz".utf8)) == nil })
    // Another process changes the pool: the next search knows.
    let other = try TestStore(folder: test.folder, time: test.time)
    _ = try await other.store.changePupils([.remove("p1")], of: Agency.school.urn)
    #expect(try await ask(test.store, "Zzformer").candidates.isEmpty)
    _ = try await LogKey.publish(test.store)
    _ = try await LogKey.verify(test.store)
  }

  @Test func theRestrictedHaveNoStrongKeys() async throws {
    let test = try await TestStore.make()
    _ = try await test.store.changePupils(
      [pupil("Zzada", postcode: "SO99 9ZZ")], of: Agency.school.urn)
    #expect(try test.count("pupil_key") == 5)
    _ = try await test.store.changePupils(
      [pupil("Zzada", postcode: "SO99 9ZZ", restriction: .refuge)], of: Agency.school.urn)
    #expect(try test.count("pupil_key") == 0)
  }

  @Test func tokensOfTwoDaysOrPairsDiffer() async throws {
    let test = try await TestStore.make()
    let keys = test.store.childKeys
    let key = keys.poolKey("upn", Array("R850412325001".utf8))
    func token(_ asked: PartyURN, _ day: Int64) -> [UInt8] {
      DayTokens(asker: Agency.cme.urn, asked: asked, day: day, keys: keys).token(of: key)
    }
    let today = token(Agency.school.urn, 20_000)
    #expect(today == token(Agency.school.urn, 20_000))
    #expect(today != token(Agency.school.urn, 20_001))
    #expect(today != token(Agency.iss.urn, 20_000))
  }
}
