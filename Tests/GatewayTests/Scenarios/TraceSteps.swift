// The steps of a trace as the tests of it take them, each answer held to the published description.
// All children in it are invented.

import ExchangeModel
import Foundation
import Storage
import Testing
import Validation

@testable import Gateway

extension PartyClient {
  /// Looks for a child: `who` is the officer or the system, `what` the child or the request.
  func look(
    _ what: String, who: String = #""officer": "cme-07""#, reason: String = "moved-unknown",
    purpose: String = "children-missing-education"
  ) async throws -> ClientAnswer {
    try await trace(
      Array(
        """
        {"purpose": "\(purpose)", "reason": "\(reason)", \(who), \(what)}
        """.utf8)
    ).described(by: "Trace")
  }

  /// Looks for a child by what is known of it.
  func look(for child: String) async throws -> ClientAnswer {
    try await look(#""child": {\#(child)}"#)
  }

  /// One more step of a trace.
  func step(_ trace: String, _ step: String, _ body: String) async throws -> ClientAnswer {
    let schema: String
    switch step {
    case "confirmation": schema = "Trace"
    case "enquiries": schema = "Enquiries"
    case "requests", "answer", "replies": schema = "SentLetters"
    default: schema = "DisclosedPupil"
    }
    let id = try #require(MessageID(trace))
    return try await self.trace(id, step, Array(body.utf8)).described(by: schema)
  }

  func disclose(
    _ trace: String, _ scope: String, of candidate: Int = 1, reason: String = "moved-unknown"
  ) async throws -> ClientAnswer {
    try await step(
      trace, "candidates/\(candidate)/disclosure",
      #"{"scope": "\#(scope)", "reason": "\#(reason)"}"#)
  }

  /// A trace again.
  func seen(_ trace: String) async throws -> JSONNode {
    try await self.trace(try #require(MessageID(trace))).described(by: "Trace").json()
  }

  /// A case as this party sees it.
  func seenCase(_ id: String) async throws -> JSONNode {
    try await exchangeCase(try #require(MessageID(id))).described(by: "Case").json()
  }

  /// Loads pupils, one a line.
  func load(_ lines: String) async throws {
    let answer = try await changePupils(Array(lines.utf8)).described(by: "PoolChanges")
    try #require(answer.status == 200, "\(answer.text)")
  }

  /// Sends the request of a trace to a party. Returns the message's id and the case's.
  func request(
    _ trace: String, of party: ScenarioParty = .neighbourCME, cap: String = "yes-no+school"
  ) async throws -> (message: String, caseID: String) {
    let sent = try await step(
      trace, "requests",
      """
      {"parties": ["\(party.rawValue)"], "dateLastSeen": "2026-10-16", "disclosureCap": "\(cap)",
       "safeToContact": "open"}
      """)
    try #require(sent.status == 202, "\(sent.text)")
    let first = try sent.json()["sent"]?.elements.first { _ in true }
    return (try #require(first?["messageId"]?.string, "\(sent.text)"), try sent.member("caseId"))
  }

  /// Makes a trace of a request that this party received. Returns the trace's id.
  func take(_ request: String) async throws -> String {
    let made = try await look(#""request": "\#(request)""#, who: #""officer": "cme-22""#)
    try #require(made.status == 201, "\(made.text)")
    return try made.member("traceId")
  }

  func answer(_ trace: String, disclose: String, refusal: String = "") async throws -> ClientAnswer
  {
    try await step(
      trace, "answer",
      """
      {"disclose": "\(disclose)", \(refusal)
       "contactOfficer": {"name": "Terry Modell", "email": "cme@neighbour.example"}}
      """)
  }
}

extension ClientAnswer {
  /// This answer, held to the description: a success by this schema, all else as a problem.
  func described(by schema: String) throws -> ClientAnswer {
    let name = status < 300 ? schema : "Problem"
    #expect(try AnswerSchemaTests.faults(bytes, by: name) == [], "\(name): \(text)")
    return self
  }
}
