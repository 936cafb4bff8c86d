// Objections (UK GDPR, Article 21): recorded when their message is admitted, asked for at each
// decision. Never tells what was objected to: that is in the message alone.

import ExchangeModel
import GRDB
import MessageLog

extension WriteContext {
  /// True when an open objection that asks to restrict is on record for one of these keys.
  func hasObjection(_ children: [ChildKey]) throws -> Bool {
    guard !children.isEmpty else { return false }
    // Mostly there is none at all: one look, not one for each key.
    let any = try database.cachedStatement(
      sql: "SELECT EXISTS (SELECT 1 FROM objection_child WHERE is_open = 1)")
    guard try Bool.fetchOne(any) == true else { return false }
    let one = try database.cachedStatement(
      sql: "SELECT EXISTS (SELECT 1 FROM objection_child WHERE child_key = ? AND is_open = 1)")
    return try children.contains { try Bool.fetchOne(one, arguments: [$0.data]) == true }
  }

  /// Records an objection that was admitted, or the outcome of an earlier one. A second time for
  /// the same message does nothing.
  mutating func recordObjection(of message: AdmittedMessage) throws {
    guard case .objection(let interim, let outcome) = message.submission.content.effect else {
      return
    }
    let known = try database.cachedStatement(sql: "SELECT 1 FROM objection WHERE message = ?")
    guard try Int.fetchOne(known, arguments: [message.sequence]) == nil else { return }
    let envelope = message.submission.envelope
    let leaf = try append(
      LogEvent(
        .objectionRecorded,
        [
          .actor: envelope.source.text, .change: interim, .outcome: outcome,
          .recipient: envelope.recipient.text,
        ]), subject: message.messageID.text, message: message.sequence)
    let isOpen = outcome == nil && interim.utf8.elementsEqual("restrict".utf8)
    try database.execute(
      sql: """
        INSERT INTO objection (message, controller, interim, outcome, recorded_at, closed_by, leaf)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        message.sequence, envelope.recipient.text, interim, outcome, now.milliseconds,
        outcome == nil ? nil : message.sequence, leaf,
      ])
    for key in Set(message.children) {
      try database.execute(
        sql: "INSERT INTO objection_child (child_key, objection, is_open) VALUES (?, ?, ?)",
        arguments: [key.data, message.sequence, isOpen])
    }
    if outcome != nil { try closeObjections(by: message) }
  }

  /// An outcome closes the objection that it answers; when it names none, all of the child with
  /// this controller.
  private func closeObjections(by message: AdmittedMessage) throws {
    let envelope = message.submission.envelope
    var closed: [Int64] = []
    if let reference = envelope.inReplyTo,
      let earlier = try threadMessage(reference, of: envelope)
    {
      closed = try Int64.fetchAll(
        database,
        sql: "SELECT message FROM objection WHERE message = ? AND closed_by IS NULL",
        arguments: [earlier.sequence])
    } else {
      for key in Set(message.children) {
        closed += try Int64.fetchAll(
          database,
          sql: """
            SELECT objection.message FROM objection_child
            JOIN objection ON objection.message = objection_child.objection
            WHERE objection_child.child_key = ? AND objection.controller = ?
              AND objection.closed_by IS NULL
            """, arguments: [key.data, envelope.recipient.text])
      }
    }
    for objection in closed {
      try database.execute(
        sql: "UPDATE objection SET closed_by = ? WHERE message = ?",
        arguments: [message.sequence, objection])
      try database.execute(
        sql: "UPDATE objection_child SET is_open = 0 WHERE objection = ?",
        arguments: [objection])
    }
  }
}
