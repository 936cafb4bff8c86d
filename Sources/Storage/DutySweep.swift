// The sweep: tells a party that a reply it owes is soon due, and both parties that one is overdue,
// each once. What it owes are notices; Gateway sends them.
// Never tells of a message that is held, nor of a limit that could not be reckoned: those wait for
// their calendar (`calendarsWanted`).

package import ExchangeModel
import GRDB
import MessageLog

/// What a sweep did.
package struct DutySweep: Sendable, Equatable {
  /// Duties of which the owing party was reminded.
  package var reminded = 0
  /// Duties of which both parties were told that they are overdue.
  package var overdue = 0
  /// When there is next something to tell; nil when nothing runs.
  package var next: Timestamp?

  package init() {}
}

extension Store {
  /// Owes the notices of every duty that is soon due or overdue by now.
  ///
  /// A `.dutyReminder` is about the message that awaits the reply. Its detail: `state` (`due` or
  /// `overdue`), `duty` (the id), `whatIsOwed` (the message types that settle it, separated by
  /// spaces), `clock` (e.g. `1 working-day`), `openedAt`, `dueAt` (RFC 3339), `owedBy`, `owedTo`
  /// (URNs).
  package func sweepDuties() async throws -> DutySweep {
    var total = DutySweep()
    let most = limits.remindersPerCommit
    // Mostly there is nothing to tell: asking does not take the writer's time.
    total.next = try await nextReminder()
    while let next = total.next, next <= surroundings.now() {
      let part = try await writer.submit { try $0.sweepDuties(most: most) }
      total.reminded += part.sweep.reminded
      total.overdue += part.sweep.overdue
      total.next = part.sweep.next
      guard part.hasMore, !Task.isCancelled else { break }
    }
    return total
  }

  private func nextReminder() async throws -> Timestamp? {
    try await pool.read { database in
      try Int64.fetchOne(
        database, sql: "SELECT min(next_at) FROM duty WHERE next_at IS NOT NULL"
      ).map(Timestamp.init(milliseconds:))
    }
  }
}

extension WriteContext {
  fileprivate mutating func sweepDuties(
    most: Int
  ) throws -> (sweep: DutySweep, hasMore: Bool) {
    var sweep = DutySweep()
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT duty.*, message.message_id, held.message IS NOT NULL AS is_held
        FROM duty JOIN message ON message.sequence = duty.message
          LEFT JOIN held ON held.message = duty.message
        WHERE duty.next_at <= ? ORDER BY duty.next_at LIMIT ?
        """, arguments: [now.milliseconds, most])
    for row in rows { try tell(row, in: &sweep) }
    let next = try Int64.fetchOne(
      database, sql: "SELECT min(next_at) FROM duty WHERE next_at IS NOT NULL")
    sweep.next = next.map(Timestamp.init(milliseconds:))
    return (sweep, rows.count == most)
  }

  private mutating func tell(_ row: Row, in sweep: inout DutySweep) throws {
    guard let owedBy = PartyURN(row["owed_by"]), let owedTo = PartyURN(row["owed_to"]),
      let message = MessageID(row["message_id"])
    else { throw StoreFailure.corrupt("duty") }
    let dueAt: Int64 = row["due_at"]
    let isOverdue = dueAt < now.milliseconds
    // A reminder at its end would come with the word that it is overdue: only that is sent.
    let told = isOverdue ? "overdue" : "due"
    let next: Int64? = isOverdue ? nil : dueAt + 1
    let update = try database.cachedStatement(
      sql: "UPDATE duty SET told = ?, next_at = ? WHERE message = ? AND position = ?")
    let sequence: Int64 = row["message"]
    let position: Int64 = row["position"]
    try update.execute(arguments: [told, next, sequence, position])
    guard !row["is_held"] else { return }
    let id = DutyID(message: message.text, position: position)
    let (count, unit): (Int64, String) = (row["clock_count"], row["clock_unit"])
    let types: String = row["reply_types"]
    let detail = [
      "state": told, "duty": id.text, "whatIsOwed": types, "clock": "\(count) \(unit)",
      "openedAt": Timestamp(milliseconds: row["opened_at"]).description,
      "dueAt": Timestamp(milliseconds: dueAt).description, "owedBy": owedBy.text,
      "owedTo": owedTo.text,
    ]
    // Of one transaction with the stage above: after a crash before its commit the next sweep
    // tells it, after one it was told.
    try owe(.dutyReminder, to: owedBy, about: message, detail: detail)
    guard isOverdue else {
      sweep.reminded += 1
      return
    }
    sweep.overdue += 1
    if owedTo != owedBy { try owe(.dutyReminder, to: owedTo, about: message, detail: detail) }
    try append(
      LogEvent(
        .dutyOverdue, [.clock: "\(count) \(unit)", .duty: id.text, .party: owedBy.text]),
      subject: message.text, message: sequence)
  }
}
