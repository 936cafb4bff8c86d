// What the gateway writes is what the description says, member by member: each schema is closed
// for the test, so a member that is written and not described is a fault too.

import ExchangeModel
import Testing
import Validation

@testable import Gateway
@testable import Storage

@Suite struct AnswerSchemaTests {
  private static let now = RouteTable.now

  private static let base = "https://gatehouse.example/description"

  private static let registry = Result {
    let document: DocumentValue = [
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "$defs": closed(DescribedSchemas.all(Limits())),
    ]
    var writer = JSONWriter()
    document.write(into: &writer)
    var registry = JSONSchemaRegistry()
    try registry.add(writer.bytes, defaultID: base)
    return registry
  }

  /// Faults of a document by a schema of the description.
  static func faults(_ bytes: [UInt8], by name: String) throws -> [ValidationIssue] {
    let schema = try registry.get().compile(base + "#/$defs/" + name, assertFormats: true)
    return schema.validate(try JSONDocument.parse(bytes).root)
  }

  /// The schemas with every object closed and references made to `$defs`.
  private static func closed(_ value: DocumentValue) -> DocumentValue {
    switch value {
    case .text(let text):
      return .text(text.replacing("#/components/schemas/", with: "#/$defs/"))
    case .list(let values): return .list(values.map(closed))
    case .members(let members):
      let inner = DocumentValue.object(members.map { ($0.name, closed($0.value)) })
      let isOpen = !members.contains { $0.name == "additionalProperties" }
      let isObject = members.contains { member in
        if member.name == "type", case .text("object") = member.value { true } else { false }
      }
      return isOpen && isObject ? inner.with("additionalProperties", false) : inner
    default: return value
    }
  }

  private static func urn(_ text: String) throws -> PartyURN { try #require(PartyURN(text)) }

  private static let id = MessageID(time: now, random: (1, 2))

  private static func decision(_ condition: String?) -> Decision {
    Decision(
      rules: [
        RuleOutcome(rule: "route", verdict: .permit, source: "catalogue", reason: "It may go."),
        RuleOutcome(
          rule: "consent", verdict: .notApplicable, source: "catalogue", reason: "Not needed."),
        RuleOutcome(
          rule: "purpose", verdict: .deny, source: "catalogue", reason: "No.",
          code: .purposeNotAllowed),
      ],
      obligations: [Obligation(kind: "retain", detail: "R.MED")],
      grounds: Grounds(
        purpose: "medical-education", lawfulBasis: "uk-gdpr:A6-1-e",
        specialCondition: condition, legalGateway: condition.map { _ in "ea1996-s19" }),
      policyVersion: "1", catalogueVersion: "1")
  }

  @Test func vocabulary() throws {
    let bytes = try SampleEnvelopes.bytes(of: SampleEnvelopes.schemas + "/vocabulary.json")
    #expect(try Self.faults(bytes, by: "Vocabulary") == [])
  }

  @Test(arguments: [nil, "dpa2018:sch1-6"])
  func receipts(condition: String?) throws {
    let decision = Self.decision(condition)
    var part = JSONWriter()
    part.write(decision)
    var writer = JSONWriter()
    writer.write(
      Receipt(
        messageID: Self.id, source: try Self.urn("urn:gatehouse:850:4321"), id: "1",
        admittedAt: Self.now, decision: decision, logIndex: 0, logSize: 1),
      decision: part.bytes)
    #expect(try Self.faults(writer.bytes, by: "Receipt") == [])
  }

  @Test func explainedDecisions() throws {
    let permitted = Decision(
      rules: [], obligations: [], grounds: Self.decision(nil).grounds, policyVersion: "1",
      catalogueVersion: "1")
    for (decision, refusal) in [(permitted, nil), (Self.decision(nil), "purpose-not-allowed")] {
      var writer = JSONWriter()
      writer.write(explained: decision)
      #expect(try Self.faults(writer.bytes, by: "ExplainedDecision") == [])
      let root = try JSONDocument.parse(writer.bytes).root
      #expect(root["refusal"]?["code"]?.string == refusal)
    }
  }

  private static func summary() throws -> MessageSummary {
    MessageSummary(
      messageID: id, source: try urn("urn:gatehouse:850:4321"),
      recipient: try urn("urn:gatehouse:850:iss"), id: "1",
      type: "gatehouse.medical-referral.v1", purpose: Purpose(rawValue: "medical-education"),
      priority: .urgent, admittedAt: now, size: 2048)
  }

  @Test(arguments: [(0, false), (1, false), (2, true)])
  func inboxPages(count: Int, hasMore: Bool) throws {
    let messages = try (0..<count).map { _ in try Self.summary() }
    var writer = JSONWriter()
    writer.write(InboxPage(messages: messages, hasMore: hasMore))
    #expect(try Self.faults(writer.bytes, by: "InboxPage") == [])
  }

  @Test(arguments: [nil, "taken", "refused"])
  func statuses(outcome: String?) throws {
    let outcome = outcome.flatMap(Acknowledgement.Outcome.init(rawValue:))
    let acknowledgement = outcome.map {
      Acknowledgement(
        outcome: $0, reason: $0 == .refused ? "not-ours" : nil,
        detail: $0 == .refused ? "Ask next door." : nil)
    }
    let state = outcome.flatMap { MessageState(rawValue: $0.rawValue) } ?? .awaiting
    var writer = JSONWriter()
    writer.write(
      MessageStatus(
        summary: try Self.summary(), state: state, acknowledgement: acknowledgement,
        timeline: [TimelineEntry(event: "admitted", at: Self.now, logIndex: 3)]))
    #expect(try Self.faults(writer.bytes, by: "MessageStatus") == [])
  }

  @Test(arguments: RefusalCode.allCases)
  func problems(code: RefusalCode) throws {
    let issues = [
      ValidationIssue(place: "/data/child/upn", line: 3, rule: "format:upn", message: "Check it."),
      ValidationIssue(place: "/event/data", line: nil, rule: "xsd", message: "Check it."),
      ValidationIssue(place: "limit", line: nil, rule: "query", message: "Give it once."),
    ]
    for issues in [[], issues] {
      let bytes = ProblemDetails.bytes(
        Refusal(code, issues: issues), instance: RequestID(random: 3, 4))
      #expect(try Self.faults(bytes, by: "Problem") == [])
    }
  }

  @Test func dutyPages() async throws {
    let table = try RouteTable()
    try await table.register()
    for query in ["", "?state=overdue&side=owed-to-me&limit=1", "?state=met", "?state=lapsed"] {
      let bytes = try await table.get("/v1/duties" + query).bytes
      #expect(try Self.faults(bytes, by: "DutyPage") == [])
    }
    for query in ["?state=late", "?side=mine", "?limit=0", "?limit=x", "?after=1"] {
      await #expect(throws: Refusal.self, "\(query)") {
        _ = try await table.get("/v1/duties" + query)
      }
    }
  }

  @Test(arguments: [("/v1/parties", "Parties"), ("/v1/catalogue", "Catalogue")])
  func listings(path: String, name: String) async throws {
    let table = try RouteTable()
    try await table.register()
    let bytes = try await table.get(path).bytes
    #expect(try Self.faults(bytes, by: name) == [])
    #expect(bytes.count > 80)
  }

  /// The description takes an acknowledgement exactly when the gateway does.
  @Test(arguments: [
    (#"{"outcome":"taken"}"#, true), (#"{"outcome":"taken","detail":"Thank you."}"#, true),
    (#"{"outcome":"refused","reason":"not-ours"}"#, true),
    (#"{"outcome":"refused","reason":"other","detail":"See 1."}"#, true),
    (#"{"outcome":"refused"}"#, false), (#"{"outcome":"refused","reason":"no-such"}"#, false),
    (#"{"outcome":"taken","reason":"not-ours"}"#, false), (#"{}"#, false),
    (#"{"outcome":"lost"}"#, false), (#"{"outcome":"taken","note":"x"}"#, false),
    (#"{"outcome":"taken","detail":1}"#, false), (#"[]"#, false), (#"{"outcome":null}"#, false),
    (#"{"outcome":"taken","detail":"\#(String(repeating: "x", count: 1001))"}"#, false),
    (#"{"outcome":"taken","detail":"\#(String(repeating: "x", count: 1000))"}"#, true),
  ])
  func acknowledgements(text: String, isGood: Bool) throws {
    let bytes = Array(text.utf8)
    #expect(try Self.faults(bytes, by: "Acknowledgement").isEmpty == isGood)
    let read = try? AcknowledgementReader.read(bytes, limits: Limits())
    #expect((read != nil) == isGood)
  }

  @Test func undescribedMembersAreFaults() throws {
    let bytes = Array(#"{"parties":[],"more":1}"#.utf8)
    #expect(try !Self.faults(bytes, by: "Parties").isEmpty)
    let party = Array(#"{"parties":[{"urn":"urn:gatehouse:850:iss","name":"ISS"}]}"#.utf8)
    #expect(try !Self.faults(party, by: "Parties").isEmpty)
  }
}
