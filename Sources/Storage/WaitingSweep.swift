// The sweep over what waits: alerts, notices of delay, and in the end the undelivered report. Each
// is told once, in one transaction with the note that it was.
// Never tells a sender twice, and never reports to the gateway about its own notices.

package import ExchangeModel
import Foundation
import GRDB
import MessageLog

/// What a sweep did.
package struct WaitingSweep: Sendable, Equatable {
  /// Messages whose alert is owed to a named person.
  package var alerts = 0
  /// Messages whose sender was told of a delay.
  package var delayed = 0
  /// Messages given up.
  package var undelivered = 0
  /// When there is next something to tell; nil when nothing waits.
  package var next: Timestamp?

  package init() {}
}

/// An alert that is owed to a named person.
package struct OwedAlert: Sendable, Equatable {
  package let messageID: MessageID
  package let recipient: PartyURN
  package let type: String
  package let raisedAt: Timestamp
  /// Times that telling was tried.
  package let attempts: Int
}

extension Store {
  /// Tells what is due by now of every message that waits.
  package func sweepWaiting() async throws -> WaitingSweep {
    var total = WaitingSweep()
    // Mostly there is nothing to tell: asking does not take the writer's time.
    total.next = try await nextWatch()
    while let next = total.next, next <= surroundings.now() {
      let most = limits.remindersPerCommit
      let part = try await writer.submit { try $0.sweepWaiting(most: most) }
      total.alerts += part.alerts
      total.delayed += part.delayed
      total.undelivered += part.undelivered
      total.next = part.next
      guard !Task.isCancelled else { break }
    }
    return total
  }

  private func nextWatch() async throws -> Timestamp? {
    try await pool.read { database in
      try Int64.fetchOne(
        database, sql: "SELECT min(watch_at) FROM inbox WHERE watch_at IS NOT NULL"
      ).map(Timestamp.init(milliseconds:))
    }
  }

  /// How many messages wait and are not given up, and since when the oldest does.
  package func waiting() async throws -> (messages: Int, oldest: Timestamp?) {
    try await pool.read { database in
      let row = try Row.fetchOne(
        database,
        sql: "SELECT count(*) AS messages, min(entered_at) AS oldest FROM inbox WHERE ended IS NULL"
      )
      guard let row else { return (0, nil) }
      let messages: Int = row["messages"]
      let oldest: Int64? = row["oldest"]
      return (messages, oldest.map(Timestamp.init(milliseconds:)))
    }
  }

  /// The alerts that are due, oldest first.
  package func alertsDue(limit: Int) async throws -> [OwedAlert] {
    let now = surroundings.now()
    return try await pool.read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT message_id, recipient, type, raised_at, attempts
          FROM alert JOIN message ON message.sequence = alert.message
          WHERE next_at <= ? ORDER BY next_at LIMIT ?
          """, arguments: [now.milliseconds, limit])
      return try rows.map { row in
        guard let id = MessageID(row["message_id"]), let recipient = PartyURN(row["recipient"])
        else { throw StoreFailure.corrupt("alert") }
        return OwedAlert(
          messageID: id, recipient: recipient, type: row["type"],
          raisedAt: Timestamp(milliseconds: row["raised_at"]), attempts: row["attempts"])
      }
    }
  }

  /// Records that an alert was told; or, with `again`, that it is to be tried again then.
  package func alertTried(_ id: MessageID, again: Timestamp?) async throws {
    try await writer.submit { context in
      try context.database.execute(
        sql: """
          UPDATE alert SET attempts = attempts + 1, next_at = ?1,
            sent_at = iif(?1 IS NULL, ?2, NULL)
          WHERE message = (SELECT sequence FROM message WHERE message_id = ?3)
          """, arguments: [again?.milliseconds, context.now.milliseconds, id.text])
    }
  }
}

extension WriteContext {
  fileprivate mutating func sweepWaiting(most: Int) throws -> WaitingSweep {
    var sweep = WaitingSweep()
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT inbox.*, message.expires_at, message.opened_at, message.priority,
          message.source_id, message.message_id, message.source
        FROM inbox JOIN message ON message.sequence = inbox.message
        WHERE watch_at <= ? ORDER BY watch_at LIMIT ?
        """, arguments: [now.milliseconds, most])
    for row in rows { try tell(try WaitingRow(row), in: &sweep) }
    sweep.next = try Int64.fetchOne(
      database, sql: "SELECT min(watch_at) FROM inbox WHERE watch_at IS NOT NULL"
    ).map(Timestamp.init(milliseconds:))
    return sweep
  }

  private mutating func tell(_ waiting: WaitingRow, in sweep: inout WaitingSweep) throws {
    let due = waiting.clock.due(at: now, told: waiting.told)
    if due.contains(.end) {
      try giveUp(waiting)
      sweep.undelivered += 1
      return
    }
    if due.contains(.alert) {
      try raiseAlert(waiting)
      sweep.alerts += 1
    }
    // After a standstill the day's notice says what the hour's would have.
    let isPushed = try EndpointTable.isLive(waiting.recipient, in: database)
    let isHourTold = isPushed || waiting.clock.priority != .routine
    if due.contains(.day) || (due.contains(.hour) && isHourTold) {
      try report(waiting, state: "delayed", reason: try waiting.reason(isPushed: isPushed))
      try append(
        LogEvent(.deliveryDelayed, [.recipient: waiting.recipient.text]),
        subject: waiting.id.text, message: waiting.sequence)
      sweep.delayed += 1
    }
    let told = due.reduce(waiting.told) { $0 | $1.rawValue }
    try database.execute(
      sql: "UPDATE inbox SET told = ?, watch_at = ? WHERE recipient = ? AND message = ?",
      arguments: [
        told, waiting.clock.next(after: told)?.milliseconds, waiting.recipient.text,
        waiting.sequence,
      ])
  }

  private mutating func raiseAlert(_ waiting: WaitingRow) throws {
    try append(
      LogEvent(.alertRaised, [.recipient: waiting.recipient.text]), subject: waiting.id.text,
      message: waiting.sequence)
    try database.execute(
      sql: """
        INSERT INTO alert (message, raised_at, next_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING
        """, arguments: [waiting.sequence, now.milliseconds, now.milliseconds])
  }

  /// The end: the report, its row and its leaf. What has not expired can still be pulled.
  private mutating func giveUp(_ waiting: WaitingRow) throws {
    let isPushed = try EndpointTable.isLive(waiting.recipient, in: database)
    let reason = waiting.isExpiring ? "expired" : try waiting.reason(isPushed: isPushed)
    let leaf = try append(
      LogEvent(
        .undelivered,
        [
          .count: String(waiting.attempts), .reason: reason,
          .recipient: waiting.recipient.text,
        ]), subject: waiting.id.text, message: waiting.sequence)
    try database.execute(
      sql: """
        INSERT INTO undelivered (message, reason, reported_at, leaf) VALUES (?, ?, ?, ?)
        ON CONFLICT (message) DO UPDATE SET reason = excluded.reason,
          reported_at = excluded.reported_at, leaf = excluded.leaf
        """, arguments: [waiting.sequence, reason, now.milliseconds, leaf])
    try database.execute(
      sql: """
        UPDATE inbox SET ended = ?, watch_at = NULL WHERE recipient = ? AND message = ?
        """,
      arguments: [
        waiting.isExpiring ? "expired" : "reported", waiting.recipient.text, waiting.sequence,
      ])
    // An alert that nobody heard in all that time says nothing new any more.
    try database.execute(
      sql: "UPDATE alert SET next_at = NULL WHERE message = ?", arguments: [waiting.sequence])
    try report(waiting, state: "undelivered", reason: reason)
  }

  private mutating func report(
    _ waiting: WaitingRow, state: String, reason: String
  ) throws {
    try reportDelivery(
      of: waiting.id, from: waiting.source,
      detail: [
        "state": state, "reason": reason, "originalId": waiting.originalID,
        "attempts": String(waiting.attempts), "since": waiting.clock.enteredAt.description,
        "until": waiting.clock.endsAt.description,
      ])
  }

  /// Owes a sender a report on one of its messages. The gateway gets none about its own.
  mutating func reportDelivery(
    of id: MessageID, from source: PartyURN, detail: [String: String]
  ) throws {
    guard directory[source]?.role != PartyRole(rawValue: "gateway") else { return }
    try owe(.deliveryReport, to: source, about: id, detail: detail)
  }
}

/// A row of an inbox with what the sweep needs of its message.
private struct WaitingRow {
  let sequence: Int64
  let id: MessageID
  let source: PartyURN
  let originalID: String
  let recipient: PartyURN
  let clock: WaitingClock
  let told: Int
  let attempts: Int
  let wasOpened: Bool
  let isExpiring: Bool

  init(_ row: Row) throws {
    guard let id = MessageID(row["message_id"]), let source = PartyURN(row["source"]),
      let recipient = PartyURN(row["recipient"]), let priority = Priority(rawValue: row["priority"])
    else { throw StoreFailure.corrupt("message") }
    sequence = row["message"]
    self.id = id
    self.source = source
    originalID = row["source_id"]
    self.recipient = recipient
    clock = WaitingClock(
      enteredAt: Timestamp(milliseconds: row["entered_at"]),
      endsAt: Timestamp(milliseconds: row["ends_at"]), priority: priority)
    told = row["told"]
    attempts = row["attempts"]
    let openedAt: Int64? = row["opened_at"]
    let expiresAt: Int64? = row["expires_at"]
    wasOpened = openedAt != nil
    isExpiring = expiresAt != nil
  }

  /// Why it was not taken, as far as the gateway can know.
  func reason(isPushed: Bool) throws -> String {
    if isPushed || attempts > 0 { return "endpoint-failing" }
    return wasOpened ? "not-acknowledged" : "not-fetched"
  }
}
