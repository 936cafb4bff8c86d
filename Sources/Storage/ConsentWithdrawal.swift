// A withdrawal takes effect at once, in one transaction of the one writer: the history, every
// message that rests on the consent and was not yet had, and the notices owed to both sides.
//
// A withdrawal and a delivery that meet are ordered by that writer. A recipient whose `open`,
// attachment or acknowledgement was committed first has the message, and is told; from any other it
// is held, and `open` answers `message-held`. There is no third outcome, and never both.

import ExchangeModel
import Foundation
import GRDB
import MessageLog

extension WriteContext {
  /// Withdraws a consent, wholly or in part, and stops what rests on it.
  mutating func withdraw(
    _ consent: ConsentRow, _ scope: WithdrawalScope, by actor: PartyURN, sealedReason: Data?
  ) throws {
    let messages = try messagesTouched(by: scope, of: consent.id)
    try appendChange(
      .withdrawn, of: consent.id, holder: consent.holder, scope: scope, by: actor,
      sealedReason: sealedReason)
    try narrow(consent.id, by: scope)
    // If we crash here nothing was withdrawn: whoever asked was not answered, and asks again.
    Failpoint.hit(.withdrawalBeforeHolds)
    for message in messages {
      if message.isHad {
        try owe(
          .consentWithdrawn, to: message.recipient, about: message.id,
          detail: detail(of: scope, consent.id))
        // It is not pushed again; one under way that fails before anything left is held after all.
        try database.execute(
          sql: "UPDATE inbox SET recall = ? WHERE recipient = ? AND message = ?",
          arguments: [consent.id, message.recipient.text, message.sequence])
      } else {
        try recall(
          message.sequence, message.id, from: message.source, to: message.recipient, consent.id)
      }
    }
    // If we crash here the same: holds and notices are of the withdrawal's own transaction.
    Failpoint.hit(.withdrawalAfterHolds)
  }

  /// Adds a line to a record's history, with its leaf.
  mutating func appendChange(
    _ kind: ConsentChange.Kind, of id: String, holder: PartyURN, scope: WithdrawalScope = .all,
    by actor: PartyURN?, sealedReason: Data? = nil, reviewBy: CivilDate? = nil
  ) throws {
    var recipient: String?
    if case .recipient(let party) = scope { recipient = party.text }
    let leaf = try append(
      LogEvent(
        kind == .withdrawn ? .consentWithdrawn : .consentRecorded,
        [
          .actor: actor?.text, .change: kind.rawValue, .consent: id, .party: holder.text,
          .recipient: recipient, .scope: scope.logWord,
        ]), subject: id, message: nil)
    try database.execute(
      sql: """
        INSERT INTO consent_change (consent, leaf, change, scope, subject, changed_at, actor,
          review_by, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        id, leaf, kind.rawValue, scope.word, scope.subject, now.milliseconds, actor?.text,
        reviewBy?.daysSinceEpoch, sealedReason,
      ])
  }

  /// A message that a withdrawal concerns.
  private struct TouchedMessage {
    let sequence: Int64
    let id: MessageID
    let source: PartyURN
    let recipient: PartyURN
    /// True when its recipient has had its content, or answered it.
    let isHad: Bool
  }

  /// The messages that rest on a record, or on one that it took the place of, and that a scope
  /// concerns. Not those held for the same cause, nor those whose recipient was told before
  /// that it is no longer one.
  private func messagesTouched(
    by scope: WithdrawalScope, of id: String
  ) throws -> [TouchedMessage] {
    let condition =
      switch scope {
      case .all:
        """
        NOT EXISTS (SELECT 1 FROM consent_recipient WHERE consent = ?1
          AND party = message.recipient AND withdrawn_at IS NOT NULL) AND ?2 IS NULL
        """
      case .recipient: "message.recipient = ?2"
      case .item:
        """
        EXISTS (SELECT 1 FROM consented_item
          WHERE consented_item.message = message.sequence AND item = ?2)
        """
      }
    let statement = try database.cachedStatement(
      sql: """
        WITH RECURSIVE line (id) AS (
          SELECT ?1 UNION
          SELECT supersedes FROM consent JOIN line ON consent.consent_id = line.id
          WHERE supersedes IS NOT NULL)
        SELECT message.sequence, message.message_id, message.source, message.recipient,
          message.opened_at IS NOT NULL OR acknowledgement.message IS NOT NULL AS had
        FROM line JOIN message ON message.consent = line.id
        LEFT JOIN acknowledgement ON acknowledgement.message = message.sequence
        LEFT JOIN held ON held.message = message.sequence
        WHERE held.reason IS NOT 'consent-withdrawn' AND \(condition)
        ORDER BY message.sequence
        """)
    return try Row.fetchAll(statement, arguments: [id, scope.subject]).map { row in
      guard let messageID = MessageID(row["message_id"]), let source = PartyURN(row["source"]),
        let recipient = PartyURN(row["recipient"])
      else { throw StoreFailure.corrupt("message") }
      return TouchedMessage(
        sequence: row["sequence"], id: messageID, source: source, recipient: recipient,
        isHad: row["had"])
    }
  }

  private func narrow(_ id: String, by scope: WithdrawalScope) throws {
    switch scope {
    case .all: break
    case .recipient(let party):
      try database.execute(
        sql: """
          UPDATE consent_recipient SET withdrawn_at = ?
          WHERE consent = ? AND party = ? AND withdrawn_at IS NULL
          """, arguments: [now.milliseconds, id, party.text])
    case .item(let item):
      try database.execute(
        sql: """
          UPDATE consent_item SET withdrawn_at = ?
          WHERE consent = ? AND item = ? AND withdrawn_at IS NULL
          """, arguments: [now.milliseconds, id, item])
    }
  }

  /// Takes a message back from its recipient's inbox and tells its sender.
  mutating func recall(
    _ sequence: Int64, _ id: MessageID, from source: PartyURN, to recipient: PartyURN,
    _ consent: String
  ) throws {
    try leave(sequence, inboxOf: recipient)
    try hold(sequence, id, from: source, .consentWithdrawn, consent: consent)
  }

  /// What the recipient of a message is told, in the words of the type `consent-withdrawn`.
  private func detail(of scope: WithdrawalScope, _ consent: String) -> [String: String] {
    var detail = ["consent": consent, "from": now.description]
    switch scope {
    case .all: detail["scope"] = "all"
    case .recipient(let party):
      detail["scope"] = "one-recipient"
      detail["recipient"] = party.text
    case .item(let item):
      detail["scope"] = "one-item"
      detail["item"] = item
    }
    return detail
  }
}

extension WithdrawalScope {
  /// The scope in the log; an item with its name, which is a word of the vocabulary.
  var logWord: String {
    if case .item(let item) = self { "item:" + item } else { word }
  }
}
