// Asking how a message would be decided: the same answer as sending it, and nothing stored.

import ExchangeModel
import Foundation
import GRDB
import MessageLog
import Policy
import Testing
import Validation

@testable import Gateway
@testable import Storage

@Suite struct DecisionTests {
  private func rows(_ harness: GatewayHarness, in tables: [String]) async throws -> [Int] {
    let queue = try DatabaseQueue(path: harness.settings.data + "/gatehouse.sqlite")
    defer { try? queue.close() }
    return try await queue.read { database in
      try tables.map { try Int.fetchOne(database, sql: "SELECT count(*) FROM \($0)") ?? -1 }
    }
  }

  /// The readable side of the log's last leaf.
  private func lastEvent(_ harness: GatewayHarness) async throws -> LogEvent {
    let queue = try DatabaseQueue(path: harness.settings.data + "/gatehouse.sqlite")
    defer { try? queue.close() }
    let bytes = try await queue.read { database in
      try Data.fetchOne(
        database, sql: "SELECT event FROM leaf ORDER BY leaf_index DESC LIMIT 1")
    }
    return try LogEvent(canonicalBytes: Array(try #require(bytes)))
  }

  @Test func aPermitIsExplainedAndNothingIsStored() async throws {
    try await GatewayHarness.with { harness in
      let client = try harness.client(.school)
      let before = try await harness.leaves().count
      let envelope = try SampleEnvelopes.json()
      let answer = try await client.explain(envelope, format: .json)
      #expect(answer.status == 200, "\(answer.text)")
      #expect(answer.header("Cache-Control") == "no-store")
      let root = try answer.json()
      #expect(root["verdict"]?.string == "permit")
      #expect(root["refusal"] == nil)
      let rules = root["decision"]?["rules"].map { Array($0.elements) } ?? []
      #expect(!rules.isEmpty)
      #expect(rules.allSatisfy { $0["reason"]?.string?.isEmpty == false })

      #expect(try await rows(harness, in: ["message"]) == [0])
      #expect(try await harness.client(.service).inbox().isEmpty)
      let leaves = try await harness.leaves()
      #expect(leaves.count == before + 1)
      #expect(leaves.last?.subject == nil)
      let event = try await lastEvent(harness)
      #expect(event.kind == .decisionAsked)
      #expect(event[.actor] == Agency.school.rawValue)
      #expect(event[.outcome] == "permit")
      #expect(event[.id] == nil && event[.messageID] == nil)
      // What is explained is what is then decided.
      let receipt = try await client.send(envelope, format: .json)
      #expect(receipt.status == 202)
      #expect(try receipt.json()["decision"]?["rules"]?.count == rules.count)
      #expect(try await rows(harness, in: ["message"]) == [1])
    }
  }

  @Test func aDenialSaysWhatSendingWouldSay() async throws {
    try await GatewayHarness.with { harness in
      let client = try harness.client(.school)
      let envelope = try SampleEnvelopes.json { $0.purpose = Purpose(rawValue: "safeguarding") }
      let answer = try await client.explain(envelope, format: .json)
      #expect(answer.status == 200)
      let root = try answer.json()
      #expect(root["verdict"]?.string == "deny")
      #expect(root["refusal"]?["code"]?.string == "purpose-not-allowed")
      #expect(root["refusal"]?["detail"]?.string?.isEmpty == false)
      #expect(root["decision"]?["obligations"]?.count == 0)
      let refused = try await client.send(envelope, format: .json)
      #expect(refused.code == "purpose-not-allowed")
      #expect(try refused.places().first == "pointer:/purpose")
      let reason = root["decision"]?["rules"]?.elements.first { $0["rule"]?.string == "purpose" }
      #expect(refused.text.contains(try #require(reason?["reason"]?.string)))
      #expect(try await rows(harness, in: ["message"]) == [0])
    }
  }

  /// Who could not send it learns nothing of the registers by asking.
  @Test func aBarredAskerLearnsNothingOfTheRegisters() async throws {
    try await GatewayHarness.with { harness in
      let envelope = try SampleEnvelopes.json {
        $0.source = try Agency.camhs.urn()
        $0.consentRef = "01900000-0000-7000-8000-000000000000"
        $0.causationID = "01900000-0000-7000-8000-000000000000"
      }
      let answer = try await harness.client(.camhs).explain(envelope, format: .json)
      #expect(try answer.json()["refusal"]?["code"]?.string == "route-not-allowed")
      let rules = try answer.json()["decision"]?["rules"].map { Array($0.elements) } ?? []
      let untold = rules.filter { $0["reason"]?.string?.hasPrefix("Not told") == true }
        .compactMap { $0["rule"]?.string }
      #expect(
        untold == [
          "consent", "override", "onward-use", "withdrawal", "sensitive-address", "objection",
          "publication",
        ])
    }
  }

  @Test func xmlIsExplainedToo() async throws {
    try await GatewayHarness.with { harness in
      let answer = try await harness.client(.school).explain(
        try SampleEnvelopes.xml(), format: .xml)
      #expect(try answer.member("verdict") == "permit")
    }
  }

  /// The faults of a message are the same, whether it is sent or asked about.
  @Test func faultsAreAnsweredAsWhenSending() async throws {
    try await GatewayHarness.with { harness in
      let client = try harness.client(.school)
      let faulty = try SampleEnvelopes.json {
        $0.payload = ExchangeModel.Payload(format: .json, bytes: Array(#"{"child":{}}"#.utf8))
      }
      let stranger = try SampleEnvelopes.json { $0.source = try Agency.camhs.urn() }
      for body in [faulty, stranger, Array("{".utf8), Array("<event/>".utf8)] {
        let asked = try await client.explain(body, format: .json)
        let sent = try await client.send(body, format: .json)
        #expect(asked.status == sent.status)
        #expect(asked.code == sent.code)
        #expect(try asked.places() == sent.places())
      }
      let unread = try await client.call(
        "POST", "/v1/decisions", headers: [("Content-Type", "text/plain")], body: [1])
      #expect(unread.code == "unsupported-media-type")
      #expect(try await rows(harness, in: ["message"]) == [0])
    }
  }

  /// Neither the log nor the leaf holds anything of the payload or the sender's own texts.
  @Test func askingLeavesNoPersonalData() async throws {
    try await GatewayHarness.with { harness in
      let envelope = try SampleEnvelopes.json()
      _ = try await harness.client(.school).explain(envelope, format: .json)
      let text = String(decoding: envelope, as: UTF8.self)
      let names = try #require(
        try JSONDocument.parse(envelope).root["data"]?["child"]
      ).members
        .compactMap { $0.value.string }.filter { $0.utf8.count > 3 }
      #expect(!names.isEmpty && text.contains(names[0]))
      let event = try await lastEvent(harness)
      let kept = String(decoding: event.canonicalBytes, as: UTF8.self) + harness.log.text
      for name in names { #expect(!kept.contains(name)) }
    }
  }

  @Test func aDecisionIsReplayed() async throws {
    try await GatewayHarness.with { harness in
      let id = try #require(MessageID(try await harness.admitted()))
      let record = try await harness.store.decisionRecord(of: id)
      let replay = DecisionReplay(record)
      #expect(replay.outcome == .same)
      #expect(replay.replayed == record.decision)
      #expect(!replay.hasPolicyChanged)
    }
  }

  /// Each alteration of what was kept is noticed, or said to be past replaying.
  @Test func whatWasKeptMustFit() async throws {
    try await GatewayHarness.with { harness in
      let id = try #require(MessageID(try await harness.admitted()))
      let record = try await harness.store.decisionRecord(of: id)
      func replay(
        _ decision: Decision? = nil, facts: [UInt8]?? = nil, catalogue: [String: [UInt8]]? = nil
      ) -> DecisionReplay {
        DecisionReplay(
          DecisionRecord(
            decision: decision ?? record.decision, facts: facts ?? record.facts,
            catalogue: catalogue ?? record.catalogue))
      }
      func isCannot(_ replay: DecisionReplay) -> Bool {
        if case .cannot = replay.outcome { true } else { false }
      }
      #expect(replay().outcome == .same)
      #expect(isCannot(replay(facts: .some(nil))))
      #expect(isCannot(replay(facts: .some(Array("{}".utf8)))))
      #expect(isCannot(replay(catalogue: [:])))
      var altered = record.catalogue
      let vocabulary = try #require(altered["vocabulary.json"])
      altered["vocabulary.json"] = vocabulary + Array("\n".utf8)
      #expect(isCannot(replay(catalogue: altered)))

      // Facts that would have been denied.
      let facts = String(decoding: try #require(record.facts), as: UTF8.self)
      let suspended = facts.replacing(#""state":"live""#, with: #""state":"suspended""#)
      #expect(suspended != facts)
      guard case .differs(let found) = replay(facts: .some(Array(suspended.utf8))).outcome else {
        Issue.record("a decision on other facts was taken for the same")
        return
      }
      #expect(found.contains { $0.contains("verdict") })
      #expect(found.contains { $0.contains("parties-live") })

      // Another version of the rules: wording is not compared, and that is said.
      let old = Decision(
        rules: record.decision.rules.map {
          RuleOutcome(
            rule: $0.rule, verdict: $0.verdict, source: $0.source, reason: "Otherwise.",
            code: $0.refusalCode)
        }, obligations: record.decision.obligations, grounds: record.decision.grounds,
        policyVersion: "0", catalogueVersion: record.decision.catalogueVersion)
      #expect(replay(old).outcome == .same)
      #expect(replay(old).hasPolicyChanged)
    }
  }
}
