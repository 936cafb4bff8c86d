// The duties: replies that are owed, by whom and until when. Opened and settled in the transaction
// that admits a message, so they need no leaf of their own: what opened one is in the log already.
// Never guesses a day for want of a calendar, nor which duty a message without a reference answers.

import ExchangeModel
import GRDB
import MessageLog

enum DutySchema {
  static func create(in database: Database) throws {
    try database.execute(sql: calendars)
    try database.execute(sql: duties)
  }

  // Every version is kept as it was imported: an old one still speaks for days that no newer one
  // covers, and shows later by what a due time was reckoned.
  private static let calendars = """
    CREATE TABLE calendar (
      calendar_key TEXT NOT NULL,
      version INTEGER NOT NULL CHECK (version >= 1),
      valid_from TEXT NOT NULL,
      valid_through TEXT NOT NULL CHECK (valid_through >= valid_from),
      imported_at INTEGER NOT NULL,
      sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
      body BLOB NOT NULL,
      PRIMARY KEY (calendar_key, version)
    ) STRICT, WITHOUT ROWID;
    """

  // `reply_types`: any one of them settles the duty. `calendar` names the calendar its limit is
  // reckoned by; with one and without `due_at` it waits for that calendar. `next_at` is when the
  // sweep has something to tell, and `told` what it told last. Rows grow at the table's end;
  // listings and reminders have indexes of their own.
  private static let duties = """
    CREATE TABLE duty (
      message INTEGER NOT NULL REFERENCES message (sequence),
      position INTEGER NOT NULL CHECK (position >= 1),
      reply_types TEXT NOT NULL CHECK (length(reply_types) > 0),
      owed_by TEXT NOT NULL,
      owed_to TEXT NOT NULL,
      clock_count INTEGER CHECK (clock_count >= 1),
      clock_unit TEXT,
      calendar TEXT,
      opened_at INTEGER NOT NULL,
      due_at INTEGER,
      next_at INTEGER,
      told TEXT NOT NULL DEFAULT 'nothing' CHECK (told IN ('nothing', 'due', 'overdue')),
      state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'met', 'lapsed')),
      met_by INTEGER REFERENCES message (sequence),
      ended_at INTEGER,
      PRIMARY KEY (message, position),
      CHECK ((clock_count IS NULL) = (clock_unit IS NULL)),
      CHECK (due_at IS NULL OR clock_unit IS NOT NULL),
      CHECK ((state = 'met') = (met_by IS NOT NULL)),
      CHECK ((state = 'open') = (ended_at IS NULL)),
      CHECK (next_at IS NULL OR (state = 'open' AND due_at IS NOT NULL))
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX duty_owed_by ON duty (owed_by, state);
    CREATE INDEX duty_owed_to ON duty (owed_to, state);
    CREATE INDEX duty_next ON duty (next_at) WHERE next_at IS NOT NULL;
    CREATE INDEX duty_by_calendar ON duty (calendar)
      WHERE calendar IS NOT NULL AND state = 'open';
    CREATE INDEX duty_waiting ON duty (calendar)
      WHERE calendar IS NOT NULL AND state = 'open' AND due_at IS NULL;
    """
}

extension WriteContext {
  /// The types of expected replies whose time limit cannot be reckoned for want of a calendar.
  mutating func repliesWithoutCalendar(to submission: Submission) throws -> [String] {
    let expected = submission.messageType.expectedReplies
    guard !expected.isEmpty else { return [] }
    let envelope = submission.envelope
    var types: [String] = []
    for reply in expected {
      guard let clock = reply.within else { continue }
      let answer = try dueAnswer(
        clock, from: now, owedBy: envelope.recipient, owedTo: envelope.source)
      if case .unknown = answer { types.append(reply.type) }
    }
    return types.sorted()
  }

  /// Opens the duties that follow from an admitted message and settles those that it answers.
  mutating func updateDuties(for message: AdmittedMessage) throws {
    let envelope = message.submission.envelope
    if !message.submission.messageType.expectedReplies.isEmpty { try openDuties(of: message) }
    // What names no earlier message settles nothing: with one open duty of the kind it would
    // still be a guess.
    guard envelope.inReplyTo != nil || envelope.causationID != nil || envelope.correlationID != nil
    else { return }
    try settleDuty(answeredBy: message)
  }

  /// Ends the open duties of a message that its recipient has refused to take: its sender knows,
  /// and nothing is owed for what was not taken.
  func lapseDuties(of message: Int64) throws {
    let update = try database.cachedStatement(
      sql: """
        UPDATE duty SET state = 'lapsed', ended_at = ?, next_at = NULL
        WHERE message = ? AND state = 'open'
        """)
    try update.execute(arguments: [now.milliseconds, message])
  }

  /// When a reply between two parties is due.
  mutating func dueAnswer(
    _ clock: MessageType.Clock, from start: Timestamp, owedBy: PartyURN, owedTo: PartyURN
  ) throws -> DueAnswer {
    let key = CalendarKey.needed(unit: clock.unit, owedBy: owedBy, owedTo: owedTo)
    let calendars = try key.map { try self.calendars(of: $0) } ?? []
    return due(DueFacts(clock: clock, start: start, key: key, calendars: calendars))
  }

  private mutating func openDuties(of message: AdmittedMessage) throws {
    let envelope = message.submission.envelope
    for duty in NewDuty.all(of: message.submission.messageType.expectedReplies) {
      var dueAt: Timestamp?
      var remindAt: Timestamp?
      var key: CalendarKey?
      if let clock = duty.clock {
        key = CalendarKey.needed(
          unit: clock.unit, owedBy: envelope.recipient, owedTo: envelope.source)
        let answer = try dueAnswer(
          clock, from: now, owedBy: envelope.recipient, owedTo: envelope.source)
        if case .due(let at, let reminder) = answer { (dueAt, remindAt) = (at, reminder) }
      }
      let insert = try database.cachedStatement(
        sql: """
          INSERT INTO duty (message, position, reply_types, owed_by, owed_to, clock_count,
            clock_unit, calendar, opened_at, due_at, next_at, opened_by)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """)
      try insert.execute(arguments: [
        message.sequence, duty.position, duty.replyTypes, envelope.recipient.text,
        envelope.source.text, duty.clock?.count, duty.clock?.unit, key?.text, now.milliseconds,
        dueAt?.milliseconds, remindAt?.milliseconds, duty.openedBy,
      ])
    }
  }

  /// Settles the duty that a message answers: of its type, from who owes to whom it is owed,
  /// opened by a message that it names.
  private mutating func settleDuty(answeredBy message: AdmittedMessage) throws {
    let envelope = message.submission.envelope
    var asked: [String] = []
    for reference in [envelope.inReplyTo, envelope.correlationID, envelope.causationID] {
      guard let reference, !asked.contains(where: { $0.utf8.elementsEqual(reference.utf8) }) else {
        continue
      }
      asked.append(reference)
      guard let earlier = try threadMessage(reference, of: envelope) else { continue }
      let select = try database.cachedStatement(
        sql: """
          SELECT position, reply_types, due_at, message.message_id
          FROM duty JOIN message ON message.sequence = duty.message
          WHERE duty.message = ? AND owed_by = ? AND owed_to = ? AND state = 'open'
          ORDER BY position
          """)
      let rows = try Row.fetchAll(
        select,
        arguments: [earlier.sequence, envelope.source.text, envelope.recipient.text])
      for row in rows {
        let types: String = row["reply_types"]
        let isAnswered = types.utf8.split(separator: 0x20).contains {
          $0.elementsEqual(envelope.type.utf8)
        }
        guard isAnswered else { continue }
        return try settle(row, of: earlier.sequence, by: message)
      }
    }
  }

  private func meet(_ position: Int64, of opening: Int64, by message: Int64) throws {
    let update = try database.cachedStatement(
      sql: """
        UPDATE duty SET state = 'met', met_by = ?, ended_at = ?, next_at = NULL
        WHERE message = ? AND position = ?
        """)
    try update.execute(arguments: [message, now.milliseconds, opening, position])
  }

  /// Meets the duties of a message that await its being opened by a person of a role: each is then
  /// met by the message itself.
  /// - Returns: true when the message's type names the role.
  mutating func meetDuties(of message: MessageRow, openedBy role: String) throws -> Bool {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT position, due_at, state, opened_by FROM duty
        WHERE message = ? AND opened_by IS NOT NULL ORDER BY position
        """, arguments: [message.sequence])
    var isNamed = false
    for row in rows {
      let roles: String = row["opened_by"]
      guard
        roles.utf8.split(separator: 0x20).contains(where: { $0.elementsEqual(role.utf8) })
      else { continue }
      isNamed = true
      guard row["state"] == "open" else { continue }
      let position: Int64 = row["position"]
      try meet(position, of: message.sequence, by: message.sequence)
      let id = message.summary.messageID.text
      try appendMet(
        DutyID(message: id, position: position), dueAt: row["due_at"], by: id,
        of: message.summary.recipient, sequence: message.sequence)
    }
    return isNamed
  }

  private mutating func settle(
    _ row: Row, of opening: Int64, by message: AdmittedMessage
  ) throws {
    let position: Int64 = row["position"]
    let opened: String = row["message_id"]
    let dueAt: Int64? = row["due_at"]
    try meet(position, of: opening, by: message.sequence)
    try appendMet(
      DutyID(message: opened, position: position), dueAt: dueAt, by: message.messageID.text,
      of: message.submission.envelope.source, sequence: opening)
  }

  private mutating func appendMet(
    _ duty: DutyID, dueAt: Int64?, by message: String, of party: PartyURN, sequence: Int64
  ) throws {
    let outcome = dueAt.map { now.milliseconds <= $0 ? "in-time" : "late" } ?? "no-time-limit"
    try append(
      LogEvent(
        .dutyMet,
        [
          .duty: duty.text, .messageID: message, .outcome: outcome, .party: party.text,
        ]), subject: duty.message, message: sequence)
  }
}

/// A duty about to be opened.
private struct NewDuty {
  let position: Int64
  /// Separated by spaces.
  let replyTypes: String
  let clock: MessageType.Clock?
  /// The roles whose opening meets it, separated by spaces; nil where only a reply does.
  let openedBy: String?

  /// One for each expected reply; alternatives are one duty, which any of them settles.
  static func all(of expected: [MessageType.ExpectedReply]) -> [NewDuty] {
    expected.enumerated().compactMap { index, reply in
      guard reply.alternativeTo == nil else { return nil }
      let others = expected.filter {
        $0.alternativeTo?.utf8.elementsEqual(reply.type.utf8) ?? false
      }
      return NewDuty(
        position: Int64(index) + 1,
        replyTypes: ([reply] + others).map(\.type).joined(separator: " "), clock: reply.within,
        openedBy: reply.openedBy?.joined(separator: " "))
    }
  }
}
