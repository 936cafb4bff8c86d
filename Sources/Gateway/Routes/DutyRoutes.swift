// What is owed to a party and what it owes: its duties. Never lists another party's.

import ExchangeModel
import Storage
import Validation

struct DutyRoutes: Sendable {
  let store: Store
  let limits: Limits

  var routes: [Route] { [Route(.get, "/v1/duties", handler: list)] }

  private func list(_ request: HTTPRequest) async throws -> HTTPResponse {
    let limit = try request.integer(
      "limit", default: min(100, limits.dutyPage), in: 1...limits.dutyPage)
    let side = try word(request, "side", default: Duty.Side.owedByMe)
    let state = try word(request, "state", default: Duty.State.open)
    let page = try await request.page(of: "this listing", cursor: DutyID.init) { after in
      try await store.duties(
        of: try request.spki(), side: side, state: state, after: after, limit: limit)
    }
    var writer = JSONWriter()
    writer.write(page)
    return .json(writer.bytes, fields: ["Cache-Control": "no-store"])
  }

  private func word<Word: RawRepresentable & CaseIterable>(
    _ request: HTTPRequest, _ name: String, default value: Word
  ) throws -> Word where Word.RawValue == String {
    guard let text = try request.query(name) else { return value }
    guard let word = Word(rawValue: text) else {
      let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
      throw Refusal(
        .badParameter,
        issues: [
          ValidationIssue(
            place: name, line: nil, rule: "enum", message: "Give one of: \(words).")
        ])
    }
    return word
  }
}

extension JSONWriter {
  mutating func write(_ page: DutyPage) {
    beginObject()
    key("duties")
    beginArray()
    for duty in page.duties { write(duty) }
    endArray()
    key("next")
    if let next = page.next { string(next.text) } else { null() }
    endObject()
  }

  private mutating func write(_ duty: Duty) {
    beginObject()
    member("dutyId", duty.id.text)
    member("messageId", duty.messageID.text)
    member("messageType", duty.messageType)
    key("replyTypes")
    beginArray()
    for type in duty.replyTypes { string(type) }
    endArray()
    member("owedBy", duty.owedBy.text)
    member("owedTo", duty.owedTo.text)
    member("openedAt", duty.openedAt.description)
    if let dueAt = duty.dueAt { member("dueAt", dueAt.description) }
    member("state", duty.state.rawValue)
    if let clock = duty.clock {
      key("clock")
      beginObject()
      member("count", Int64(clock.count))
      member("unit", clock.unit)
      endObject()
    }
    key("calendarMissing")
    bool(duty.calendarMissing != nil)
    if let key = duty.calendarMissing {
      self.key("calendar")
      beginObject()
      member("kind", key.kind.rawValue)
      member("owner", key.owner.text)
      endObject()
    }
    if let metBy = duty.metBy { member("metBy", metBy.text) }
    if let endedAt = duty.endedAt { member("endedAt", endedAt.description) }
    endObject()
  }
}
