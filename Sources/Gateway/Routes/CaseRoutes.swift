// How cases stand: of missing children, deletions, new pupils and traces. Each party sees its own
// messages in a case and no more. Never says who a child is.

import ExchangeModel
import Storage
import Validation

struct CaseRoutes: Sendable {
  let store: Store
  let limits: Limits

  var routes: [Route] {
    [
      Route(.get, "/v1/cases", handler: list), Route(.get, "/v1/cases/{caseId}", handler: see),
    ]
  }

  private func list(_ request: HTTPRequest) async throws -> HTTPResponse {
    let limit = try request.integer(
      "limit", default: min(100, limits.casePage), in: 1...limits.casePage)
    var kind: CaseKind?
    if let text = try request.query("kind") {
      kind = CaseKind(rawValue: text)
      guard kind != nil else {
        let words = CaseKind.allCases.map(\.rawValue).joined(separator: ", ")
        throw Refusal(
          .badParameter,
          issues: [
            ValidationIssue(
              place: "kind", line: nil, rule: "enum", message: "Give one of: \(words).")
          ])
      }
    }
    let wanted = kind
    let page = try await request.page(of: "your cases", cursor: MessageID.init) { after in
      try await store.cases(of: try request.spki(), kind: wanted, after: after, limit: limit)
    }
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("cases")
    writer.beginArray()
    for found in page.cases { writer.write(found, isWhole: false) }
    writer.endArray()
    writer.key("next")
    if let next = page.next { writer.string(next.text) } else { writer.null() }
    writer.endObject()
    return .json(writer.bytes, fields: ["Cache-Control": "no-store"])
  }

  private func see(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard let id = MessageID(request.parameter("caseId")) else { throw Refusal(.notFound) }
    let found = try await store.exchangeCase(id, for: try request.spki())
    var writer = JSONWriter()
    writer.write(found, isWhole: true)
    return .json(writer.bytes, fields: ["Cache-Control": "no-store"])
  }
}

extension JSONWriter {
  mutating func member(_ name: String, _ value: MessageID?) {
    if let value { member(name, value.text) }
  }

  mutating func member(_ name: String, _ value: Timestamp?) {
    if let value { member(name, value.description) }
  }

  /// A case; whole, with its messages and, for a trace, who was asked.
  mutating func write(_ found: ExchangeCase, isWhole: Bool) {
    beginObject()
    member("caseId", found.id.text)
    member("kind", found.kind.rawValue)
    member("keeper", found.keeper.text)
    key("isOwn")
    bool(found.isOwn)
    member("state", found.state)
    member("openedAt", found.openedAt.description)
    member("changedAt", found.changedAt.description)
    if isWhole {
      key("messages")
      beginArray()
      for step in found.steps { write(step) }
      endArray()
      if found.kind == .trace {
        key("asked")
        beginArray()
        for question in found.questions { write(question) }
        endArray()
        if found.isOwn {
          member("traceId", found.trace)
          write(found.enquiries)
        }
      }
    }
    endObject()
  }

  private mutating func write(_ step: CaseStepSummary) {
    beginObject()
    member("messageId", step.messageID.text)
    member("step", step.step)
    member("source", step.source.text)
    member("recipient", step.recipient.text)
    member("at", step.at.description)
    if let outcome = step.outcome { member("outcome", outcome) }
    member("answers", step.answers)
    endObject()
  }

  private mutating func write(_ question: TraceQuestion) {
    beginObject()
    member("messageId", question.messageID.text)
    member("asked", question.asked.text)
    member("askedAt", question.askedAt.description)
    member("cap", question.cap)
    member("state", question.state)
    member("dueAt", question.dueAt)
    if let reminded = question.reminded { member("reminded", reminded) }
    member("answer", question.answer)
    member("answeredAt", question.answeredAt)
    member("erasedAt", question.erasedAt)
    endObject()
  }
}
