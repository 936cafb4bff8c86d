// What the registers hold about a child beside messages, for an export: consents, objections,
// rectifications. Never a child's key.

package import ExchangeModel
import GRDB

/// A consent record about a child, without who gave it: that is for its holder alone.
package struct ConsentSummary: Sendable, Equatable {
  package let id: String
  package let holder: PartyURN
  package let state: ConsentFact.State
  package let purposes: [String]
  /// The items and recipients that it still covers.
  package let items: [String]
  package let recipients: [PartyURN]
  package let reviewBy: CivilDate
}

/// An objection about a child.
package struct ObjectionSummary: Sendable, Equatable {
  package let messageID: MessageID
  package let controller: String
  package let interim: String
  package let outcome: String?
  package let recordedAt: Timestamp
  package let isOpen: Bool
}

/// A rectification about a child.
package struct RectificationSummary: Sendable, Equatable {
  package let id: MessageID
  package let requester: String
  package let field: String
  package let kind: String
  package let startedAt: Timestamp
  package let recipients: [String]
}

/// All registers' records about a child.
package struct SubjectRegisters: Sendable {
  package let consents: [ConsentSummary]
  package let objections: [ObjectionSummary]
  package let rectifications: [RectificationSummary]
}

extension Store {
  /// The registers' records about a child: all of them, for the operator; for a party the
  /// rectifications that it asked for.
  package func subjectRegisters(
    of subject: Subject, for asker: ExportAsker
  ) async throws -> SubjectRegisters {
    let keys = SubjectKeys(subject, childKeys).all
    let today = surroundings.now().day
    guard case .party(let spkiSHA256) = asker else {
      return try await pool.read { database in
        SubjectRegisters(
          consents: try RightsTables.consents(of: keys, on: today, in: database),
          objections: try RightsTables.objections(of: keys, in: database),
          rectifications: try RightsTables.rectifications(of: keys, by: nil, in: database))
      }
    }
    let party = try await currentDirectory().identify(
      spkiSHA256: spkiSHA256, at: surroundings.now()
    ).get()
    return try await pool.read { database in
      SubjectRegisters(
        consents: [], objections: [],
        rectifications: try RightsTables.rectifications(
          of: keys, by: party.urn, in: database))
    }
  }
}

private enum RightsTables {
  /// Records of one kind in an export, at most.
  static let most = 1000

  /// Without those of sealed services, which answer for themselves: held by one, or the ground of
  /// a sealed message.
  static func consents(
    of keys: [ChildKey], on day: Int64, in database: Database
  ) throws -> [ConsentSummary] {
    guard !keys.isEmpty else { return [] }
    let ids = try String.fetchAll(
      database,
      sql: """
        SELECT DISTINCT consent.consent_id FROM consent_child
        JOIN consent ON consent.consent_id = consent_child.consent
        JOIN party ON party.urn = consent.holder
        WHERE consent_child.child_key IN (\(ChildSearch.marks(keys.count)))
          AND party.role <> 'send-partnership-service'
          AND NOT EXISTS (
            SELECT 1 FROM message WHERE message.consent = consent.consent_id
              AND message.is_sealed = 1)
        ORDER BY consent.number LIMIT \(most)
        """, arguments: StatementArguments(keys.map(\.data)))
    return try ids.compactMap { id in
      guard let row = try ConsentRow.find(id, in: database) else { return nil }
      return ConsentSummary(
        id: id, holder: row.holder, state: row.state(on: day),
        purposes: try String.fetchAll(
          database,
          sql: "SELECT purpose FROM consent_purpose WHERE consent = ? ORDER BY purpose",
          arguments: [id]),
        items: try ConsentTable.items(of: id, in: database),
        recipients: try ConsentTable.recipients(of: id, in: database),
        reviewBy: CivilDate(daysSinceEpoch: row.reviewBy))
    }
  }

  static func objections(
    of keys: [ChildKey], in database: Database
  ) throws -> [ObjectionSummary] {
    guard !keys.isEmpty else { return [] }
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT DISTINCT message.message_id, objection.* FROM objection_child
        JOIN objection ON objection.message = objection_child.objection
        JOIN message ON message.sequence = objection.message
        WHERE objection_child.child_key IN (\(ChildSearch.marks(keys.count)))
          AND message.is_sealed = 0
        ORDER BY objection.message LIMIT \(most)
        """, arguments: StatementArguments(keys.map(\.data)))
    return try rows.map { row in
      guard let id = MessageID(row["message_id"]) else { throw StoreFailure.corrupt("message") }
      let interim: String = row["interim"]
      let closedBy: Int64? = row["closed_by"]
      return ObjectionSummary(
        messageID: id, controller: row["controller"], interim: interim, outcome: row["outcome"],
        recordedAt: Timestamp(milliseconds: row["recorded_at"]), isOpen: closedBy == nil)
    }
  }

  static func rectifications(
    of keys: [ChildKey], by requester: PartyURN?, in database: Database
  ) throws -> [RectificationSummary] {
    guard !keys.isEmpty else { return [] }
    // One of a sealed message is its two parties' own affair.
    let condition =
      requester == nil
      ? """
      ? IS NULL AND NOT EXISTS (
        SELECT 1 FROM rectification_recipient JOIN message
          ON message.sequence = rectification_recipient.message
        WHERE rectification_recipient.rectification = rectification.rectification_id
          AND message.is_sealed = 1)
      """ : "requester = ?"
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT DISTINCT rectification.* FROM rectification_child
        JOIN rectification
          ON rectification.rectification_id = rectification_child.rectification
        WHERE \(condition)
          AND rectification_child.child_key IN (\(ChildSearch.marks(keys.count)))
        ORDER BY started_at LIMIT \(most)
        """, arguments: [requester?.text] + StatementArguments(keys.map(\.data)))
    return try rows.map { row in
      guard let id = MessageID(row["rectification_id"]) else {
        throw StoreFailure.corrupt("rectification")
      }
      let recipients = try String.fetchAll(
        database,
        sql: """
          SELECT recipient FROM rectification_recipient WHERE rectification = ? ORDER BY recipient
          """, arguments: [id.text])
      return RectificationSummary(
        id: id, requester: row["requester"], field: row["field"], kind: row["kind"],
        startedAt: Timestamp(milliseconds: row["started_at"]), recipients: recipients)
    }
  }
}
