// What admitted messages do to the cases: open one, take it a step on, close it. All in the
// transaction of their admission.
// Never decides anything about a child: what a message says becomes the state, and nothing more.

import ExchangeModel
import Foundation
import GRDB
import MessageLog

extension WriteContext {
  /// Takes the case that a message belongs to a step on.
  mutating func takeCaseStep(_ step: CaseStep, of message: AdmittedMessage) throws {
    switch step {
    case .missingChildReferral:
      try openCase(.missingChild, state: "referred", by: message, keeper: message.recipient)
    case .newPupilReturn:
      try openCase(.newPupil, state: "returned", by: message, keeper: message.recipient)
      try noteSighting("new-pupil-return", by: message)
    case .deletionReturn(let isHistoric):
      // A letter of 2006 is no ground of today; a person looks at it before anybody reads it.
      try openCase(
        .deletion, state: isHistoric ? "historic-ground" : "proposed", by: message,
        keeper: message.recipient)
      try noteSighting("deletion-return", by: message)
    case .traceRequest(let cap): try ask(cap, by: message)
    case .missingChildStatus(let reference, let status):
      try changeStatus(status, reference: reference, by: message)
    case .deletionReturnCheck(let result):
      let isChallenged = ["challenge-ground-not-met", "need-enquiries"].contains(result)
      guard let earlier = try earlierMessage(of: message),
        let found = try caseRow(of: earlier, kind: .deletion)
      else { return }
      try change(
        found, to: isChallenged ? "challenged" : "checked-by-la", step: "deletion-return-check",
        outcome: result, answers: earlier, by: message)
    case .traceResponse(let result, _): try answerTrace(result, by: message)
    case .traceConfirmation(let result): try confirmTrace(result, by: message)
    }
  }

  // MARK: Cases

  /// Opens a case named by the message that begins it.
  @discardableResult
  private mutating func openCase(
    _ kind: CaseKind, state: String, by message: AdmittedMessage, keeper: PartyURN
  ) throws -> CaseRow {
    let row = CaseRow(id: message.messageID.text, kind: kind, keeper: keeper, state: state)
    try database.execute(
      sql: """
        INSERT INTO exchange_case (case_id, kind, keeper, state, opened_at, changed_at)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        row.id, kind.rawValue, keeper.text, state, now.milliseconds, now.milliseconds,
      ])
    for key in Set(message.children) {
      try database.execute(
        sql: "INSERT INTO case_child (child_key, case_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
        arguments: [key.data, row.id])
    }
    try record(row, step: message.slug, outcome: nil, answers: nil, by: message)
    return row
  }

  /// Writes a step, and who is a party of the case by it.
  private mutating func record(
    _ row: CaseRow, step: String, outcome: String?, answers: Int64?, by message: AdmittedMessage,
    joins: Bool = true
  ) throws {
    try database.execute(
      sql: """
        INSERT INTO case_step (case_id, message, step, outcome, answers) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING
        """, arguments: [row.id, message.sequence, step, outcome, answers])
    for party in joins ? [message.submission.envelope.source, message.recipient] : [] {
      try database.execute(
        sql: "INSERT INTO case_party (party, case_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
        arguments: [party.text, row.id])
    }
  }

  /// Changes a case's state with the step that does it.
  private mutating func change(
    _ row: CaseRow, to state: String, step: String, outcome: String?, answers: Int64?,
    by message: AdmittedMessage
  ) throws {
    try database.execute(
      sql: "UPDATE exchange_case SET state = ?, changed_at = max(opened_at, ?) WHERE case_id = ?",
      arguments: [state, now.milliseconds, row.id])
    try record(row, step: step, outcome: outcome, answers: answers, by: message)
    try append(
      LogEvent(
        .caseChanged,
        [
          .actor: message.submission.envelope.source.text, .change: row.kind.rawValue,
          .messageID: message.messageID.text, .outcome: state,
        ]), subject: row.id, message: nil)
  }

  /// A status tells of the case that its thread leads to, or that the officers gave this reference.
  private mutating func changeStatus(
    _ status: String, reference: String, by message: AdmittedMessage
  ) throws {
    let keeper = message.submission.envelope.source
    let key = message.references.first
    var earlier = try earlierMessage(of: message)
    var found = try earlier.flatMap { try caseRow(of: $0, kind: .missingChild) }
    if found == nil { earlier = nil }
    if found == nil, let key {
      found = try CaseRow.fetch(
        database, "keeper = ? AND reference_key = ?", [keeper.text, key.data])
    }
    guard let found, found.keeper == keeper else { return }
    if let key {
      try database.execute(
        sql: "UPDATE exchange_case SET reference_key = ? WHERE case_id = ?",
        arguments: [key.data, found.id])
    }
    try change(
      found, to: status, step: "missing-child-status", outcome: status, answers: earlier,
      by: message)
  }

  /// A return about a child of an open case is news to the officers of that case. It changes no
  /// state: whether it is the same child, a person says.
  private mutating func noteSighting(_ step: String, by message: AdmittedMessage) throws {
    var told: Set<String> = []
    for key in Set(message.sureChildren) {
      let rows = try CaseRow.fetchAll(
        database,
        """
        keeper = ? AND kind = 'missing-child' AND case_id IN
          (SELECT case_id FROM case_child WHERE child_key = ?)
        """, [message.recipient.text, key.data])
      for row in rows where row.isOpen && told.insert(row.id).inserted {
        // Who sent the return does not learn that somebody looks for the child.
        try record(
          row, step: step, outcome: "same-identifiers", answers: nil, by: message, joins: false)
      }
    }
  }

  // MARK: Traces

  /// A question to one party. Questions of one requester that share a `correlationid` are one case.
  private mutating func ask(_ cap: DisclosureCap, by message: AdmittedMessage) throws {
    let envelope = message.submission.envelope
    var row: CaseRow?
    if let thread = envelope.correlationID {
      row = try CaseRow.fetch(
        database,
        """
        keeper = ?1 AND kind = 'trace' AND thread = ?2
        """, [envelope.source.text, thread])
    }
    if let row {
      try record(row, step: message.slug, outcome: cap.rawValue, answers: nil, by: message)
    } else {
      row = try openCase(.trace, state: "open", by: message, keeper: envelope.source)
      try database.execute(
        sql: "UPDATE exchange_case SET thread = ? WHERE case_id = ?",
        arguments: [envelope.correlationID, message.messageID.text])
    }
    guard let row else { return }
    try database.execute(
      sql: """
        INSERT INTO trace_question (message, case_id, asked, cap, state)
        VALUES (?, ?, ?, ?, 'open')
        """,
      arguments: [message.sequence, row.id, message.recipient.text, cap.rawValue])
    try settle(row, step: message.slug, outcome: cap.rawValue, answers: nil, by: message)
  }

  /// The most that may be told in answer; nil when the envelope answers no question that its
  /// sender was asked here.
  func disclosureCap(answeredBy envelope: Envelope) throws -> DisclosureCap? {
    guard let reference = envelope.inReplyTo ?? envelope.causationID,
      let earlier = try threadMessage(reference, of: envelope)
    else { return nil }
    let text = try String.fetchOne(
      database, sql: "SELECT cap FROM trace_question WHERE message = ? AND asked = ?",
      arguments: [earlier.sequence, envelope.source.text])
    return text.flatMap(DisclosureCap.init(rawValue:))
  }

  private mutating func answerTrace(_ result: String, by message: AdmittedMessage) throws {
    guard let earlier = try earlierMessage(of: message),
      let question = try Question.find(earlier, in: database),
      question.asked == message.submission.envelope.source,
      let row = try CaseRow.find(question.caseID, in: database),
      row.keeper == message.recipient
    else { return }
    let state: String? =
      switch result {
      case "match": "answered-match"
      case "potential-match", "many-match": "answered-potential"
      case "no-match": "answered-no-match"
      case "refused": "refused"
      default: nil
      }
    if let state {
      try database.execute(
        sql: "UPDATE trace_question SET state = ?, answer = ? WHERE message = ?",
        arguments: [state, message.sequence, earlier])
    }
    try settle(row, step: message.slug, outcome: result, answers: earlier, by: message)
    // No match keeps nothing: what was asked is erased where it was received.
    if result == "no-match" { try erase(earlier, because: "no-match") }
  }

  /// The requester's last word: on the answer it names, or on the question.
  private mutating func confirmTrace(_ result: String, by message: AdmittedMessage) throws {
    guard let earlier = try earlierMessage(of: message) else { return }
    let found = try Question.find(earlier, in: database)
    guard
      let question = try found ?? Question.find(answeredBy: earlier, in: database),
      let row = try CaseRow.find(question.caseID, in: database),
      row.keeper == message.submission.envelope.source
    else { return }
    guard question.asked == message.recipient else {
      // A school that is told so is a party of the case from here on.
      return try record(
        row, step: message.slug, outcome: result, answers: question.message, by: message)
    }
    try database.execute(
      sql: "UPDATE trace_question SET state = ? WHERE message = ?",
      arguments: [result, question.message])
    try settle(row, step: message.slug, outcome: result, answers: question.message, by: message)
    // Another child, or no child any more: then nothing entitles the receiver to the request.
    if result != "confirmed" { try erase(question.message, because: result) }
  }

  /// A trace's state is that of the question that got furthest.
  private mutating func settle(
    _ row: CaseRow, step: String, outcome: String, answers: Int64?, by message: AdmittedMessage
  ) throws {
    let states = try String.fetchSet(
      database, sql: "SELECT state FROM trace_question WHERE case_id = ?", arguments: [row.id])
    let order = [
      "confirmed", "answered-match", "answered-potential", "open", "wrong-child", "refused",
      "withdrawn", "answered-no-match",
    ]
    let state = order.first { states.contains($0) } ?? "open"
    try change(row, to: state, step: step, outcome: outcome, answers: answers, by: message)
  }

  // MARK: Threads

  /// The earlier message that a message answers, however its thread names it.
  private func earlierMessage(of message: AdmittedMessage) throws -> Int64? {
    let envelope = message.submission.envelope
    for reference in [envelope.inReplyTo, envelope.causationID, envelope.correlationID] {
      guard let reference, let earlier = try threadMessage(reference, of: envelope),
        earlier.sequence != message.sequence
      else { continue }
      return earlier.sequence
    }
    return nil
  }

  /// The case of a kind that a message is a step of.
  private func caseRow(of message: Int64, kind: CaseKind) throws -> CaseRow? {
    try CaseRow.fetch(
      database,
      "kind = ? AND case_id IN (SELECT case_id FROM case_step WHERE message = ?)",
      [kind.rawValue, message])
  }
}

/// A question of a trace.
private struct Question {
  let message: Int64
  let caseID: String
  let asked: PartyURN

  static func find(_ message: Int64, in database: Database) throws -> Question? {
    try fetch(database, "message = ?", message)
  }

  static func find(answeredBy message: Int64, in database: Database) throws -> Question? {
    try fetch(database, "answer = ?", message)
  }

  private static func fetch(
    _ database: Database, _ condition: String, _ message: Int64
  ) throws -> Question? {
    let row = try Row.fetchOne(
      database,
      sql: "SELECT message, case_id, asked FROM trace_question WHERE \(condition)",
      arguments: [message])
    guard let row else { return nil }
    guard let asked = PartyURN(row["asked"]) else { throw StoreFailure.corrupt("trace_question") }
    return Question(message: row["message"], caseID: row["case_id"], asked: asked)
  }
}

extension AdmittedMessage {
  var recipient: PartyURN { submission.envelope.recipient }
  /// The type's own word, as a step is called.
  var slug: String { submission.messageType.slug }
}
