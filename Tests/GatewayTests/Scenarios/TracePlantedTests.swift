// A whole run of tracing with names, numbers and dates of children who do not exist planted
// wherever somebody can put one: pupils, questions, requests, answers, faults. Then every leaf,
// event, line of the log, error, header and envelope attribute is searched for them. And the search
// is tried out.

import Crypto
import ExchangeModel
import Foundation
import GRDB
import MessageLog
import Storage
import Testing
import Validation

@testable import Gateway

/// What is planted, and finding it however it is written.
private struct Planted {
  static let words = [
    "Zzquibblesworth", "Zzebedee", "Zzhortensia", "R850412325001", "2011-06-03", "PO99 8ZZ",
    "12 Zzpretend Street", "8514551", "Zzbrother",
  ]

  /// The words found in a text: as they are, in capitals or small, without their spaces, as a
  /// digest that anybody could make again, or as base64 of one of these.
  static func found(in bytes: [UInt8]) -> [String] {
    let data = Data(bytes)
    return words.filter { word in
      forms(of: word).contains { data.range(of: $0) != nil }
    }
  }

  private static func forms(of word: String) -> [Data] {
    let digest = Data(SHA256.hash(data: Data(word.utf8)))
    let texts = [
      word, word.uppercased(), word.lowercased(), word.replacing(" ", with: ""),
      word.replacing(" ", with: "%20"), Hex.text(digest), digest.base64EncodedString(),
      Data(word.utf8).base64EncodedString(),
    ]
    return texts.map { Data($0.utf8) } + [digest]
  }
}

/// What came out of the gateway on the way, except to those whom a child was shown to.
private final class Evidence {
  private(set) var texts: [(what: String, bytes: [UInt8])] = []

  func add(_ what: String, _ text: String) { texts.append((what, Array(text.utf8))) }

  /// A refusal: its body and what headers a caller may log.
  func refused(_ what: String, _ answer: ClientAnswer) {
    #expect(answer.status >= 400, "\(what): \(answer.text)")
    add("the refusal of \(what)", answer.text)
    headers(what, answer)
  }

  func headers(_ what: String, _ answer: ClientAnswer) {
    for name in ["Location", "Link", "Content-Disposition", "WWW-Authenticate"] {
      add("\(name) of \(what)", answer.header(name) ?? "")
    }
  }

  func expectClean() {
    for (what, bytes) in texts {
      #expect(Planted.found(in: bytes) == [], "\(what): \(String(decoding: bytes, as: UTF8.self))")
    }
  }
}

@Suite("Planted data in traces")
struct TracePlantedTests {
  private static let pool = """
    {"id":"R850412325001","upns":["R850412325001"],"names":[{"surname":"Zzquibblesworth",\
    "forename":"Zzebedee"}],"datesOfBirth":["2011-06-03"],"sex":"M",\
    "places":[{"postcode":"PO99 8ZZ","address":"12 Zzpretend Street"}],\
    "parents":[{"surname":"Zzquibblesworth","forename":"Zzhortensia"}],"schools":["8514551"]}
    {"id":"Zzbrother","names":[{"surname":"Zzquibblesworth","forename":"Zzbrother"}],\
    "datesOfBirth":["2015-01-09"],"sex":"M",\
    "places":[{"postcode":"PO99 8ZZ","address":"12 Zzpretend Street"}],"schools":["8514551"]}
    """

  private static let child = """
    "upn": "R850412325001", "surname": "Zzquibblesworth", "forename": "Zzebedee",
    "dateOfBirth": "2011-06-03", "sex": "M", "lastSchool": "8514551",
    "places": [{"postcode": "PO99 8ZZ", "address": "12 Zzpretend Street"}],
    "parents": [{"surname": "Zzquibblesworth", "forename": "Zzhortensia"}],
    "siblings": [{"surname": "Zzquibblesworth", "forename": "Zzbrother"}]
    """

  /// What goes wrong, with planted words in every place that a person can fill in.
  private func faults(
    _ asker: PartyClient, _ school: PartyClient, _ trace: String, _ seen: Evidence
  ) async throws {
    let good = #""child": {\#(Self.child)}"#
    for (what, body) in [
      ("an officer by name", good.replacing("\"surname\"", with: "\"Zzebedee\"")),
      ("a number for a date", good.replacing("\"2011-06-03\"", with: "\"Zzebedee 2011-06-03\"")),
      ("a list for a name", good.replacing("\"Zzebedee\"", with: "[\"Zzebedee\"]")),
      ("a request by name", #""request": "Zzquibblesworth""#), ("broken JSON", good + " Zzebedee"),
      ("an unknown sex", good.replacing("\"M\"", with: "\"Zzebedee\"")),
    ] { seen.refused(what, try await asker.look(body)) }
    seen.refused(
      "a name for an officer", try await asker.look(good, who: #""officer": "Zzebedee Zzbrother""#))
    seen.refused("a reason of names", try await asker.look(good, reason: "Zzquibblesworth"))
    seen.refused("a purpose of names", try await asker.look(good, purpose: "Zzquibblesworth"))
    for (step, body) in [
      ("confirmation", #"{"result": "Zzebedee"}"#),
      ("confirmation", #"{"result": "confirmed", "candidate": "Zzebedee"}"#),
      ("enquiries", #"{"parties": ["urn:gatehouse:851:Zzebedee"]}"#),
      ("requests", #"{"dateLastSeen": "2011-06-03 Zzebedee", "disclosureCap": "Zzebedee"}"#),
      ("answer", #"{"disclose": "Zzquibblesworth", "contactOfficer": "Zzhortensia"}"#),
      ("replies", #"{"answer": "Zzquibblesworth", "result": "confirmed"}"#),
      ("candidates/Zzebedee/disclosure", #"{"scope": "school", "reason": "Zzebedee"}"#),
      ("candidates/1/disclosure", #"{"scope": "R850412325001", "reason": "Zzebedee"}"#),
      ("Zzebedee", "{}"),
    ] { seen.refused(step, try await asker.step(trace, step, body)) }
    for lines in [
      "Zzquibblesworth", Self.pool.replacing("2011-06-03", with: "Zzebedee"),
      Self.pool.replacing("\"sex\"", with: "\"Zzebedee\""),
      #"{"id":"Zzebedee","names":[{"surname":"Zzebedee"}],"restriction":"Zzquibblesworth"}"#,
    ] { seen.refused("a pupil", try await school.changePupils(Array(lines.utf8))) }
    for path in [
      "/v1/traces/Zzquibblesworth", "/v1/cases/R850412325001", "/v1/cases?kind=Zzebedee",
      "/v1/cases?after=Zzquibblesworth", "/v1/pupils/R850412325001",
    ] { seen.refused("a URL", try await asker.call("GET", path)) }
  }

  /// From the worry to the erasure. Returns the ids of all that was sent.
  private func run(_ gateway: GatewayHarness, _ seen: Evidence) async throws {
    try await gateway.join(.gateway)
    let officers = try await gateway.join(.neighbourCME)
    let asker = try await gateway.join(.cme)
    let school = try gateway.client(.otherSchool)
    let loaded = try await school.changePupils(Array(Self.pool.utf8))
    try #require(loaded.status == 200, "\(loaded.text)")
    seen.add("the answer to a load", loaded.text)
    let made = try await asker.look(for: Self.child)
    try #require(made.status == 201, "\(made.text)")
    seen.headers("a trace", made)
    // Nobody of 850 is the child: nothing of it is told back.
    seen.add("a trace without candidates", made.text)
    let trace = try made.member("traceId")
    try await faults(asker, school, trace, seen)
    let said = try await asker.step(trace, "enquiries", #"{"all": true}"#)
    #expect(said.text.contains(#""answer":"yes""#))
    seen.add("yes or no", said.text)
    let (request, caseID) = try await asker.request(trace, cap: "full")
    for envelope in try await attributes(gateway) {
      seen.add("the request's attributes", String(decoding: envelope, as: UTF8.self))
    }
    let theirs = try await officers.take(request)
    #expect(try await officers.disclose(theirs, "school").text.contains("8514551"))
    _ = try await officers.step(
      theirs, "confirmation",
      #"{"result": "confirmed", "candidate": 1, "verifiedBy": "school-roll"}"#)
    #expect(try await officers.disclose(theirs, "full").text.contains("Zzpretend"))
    let sent = try await officers.answer(theirs, disclose: "full")
    try #require(sent.status == 202, "\(sent.text)")
    seen.add("what became of the answer", sent.text)
    let told = try await asker.wait(for: "gatehouse.trace-response.v1")
    #expect(told["data"]?["address"] != nil, "the run must have something to leak")
    let answer = try #require(
      try await asker.seenCase(caseID).list("asked").first?["answer"]?.string)
    let reply = try await asker.step(
      trace, "replies",
      #"{"answer": "\#(answer)", "result": "wrong-child", "verifiedBy": "home-visit"}"#)
    try #require(reply.status == 202, "\(reply.text)")
    seen.add("what became of the reply", reply.text)
    for (who, client) in [("asker", asker), ("asked", officers)] {
      seen.add("the case of \(who)", try await client.exchangeCase(try id(caseID)).text)
      seen.add("the cases of \(who)", try await client.cases(limit: 10).text)
      seen.add("the inbox of \(who)", try await client.call("GET", "/v1/inbox").text)
      seen.add("the duties of \(who)", try await client.duties().text)
    }
    seen.refused("an erased request", try await officers.fetch(request))
    seen.add("a status", try await asker.call("GET", "/v1/messages/\(request)").text)
    seen.add("a proof", try await asker.call("GET", "/v1/messages/\(request)/receipt").text)
    let tree = try await gateway.server.publisher.publish()
    seen.add(
      "the entry bundle",
      try await school.call("GET", "/v1/log/tile/entries/000.p/\(tree.size)").text)
    seen.add("the metrics", try await gateway.admin("/metrics").text)
  }

  private func id(_ text: String) throws -> MessageID { try #require(MessageID(text)) }

  /// The attributes of every message kept: all of its envelope but the content.
  private func attributes(_ gateway: GatewayHarness) async throws -> [[UInt8]] {
    let queue = try DatabaseQueue(path: gateway.settings.data + "/gatehouse.sqlite")
    let kept = try await queue.read { database in
      try Data.fetchAll(database, sql: "SELECT received FROM message")
    }
    return try kept.compactMap { received in
      guard received.first != 0 else { return nil }
      let format: ContentFormat = received.first == UInt8(ascii: "<") ? .xml : .json
      var envelope = try EnvelopeReader.read(
        Array(received), format: format, limits: Limits()
      ).envelope
      envelope.payload = ExchangeModel.Payload(format: .json, bytes: Array("{}".utf8))
      return EnvelopeWriter.write(envelope, as: .json)
    }
  }

  @Test("A whole run leaves nothing of a child in a leaf, an event, a line, an error or a URL")
  func wholeRun() async throws {
    try await GatewayHarness.with { gateway in
      let seen = Evidence()
      try await run(gateway, seen)
      seen.expectClean()
      let envelopes = try await attributes(gateway)
      #expect(envelopes.count >= 2, "the answer and the reply; the request is erased")
      for envelope in envelopes { #expect(Planted.found(in: envelope) == []) }
      let records = try await gateway.store.logRecords(LogFilter(), from: 0, limit: 100_000).records
      let kinds = Set(records.map(\.entry.kind))
      #expect(
        kinds.isSuperset(of: [
          .searched, .pupilShown, .pupilsChanged, .traceConfirmed, .caseChanged, .admitted,
          .disposed,
        ]), "\(kinds)")
      for record in records {
        #expect(Planted.found(in: record.entry.bytes) == [], "leaf \(record.index)")
        #expect(
          Planted.found(in: record.event?.canonicalBytes ?? []) == [], "event \(record.index)")
      }
      let log = gateway.log.text
      #expect(log.contains("gateway.started") && log.count > 1000)
      #expect(Planted.found(in: Array(log.utf8)) == [])

      // The search sees a leak: in the log, in a line, in an error, and what the run itself held.
      try await gateway.store.recordLogAct("seen-by-Zzquibblesworth")
      let leak = try await gateway.store.logRecords(
        LogFilter(), from: Int64(records.count), limit: 10
      ).records.last
      #expect(Planted.found(in: leak?.event?.canonicalBytes ?? []) == ["Zzquibblesworth"])
      gateway.log.append(Array(#"{"path":"/v1/traces?surname=zzebedee"}"#.utf8))
      #expect(Planted.found(in: Array(gateway.log.text.utf8)) == ["Zzebedee"])
      #expect(Planted.found(in: Array(Self.pool.utf8)).count == Planted.words.count)
    }
  }

  @Test("The search finds a word however it is written", arguments: Planted.words)
  func searchFinds(_ word: String) {
    let digest = Data(SHA256.hash(data: Data(word.utf8)))
    for text in [
      "x\(word)y", word.uppercased(), "path=\(word.replacing(" ", with: "%20"))",
      "sha256:" + Hex.text(digest), Data(word.utf8).base64EncodedString(),
    ] { #expect(Planted.found(in: Array(text.utf8)).contains(word), "\(text)") }
    #expect(Planted.found(in: Array("nothing".utf8)).isEmpty)
  }
}
