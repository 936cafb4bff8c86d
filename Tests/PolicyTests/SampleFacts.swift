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

  func made() throws -> MessageType {
    let object: [String: Any] = [
      "type": "gatehouse.sample.v1", "slug": "sample", "version": 1, "code": "SAM.PLE",
      "title": "Sample", "description": "A sample.",
      "routes": [["from": from, "to": to, "sameAuthority": sameAuthority]],
      "purposes": purposes, "lawfulBases": lawfulBases, "specialConditions": specialConditions,
      "legalGateways": legalGateways, "consentRule": consentRule, "expectedReplies": [Any](),
      "retention": ["rule": "R.MED", "text": "A year."], "attachments": [Any](),
      "sensitivity": "OFFICIAL-SENSITIVE", "priority": "routine",
      "childIdentifiers": [String: String](),
    ]
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

/// Facts of a message that every rule lets through, then altered.
func facts(
  type: SampleType = SampleType(), _ alter: (inout Facts) throws -> Void = { _ in }
) throws -> Facts {
  let sender = try party("urn:gatehouse:850:4321", role: "school")
  let recipient = try party("urn:gatehouse:850:iss", role: "inclusion-support-service")
  let envelope = Envelope(
    id: "1", source: sender.urn, type: "gatehouse.sample.v1", recipient: recipient.urn,
    purpose: Purpose(rawValue: "medical-education"),
    payload: Payload(format: .json, bytes: Array("{}".utf8)))
  var facts = Facts(
    envelope: envelope, messageType: try type.made(), sender: sender, recipient: recipient,
    now: Timestamp(milliseconds: 1_795_251_600_000), catalogueVersion: "test")
  try alter(&facts)
  return facts
}

/// What one rule says about facts.
func outcome(_ rule: String, _ facts: Facts) throws -> RuleOutcome {
  try #require(decide(facts).rules.first { $0.rule == rule })
}

/// What a case expects of a rule.
enum Say: Equatable, Sendable {
  case permits, notApplicable
  case denies(RefusalCode)
}

func expect(
  _ rule: String, _ say: Say, _ facts: Facts, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let outcome = try outcome(rule, facts)
  switch say {
  case .permits: #expect(outcome.verdict == .permit, sourceLocation: sourceLocation)
  case .notApplicable:
    #expect(outcome.verdict == .notApplicable, sourceLocation: sourceLocation)
  case .denies(let code):
    #expect(outcome.verdict == .deny, sourceLocation: sourceLocation)
    #expect(outcome.refusalCode == code, sourceLocation: sourceLocation)
    #expect(decide(facts).verdict == .deny, sourceLocation: sourceLocation)
  }
  if case .denies = say { return }
  #expect(outcome.code == nil, sourceLocation: sourceLocation)
}
