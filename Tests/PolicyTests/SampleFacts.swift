// Facts that are permitted, for tests to alter one at a time. Every party is invented.

import ExchangeModel
import Foundation
import Policy
import Testing

/// A message type as its folder would describe it.
struct SampleType {
  var from = ["school", "special-school"]
  var to = ["inclusion-support-service"]
  var sameAuthority = true
  var purposes = ["medical-education", "attendance"]
  var lawfulBases = ["uk-gdpr:A6-1-e", "uk-gdpr:A6-1-c"]
  var specialConditions = ["dpa2018:sch1-6", "dpa2018:sch1-18"]
  var legalGateways = ["ea1996-s19", "cfa2014-s100"]
  var consentRule = "CN0"
  var sensitivity = "OFFICIAL-SENSITIVE"
  /// Types of expected replies with their time limits.
  var replies: [(type: String, count: Int?, unit: String)] = []
  var effect: String?
  var endsOn: String?

  func made() throws -> MessageType {
    var object: [String: Any] = [
      "type": "gatehouse.sample.v1", "slug": "sample", "version": 1, "code": "SAM.PLE",
      "title": "Sample", "description": "A sample.",
      "routes": [["from": from, "to": to, "sameAuthority": sameAuthority]],
      "purposes": purposes, "lawfulBases": lawfulBases, "specialConditions": specialConditions,
      "legalGateways": legalGateways, "consentRule": consentRule,
      "expectedReplies": replies.map { reply in
        var made: [String: Any] = ["type": reply.type]
        if let count = reply.count { made["within"] = ["count": count, "unit": reply.unit] }
        return made
      },
      "retention": ["rule": "R.MED", "text": "A year."], "attachments": [Any](),
      "sensitivity": sensitivity, "priority": "routine",
      "childIdentifiers": [String: String](),
    ]
    object["effect"] = effect
    object["endsOn"] = endsOn
    let json = try JSONSerialization.data(withJSONObject: object)
    return try JSONDecoder().decode(MessageType.self, from: json)
  }
}

func party(
  _ urn: String, role: String, state: Party.State = .live
) throws -> Party {
  Party(
    urn: try #require(PartyURN(urn)), name: "Invented", role: PartyRole(rawValue: role),
    state: state)
}

/// The folder of the project.
let projectFolder: URL = {
  let sources = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
  return (0..<3).reduce(sources) { url, _ in url.deletingLastPathComponent() }
}()

/// The vocabulary that lies in `schemas/`.
let vocabulary: Vocabulary = {
  do {
    let data = try Data(contentsOf: projectFolder.appendingPathComponent("schemas/vocabulary.json"))
    return try JSONDecoder().decode(Vocabulary.self, from: data)
  } catch {
    preconditionFailure("\(error)")
  }
}()

/// A message with its type and parties, to be altered before its facts are drawn up.
struct Sample {
  var envelope: Envelope
  var type: SampleType
  var content = ContentFacts()
  var sender: Party
  var recipient: Party?

  init(type: SampleType = SampleType()) throws {
    self.type = type
    sender = try party("urn:gatehouse:850:4321", role: "school")
    let recipient = try party("urn:gatehouse:850:iss", role: "inclusion-support-service")
    self.recipient = recipient
    envelope = Envelope(
      id: "1", source: sender.urn, type: "gatehouse.sample.v1", recipient: recipient.urn,
      purpose: Purpose(rawValue: "medical-education"),
      payload: Payload(format: .json, bytes: Array("{}".utf8)))
  }

  /// The facts and what they are measured by.
  func facts() throws -> Case {
    let messageType = try type.made()
    let claims = Claims(
      envelope: envelope, content: content, messageType: messageType, vocabulary: vocabulary,
      catalogueVersion: "test")
    return Case(
      facts: Facts(
        claims: claims, sender: PartyFact(sender), recipient: recipient.map(PartyFact.init)),
      terms: Terms(messageType: messageType, vocabulary: vocabulary))
  }
}

/// Facts with the terms they are decided under.
struct Case {
  var facts: Facts
  let terms: Terms
  var decision: Decision { Policy.decide(facts, under: terms) }
}

/// A message that every rule lets through, then altered: first what is sent, then what is known.
func sample(
  type: SampleType = SampleType(), _ alter: (inout Sample) throws -> Void = { _ in },
  known: (inout Facts) throws -> Void = { _ in }
) throws -> Case {
  var sample = try Sample(type: type)
  try alter(&sample)
  var made = try sample.facts()
  try known(&made.facts)
  return made
}

/// What one rule says about facts.
func outcome(_ rule: String, _ sample: Case) throws -> RuleOutcome {
  try #require(sample.decision.rules.first { $0.rule == rule })
}

/// What a case expects of a rule.
enum Say: Equatable, Sendable {
  case permits, notApplicable
  case denies(RefusalCode)
}

func expect(
  _ rule: String, _ say: Say, _ sample: Case, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let outcome = try outcome(rule, sample)
  switch say {
  case .permits: #expect(outcome.verdict == .permit, sourceLocation: sourceLocation)
  case .notApplicable:
    #expect(outcome.verdict == .notApplicable, sourceLocation: sourceLocation)
  case .denies(let code):
    #expect(outcome.verdict == .deny, sourceLocation: sourceLocation)
    #expect(outcome.refusalCode == code, sourceLocation: sourceLocation)
    #expect(sample.decision.verdict == .deny, sourceLocation: sourceLocation)
  }
  if case .denies = say { return }
  #expect(outcome.code == nil, sourceLocation: sourceLocation)
}

/// A type of a consent rule.
func type(consentRule: String, sensitivity: String = "OFFICIAL-SENSITIVE") -> SampleType {
  var type = SampleType()
  type.consentRule = consentRule
  type.sensitivity = sensitivity
  return type
}

extension ConsentFact {
  /// A live record that covers a message, altered.
  static func live(_ alter: (inout ConsentFact) -> Void = { _ in }) -> ConsentFact {
    var fact = ConsentFact(
      record: "consent-1", state: .given, isForSender: true, coversRecipient: true,
      coversPurpose: true, child: .same)
    alter(&fact)
    return fact
  }

  static let none = ConsentFact(record: "", state: .notFound)
}

extension DisclosureFact {
  /// A record that stands for a message, altered.
  static func standing(_ alter: (inout DisclosureFact) -> Void = { _ in }) -> DisclosureFact {
    var fact = DisclosureFact(
      record: "disclosure-1", state: .onRecord, isForSender: true, coversMessage: true)
    alter(&fact)
    return fact
  }

  static let none = DisclosureFact(record: "", state: .notFound)
}
