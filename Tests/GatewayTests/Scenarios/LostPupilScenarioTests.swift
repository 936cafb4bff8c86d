// The lost pupil pool, end to end: a posting, what officers of another authority see, a claim, a
// named release, and the file that moves once.

import ExchangeModel
import Foundation
import GRDB
import MessageLog
import Policy
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

  @Test("Of two releases at once one moves the file, and of many claims each is on record")
  func atOnce() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let newSchool = try gateway.client(.otherSchool)
      let officers = try await gateway.join(.neighbourCME)
      try await gateway.join(.lostPupilPool)
      try await gateway.join(.gateway)
      let posting = try await post(school)
      let claims = try await withThrowingTaskGroup(of: String.self) { group in
        for client in [newSchool, officers, newSchool, officers] {
          group.addTask { try await claim(client, posting).member("claimId") }
        }
        return try await group.reduce(into: [String]()) { $0.append($1) }
      }
      #expect(Set(claims).count == 4)
      let answers = try await withThrowingTaskGroup(of: Int.self) { group in
        for id in claims {
          group.addTask {
            try await json(
              school, "/v1/transfers/claims/\(id)/decision",
              #"{"outcome": "release", "decidedBy": "Sam Modell"}"#
            ).status
          }
        }
        return try await group.reduce(into: [Int]()) { $0.append($1) }
      }
      #expect(answers.sorted() == [200, 409, 409, 409])
      _ = try await newSchool.wait(for: "gatehouse.common-transfer-file.v1")
      #expect(try await gateway.leafCount(.released) == 1)
      let moved = try await newSchool.call("GET", "/v1/transfers").json()
      #expect(moved["transfers"]?.count == 1)
      // A decision once made stands, also the other way round.
      let other = try await json(
        school, "/v1/transfers/claims/\(claims[0])/decision",
        #"{"outcome": "refuse", "decidedBy": "Sam Modell", "reason": "twice"}"#)
      #expect([200, 409].contains(other.status))
      #expect(try await gateway.leafCount(.released) == 1)
    }
  }

  @Test("The posting delay is counted in the school's days, or as four weeks, by its authority")
  func delays() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      try await gateway.join(.lostPupilPool)
      let today = UKTime.date(of: gateway.clock.now()).daysSinceEpoch
      let days = (today - 30...today + 120).map { CivilDate(daysSinceEpoch: $0) }
      // A week off from tomorrow, and one INSET day a week after it.
      let off = (today + 1...today + 7).map { CivilDate(daysSinceEpoch: $0) }
      var inset = CivilDate(daysSinceEpoch: today + 10)
      while [0, 6].contains(Self.weekday(inset)) {
        inset = CivilDate(daysSinceEpoch: inset.daysSinceEpoch + 1)
      }
      let calendar = """
        {"kind": "school", "owner": "urn:gatehouse:850:4321",
         "validFrom": "\(days[0])", "validThrough": "\(days[150])",
         "terms": [{"first": "\(days[0])", "last": "\(CivilDate(daysSinceEpoch: today))"},
           {"first": "\(CivilDate(daysSinceEpoch: today + 8))", "last": "\(days[150])"}],
         "insetDays": ["\(inset)"]}
        """
      _ = try await gateway.store.importCalendar(Array(calendar.utf8))
      let left = CivilDate(daysSinceEpoch: today - 3)
      let open = days.filter {
        $0 > left && ![0, 6].contains(Self.weekday($0)) && !off.contains($0) && $0 != inset
      }
      let settings: [(PostingDelay, CivilDate)] = [
        (.fifteenSchoolDays, open[14]), (.twentySchoolDays, open[19]),
        (.fourWeeks, CivilDate(daysSinceEpoch: left.daysSinceEpoch + 28)),
      ]
      for (number, (delay, expected)) in settings.enumerated() {
        try await gateway.store.setPostingDelay(delay, of: "850")
        let sent = try await school.handIn(
          SampleTransfers.file(to: ("XXX", "XXXX"), [SampleTransfers.pupil(left: "\(left)")]),
          as: "8504321_CTF_XXXXXXX_00\(number + 1).xml")
        try #require(sent.status == 202, "\(sent.text)")
        let queue = try DatabaseQueue(path: gateway.settings.data + "/gatehouse.sqlite")
        let visible = try await queue.read {
          try Int64.fetchOne(
            $0, sql: "SELECT visible_from FROM pool_posting ORDER BY message DESC LIMIT 1")
        }
        let day = UKTime.date(of: Timestamp(milliseconds: visible ?? 0))
        #expect(day == expected, "\(delay.rawValue): \(day), not \(expected)")
      }
    }
  }

  /// 0 is Sunday.
  private static func weekday(_ day: CivilDate) -> Int64 { (day.daysSinceEpoch + 4) % 7 }

  @Test("A sensitive address is in no file that leaves, by the pool, a claim and its release")
  func sensitiveThroughout() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let newSchool = try gateway.client(.otherSchool)
      let officers = try await gateway.join(.neighbourCME)
      let pool = try await gateway.join(.lostPupilPool)
      try await gateway.join(.gateway)
      let rest = """
        <Phones><Phone><PhoneNo>01632 960001</PhoneNo></Phone></Phones><Email>a@b.example</Email>\
        <Contacts><Contact><Surname>Sampleson</Surname><Forename>Pat</Forename><Address>\
        <PostCode>SO99 9AA</PostCode></Address></Contact></Contacts><SuppInfo><Home>1 Secret \
        Street</Home></SuppInfo><Whereabouts>1 Secret Street</Whereabouts>
        """
      let posting = try await post(
        school, SampleTransfers.pupil(left: "2025-11-03", rest: rest),
        query: "?addressSensitive=true")
      let claimed = try await claim(newSchool, posting)
      let path = "/v1/transfers/claims/\(try claimed.member("claimId"))/decision"
      let released = try await json(
        school, path, #"{"outcome": "release", "decidedBy": "Sam Modell"}"#)
      #expect(released.status == 200, "\(released.text)")
      _ = try await newSchool.wait(for: "gatehouse.common-transfer-file.v1")
      let received = try await newSchool.call("GET", "/v1/transfers").json()
      let id = try #require(
        received["transfers"]?.elements.first { _ in true }?["messageId"]?.string)
      var texts = [try await pool.call("GET", "/v1/transfers/\(posting)/file").text]
      texts.append(try await newSchool.call("GET", "/v1/transfers/\(id)/file").text)
      for text in texts { #expect(text.contains(SampleTransfers.upn)) }
      texts.append(try await pool.fetch(posting).text)
      texts.append(try await newSchool.fetch(id).text)
      texts.append(try await self.pool(officers).text)
      texts.append(try await school.call("GET", "/v1/transfers/claims").text)
      for text in texts {
        for secret in ["Secret", "SO99", "01632", "b.example", "Whereabouts"] {
          #expect(!text.contains(secret))
        }
      }
      let direct = try await school.handIn(
        SampleTransfers.file(to: ("851", "4551"), [SampleTransfers.pupil(rest: rest)]),
        as: "8504321_CTF_8514551_001.xml", query: "?addressSensitive=true")
      let file = try await newSchool.call(
        "GET", "/v1/transfers/\(try direct.member("messageId"))/file")
      #expect(file.text.contains(SampleTransfers.upn) && !file.text.contains("Secret"))
    }
  }

  @Test("Officers post, and their authority's desk speaks: the log knows who holds the file")
  func officersPost() async throws {
    try await GatewayHarness.with { gateway in
      let newSchool = try gateway.client(.otherSchool)
      let officers = try await gateway.join(.cme)
      try await gateway.join(.transferDesk)
      try await gateway.join(.lostPupilPool)
      try await gateway.join(.gateway)
      let posting = try await post(officers)
      let claimed = try await claim(newSchool, posting)
      let released = try await json(
        officers, "/v1/transfers/claims/\(try claimed.member("claimId"))/decision",
        #"{"outcome": "release", "decidedBy": "Sam Modell"}"#)
      #expect(released.status == 200, "\(released.text)")
      let moved = try await newSchool.wait(for: "gatehouse.common-transfer-file.v1")
      #expect(moved["source"]?.string == ScenarioParty.transferDesk.rawValue)
      try await gateway.server.publisher.publish()
      let key = gateway.server.publisher.key
      let result = try await gateway.store.verifyLog(
        openNote: { note in
          let checkpoint = try Checkpoint.open(note, log: key).checkpoint
          return (checkpoint.size, checkpoint.root)
        }, progress: { _, _ in })
      #expect(result.faults == [])
    }
  }
}
