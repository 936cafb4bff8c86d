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
      try changeDeletion(
        isChallenged ? "challenged" : "checked-by-la", outcome: result, by: message)
    case .deletionOutcome(let result):
      try changeDeletion(result, outcome: result, by: message)
    case .traceResponse(let result, _): try answerTrace(result, by: message)
    case .traceConfirmation(let result): try confirmTrace(result, by: message)
    }
  }

  // MARK: Cases

  /// A deletion is the school's and is checked by the officers: each says its own of it, whatever
  /// the other said. One that was withdrawn stays so; for another the school makes a new return.
  private mutating func changeDeletion(
    _ state: String, outcome: String, by message: AdmittedMessage
  ) throws {
    guard let earlier = try earlierMessage(of: message),
      let found = try caseRow(of: earlier, kind: .deletion)
    else { return }
    let isWithdrawn = found.state.utf8.elementsEqual("withdrawn".utf8)
    try change(
      found, to: isWithdrawn ? found.state : state, step: message.slug, outcome: outcome,
      answers: earlier, by: message)
    // Nobody need check what is taken back.
    guard state.utf8.elementsEqual("withdrawn".utf8) else { return }
    let opening = try Int64.fetchOne(
      database, sql: "SELECT sequence FROM message WHERE message_id = ?", arguments: [found.id])
    if let opening { try lapseDuties(of: opening) }
  }

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
    // The requester's last word stands, whatever comes after it.
    if let state, !question.isSettled {
      try database.execute(
        sql: "UPDATE trace_question SET state = ?, answer = ? WHERE message = ?",
        arguments: [state, message.sequence, earlier])
    }
    try settle(row, step: message.slug, outcome: result, answers: earlier, by: message)
    // If we crash here there is neither the answer nor the erasure: they are of one transaction.
    Failpoint.hit(.answerBeforeErasure)
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
    // A school that is told so is a party of the case from here on. And of a child whom nobody
    // answered for, there is nothing to confirm or deny.
    let isWithdrawn = result.utf8.elementsEqual("withdrawn".utf8)
    guard question.asked == message.recipient, isWithdrawn || question.isAnswered else {
      return try record(
        row, step: message.slug, outcome: result, answers: question.message, by: message)
    }
    try database.execute(
      sql: "UPDATE trace_question SET state = ? WHERE message = ?",
      arguments: [result, question.message])
    try settle(row, step: message.slug, outcome: result, answers: question.message, by: message)
    guard !result.utf8.elementsEqual("confirmed".utf8) else { return }
    // Another child, or no child any more: then nothing entitles the receiver to the request, and
    // it owes no answer.
    try lapseDuties(of: question.message)
    try erase(question.message, because: result)
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
  let state: String

  /// True once the requester has said its last word.
  var isSettled: Bool { isState(["confirmed", "wrong-child", "withdrawn"]) }

  /// True when somebody may be the child, or was taken for it.
  var isAnswered: Bool {
    isState(["answered-match", "answered-potential", "confirmed", "wrong-child"])
  }

  private func isState(_ states: [String]) -> Bool {
    states.contains { $0.utf8.elementsEqual(state.utf8) }
  }

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
      sql: "SELECT message, case_id, asked, state FROM trace_question WHERE \(condition)",
      arguments: [message])
    guard let row else { return nil }
    guard let asked = PartyURN(row["asked"]) else { throw StoreFailure.corrupt("trace_question") }
    return Question(
      message: row["message"], caseID: row["case_id"], asked: asked, state: row["state"])
  }
}

extension AdmittedMessage {
  var recipient: PartyURN { submission.envelope.recipient }
  /// The type's own word, as a step is called.
  var slug: String { submission.messageType.slug }
}
