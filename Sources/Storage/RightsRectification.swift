// Rectification, erasure and restriction (UK GDPR, Article 19): everybody who was sent the data is
// told, in one transaction with the record of it. Never sends: it owes the notices.

package import ExchangeModel
import GRDB
import MessageLog

/// What a party has put right in its own records, and now tells those it sent it to.
package struct RectificationRequest: Sendable, Equatable {
  package let subject: Subject
  /// A payload property's name, e.g. `surname`, or a JSON Pointer into the payload.
  package let field: String
  /// `rectified`, `erased`, `restricted`, `unrestricted` or `objection-upheld`.
  package let kind: String
  package let old: String?
  package let new: String?
  package let reason: String?
  /// From when it holds: RFC 3339 as written.
  package let from: String

  package init(
    subject: Subject, field: String, kind: String, old: String?, new: String?, reason: String?,
    from: String
  ) {
    self.subject = subject
    self.field = field
    self.kind = kind
    self.old = old
    self.new = new
    self.reason = reason
    self.from = from
  }

  /// What a notice's payload holds, by its names. Personal.
  package func payload(subjectKey: String) -> [String: String] {
    var members = ["subjectKey": subjectKey, "field": field, "kind": kind, "from": from]
    members["old"] = old
    members["new"] = new
    members["reason"] = reason
    return members
  }

  /// The same bytes for the same request, whatever order it was written in.
  fileprivate var bytes: [UInt8] {
    let texts =
      subject.identifiers.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
      + payload(subjectKey: "").sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
    return texts.flatMap { Array(String($0.utf8.count).utf8) + [0x3A] + Array($0.utf8) }
  }
}

/// A message that its sender may have to put right with its recipient.
package struct SentMessage: Sendable {
  package let sequence: Int64
  package let messageID: MessageID
  package let type: String
  package let format: ContentFormat
  /// The whole envelope as received.
  package let received: [UInt8]
  /// True when a number led to it, false when names and date of birth alone did.
  package let isByNumber: Bool
}

extension Store {
  /// The next messages that a party sent about a child, sealed ones included, with what it sent.
  /// Page by page like `subjectPage`: go on after the last `messageID` while there are any.
  package func sentMessages(
    about subject: Subject, by spkiSHA256: String, after cursor: MessageID?, limit: Int
  ) async throws -> [SentMessage] {
    try await indexChildren()
    let party = try await currentDirectory().identify(
      spkiSHA256: spkiSHA256, at: surroundings.now()
    ).get()
    let search = ChildSearch(keys: SubjectKeys(subject, childKeys), scope: .sentBy(party.urn))
    let (gate, sealing) = (gate, sealing)
    return try await pool.read { database in
      let start = try search.start(after: cursor, in: database)
      return try search.messages(after: start, limit: limit, in: database).compactMap { found in
        guard let row = try MessageRow.find(sequence: found.sequence, in: database) else {
          return nil
        }
        do { try gate.require(.content, of: row, by: party) } catch { return nil }
        let (format, received) = try row.content(in: database, sealing)
        return SentMessage(
          sequence: row.sequence, messageID: row.summary.messageID, type: row.summary.type,
          format: format, received: received, isByNumber: found.isByNumber)
      }
    }
  }

  /// Records a rectification and owes a notice to each recipient of these messages, which the
  /// caller sent and which held the field. The same request again is the same rectification.
  ///
  /// - Returns: its id, and whether it is new. Throws: `Refusal(.notFound)` when one of the
  ///   messages is not the caller's.
  package func startRectification(
    _ request: RectificationRequest, in messages: [Int64], by spkiSHA256: String
  ) async throws -> (id: MessageID, isNew: Bool) {
    let keys = SubjectKeys(request.subject, childKeys)
    let requestKey = childKeys.requestKey(request.bytes)
    return try await writer.submit { context in
      let party = try context.caller(spkiSHA256)
      if let known = try context.rectification(of: party.urn, requestKey) { return (known, false) }
      return (
        try context.startRectification(request, keys, requestKey, in: messages, by: party), true
      )
    }
  }
}

extension WriteContext {
  /// The rectification that this request began before; nil when it is new.
  fileprivate func rectification(
    of requester: PartyURN, _ requestKey: ChildKey
  ) throws -> MessageID? {
    let text = try String.fetchOne(
      database,
      sql: "SELECT rectification_id FROM rectification WHERE requester = ? AND request_key = ?",
      arguments: [requester.text, requestKey.data])
    return text.flatMap { MessageID($0) }
  }

  fileprivate mutating func startRectification(
    _ request: RectificationRequest, _ keys: SubjectKeys, _ requestKey: ChildKey,
    in messages: [Int64], by party: Party
  ) throws -> MessageID {
    guard let subjectKey = keys.strongest?.subjectKey else { throw Refusal(.badRequest) }
    let recipients = try recipients(of: messages, sentBy: party.urn)
    let id = surroundings.messageID(at: now)
    let leaf = try append(
      LogEvent(
        .rectificationStarted,
        [.actor: party.urn.text, .count: String(recipients.count), .reason: request.kind]),
      subject: id.text, message: nil)
    try database.execute(
      sql: """
        INSERT INTO rectification (rectification_id, requester, request_key, field, kind, messages,
          started_at, leaf) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        id.text, party.urn.text, requestKey.data, request.field, request.kind, messages.count,
        now.milliseconds, leaf,
      ])
    for key in keys.all {
      try database.execute(
        sql: "INSERT INTO rectification_child (child_key, rectification) VALUES (?, ?)",
        arguments: [key.data, id.text])
    }
    let payload = request.payload(subjectKey: subjectKey)
    for (recipient, message) in recipients {
      let notice = try owe(
        .rectification, to: recipient, from: party.urn, about: message.messageID,
        detail: payload)
      try database.execute(
        sql: """
          INSERT INTO rectification_recipient (rectification, recipient, message, notice)
          VALUES (?, ?, ?, ?)
          """, arguments: [id.text, recipient.text, message.sequence, notice])
    }
    return id
  }

  /// Each party that has or had a copy of one of these messages, or will find it in its inbox,
  /// with the last of them. What is held back was never handed over, so nobody is told of it.
  private func recipients(
    of messages: [Int64], sentBy sender: PartyURN
  ) throws -> [(PartyURN, (sequence: Int64, messageID: MessageID))] {
    var latest: [PartyURN: (sequence: Int64, messageID: MessageID)] = [:]
    let opened = try database.cachedStatement(
      sql: "SELECT opened_at IS NOT NULL FROM message WHERE sequence = ?")
    for sequence in messages {
      guard let row = try MessageRow.find(sequence: sequence, in: database),
        row.summary.source == sender
      else { throw Refusal(.notFound) }
      let recipient = row.summary.recipient
      guard recipient != sender, (latest[recipient]?.sequence ?? 0) < sequence else { continue }
      if row.held != nil {
        guard try Bool.fetchOne(opened, arguments: [sequence]) == true else { continue }
      }
      latest[recipient] = (sequence, row.summary.messageID)
    }
    return latest.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }
}
