// The recipient's verbs: list, open, acknowledge; and the status that both sides see.
// Never shows a party a message that is neither from it nor to it.

package import ExchangeModel
import Foundation
import GRDB
import MessageLog

extension Store {
  /// The caller's inbox, oldest first, after a message; waits up to `wait` for the first one.
  ///
  /// Throws: `Refusal` when the certificate no longer counts, `Refusal(.badParameter)` when
  /// `after` is not a message of this inbox.
  package func inbox(
    of spkiSHA256: String, after: MessageID?, limit: Int, wait: Duration
  ) async throws -> InboxPage {
    let deadline = ContinuousClock.now + wait
    while true {
      let party = try await currentDirectory().identify(
        spkiSHA256: spkiSHA256, at: surroundings.now()
      ).get()
      let generation = signal.generation(of: party.urn)
      let page = try await page(of: party, after: after, limit: limit)
      let left = deadline - ContinuousClock.now
      guard page.messages.isEmpty, left > .zero, !signal.isClosed else { return page }
      await waitForNews(of: party.urn, after: generation, atMost: left)
      try Task.checkCancellation()
    }
  }

  /// Opens a message's content for its recipient, and logs the read.
  /// Throws: `Refusal(.notFound)` when it is not in this party's inbox or history.
  package func open(_ id: MessageID, by spkiSHA256: String) async throws -> StoredMessage {
    let gate = gate
    let sealing = sealing
    return try await writer.submit { context in
      let party = try context.caller(spkiSHA256)
      let found = try context.received(id, by: party, asking: .content, gate)
      guard try context.ending(of: found) != .expired else { throw Refusal(.expired) }
      let (format, received) = try found.content(in: context.database, sealing)
      let decision = try context.decision(found.decision)
      try context.append(
        LogEvent(.read, [.actor: party.urn.text]), subject: id.text,
        message: found.sequence)
      // From here on its recipient has it: a withdrawal of consent comes too late to hold it.
      try context.markRead(found)
      return StoredMessage(
        summary: found.summary, format: format, received: received, decision: decision)
    }
  }

  /// Records the recipient's answer. Saying the same again is the same; another answer is refused.
  package func acknowledge(
    _ id: MessageID, by spkiSHA256: String, _ acknowledgement: Acknowledgement
  ) async throws -> MessageStatus {
    let gate = gate
    return try await writer.submit { context in
      let party = try context.caller(spkiSHA256)
      let found = try context.received(id, by: party, asking: .content, gate)
      if let earlier = try context.acknowledgement(of: found.sequence) {
        guard earlier.outcome == acknowledgement.outcome,
          earlier.reason == acknowledgement.reason,
          earlier.openedBy == nil || acknowledgement.openedBy == nil
            || earlier.openedBy == acknowledgement.openedBy
        else { throw Refusal(.alreadyAcknowledged) }
        // A system takes a message at once; a person may open it days later.
        if earlier.openedBy == nil, let role = acknowledgement.openedBy {
          try context.noteOpening(of: found, by: role)
        }
        return try context.status(of: found)
      }
      // Who had it before it expired can still say so; who never had it cannot.
      if try context.ending(of: found) == .expired, try !context.wasOpened(found) {
        throw Refusal(.expired)
      }
      try context.settle(found, by: party.urn, acknowledgement)
      return try context.status(of: found)
    }
  }

  /// State and timeline, for the sender and the recipient alone.
  package func status(of id: MessageID, for spkiSHA256: String) async throws -> MessageStatus {
    let caller = try await currentDirectory().identify(
      spkiSHA256: spkiSHA256, at: surroundings.now()
    ).get()
    let gate = gate
    return try await pool.read { database in
      guard let found = try MessageRow.find(id, in: database) else { throw Refusal(.notFound) }
      try gate.require(.status, of: found, by: caller)
      return try found.status(in: database)
    }
  }

  private func page(of party: Party, after: MessageID?, limit: Int) async throws -> InboxPage {
    let gate = gate
    return try await pool.read { database in
      var start: Int64 = 0
      if let after {
        let sql = "SELECT sequence FROM message WHERE message_id = ? AND recipient = ?"
        let found = try Int64.fetchOne(
          database, sql: sql, arguments: [after.text, party.urn.text])
        guard let found else { throw Refusal(.badParameter) }
        start = found
      }
      let rows = try MessageRow.fetch(
        database,
        """
        inbox.recipient = ? AND inbox.message > ? AND inbox.ended IS NOT 'expired'
        ORDER BY inbox.message LIMIT ?
        """,
        [party.urn.text, start, limit + 1])
      let listed = try rows.prefix(limit).map { row in
        try gate.require(.listing, of: row, by: party)
        return row.summary
      }
      return InboxPage(messages: listed, hasMore: rows.count > limit)
    }
  }

  func waitForNews(
    of party: PartyURN, after generation: UInt64, atMost left: Duration
  ) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.signal.wait(for: party, after: generation) }
      group.addTask { try? await Task.sleep(for: left) }
      await group.next()
      group.cancelAll()
    }
  }
}

extension WriteContext {
  /// Notes that a message's recipient has had content of it.
  /// - Returns: true when it had none before.
  @discardableResult
  func markOpened(_ sequence: Int64) throws -> Bool {
    let opened = try database.cachedStatement(
      sql: "UPDATE message SET opened_at = ? WHERE sequence = ? AND opened_at IS NULL")
    try opened.execute(arguments: [now.milliseconds, sequence])
    return database.changesCount > 0
  }

  /// Notes that a message's recipient has read it by a call of its own, whatever becomes of a push
  /// that is under way.
  func markRead(_ message: MessageRow) throws {
    guard try !markOpened(message.sequence) else { return }
    let read = try database.cachedStatement(
      sql: """
        UPDATE inbox SET pushing = 2 WHERE recipient = ? AND message = ? AND pushing = 1
        """)
    try read.execute(arguments: [message.summary.recipient.text, message.sequence])
  }

  /// How its wait ended; nil while it goes on, or when it is not in the inbox.
  func ending(of message: MessageRow) throws -> WaitEnding? {
    let statement = try database.cachedStatement(
      sql: "SELECT ended FROM inbox WHERE recipient = ? AND message = ?")
    return try String.fetchOne(
      statement, arguments: [message.summary.recipient.text, message.sequence]
    ).flatMap { WaitEnding(rawValue: $0) }
  }

  func wasOpened(_ message: MessageRow) throws -> Bool {
    try Bool.fetchOne(
      database, sql: "SELECT opened_at IS NOT NULL FROM message WHERE sequence = ?",
      arguments: [message.sequence]) ?? false
  }

  /// Writes down the recipient's answer, its leaf, and what follows from it: it waits no more, and
  /// its sender is told at once of a refusal.
  mutating func settle(
    _ found: MessageRow, by party: PartyURN, _ answer: Acknowledgement
  ) throws {
    let summary = found.summary
    let leaf = try append(
      LogEvent(
        .acknowledged,
        [
          .actor: party.text, .outcome: answer.outcome.rawValue, .reason: answer.reason,
        ]), subject: summary.messageID.text, message: found.sequence)
    try database.execute(
      sql: """
        INSERT INTO acknowledgement (message, outcome, reason, detail, acknowledged_at, leaf)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        found.sequence, answer.outcome.rawValue, answer.reason, answer.detail, now.milliseconds,
        leaf,
      ])
    try leave(found.sequence, inboxOf: party)
    // A push that was under way when a person held it: its recipient has it all the same.
    if found.held != nil {
      try database.execute(sql: "DELETE FROM held WHERE message = ?", arguments: [found.sequence])
    }
    // What waited behind it in its chain may go now.
    if try EndpointTable.isLive(party, in: database) { woken.insert(party) }
    if let role = answer.openedBy { try noteOpening(of: found, by: role) }
    guard answer.outcome == .refused, let reason = answer.reason else { return }
    try lapseDuties(of: found.sequence)
    try reportDelivery(
      of: summary.messageID, from: summary.source,
      detail: ["state": "refused", "reason": reason, "originalId": summary.id])
  }

  /// Writes down that a person of a role has opened a message, meets the duty that awaits that, and
  /// tells the sender.
  mutating func noteOpening(of found: MessageRow, by role: String) throws {
    let summary = found.summary
    try append(
      LogEvent(.opened, [.actor: summary.recipient.text, .role: role]),
      subject: summary.messageID.text, message: found.sequence)
    try database.execute(
      sql: "UPDATE acknowledgement SET opened_by = ? WHERE message = ?",
      arguments: [role, found.sequence])
    guard try meetDuties(of: found, openedBy: role) else { return }
    try reportDelivery(
      of: summary.messageID, from: summary.source,
      detail: ["state": "opened", "openedBy": role, "originalId": summary.id])
  }

  /// The party of a certificate, as of this transaction.
  func caller(_ spkiSHA256: String) throws -> Party {
    try directory.identify(spkiSHA256: spkiSHA256, at: now).get()
  }

  /// The message of this id that `party` received, or once received, when the gate lets it have
  /// what it asks for.
  fileprivate func received(
    _ id: MessageID, by party: Party, asking asked: AccessFacts.Asked, _ gate: AccessGate
  ) throws -> MessageRow {
    guard let found = try MessageRow.find(id, in: database), found.summary.recipient == party.urn
    else { throw Refusal(.notFound) }
    try gate.require(asked, of: found, by: party)
    return found
  }

  fileprivate func acknowledgement(of sequence: Int64) throws -> Acknowledgement? {
    try MessageRow.acknowledgement(of: sequence, in: database)?.0
  }

  fileprivate func status(of message: MessageRow) throws -> MessageStatus {
    try message.status(in: database)
  }
}
