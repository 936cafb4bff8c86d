// The lost pupil pool, end to end: a posting, what officers of another authority see, a claim, a
// named release, and the file that moves once.

import ExchangeModel
import Foundation
import MessageLog
import Storage
import Testing
import Validation

@testable import Gateway

@Suite("Scenarios of the lost pupil pool")
struct LostPupilScenarioTests {
  private static let name = "8504321_CTF_XXXXXXX_002.xml"

  private func post(
    _ client: PartyClient, _ pupil: String = SampleTransfers.pupil(left: "2025-11-03"),
    query: String = ""
  ) async throws -> String {
    let sent = try await client.handIn(
      SampleTransfers.file(to: ("XXX", "XXXX"), [pupil]), as: Self.name, query: query)
    try #require(sent.status == 202, "\(sent.text)")
    #expect(try sent.member("way") == "lost-pupil-pool")
    return try sent.member("messageId")
  }

  private func pool(_ client: PartyClient) async throws -> ClientAnswer {
    try await client.call("GET", "/v1/transfers/pool?purpose=children-missing-education")
  }

  private func json(_ client: PartyClient, _ path: String, _ body: String) async throws
    -> ClientAnswer
  {
    try await client.call(
      "POST", path, headers: [("Content-Type", "application/json")], body: Array(body.utf8))
  }

  private func claim(
    _ client: PartyClient, _ posting: String, upn: String = SampleTransfers.upn
  ) async throws -> ClientAnswer {
    try await json(
      client, "/v1/transfers/pool/\(posting)/claims",
      #"{"upn": "\#(upn)", "claimant": "8514551", "evidence": ["upn-known"]}"#)
  }

  @Test("3: a posting is found by initials, year and authority, and its file moves once")
  func wholeStory() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let newSchool = try gateway.client(.otherSchool)
      let officers = try await gateway.join(.neighbourCME)
      try await gateway.join(.lostPupilPool)
      try await gateway.join(.gateway)
      let posting = try await post(school)

      let listed = try await pool(officers)
      #expect(listed.status == 200, "\(listed.text)")
      #expect(try AnswerSchemaTests.faults(listed.bytes, by: "LostPupilPage") == [])
      let entry = try #require(try listed.json()["pupils"]?.elements.first { _ in true })
      #expect(entry["initials"]?.string == "AS")
      #expect(entry["postingLA"]?.string == "850")
      #expect(entry["postingId"]?.string == posting)
      for secret in ["Sampleson", SampleTransfers.upn, "2014", "Secret"] {
        #expect(!listed.text.contains(secret))
      }
      // The file itself is nobody's but the sender's and the pool's.
      #expect(try await officers.call("GET", "/v1/transfers/\(posting)/file").status == 404)
      #expect(try await pool(newSchool).code == "route-not-allowed")

      let wrong = try await claim(newSchool, posting, upn: SampleTransfers.otherUPN)
      #expect(wrong.code == "payload-invalid", "\(wrong.text)")
      let claimed = try await claim(newSchool, posting)
      #expect(claimed.status == 202, "\(claimed.text)")
      let second = try await claim(officers, posting)
      #expect(second.status == 202, "\(second.text)")
      let claims = try await school.call("GET", "/v1/transfers/claims")
      #expect(try AnswerSchemaTests.faults(claims.bytes, by: "LostPupilClaims") == [])
      #expect(try claims.json()["claims"]?.elements.map { $0 }.count == 2)
      #expect(try await newSchool.inbox() == [], "nothing moves before a person says so")

      let path = "/v1/transfers/claims/\(try claimed.member("claimId"))/decision"
      let release = #"{"outcome": "release", "decidedBy": "Sam Modell"}"#
      #expect(try await json(newSchool, path, release).status == 404)
      #expect(try await json(school, path, #"{"outcome": "release"}"#).status == 400)
      let released = try await json(school, path, release)
      #expect(released.status == 200, "\(released.text)")
      #expect(try released.member("decidedBy") == "Sam Modell")
      let moved = try await newSchool.wait(for: "gatehouse.common-transfer-file.v1")
      #expect(moved["source"]?.string == Agency.school.rawValue)
      let received = try await newSchool.call("GET", "/v1/transfers").json()
      let id = try #require(
        received["transfers"]?.elements.first { _ in true }?["messageId"]?.string)
      let file = try await newSchool.call("GET", "/v1/transfers/\(id)/file")
      #expect(file.text.contains(SampleTransfers.upn))

      // Once: neither the other claim nor a new one has the file again.
      let other = "/v1/transfers/claims/\(try second.member("claimId"))/decision"
      #expect(try await json(school, other, release).status == 409)
      #expect(try await claim(officers, posting).code == "payload-invalid")
      #expect(try await pool(officers).json()["pupils"]?.elements.first { _ in true } == nil)
      #expect(try await gateway.leafCount(.searched) == 2)
      #expect(try await gateway.leafCount(.released) == 1)
    }
  }

  @Test("A search by message names a case, and answers with initials, year and authority alone")
  func search() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let officers = try await gateway.join(.cme)
      try await gateway.join(.lostPupilPool)
      try await gateway.join(.gateway)
      let posting = try await post(
        school,
        SampleTransfers.pupil(surname: "Testerly", left: "2025-11-03").replacing(
          "2014-01-29", with: "2011-06-03"
        ).replacing("<Forename>Ali", with: "<Forename>Robin"))
      let sent = try await officers.sendExample(
        "lost-pupil-search/v1/examples/new-arrival.valid.json")
      try #require(sent.status == 202, "\(sent.text)")
      let result = try await officers.wait(for: "gatehouse.lost-pupil-search-result.v1")
      let hits = result["data"]?["hits"].map { Array($0.elements) } ?? []
      #expect(hits.first?["postingId"]?.string == posting)
      #expect(hits.first?["initials"]?.string == "RT")
      #expect(result["correlationid"]?.string == (try sent.member("messageId")))
    }
  }

  @Test("A posting is kept from view until its authority's delay is over")
  func delay() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let officers = try await gateway.join(.cme)
      try await gateway.join(.lostPupilPool)
      let today = gateway.clock.now()
      let day = CivilDate(daysSinceEpoch: today.milliseconds / 86_400_000 - 10)
      try await gateway.store.setPostingDelay(.fourWeeks, of: "850")
      _ = try await post(school, SampleTransfers.pupil(left: "\(day)"))
      #expect(try await pool(officers).json()["pupils"]?.elements.first { _ in true } == nil)
      gateway.clock.move(seconds: 19 * 86_400)
      #expect(try await pool(officers).json()["pupils"]?.elements.first { _ in true } != nil)
    }
  }

  @Test("A ground of 2006 stays one of 2006, and a sensitive address never leaves")
  func groundAndAddress() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let pool = try await gateway.join(.lostPupilPool)
      let officers = try await gateway.join(.cme)
      let posting = try await post(
        school, SampleTransfers.pupil(ground: "m", left: "2024-07-19"),
        query: "?addressSensitive=true")
      let payload = try await pool.fetch(posting).json()["data"]
      #expect(payload?["historicGround"]?.string == "m")
      #expect(payload?["groundRegulations"]?.string == "si2006-1751")
      #expect(payload?["removalGround"] == nil)
      let file = try await pool.call("GET", "/v1/transfers/\(posting)/file")
      #expect(!file.text.contains("Secret") && !file.text.contains("SO99"))
      let claimed = try await claim(officers, posting)
      #expect(claimed.status == 202, "\(claimed.text)")
      let claims = try await school.call("GET", "/v1/transfers/claims").json()
      let entry = claims["claims"]?.elements.first { _ in true }
      #expect(entry?["ground"]?.string == "m")
      #expect(entry?["groundRegulations"]?.string == "si2006-1751")
    }
  }
}
