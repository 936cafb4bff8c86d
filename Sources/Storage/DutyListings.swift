// What the store tells about duties, and a party's listing of its own. Each duty is of a message,
// and is seen by whoever may see that message listed.
// Never lists another party's duty: that of a sealed message is for its two parties, as all are.

package import ExchangeModel
import GRDB

/// A duty's name: its message's id and its place among the replies which that message awaits.
package struct DutyID: Sendable, Hashable, CustomStringConvertible {
  /// `<messageId>.<position>`.
  package let text: String
  let message: String
  let position: Int64

  init(message: String, position: Int64) {
    self.message = message
    self.position = position
    text = "\(message).\(position)"
  }

  /// Nil when it is not one.
  package init?(_ text: String) {
    let parts = text.utf8.split(separator: 0x2E, omittingEmptySubsequences: false)
    guard parts.count == 2, let message = MessageID(String(parts[0]) ?? ""),
      parts[1].count <= 4, parts[1].allSatisfy({ (0x30...0x39).contains($0) }),
      let position = Int64(String(parts[1]) ?? ""), position >= 1
    else { return nil }
    self.init(message: message.text, position: position)
    guard self.text.utf8.elementsEqual(text.utf8) else { return nil }
  }

  package var description: String { text }
}

/// A reply that is owed, or was.
package struct Duty: Sendable, Equatable {
  package enum State: String, Sendable, CaseIterable { case open, overdue, met, lapsed }
  package enum Side: String, Sendable, CaseIterable {
    case owedByMe = "owed-by-me"
    case owedToMe = "owed-to-me"
  }

  package let id: DutyID
  package let messageID: MessageID
  package let messageType: String
  /// Any one of these settles it.
  package let replyTypes: [String]
  package let owedBy: PartyURN
  package let owedTo: PartyURN
  package let openedAt: Timestamp
  /// The last instant that is in time; nil for a reply without a time limit, and where the
  /// calendar is missing.
  package let dueAt: Timestamp?
  package let state: State
  package let clock: MessageType.Clock?
  /// The calendar that the due time waits for; nil when it does not wait.
  package let calendarMissing: CalendarKey?
  /// The reply that settled it.
  package let metBy: MessageID?
  /// When it was met or lapsed.
  package let endedAt: Timestamp?
}

/// A page of duties, oldest first.
package struct DutyPage: Sendable, Equatable {
  package let duties: [Duty]
  /// What to go on after; nil on the last page.
  package let next: DutyID?
}

extension Store {
  /// A party's own duties, oldest first, after one of them.
  ///
  /// - `state`: `open` are all that are not settled, overdue ones among them.
  /// Throws: `Refusal` when the certificate no longer counts, `Refusal(.badParameter)` when
  /// `after` names no message.
  package func duties(
    of spkiSHA256: String, side: Duty.Side, state: Duty.State, after: DutyID?, limit: Int
  ) async throws -> DutyPage {
    let party = try await currentDirectory().identify(
      spkiSHA256: spkiSHA256, at: surroundings.now()
    ).get()
    let gate = gate
    let now = surroundings.now()
    return try await pool.read { database in
      var start: (message: Int64, position: Int64) = (0, 0)
      if let after {
        let sql = "SELECT sequence FROM message WHERE message_id = ?"
        let found = try Int64.fetchOne(database, sql: sql, arguments: [after.message])
        guard let found else { throw Refusal(.badParameter) }
        start = (found, after.position)
      }
      let column = side == .owedByMe ? "owed_by" : "owed_to"
      let isOverdue = state == .overdue ? "AND due_at < \(now.milliseconds)" : ""
      // What is held back from its recipient is no entry of a page, nor its cursor.
      let isNotHeld =
        side == .owedByMe
        ? "AND NOT EXISTS (SELECT 1 FROM held WHERE held.message = duty.message)" : ""
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT * FROM duty
          WHERE \(column) = ? AND state = ? \(isOverdue) \(isNotHeld)
            AND (message, position) > (?, ?)
          ORDER BY message, position LIMIT ?
          """,
        arguments: [
          party.urn.text, state == .overdue ? "open" : state.rawValue, start.message,
          start.position, limit + 1,
        ])
      let duties = try rows.prefix(limit).map { row in
        guard let message = try MessageRow.find(sequence: row["message"], in: database) else {
          throw StoreFailure.corrupt("duty")
        }
        try gate.require(.listing, of: message, by: party)
        return try Duty(row, of: message.summary, at: now, in: database)
      }
      return DutyPage(duties: duties, next: rows.count > limit ? duties.last?.id : nil)
    }
  }
}

extension Duty {
  init(
    _ row: Row, of message: MessageSummary, at now: Timestamp, in database: Database
  ) throws {
    guard let owedBy = PartyURN(row["owed_by"]), let owedTo = PartyURN(row["owed_to"]),
      let stored = State(rawValue: row["state"])
    else { throw StoreFailure.corrupt("duty") }
    let types: String = row["reply_types"]
    let dueAt: Int64? = row["due_at"]
    let endedAt: Int64? = row["ended_at"]
    let count: Int64? = row["clock_count"]
    let unit: String? = row["clock_unit"]
    let key: String? = row["calendar"]
    let metBy: Int64? = row["met_by"]
    id = DutyID(message: message.messageID.text, position: row["position"])
    messageID = message.messageID
    messageType = message.type
    replyTypes = types.split(separator: " ").map { String($0) }
    self.owedBy = owedBy
    self.owedTo = owedTo
    openedAt = Timestamp(milliseconds: row["opened_at"])
    self.dueAt = dueAt.map(Timestamp.init(milliseconds:))
    let isOverdue = dueAt.map { $0 < now.milliseconds } ?? false
    state = stored == .open && isOverdue ? .overdue : stored
    clock =
      if let count, let unit { MessageType.Clock(count: Int(count), unit: unit) } else { nil }
    calendarMissing =
      dueAt == nil && stored == .open ? key.flatMap { CalendarKey(text: $0) } : nil
    self.metBy = try metBy.flatMap { sequence in
      try String.fetchOne(
        database, sql: "SELECT message_id FROM message WHERE sequence = ?", arguments: [sequence]
      ).flatMap { MessageID($0) }
    }
    self.endedAt = endedAt.map(Timestamp.init(milliseconds:))
  }
}
