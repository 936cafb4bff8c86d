// The cases as their parties see them: the officers whose case it is see all of it, others the
// messages that they sent or received, and no more of the state than those told them.
// Never tells anybody who the child is: that is in the messages.

package import ExchangeModel
import Foundation
import GRDB

/// One message in a case.
package struct CaseStepSummary: Sendable, Equatable {
  package let messageID: MessageID
  /// The slug of its type.
  package let step: String
  package let source: PartyURN
  package let recipient: PartyURN
  package let at: Timestamp
  /// What it says of the case, in words of its schema.
  package let outcome: String?
  /// The message that it answers.
  package let answers: MessageID?
}

/// One party that was asked in a trace.
package struct TraceQuestion: Sendable, Equatable {
  package let messageID: MessageID
  package let asked: PartyURN
  package let askedAt: Timestamp
  package let cap: String
  /// `open`, `expired`, `answered-no-match`, `answered-potential`, `answered-match`, `confirmed`,
  /// `wrong-child`, `refused` or `withdrawn`.
  package let state: String
  /// When an answer is due; nil where that is unknown.
  package let dueAt: Timestamp?
  /// What its parties were last reminded of by the clocks: `due` or `overdue`; nil for nothing yet.
  package let reminded: String?
  package let answer: MessageID?
  package let answeredAt: Timestamp?
  /// When the request was erased at its receiver.
  package let erasedAt: Timestamp?
}

/// A case.
package struct ExchangeCase: Sendable, Equatable {
  package let id: MessageID
  package let kind: CaseKind
  package let keeper: PartyURN
  /// True when the caller keeps the case.
  package let isOwn: Bool
  package let state: String
  package let openedAt: Timestamp
  package let changedAt: Timestamp
  package var steps: [CaseStepSummary] = []
  package var questions: [TraceQuestion] = []
  /// The trace that its keeper asks by; nil for others, and for requests sent without one.
  package var trace: MessageID?
  /// What others said, yes or no, before they were sent a request. For the keeper alone.
  package var enquiries: [TraceEnquiry] = []
}

/// A page of cases, newest first.
package struct CasePage: Sendable {
  package let cases: [ExchangeCase]
  package let next: MessageID?
}

extension Store {
  /// The caller's cases, newest first, without their steps.
  ///
  /// Throws: `bad-parameter` when `after` is no case of the caller's.
  package func cases(
    of spkiSHA256: String, kind: CaseKind?, after: MessageID?, limit: Int
  ) async throws -> CasePage {
    let party = try await currentDirectory().identify(
      spkiSHA256: spkiSHA256, at: surroundings.now()
    ).get()
    let reader = CaseReader(party: party.urn, gate: gate, caller: party, now: surroundings.now())
    return try await pool.read { database in
      if let after, try reader.find(after, in: database) == nil { throw Refusal(.badParameter) }
      // The ids are of UUID version 7, so their order is that of time.
      let ids = try String.fetchAll(
        database,
        sql: """
          SELECT case_party.case_id FROM case_party
          JOIN exchange_case ON exchange_case.case_id = case_party.case_id
          WHERE case_party.party = ? AND case_party.case_id < ? AND (? IS NULL OR kind = ?)
          ORDER BY case_party.case_id DESC LIMIT ?
          """,
        arguments: [
          party.urn.text, after?.text ?? "g", kind?.rawValue, kind?.rawValue, limit + 1,
        ])
      let cases = try ids.prefix(limit).compactMap { text in
        try MessageID(text).flatMap { try reader.find($0, in: database) }
      }
      let next = ids.count > limit ? ids.prefix(limit).last.flatMap { MessageID($0) } : nil
      return CasePage(cases: cases, next: next)
    }
  }

  /// One case with its steps. Throws `not-found` for whoever is no party of it.
  package func exchangeCase(_ id: MessageID, for spkiSHA256: String) async throws -> ExchangeCase {
    let party = try await currentDirectory().identify(
      spkiSHA256: spkiSHA256, at: surroundings.now()
    ).get()
    let reader = CaseReader(party: party.urn, gate: gate, caller: party, now: surroundings.now())
    return try await pool.read { database in
      guard var found = try reader.find(id, in: database) else { throw Refusal(.notFound) }
      found.steps = try reader.steps(of: found, in: database)
      guard found.kind == .trace else { return found }
      found.questions = try reader.questions(of: found, in: database)
      guard found.isOwn, let trace = try reader.trace(of: found, in: database) else {
        return found
      }
      found.trace = trace
      found.enquiries = try TraceEnquiry.all(of: trace, in: database)
      return found
    }
  }
}

/// Reads cases for one party in one snapshot.
private struct CaseReader: Sendable {
  let party: PartyURN
  let gate: AccessGate
  let caller: Party
  let now: Timestamp

  /// The case with the state that this party may see; nil when it may see none of it.
  func find(_ id: MessageID, in database: Database) throws -> ExchangeCase? {
    let row = try Row.fetchOne(
      database,
      sql: """
        SELECT kind, keeper, state, opened_at, changed_at FROM exchange_case
        WHERE case_id = ? AND EXISTS
          (SELECT 1 FROM case_party WHERE case_party.case_id = exchange_case.case_id AND party = ?)
        """, arguments: [id.text, party.text])
    guard let row else { return nil }
    guard let kind = CaseKind(rawValue: row["kind"]), let keeper = PartyURN(row["keeper"]) else {
      throw StoreFailure.corrupt("exchange_case")
    }
    let whole = ExchangeCase(
      id: id, kind: kind, keeper: keeper, isOwn: keeper == party, state: row["state"],
      openedAt: Timestamp(milliseconds: row["opened_at"]),
      changedAt: Timestamp(milliseconds: row["changed_at"]))
    let steps = try steps(of: whole, in: database)
    // What is held back from its recipient is not there for it, neither is a case of nothing else.
    guard let last = steps.last else { return nil }
    guard !whole.isOwn else { return whole }
    return ExchangeCase(
      id: id, kind: kind, keeper: keeper, isOwn: false,
      state: try told(whole, by: steps, in: database), openedAt: whole.openedAt,
      changedAt: last.at)
  }

  /// The messages of the case that this party sent or received, as the gate lets it.
  func steps(of found: ExchangeCase, in database: Database) throws -> [CaseStepSummary] {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT case_step.message, step, outcome, earlier.message_id AS answers
        FROM case_step LEFT JOIN message AS earlier ON earlier.sequence = case_step.answers
        WHERE case_id = ? ORDER BY case_step.message LIMIT 500
        """, arguments: [found.id.text])
    return try rows.compactMap { row in
      guard let message = try MessageRow.find(sequence: row["message"], in: database),
        (try? gate.require(.listing, of: message, by: caller)) != nil
      else { return nil }
      let answers: String? = row["answers"]
      return CaseStepSummary(
        messageID: message.summary.messageID, step: row["step"], source: message.summary.source,
        recipient: message.summary.recipient, at: message.summary.admittedAt,
        outcome: row["outcome"], answers: answers.flatMap { MessageID($0) })
    }
  }

  /// The trace whose requests are this case.
  func trace(of found: ExchangeCase, in database: Database) throws -> MessageID? {
    try String.fetchOne(
      database,
      sql: """
        SELECT trace_id FROM trace JOIN exchange_case ON thread = trace_id AND keeper = party
        WHERE case_id = ?
        """, arguments: [found.id.text]
    ).flatMap { MessageID($0) }
  }

  /// The questions of a trace that this party asked or was asked.
  func questions(of found: ExchangeCase, in database: Database) throws -> [TraceQuestion] {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT message.message_id, asked, message.admitted_at, cap, trace_question.state,
          message.expires_at, erasure.erased_at, answer.message_id AS answer,
          answer.admitted_at AS answered_at,
          (SELECT max(due_at) FROM duty WHERE duty.message = message.sequence) AS due_at,
          (SELECT max(told) FROM duty WHERE duty.message = message.sequence
            AND told <> 'nothing') AS told
        FROM trace_question JOIN message ON message.sequence = trace_question.message
          LEFT JOIN message AS answer ON answer.sequence = trace_question.answer
          LEFT JOIN erasure ON erasure.message = trace_question.message
        WHERE case_id = ? AND (? OR asked = ?) ORDER BY message.sequence LIMIT 500
        """, arguments: [found.id.text, found.isOwn, party.text])
    return try rows.map { row in
      guard let id = MessageID(row["message_id"]), let asked = PartyURN(row["asked"]) else {
        throw StoreFailure.corrupt("trace_question")
      }
      func time(_ column: String) -> Timestamp? {
        (row[column] as Int64?).map(Timestamp.init(milliseconds:))
      }
      var state: String = row["state"]
      if state == "open", let expiry = time("expires_at"), expiry <= now { state = "expired" }
      let answer: String? = row["answer"]
      return TraceQuestion(
        messageID: id, asked: asked, askedAt: time("admitted_at") ?? found.openedAt,
        cap: row["cap"], state: state, dueAt: time("due_at"), reminded: row["told"],
        answer: answer.flatMap { MessageID($0) }, answeredAt: time("answered_at"),
        erasedAt: time("erased_at"))
    }
  }

  /// The state as far as it was told to a party that does not keep the case: a school learns open,
  /// found or closed (message catalogue, CME.STATUS), and who was asked learns of its own question.
  private func told(
    _ found: ExchangeCase, by steps: [CaseStepSummary], in database: Database
  ) throws -> String {
    switch found.kind {
    case .trace:
      return try questions(of: found, in: database).last?.state ?? "open"
    case .missingChild:
      let status = steps.last { $0.recipient == party && $0.step == "missing-child-status" }
      guard let status = status?.outcome else { return "referred" }
      if status.hasPrefix("open") { return "open" }
      return status.hasPrefix("found") ? "found" : "closed"
    case .deletion, .newPupil: return found.state
    }
  }
}
