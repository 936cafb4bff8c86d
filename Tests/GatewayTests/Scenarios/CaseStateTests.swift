// How cases go from state to state, and who says so: a deletion's end, a request that is taken
// back, an answer that is chased by the clocks. All children in it are invented.

import ExchangeModel
import Foundation
import MessageLog
import Storage
import Testing
import Validation

@testable import Gateway

@Suite("States of cases")
struct CaseStateTests {
  private static let known =
    #""surname": "Testerly", "forename": "Robin", "dateOfBirth": "2011-06-03", "sex": "F""#

  /// A deletion return that the school made, and its officers.
  private func returned(
    _ gateway: GatewayHarness
  ) async throws -> (school: PartyClient, officers: PartyClient, id: String) {
    let officers = try await gateway.join(.cme)
    try await gateway.join(.gateway)
    let school = try gateway.client(.school)
    for file in try SampleEnvelopes.attachments("deletion-return") {
      let bytes = try SampleEnvelopes.bytes(of: file)
      _ = try await school.call("PUT", "/v1/attachments/\(sha256(bytes))", body: bytes)
    }
    let sent = try await school.sendExample(
      "deletion-return/v1/examples/at-another-school.valid.json")
    try #require(sent.status == 202, "\(sent.text)")
    return (school, officers, try sent.member("messageId"))
  }

  private func end(
    _ school: PartyClient, _ example: String, of id: String
  ) async throws -> ClientAnswer {
    try await school.sendExample("deletion-outcome/v1/examples/\(example).valid.json") {
      $0.inReplyTo = id
    }
  }

  @Test("A deletion ends by the school's word: deleted, even though it was challenged")
  func deleted() async throws {
    try await GatewayHarness.with { gateway in
      let (school, officers, id) = try await returned(gateway)
      #expect(try await officers.seenCase(id)["state"]?.string == "proposed")
      let check = try await officers.sendExample(
        "deletion-return-check/v1/examples/more-enquiries.valid.json"
      ) {
        $0.recipient = try Agency.school.urn()
        $0.inReplyTo = id
      }
      try #require(check.status == 202, "\(check.text)")
      #expect(try await school.seenCase(id)["state"]?.string == "challenged")
      let ended = try await end(school, "deleted", of: id)
      try #require(ended.status == 202, "\(ended.text)")
      for client in [school, officers] {
        #expect(try await client.seenCase(id)["state"]?.string == "deleted")
      }
      let steps = try await officers.seenCase(id).list("messages").compactMap { $0["step"]?.string }
      #expect(steps == ["deletion-return", "deletion-return-check", "deletion-outcome"])
      #expect(try await officers.cases(limit: 10).described(by: "CasePage").status == 200)
    }
  }

  @Test("A deletion is withdrawn by the school alone; nobody owes a check of it then")
  func withdrawn() async throws {
    try await GatewayHarness.with { gateway in
      let (school, officers, id) = try await returned(gateway)
      func owed() async throws -> Int {
        try await officers.duties(side: .owedByMe).json().list("duties")
          .count { $0["messageId"]?.isString(id) == true }
      }
      #expect(try await owed() > 0)
      // The officers cannot end it for the school: the route is the school's.
      let foreign = try await officers.sendExample(
        "deletion-outcome/v1/examples/withdrawn.valid.json"
      ) {
        $0.source = try #require(PartyURN(ScenarioParty.cme.rawValue))
        $0.recipient = try Agency.school.urn()
        $0.inReplyTo = id
      }
      #expect(foreign.code == "route-not-allowed", "\(foreign.text)")
      let ended = try await end(school, "withdrawn", of: id)
      try #require(ended.status == 202, "\(ended.text)")
      #expect(try await officers.seenCase(id)["state"]?.string == "withdrawn")
      #expect(try await owed() == 0)
      // What was withdrawn stays so: for another deletion there is another return.
      let late = try await officers.sendExample(
        "deletion-return-check/v1/examples/more-enquiries.valid.json"
      ) {
        $0.recipient = try Agency.school.urn()
        $0.inReplyTo = id
      }
      #expect(late.status == 202, "\(late.text)")
      #expect(try await school.seenCase(id)["state"]?.string == "withdrawn")
      #expect(try await verified(gateway) == [])
    }
  }

  private func verified(_ gateway: GatewayHarness) async throws -> [String] {
    _ = try await gateway.server.publisher.publish()
    let text = try String(contentsOfFile: gateway.directory + "/log.vkey", encoding: .utf8)
    let key = try NoteKey(vkey: text.trimmingCharacters(in: .whitespacesAndNewlines))
    return try await gateway.store.verifyLog(
      openNote: { note in
        let checkpoint = try Checkpoint.open(note, log: key).checkpoint
        return (checkpoint.size, checkpoint.root)
      }, progress: { _, _ in }
    ).faults
  }

  private func asked(
    _ gateway: GatewayHarness, upTo cap: String = "yes-no+school"
  ) async throws -> (
    asker: PartyClient, officers: PartyClient, trace: String, request: String, caseID: String
  ) {
    try await gateway.join(.gateway)
    let officers = try await gateway.join(.neighbourCME)
    let asker = try await gateway.join(.cme)
    try await gateway.client(.otherSchool).load(TraceScenarioTests.pool)
    let trace = try await asker.look(for: Self.known).member("traceId")
    let sent = try await asker.request(trace, cap: cap)
    return (asker, officers, trace, sent.message, sent.caseID)
  }

  @Test("A request that nobody has answered is taken back: erased, no answer owed, no reminder")
  func takenBack() async throws {
    try await GatewayHarness.with { gateway in
      let (asker, officers, trace, request, caseID) = try await asked(gateway)
      // What nobody answered cannot be confirmed.
      let early = try await asker.step(
        trace, "replies", #"{"result": "confirmed", "verifiedBy": "school-roll"}"#)
      #expect(early.code == "bad-request", "\(early.text)")
      let back = try await asker.step(
        trace, "replies", #"{"result": "withdrawn", "verifiedBy": "parent-document"}"#)
      try #require(back.status == 202, "\(back.text)")
      let seen = try await asker.seenCase(caseID)
      #expect(seen["state"]?.string == "withdrawn")
      #expect(seen.list("asked").first?["erasedAt"]?.string != nil)
      #expect(try await officers.seenCase(caseID)["state"]?.string == "withdrawn")
      #expect(try await officers.fetch(request).code == "content-erased")
      #expect(try await officers.look(#""request": "\#(request)""#).code == "content-erased")
      let owed = try await officers.duties(side: .owedByMe).json().list("duties")
      #expect(!owed.contains { $0["messageId"]?.isString(request) == true })
      #expect(try await verified(gateway) == [])
      // Again there is nothing left to take back.
      let again = try await asker.step(
        trace, "replies", #"{"result": "withdrawn", "verifiedBy": "parent-document"}"#)
      #expect(again.status == 404)
      // An answer that comes after all changes nothing of it.
      let late = try await officers.sendExample(
        "trace-response/v1/examples/match-with-school.valid.json"
      ) { $0.inReplyTo = request }
      if late.status == 202 {
        #expect(try await asker.seenCase(caseID)["state"]?.string == "withdrawn")
      }
    }
  }

  @Test("Another child: the answer is denied, and the request erased where it was received")
  func wrongChild() async throws {
    try await GatewayHarness.with { gateway in
      let (asker, officers, trace, request, caseID) = try await asked(gateway)
      let theirs = try await officers.take(request)
      _ = try await officers.step(
        theirs, "confirmation",
        #"{"result": "confirmed", "candidate": 1, "verifiedBy": "school-roll"}"#)
      #expect(try await officers.answer(theirs, disclose: "yes-no").status == 202)
      let seen = try await asker.seenCase(caseID)
      #expect(seen["state"]?.string == "answered-match")
      let answer = try #require(seen.list("asked").first?["answer"]?.string)
      let reply = try await asker.step(
        trace, "replies",
        #"{"answer": "\#(answer)", "result": "wrong-child", "verifiedBy": "home-visit"}"#)
      #expect(reply.status == 202, "\(reply.text)")
      #expect(try await asker.seenCase(caseID)["state"]?.string == "wrong-child")
      #expect(try await officers.fetch(request).code == "content-erased")
      #expect(try await officers.seen(theirs).list("candidates").isEmpty)
    }
  }

  @Test("A refusal tells its reason, and the request stays")
  func refused() async throws {
    try await GatewayHarness.with { gateway in
      let (asker, officers, _, request, caseID) = try await asked(gateway)
      let theirs = try await officers.take(request)
      let sent = try await officers.answer(
        theirs, disclose: "yes-no", refusal: #""refusalReason": "more-detrimental-to-child","#)
      try #require(sent.status == 202, "\(sent.text)")
      let told = try await asker.wait(for: "gatehouse.trace-response.v1")
      #expect(told["data"]?["refusalReason"]?.string == "more-detrimental-to-child")
      for name in ["school", "address", "fieldConflicts"] { #expect(told["data"]?[name] == nil) }
      #expect(try await asker.seenCase(caseID)["state"]?.string == "refused")
    }
  }

  private static let working = """
    {"kind":"working","owner":"la:851","validFrom":"2020-01-01","validThrough":"2021-12-31",
     "bankHolidays":[]}
    """

  @Test("Whoever does not answer is reminded by the clocks; the case shows until when, and that")
  func reminded() async throws {
    try await GatewayHarness.with { gateway in
      let year = try #require(CivilDate(String(gateway.clock.now().description.prefix(10)))).year
      let calendar = Self.working.replacing("2020-", with: "\(year)-").replacing(
        "2021-", with: "\(year + 1)-")
      _ = try await gateway.store.importCalendar(Array(calendar.utf8))
      let (asker, officers, trace, request, caseID) = try await asked(gateway)
      let said = try await asker.step(
        trace, "enquiries", #"{"parties": ["urn:gatehouse:851:cme"]}"#)
      #expect(said.text.contains(#""answer":"yes""#))
      let first = try await asker.seenCase(caseID)
      #expect(first["traceId"]?.string == trace)
      let enquiry = try #require(first.list("enquiries").first)
      #expect(enquiry["answer"]?.string == "yes" && enquiry["askedAt"]?.string != nil)
      let question = try #require(first.list("asked").first)
      #expect(question["asked"]?.string == ScenarioParty.neighbourCME.rawValue)
      #expect(question["messageId"]?.string == request)
      #expect(question["askedAt"]?.string?.isEmpty == false)
      #expect(question["dueAt"]?.string?.isEmpty == false, "five working days")
      #expect(question["reminded"] == nil && question["answer"] == nil)
      // Who was asked sees its own part, and not what others said.
      let theirs = try await officers.seenCase(caseID)
      #expect(theirs["traceId"] == nil && theirs["enquiries"] == nil)

      gateway.clock.move(seconds: 12 * 86_400)
      _ = try await gateway.store.sweepDuties()
      for client in [asker, officers] {
        let reminder = try await client.wait(for: "gatehouse.duty-reminder.v1")
        #expect(reminder["data"]?["messageId"]?.string == request)
        #expect(reminder["data"]?["state"]?.string == "overdue")
        #expect(reminder["data"]?["whatIsOwed"]?.string == "gatehouse.trace-response.v1")
      }
      #expect(
        try await asker.seenCase(caseID).list("asked").first?["reminded"]?.string == "overdue")

      let review = try await officers.take(request)
      _ = try await officers.step(review, "confirmation", #"{"result": "not-here"}"#)
      #expect(try await officers.answer(review, disclose: "yes-no").status == 202)
      let last = try #require(try await asker.seenCase(caseID).list("asked").first)
      #expect(last["state"]?.string == "answered-no-match")
      #expect(last["answer"]?.string != nil && last["answeredAt"]?.string != nil)
      #expect(last["erasedAt"]?.string != nil)
    }
  }
}
