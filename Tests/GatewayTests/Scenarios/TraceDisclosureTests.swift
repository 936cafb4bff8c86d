// What is shown of a child, step by step: each grade has its ground and its leaf, and whoever there
// is no ground to see is not shown. All children in it are invented.

import ExchangeModel
import Foundation
import MessageLog
import Storage
import Testing
import Validation

@testable import Gateway

@Suite("Disclosure in traces")
struct TraceDisclosureTests {
  private static let known =
    #""surname": "Testerly", "forename": "Robin", "dateOfBirth": "2011-06-03", "sex": "F""#

  /// Officers of 851 with the pupils of its school.
  private func officers(_ gateway: GatewayHarness) async throws -> PartyClient {
    try await gateway.join(.gateway)
    let officers = try await gateway.join(.neighbourCME)
    try await gateway.client(.otherSchool).load(TraceScenarioTests.pool)
    return officers
  }

  private func shownLeaves(_ gateway: GatewayHarness) async throws -> [LogEvent] {
    let page = try await gateway.store.logRecords(LogFilter(), from: 0, limit: 10_000)
    return page.records.compactMap(\.event).filter { $0.kind == .pupilShown }
  }

  @Test("Name, school, home: each step is decided anew, gives its reason, and is a leaf")
  func grades() async throws {
    try await GatewayHarness.with { gateway in
      let officers = try await officers(gateway)
      let made = try await officers.look(for: Self.known)
      try #require(made.status == 201, "\(made.text)")
      for secret in ["Zzinvented", "PO99", "8514551", "2011-06-03"] {
        #expect(!made.text.contains(secret), "at first a name and a year: \(secret)")
      }
      let trace = try made.member("traceId")
      let school = try await officers.disclose(trace, "school")
      #expect(school.status == 200 && school.text.contains("8514551"), "\(school.text)")
      #expect(!school.text.contains("Zzinvented") && !school.text.contains("PO99"))
      // No home of somebody whom nobody took for the child.
      for scope in ["address", "full"] {
        #expect(try await officers.disclose(trace, scope).code == "candidate-not-confirmed")
      }
      #expect(try await officers.disclose(trace, "school", reason: "curious").code == "bad-request")
      let possible = try await officers.step(
        trace, "confirmation", #"{"result": "possible", "candidate": 1}"#)
      #expect(possible.status == 200, "\(possible.text)")
      let home = try await officers.disclose(trace, "address", reason: "safeguarding")
      #expect(home.text.contains("12 Zzinvented Street") && !home.text.contains("8514551"))
      // A smaller step later takes nothing back of what was shown.
      _ = try await officers.disclose(trace, "school")
      let seen = try await officers.seen(trace).list("candidates").first
      #expect(seen?["disclosed"]?.string == "address")
      // A brother is not the child, and nobody has ground to see more of him.
      let brother = try await officers.seen(trace).list("candidates").first {
        $0["reading"]?.isString("household") == true
      }
      if let number = brother?["number"]?.integer {
        #expect(
          try await officers.disclose(trace, "school", of: Int(number)).code == "trace-not-allowed")
      }
      #expect(brother != nil)

      let leaves = try await shownLeaves(gateway)
      let scopes = leaves.map { $0[.scope] ?? "" }
      #expect(scopes.count { $0 == "school" } == 2 && scopes.count { $0 == "address" } == 1)
      for leaf in leaves where leaf[.scope] != "name" {
        #expect(leaf[.purpose] == "children-missing-education")
        #expect(leaf[.reason]?.isEmpty == false && leaf[.id] == "cme-07")
      }
    }
  }

  @Test("Whose trace it is not, a system, and a trace that is over see nothing")
  func withoutGround() async throws {
    try await GatewayHarness.with { gateway in
      let officers = try await officers(gateway)
      let strangers = try await gateway.join(.cme)
      let trace = try await officers.look(for: Self.known).member("traceId")
      #expect(try await strangers.disclose(trace, "school").code == "not-found")
      #expect(
        try await strangers.trace(try #require(MessageID(trace))).code == "not-found")
      let bySystem = try await officers.look(
        #""child": {\#(Self.known)}"#, who: #""system": "case-system""#)
      #expect(
        try await officers.disclose(try bySystem.member("traceId"), "school").code
          == "trace-not-allowed")
      // A purpose that tracing does not serve is none.
      let curious = try await officers.look(
        #""child": {\#(Self.known)}"#, purpose: "medical-education")
      #expect(curious.code == "purpose-not-allowed", "\(curious.text)")
      // None of them is the child: then there is nobody to see more of.
      _ = try await officers.step(trace, "confirmation", #"{"result": "not-here"}"#)
      #expect(try await officers.disclose(trace, "school").code == "trace-closed")
      #expect(try await officers.disclose(trace, "school", of: 9).code == "not-found")
      // An agency that may not search any more sees no trace again.
      let urn = try #require(PartyURN(ScenarioParty.neighbourCME.rawValue))
      try await gateway.store.setState(of: urn, to: .suspended)
      let late = try await officers.trace(try #require(MessageID(trace)))
      #expect(late.status == 403 && !late.text.contains("Testerly"), "\(late.text)")
    }
  }

  @Test("Who only lives at the same place is not shown: that is no ground")
  func neighbour() async throws {
    try await GatewayHarness.with { gateway in
      let officers = try await officers(gateway)
      let made = try await officers.look(
        for: """
          "surname": "Zzstranger", "forename": "Zzolga", "dateOfBirth": "2013-10-10", "sex": "F",
          "places": [{"postcode": "PO99 8ZZ", "address": "12 Zzinvented Street"}]
          """)
      #expect(try made.json().list("candidates").isEmpty, "\(made.text)")
      #expect(try made.member("outcome") == "none")
    }
  }

  @Test("Once a request is erased, the trace made for it shows nobody")
  func erasedRequest() async throws {
    try await GatewayHarness.with { gateway in
      let officers = try await officers(gateway)
      let asker = try await gateway.join(.cme)
      let trace = try await asker.look(for: Self.known).member("traceId")
      let (request, _) = try await asker.request(trace)
      let theirs = try await officers.take(request)
      #expect(try await officers.seen(theirs).list("candidates").isEmpty == false)
      _ = try await officers.step(theirs, "confirmation", #"{"result": "not-here"}"#)
      #expect(try await officers.answer(theirs, disclose: "full").status == 202)
      let after = try await officers.seen(theirs)
      #expect(after.list("candidates").isEmpty)
      #expect(try await officers.disclose(theirs, "school").status == 404)
    }
  }

  @Test(
    "The requester's cap holds for what is answered, whatever the officer would tell",
    arguments: [
      ("yes-no", false, false), ("yes-no+school", true, false),
      ("yes-no+school+address", true, true), ("full", true, true),
    ])
  func caps(cap: String, tellsSchool: Bool, tellsHome: Bool) async throws {
    try await GatewayHarness.with { gateway in
      let officers = try await officers(gateway)
      let asker = try await gateway.join(.cme)
      let trace = try await asker.look(for: Self.known).member("traceId")
      let (request, _) = try await asker.request(trace, cap: cap)
      let theirs = try await officers.take(request)
      let unreviewed = try await officers.answer(theirs, disclose: "full")
      #expect(unreviewed.code == "bad-request", "a person confirms first: \(unreviewed.text)")
      _ = try await officers.step(
        theirs, "confirmation",
        #"{"result": "confirmed", "candidate": 1, "verifiedBy": "school-roll"}"#)
      #expect(try await officers.answer(theirs, disclose: "full").status == 202)
      let told = try await asker.wait(for: "gatehouse.trace-response.v1")
      #expect(told["data"]?["result"]?.string == "match")
      #expect((told["data"]?["school"] != nil) == tellsSchool)
      #expect((told["data"]?["address"] != nil) == tellsHome)
    }
  }

  @Test("The officer may tell less than the cap lets through")
  func lessThanTheCap() async throws {
    try await GatewayHarness.with { gateway in
      let officers = try await officers(gateway)
      let asker = try await gateway.join(.cme)
      let trace = try await asker.look(for: Self.known).member("traceId")
      let (request, _) = try await asker.request(trace, cap: "full")
      let theirs = try await officers.take(request)
      _ = try await officers.step(
        theirs, "confirmation",
        #"{"result": "confirmed", "candidate": 1, "verifiedBy": "school-roll"}"#)
      #expect(try await officers.answer(theirs, disclose: "yes-no").status == 202)
      let told = try await asker.wait(for: "gatehouse.trace-response.v1")
      #expect(told["data"]?["school"] == nil && told["data"]?["address"] == nil)
    }
  }

  /// One child in a restriction, with a school and a home of its own.
  private func hidden(_ restriction: String) -> String {
    """
    {"id":"h1","upns":["R850412325001"],"names":[{"surname":"Zznewname","forename":"Zzona"},\
    {"surname":"Zzoldname","forename":"Zzona"}],"datesOfBirth":["2012-02-02"],"sex":"F",\
    "places":[{"postcode":"PO98 7ZZ","address":"3 Zzhidden Lane"}],"schools":["8514551"],\
    "restriction":"\(restriction)"}
    """
  }

  @Test(
    "A restricted child answers a named officer alone, and nothing of where it is",
    arguments: ["adopted", "refuge"])
  func restricted(_ restriction: String) async throws {
    try await GatewayHarness.with { gateway in
      let officers = try await gateway.join(.neighbourCME)
      let asker = try await gateway.join(.cme)
      try await gateway.join(.gateway)
      try await gateway.client(.otherSchool).load(hidden(restriction))
      let child = """
        "surname": "Zzoldname", "forename": "Zzona", "dateOfBirth": "2012-02-02",
        "places": [{"postcode": "PO98 7ZZ", "address": "3 Zzhidden Lane"}], "lastSchool": "8514551"
        """
      let made = try await officers.look(for: child)
      let shown = try #require(try made.json().list("candidates").first, "\(made.text)")
      #expect(shown["restricted"]?.bool == true)
      // Neither the place nor the school counts, nor whose pool it is: a pool is a school's.
      #expect(shown.list("heldBy").isEmpty)
      let fields = shown.list("reasons").compactMap { $0["field"]?.string }
      #expect(!fields.contains("place") && !fields.contains("school"), "\(fields)")
      #expect(!made.text.contains("4551"), "\(made.text)")
      // By the place and the school alone nobody is found.
      let byPlace = try await officers.look(
        for: """
          "surname": "Zzother", "forename": "Zzsomebody", "places": [{"postcode": "PO98 7ZZ",
          "address": "3 Zzhidden Lane"}], "lastSchool": "8514551"
          """)
      #expect(!byPlace.text.contains("Zznewname"), "\(byPlace.text)")
      let trace = try made.member("traceId")
      _ = try await officers.step(trace, "confirmation", #"{"result": "possible", "candidate": 1}"#)
      for scope in ["school", "address", "full"] {
        #expect(try await officers.disclose(trace, scope).code == "restricted-child")
      }
      // Asked by another authority: no yes, and an answer tells neither the place nor another name.
      let theirs = try await asker.look(for: child)
      let said = try await asker.step(
        try theirs.member("traceId"), "enquiries", #"{"parties": ["urn:gatehouse:851:cme"]}"#)
      #expect(said.text.contains(#""answer":"no""#), "\(said.text)")
      let (request, _) = try await asker.request(try theirs.member("traceId"), cap: "full")
      let review = try await officers.take(request)
      _ = try await officers.step(
        review, "confirmation",
        #"{"result": "confirmed", "candidate": 1, "verifiedBy": "school-roll"}"#)
      #expect(try await officers.answer(review, disclose: "full").status == 202)
      let told = try await asker.wait(for: "gatehouse.trace-response.v1")
      let data = try #require(told["data"])
      for name in ["school", "address", "onRoll", "fieldConflicts"] {
        #expect(data[name] == nil, "\(name)")
      }
      let matched = data.list("matchedOn").compactMap(\.string)
      #expect(!matched.contains("postcode"), "\(matched)")
    }
  }

  @Test("A child that is hidden later is hidden in the traces made before")
  func hiddenLater() async throws {
    try await GatewayHarness.with { gateway in
      let officers = try await officers(gateway)
      let bySystem = try await officers.look(
        #""child": {\#(Self.known)}"#, who: #""system": "case-system""#)
      #expect(bySystem.text.contains("Testerly"))
      let byOfficer = try await officers.look(for: Self.known)
      try await gateway.client(.otherSchool).load(
        """
        {"id":"p1","names":[{"surname":"Testerly","forename":"Robin"}],\
        "datesOfBirth":["2011-06-03"],"sex":"F","restriction":"refuge"}
        """)
      let trace = try bySystem.member("traceId")
      #expect(
        try await !officers.seen(trace).list("candidates").contains {
          $0["restricted"]?.bool == true
        })
      let again = try await officers.seen(try byOfficer.member("traceId")).list("candidates").first
      #expect(again?["restricted"]?.bool == true && again?.list("heldBy").isEmpty == true)
      #expect(
        try await officers.disclose(try byOfficer.member("traceId"), "school").code
          == "restricted-child")
    }
  }

  @Test("A child whom two pools hold is one candidate, held by both")
  func twoPools() async throws {
    try await GatewayHarness.with { gateway in
      let officers = try await officers(gateway)
      // The school that the child left has not taken her out yet.
      try await gateway.store.register(
        Party(
          urn: try #require(PartyURN("urn:gatehouse:851:9901")), name: "Test second school",
          role: PartyRole(rawValue: "school")))
      let lines = """
        {"id":"x9","upns":["R850412325001"],"names":[{"surname":"Testerly","forename":"Robyn"}],\
        "datesOfBirth":["2011-06-03"],"sex":"F","places":[{"postcode":"PO99 8ZZ",\
        "address":"12 Zzinvented Street"}],"schools":["8519901"]}
        """
      let changes = try PupilLines.changes(Array(lines.utf8), limits: Limits())
      _ = try await gateway.store.changePupils(
        changes, of: try #require(PartyURN("urn:gatehouse:851:9901")))
      let made = try await officers.look(for: Self.known + #", "upn": "R850412325001""#)
      let children = try made.json().list("candidates").filter {
        $0["reading"]?.isString("child") == true
      }
      #expect(children.count == 1, "\(made.text)")
      #expect(try made.member("outcome") == "match", "\(made.text)")
      #expect(
        Set(children.first?.list("heldBy").compactMap(\.string) ?? [])
          == ["urn:gatehouse:851:4551", "urn:gatehouse:851:9901"])
      let trace = try made.member("traceId")
      let before = try await shownLeaves(gateway).count
      let school = try await officers.disclose(trace, "school")
      #expect(school.text.contains("8514551") && school.text.contains("8519901"))
      // Two records were shown, so there are two leaves.
      #expect(try await shownLeaves(gateway).count == before + 2)
      // Hidden by one of the pools, the child is hidden in both.
      let hidden = lines.replacing(#""sex":"F""#, with: #""sex":"F","restriction":"refuge""#)
      _ = try await gateway.store.changePupils(
        try PupilLines.changes(Array(hidden.utf8), limits: Limits()),
        of: try #require(PartyURN("urn:gatehouse:851:9901")))
      #expect(try await officers.disclose(trace, "school").code == "restricted-child")
      let bySystem = try await officers.look(
        #""child": {\#(Self.known), "upn": "R850412325001"}"#, who: #""system": "case-system""#)
      #expect(!bySystem.text.contains(#""reading":"child""#), "\(bySystem.text)")
    }
  }
}

extension JSONNode {
  /// The elements of a list; none when it is not there.
  func list(_ name: String) -> [JSONNode] { self[name].map { Array($0.elements) } ?? [] }
}
