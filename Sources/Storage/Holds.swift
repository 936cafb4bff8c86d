// Holding a message for a person, and releasing it: what an obligation of the decision asks for.
// Never releases what a withdrawn consent holds: that needs a new message with a live consent.

package import ExchangeModel
import Foundation
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
      try enter(
        message.sequence, into: recipient, priority: message.submission.priority,
        expiresAt: message.submission.expiresAt,
        chain: InboxChain.bytes(
          of: (message.children + message.filePupils.prefix(InboxChain.mostKeys)).lazy
            .flatMap(\.bytes),
          from: message.submission.envelope.source))
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
  private mutating func enter(
    _ sequence: Int64, into recipient: PartyURN, priority: Priority, expiresAt: Timestamp?,
    chain: Data?
  ) throws {
    let clock = WaitingClock(enteredAt: now, expiresAt: expiresAt, priority: priority)
    let inbox = try database.cachedStatement(
      sql: """
        INSERT INTO inbox (recipient, message, entered_at, ends_at, urgency, chain, watch_at)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """)
    try inbox.execute(arguments: [
      recipient.text, sequence, now.milliseconds, clock.endsAt.milliseconds, priority.urgency,
      chain, clock.next(after: 0)?.milliseconds,
    ])
    woken.insert(recipient)
  }

  /// Takes a message's line out of its recipient's inbox.
  func leave(_ sequence: Int64, inboxOf recipient: PartyURN) throws {
    let inbox = try database.cachedStatement(
      sql: "DELETE FROM inbox WHERE recipient = ? AND message = ?")
    try inbox.execute(arguments: [recipient.text, sequence])
  }

  /// A message that was held enters its inbox now: its clocks begin now too.
  private mutating func enter(_ found: MessageRow) throws {
    let row = try Row.fetchOne(
      database, sql: "SELECT expires_at, child_keys FROM message WHERE sequence = ?",
      arguments: [found.sequence])
    let expiresAt: Int64? = row?["expires_at"]
    let children: Data? = row?["child_keys"]
    try enter(
      found.sequence, into: found.summary.recipient, priority: found.summary.priority,
      expiresAt: expiresAt.map(Timestamp.init(milliseconds:)),
      chain: InboxChain.bytes(of: children ?? Data(), from: found.summary.source))
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
    try enter(found)
  }

  /// Takes a message that waits out of its inbox, for a person to release it again.
  fileprivate mutating func holdByHand(_ id: MessageID) throws {
    guard let found = try MessageRow.find(id, in: database) else { throw Refusal(.notFound) }
    guard found.held == nil else { throw Refusal(.messageHeld) }
    guard try MessageRow.acknowledgement(of: found.sequence, in: database) == nil else {
      throw Refusal(.alreadyAcknowledged)
    }
    try leave(found.sequence, inboxOf: found.summary.recipient)
    try hold(found.sequence, id, from: found.summary.source, .administrator)
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

  /// Holds a message that waits for its recipient, until it is released. What was handed out stays
  /// handed out, and a push under way may still be taken.
  ///
  /// Throws: `not-found`; `message-held` when it is held already; `already-acknowledged`.
  package func hold(_ id: MessageID) async throws {
    try await writer.submit { try $0.holdByHand(id) }
  }
}

extension Priority {
  /// 0 is handed over first.
  var urgency: Int {
    switch self {
    case .immediate: 0
    case .urgent: 1
    case .routine: 2
    }
  }
}
