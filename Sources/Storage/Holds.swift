// Holding a message for a person, and releasing it: what an obligation of the decision asks for.
// Never releases what a withdrawn consent holds: that needs a new message with a live consent.

package import ExchangeModel
import GRDB
import MessageLog

/// A message that waits for a person.
package struct HeldMessage: Sendable {
  package let summary: MessageSummary
  package let reason: HoldReason
  package let heldAt: Timestamp
}

extension WriteContext {
  /// Puts a message just admitted where its recipient sees it, or holds it when its decision says
  /// that a person must look at it first.
  mutating func place(_ message: AdmittedMessage, _ decision: Decision) throws {
    let recipient = message.submission.envelope.recipient
    guard decision.obligations.contains(where: { $0.kind == Obligation.holdForReviewKind }) else {
      try enter(message.sequence, into: recipient)
      return
    }
    try hold(
      message.sequence, message.messageID, from: message.submission.envelope.source, .review)
  }

  /// Holds a message and owes its sender the word of it. A hold for another reason becomes this
  /// one, so that lifting that one hands nothing over.
  mutating func hold(
    _ sequence: Int64, _ id: MessageID, from source: PartyURN, _ reason: HoldReason,
    consent: String? = nil
  ) throws {
    let leaf = try append(
      LogEvent(.held, [.consent: consent, .reason: reason.rawValue]), subject: id.text,
      message: sequence)
    let held = try database.cachedStatement(
      sql: """
        INSERT INTO held (message, reason, held_at, leaf) VALUES (?, ?, ?, ?)
        ON CONFLICT (message) DO UPDATE SET reason = excluded.reason, held_at = excluded.held_at,
          leaf = excluded.leaf
        """)
    try held.execute(arguments: [sequence, reason.rawValue, now.milliseconds, leaf])
    var detail = ["code": reason.rawValue]
    detail["consent"] = consent
    try owe(.held, to: source, about: id, detail: detail)
  }

  /// A message's line in its recipient's inbox.
  private mutating func enter(_ sequence: Int64, into recipient: PartyURN) throws {
    let inbox = try database.cachedStatement(
      sql: "INSERT INTO inbox (recipient, message) VALUES (?, ?)")
    try inbox.execute(arguments: [recipient.text, sequence])
    woken.insert(recipient)
  }

  fileprivate mutating func release(_ id: MessageID) throws {
    guard let found = try MessageRow.find(id, in: database) else { throw Refusal(.notFound) }
    switch found.held {
    case nil: throw Refusal(.notHeld)
    case .consentWithdrawn: throw Refusal(.consentNotLive)
    case .review, .administrator: break
    }
    try database.execute(
      sql: "DELETE FROM held WHERE message = ?", arguments: [found.sequence])
    try append(
      LogEvent(
        .released,
        [.actor: Self.gatewayOperator, .reason: found.held?.rawValue]),
      subject: id.text, message: found.sequence)
    try enter(found.sequence, into: found.summary.recipient)
  }

  /// Who the log names when somebody acts at the gateway's own machine.
  static let gatewayOperator = "operator"
}

extension Store {
  /// The messages that are held, oldest first: addressing only, never what is sealed.
  package func heldMessages(limit: Int) async throws -> [HeldMessage] {
    let gate = gate
    return try await pool.read { database in
      let rows = try Row.fetchAll(
        database,
        sql: "SELECT message, held_at FROM held ORDER BY message LIMIT ?", arguments: [limit])
      return try rows.compactMap { row in
        guard let found = try MessageRow.find(sequence: row["message"], in: database),
          let reason = found.held, (try? gate.requireOperator(.listing, of: found)) != nil
        else { return nil }
        return HeldMessage(
          summary: found.summary, reason: reason,
          heldAt: Timestamp(milliseconds: row["held_at"]))
      }
    }
  }

  /// Releases a message that was held for a person, into its recipient's inbox.
  ///
  /// Throws: `not-found`; `not-held`; `consent-not-live` for one held because its consent was
  /// withdrawn.
  package func release(_ id: MessageID) async throws {
    try await writer.submit { try $0.release(id) }
  }
}
