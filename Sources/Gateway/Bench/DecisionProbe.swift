// What deciding costs by itself: the bench's message decided over and over on one thread, by all
// rules and as the store does it, which knows the decisions on facts that it met before.
// Never a part of a step: it runs before them, with no gateway.

import ExchangeModel
import Policy
package import Validation

/// Microseconds that a decision on the bench's message takes.
package struct DecisionProbe: Sendable {
  /// Facts drawn up and every rule asked.
  package let byAllRules: Double
  /// Facts drawn up and looked up among those decided before: the usual way of a message.
  package let known: Double

  private static let rounds = 5000

  /// Measures. Throws `Refusal` when the schemas no longer take the message.
  package init(_ referral: BenchReferral, schemas: SchemaSet) throws {
    let valid = try schemas.validate(
      try EnvelopeReader.read(referral.bytes, format: referral.format))
    guard let source = PartyURN(BenchFolder.sender.urn),
      let recipient = PartyURN(BenchFolder.recipient.urn)
    else { throw BenchFault("the bench's parties are not party URNs") }
    let sender = Party(
      urn: source, name: "Bench sender", role: PartyRole(rawValue: BenchFolder.sender.role))
    let receiver = Party(
      urn: recipient, name: "Bench recipient",
      role: PartyRole(rawValue: BenchFolder.recipient.role))
    let terms = Terms(messageType: valid.messageType, vocabulary: schemas.vocabulary)
    func facts() -> Facts {
      Facts(
        claims: Claims(
          envelope: valid.envelope, content: valid.content, messageType: valid.messageType,
          vocabulary: schemas.vocabulary, catalogueVersion: schemas.catalogueVersion),
        sender: PartyFact(sender), recipient: PartyFact(receiver))
    }
    guard Policy.decide(facts(), under: terms).verdict == .permit else {
      throw BenchFault("the bench's message is denied")
    }
    byAllRules = Self.microseconds {
      Policy.decide(facts(), under: terms).rules.count
    }
    let decided = [facts(): 1]
    known = Self.microseconds { decided[facts()] ?? 0 }
  }

  /// The mean of many rounds; their results are added up so that none can be left out.
  private static func microseconds(_ round: () -> Int) -> Double {
    var sum = 0
    for _ in 0..<100 { sum &+= round() }
    let start = ContinuousClock.now
    for _ in 0..<rounds { sum &+= round() }
    let taken = (ContinuousClock.now - start) / .microseconds(1)
    return sum == 0 ? .infinity : taken / Double(rounds)
  }
}
