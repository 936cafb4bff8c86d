// What is held about a child, for the child's right of access (UK GDPR, Article 15): page by page,
// each message through the access gate. Never a message that the gate keeps from the asker, nor a
// word that there is one.

package import ExchangeModel
import Foundation
import GRDB
import MessageLog

/// Who asks for an export.
package enum ExportAsker: Sendable {
  /// The gateway's operator, at its machine.
  case gatewayOperator
  /// A party, by the SHA-256 of its certificate's key in lower-case hex.
  case party(String)
}

/// A message about the child.
package struct SubjectMessage: Sendable {
  package let status: MessageStatus
  /// Its content and decision, for whoever writes the export.
  package let stored: StoredMessage
  /// False when its recipient asks and has not opened it yet: then the content is not for the
  /// export, for that would open it unseen.
  package let mayShowContent: Bool
  /// True when a number led to it, false when names and date of birth alone did.
  package let isByNumber: Bool
  /// The disclosure without consent that covers it.
  package let disclosure: DisclosureSummary?
  /// Why what it asks for was not shared, in a word of the catalogue.
  package let notShared: String?
}

/// A disclosure without consent, as an export shows it: the record itself is sealed.
package struct DisclosureSummary: Sendable, Equatable {
  /// Whether the person was told, in a word of the catalogue.
  package let informed: String
  package let disclosesAddress: Bool
  package let reviewOn: CivilDate
}

/// A page of messages about the child, in the order of arrival.
package struct SubjectPage: Sendable {
  package let messages: [SubjectMessage]
  /// Where to go on; nil when there are no more.
  package let next: MessageID?
}

extension Store {
  /// The next messages about a child that the asker may export, after a cursor.
  ///
  /// A page ends early when its content is large; it may be empty though there are more. Throws:
  /// `Refusal(.badParameter)` when the cursor is no message of the asker's.
  package func subjectPage(
    of subject: Subject, for asker: ExportAsker, after cursor: MessageID?, limit: Int
  ) async throws -> SubjectPage {
    try await indexChildren()
    var party: Party?
    if case .party(let spkiSHA256) = asker {
      party = try await currentDirectory().identify(
        spkiSHA256: spkiSHA256, at: surroundings.now()
      ).get()
    }
    let search = ChildSearch(
      keys: SubjectKeys(subject, childKeys),
      scope: party.map { .ofParty($0.urn) } ?? .everything)
    let reader = SubjectReader(
      gate: gate, sealing: sealing, party: party, mostBytes: limits.subjectPageBytes)
    return try await pool.read { database in
      try reader.page(search, after: cursor, limit: limit, in: database)
    }
  }

  /// Logs that an export was made: by whom and of how many messages, never of whom.
  /// Which child it was is noted beside the log by keyed hashes, so that it can be told who looked.
  package func logSubjectExport(
    of subject: Subject, by asker: ExportAsker, messages: Int
  ) async throws {
    let keys = SubjectKeys(subject, childKeys).all
    try await writer.submit { context in
      var actor: String?
      if case .party(let spkiSHA256) = asker { actor = try context.caller(spkiSHA256).urn.text }
      let leaf = try context.append(
        LogEvent(
          .subjectExported,
          [
            .actor: actor, .count: String(messages),
            .role: actor == nil ? "operator" : nil,
          ]), subject: nil, message: nil)
      try context.noteViews(of: keys, by: leaf)
    }
  }
}

/// Reads one page in one snapshot.
private struct SubjectReader: Sendable {
  let gate: AccessGate
  let sealing: Sealing
  /// Nil for the operator.
  let party: Party?
  let mostBytes: Int64

  func page(
    _ search: ChildSearch, after cursor: MessageID?, limit: Int, in database: Database
  ) throws -> SubjectPage {
    let start = try search.start(after: cursor, in: database)
    let found = try search.messages(after: start, limit: limit + 1, in: database)
    var messages: [SubjectMessage] = []
    var bytes: Int64 = 0
    var last: MessageID?
    for (position, item) in found.enumerated() {
      if position == limit || bytes > mostBytes {
        return SubjectPage(messages: messages, next: last)
      }
      guard let row = try MessageRow.find(sequence: item.sequence, in: database) else { continue }
      last = row.summary.messageID
      guard let message = try message(row, isByNumber: item.isByNumber, in: database) else {
        continue
      }
      bytes += row.summary.size
      messages.append(message)
    }
    return SubjectPage(messages: messages, next: nil)
  }

  /// The message, or nil when the gate keeps it from the asker.
  private func message(
    _ row: MessageRow, isByNumber: Bool, in database: Database
  ) throws -> SubjectMessage? {
    guard isOpen(row) else { return nil }
    let (format, received) = try row.content(in: database, sealing)
    let decision = try DecisionTable.read(row.decision, in: database)
    let isUnopened =
      try party?.urn == row.summary.recipient && !hasBeenOpened(row.sequence, in: database)
    return SubjectMessage(
      status: try row.status(in: database),
      stored: StoredMessage(
        summary: row.summary, format: format, received: received, decision: decision),
      mayShowContent: !isUnopened, isByNumber: isByNumber,
      disclosure: try disclosure(of: row.summary, in: database),
      notShared: try notShared(row.summary, in: database))
  }

  private func isOpen(_ row: MessageRow) -> Bool {
    do {
      guard let party else {
        try gate.requireOperator(.export, of: row)
        return true
      }
      try gate.require(.export, of: row, by: party)
      // An export hands over content, so what is held back stays back.
      try gate.require(.content, of: row, by: party)
      return true
    } catch {
      return false
    }
  }

  /// For the operator and for the party that disclosed; others have no business with it.
  private func disclosure(
    of message: MessageSummary, in database: Database
  ) throws -> DisclosureSummary? {
    guard party == nil || party?.urn == message.source else { return nil }
    let statement = try database.cachedStatement(
      sql: "SELECT * FROM disclosure WHERE source = ? AND covers = ? ORDER BY message LIMIT 1")
    let row = try Row.fetchOne(statement, arguments: [message.source.text, message.id])
    return row.map { row in
      DisclosureSummary(
        informed: row["informed"], disclosesAddress: row["discloses_address"],
        reviewOn: CivilDate(daysSinceEpoch: row["review_on"]))
    }
  }

  /// Its recipient may have answered that it would not share.
  private func notShared(_ message: MessageSummary, in database: Database) throws -> String? {
    let statement = try database.cachedStatement(
      sql: "SELECT reason FROM not_shared WHERE source = ? AND request IN (?, ?) LIMIT 1")
    return try String.fetchOne(
      statement,
      arguments: [message.recipient.text, message.messageID.text, message.id])
  }

  private func hasBeenOpened(_ sequence: Int64, in database: Database) throws -> Bool {
    let statement = try database.cachedStatement(
      sql: "SELECT opened_at IS NOT NULL FROM message WHERE sequence = ?")
    return try Bool.fetchOne(statement, arguments: [sequence]) ?? false
  }
}
