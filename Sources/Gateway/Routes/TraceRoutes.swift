// Tracing for officers and their systems: search, see, disclose, confirm, ask others, answer them.
// Never takes or shows an identifier of a child in a URL, and decides nothing for a person.

import ExchangeModel
import Policy
import PupilTracing
import Storage
import Validation

struct TraceRoutes: Sendable {
  let store: Store
  let schemas: SchemaSet
  let limits: Limits
  let letters: TraceLetters

  init(store: Store, schemas: SchemaSet, admission: Admission, limits: Limits) {
    self.store = store
    self.schemas = schemas
    self.limits = limits
    letters = TraceLetters(admission: admission)
  }

  var routes: [Route] {
    let body = BodyPolicy.buffered(limit: limits.traceBytes)
    let one = "/v1/traces/{traceId}"
    return [
      Route(.post, "/v1/traces", body: body, handler: search),
      Route(.get, one, handler: see),
      Route(
        .post, one + "/candidates/{number}/disclosure", body: body, handler: disclose),
      Route(.post, one + "/confirmation", body: body, handler: confirm),
      Route(.post, one + "/enquiries", body: body, handler: enquire),
      Route(.post, one + "/requests", body: body, handler: ask),
      Route(.post, one + "/answer", body: body, handler: answer),
      Route(.post, one + "/replies", body: body, handler: reply),
      Route(
        .post, "/v1/pupils", body: .buffered(limit: limits.pupilBatchBytes), handler: load),
    ]
  }

  private func search(_ request: HTTPRequest) async throws -> HTTPResponse {
    let spki = try request.spki()
    let new = try await TraceBody.newTrace(request.bytes, limits: limits) { id in
      try self.question(of: try await store.openForTrace(id, by: spki))
    }
    let record = try await store.trace(new, by: spki, policy: Policy.decideTrace)
    return Self.shown(
      record, status: 201, fields: ["Location": "/v1/traces/\(record.id)"])
  }

  /// The question of a trace request. Throws `bad-request` for a message of another type.
  private func question(of stored: StoredMessage) throws -> TraceQuery {
    guard stored.summary.type.utf8.elementsEqual("gatehouse.trace-request.v1".utf8) else {
      throw Refusal(
        .badRequest,
        issues: [
          ValidationIssue(
            place: "/request", line: nil, rule: "type", message: "Name a trace request.")
        ])
    }
    let envelope = try EnvelopeReader.read(
      stored.received, format: stored.format, limits: limits
    ).envelope
    let json = try schemas.convert(envelope.payload, of: envelope.type, to: .json)
    return TraceBody.query(ofRequest: try JSONDocument.parse(json.bytes, limits: limits).root)
  }

  private func see(_ request: HTTPRequest) async throws -> HTTPResponse {
    Self.shown(
      try await store.traceRecord(
        try request.traceID(), for: try request.spki(), policy: Policy.decideTrace))
  }

  private func disclose(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard let number = Int(request.parameter("number")), (1...5).contains(number) else {
      throw Refusal(.notFound)
    }
    let (scope, reason) = try TraceBody.disclosure(request.bytes, limits: limits)
    let record = try await store.disclose(
      scope, of: number, in: try request.traceID(), reason: reason, by: try request.spki(),
      policy: Policy.decideTrace)
    var writer = JSONWriter()
    writer.write(record, scope)
    return .json(writer.bytes, fields: ["Cache-Control": "no-store"])
  }

  private func confirm(_ request: HTTPRequest) async throws -> HTTPResponse {
    let confirmation = try TraceBody.confirmation(request.bytes, limits: limits)
    return Self.shown(
      try await store.confirm(try request.traceID(), confirmation, by: try request.spki()))
  }

  private func enquire(_ request: HTTPRequest) async throws -> HTTPResponse {
    let root = try JSONNode.root(request.bytes, limits: limits)
    var reader = NodeReader(limits: limits)
    _ = reader.isObject(root, "", of: ["parties", "all"])
    var parties = TraceBody.parties(root, "parties", &reader, limits: limits)
    let isAll = reader.truth(root, "all", "")
    if isAll == !parties.isEmpty {
      reader.fault(root, "", "one-choice", "Give `parties`, or `all` as true.")
    }
    try reader.finish()
    if isAll { parties = try await officers(but: try await request.caller(store).urn) }
    let answers = try await store.enquire(
      try request.traceID(), of: parties, by: try request.spki(), policy: Policy.decideTrace)
    var writer = JSONWriter()
    writer.beginObject()
    writer.write(answers)
    writer.endObject()
    return .json(writer.bytes, fields: ["Cache-Control": "no-store"])
  }

  /// The officers of every other authority.
  private func officers(but caller: PartyURN) async throws -> [PartyURN] {
    try await store.currentDirectory().all.filter {
      $0.role.rawValue.utf8.elementsEqual("children-missing-education".utf8)
        && $0.urn != caller && $0.state == .live
    }.prefix(limits.askedParties).map(\.urn)
  }

  private func ask(_ request: HTTPRequest) async throws -> HTTPResponse {
    let spki = try request.spki()
    let id = try request.traceID()
    let material = try await store.traceMaterial(id, for: spki)
    guard material.trace.isNamedOfficer else { throw Refusal(.traceNotAllowed) }
    var (parties, terms) = try TraceTerms.read(
      request.bytes, reason: material.trace.reason, limits: limits)
    if terms.isBroadcast {
      parties = try await officers(but: material.party.urn)
    } else if parties.isEmpty {
      parties = material.trace.enquiries.filter { $0.answer == .yes }.map(\.party)
    }
    guard !parties.isEmpty else {
      throw Refusal(
        .badRequest,
        issues: [
          ValidationIssue(
            place: "/parties", line: nil, rule: "required",
            message: "Nobody said yes: name the parties to ask, or broadcast with an approver.")
        ])
    }
    try Self.requireWhole(material.query)
    var sent: [SentLetter] = []
    for party in parties {
      sent.append(try await letters.ask(party, material, terms, spki: spki))
    }
    let caseID = try await store.traceMaterial(id, for: spki).trace.caseID
    var writer = JSONWriter()
    writer.write(sent, caseID: caseID)
    return .json(writer.bytes, status: 202, fields: ["Cache-Control": "no-store"])
  }

  /// What every message about a child has: a request without it would be refused everywhere.
  private static func requireWhole(_ query: TraceQuery?) throws(Refusal) {
    guard let query else { throw Refusal(.contentErased) }
    var issues: [ValidationIssue] = []
    func want(_ isThere: Bool?, _ name: String, _ message: String) {
      guard isThere != true else { return }
      issues.append(
        ValidationIssue(place: "/child/" + name, line: nil, rule: "required", message: message))
    }
    let again = " Begin a new trace with it."
    want(query.names.first?.surname.isEmpty == false, "surname", "A request has one." + again)
    want(query.names.first?.forename.isEmpty == false, "forename", "A request has one." + again)
    want(query.dateOfBirth.isWhole, "dateOfBirth", "A request has a whole one." + again)
    guard issues.isEmpty else { throw Refusal(.badRequest, issues: issues) }
  }

  private func answer(_ request: HTTPRequest) async throws -> HTTPResponse {
    let spki = try request.spki()
    let material = try await store.traceMaterial(try request.traceID(), for: spki)
    let terms = try TraceTerms.answer(request.bytes, limits: limits)
    guard material.trace.confirmation != nil || terms.refusalReason != nil else {
      throw Refusal(
        .badRequest,
        issues: [
          ValidationIssue(
            place: "", line: nil, rule: "confirmation",
            message: "An officer confirms the trace first; see its confirmation.")
        ])
    }
    let sent = try await letters.answer(
      material, contactOfficer: terms.contactOfficer, disclose: terms.disclose,
      refusalReason: terms.refusalReason, spki: spki)
    if let refusal = sent.refusal { throw refusal }
    var writer = JSONWriter()
    writer.write([sent], caseID: nil)
    return .json(writer.bytes, status: 202, fields: ["Cache-Control": "no-store"])
  }

  private func reply(_ request: HTTPRequest) async throws -> HTTPResponse {
    let spki = try request.spki()
    let material = try await store.traceMaterial(try request.traceID(), for: spki)
    let terms = try TraceTerms.reply(request.bytes, limits: limits)
    guard let caseID = material.trace.caseID else { throw Refusal(.notFound) }
    let meant = try await store.exchangeCase(caseID, for: spki).questions.filter { question in
      terms.answer.map { question.answer == $0 } ?? question.state.utf8.elementsEqual("open".utf8)
    }
    guard !meant.isEmpty else { throw Refusal(.notFound) }
    var sent: [SentLetter] = []
    for question in meant {
      sent.append(
        try await letters.confirm(
          terms.answer ?? question.messageID, from: question.asked, to: material,
          result: terms.result, verifiedBy: terms.verifiedBy,
          on: CivilDate(daysSinceEpoch: store.now().day), spki: spki))
    }
    if sent.count == 1, let refusal = sent.first?.refusal { throw refusal }
    var writer = JSONWriter()
    writer.write(sent, caseID: caseID)
    return .json(writer.bytes, status: 202, fields: ["Cache-Control": "no-store"])
  }

  private func load(_ request: HTTPRequest) async throws -> HTTPResponse {
    let changes = try PupilLines.changes(request.bytes, limits: limits)
    let done = try await store.changePupils(
      changes, by: try request.spki(), policy: Policy.decideTrace)
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("changed", Int64(done.changed))
    writer.member("unchanged", Int64(done.unchanged))
    writer.endObject()
    return .json(writer.bytes)
  }

  private static func shown(
    _ record: TraceRecord, status: Int = 200, fields: HTTPFields = [:]
  ) -> HTTPResponse {
    var writer = JSONWriter()
    writer.write(record)
    var fields = fields
    fields["Cache-Control"] = "no-store"
    return .json(writer.bytes, status: status, fields: fields)
  }
}

extension HTTPRequest {
  fileprivate func traceID() throws(Refusal) -> MessageID {
    guard let id = MessageID(parameter("traceId")) else { throw Refusal(.notFound) }
    return id
  }
}
