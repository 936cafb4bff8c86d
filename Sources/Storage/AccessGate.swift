// The gate before everything that is handed out of an admitted message: each door asks here, and
// the policy answers. Never lets a caller tell a message that is not its own from none.

import ExchangeModel
import GRDB

/// Asks the access policy about one message and one party.
struct AccessGate: Sendable {
  let policy: AccessPolicy

  /// Throws the refusal of the rule that denies; `not-found` for a stranger.
  func require(
    _ asked: AccessFacts.Asked, of message: MessageRow, by party: Party
  ) throws(Refusal) {
    let relation: AccessFacts.Relation =
      if message.summary.recipient == party.urn {
        // Whoever sends to itself is treated as the recipient, who is held back from more.
        .recipient
      } else if message.summary.source == party.urn {
        .sender
      } else {
        .stranger
      }
    try require(asked, of: message, as: relation, state: party.state)
  }

  /// The same for the gateway's operator, at its machine.
  func requireOperator(
    _ asked: AccessFacts.Asked, of message: MessageRow, role: StaffRole? = nil
  ) throws(Refusal) {
    try require(asked, of: message, as: .gatewayOperator, state: .live, role: role)
  }

  private func require(
    _ asked: AccessFacts.Asked, of message: MessageRow, as relation: AccessFacts.Relation,
    state: Party.State, role: StaffRole? = nil
  ) throws(Refusal) {
    // Only permitted messages get a row; a row is the record of a permit.
    let answer = policy(
      AccessFacts(
        asked: asked, relation: relation, callerState: state, wasPermitted: true,
        heldBecause: message.held, isSealed: message.isSealed, staffRole: role))
    guard answer.verdict == .permit else {
      throw Refusal(answer.refusalCode ?? .notFound)
    }
  }
}
