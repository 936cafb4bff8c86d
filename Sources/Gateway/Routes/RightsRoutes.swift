// The calls under the child's rights: exports, rectifications, the key that stands for a child.
// Never takes an identifier of a child in a URL.

import ExchangeModel
import Storage
import Validation

struct RightsRoutes: Sendable {
  let store: Store
  let exporter: SubjectExporter
  let rectifier: Rectifier
  let rectifications: RectificationBody
  let schemas: SchemaSet
  let limits: Limits

  /// Bytes of a body: identifiers and a few texts of 4000 characters.
  private static let longestBody = 64 << 10

  init(
    store: Store, schemas: SchemaSet, limits: Limits, now: @escaping @Sendable () -> Timestamp
  ) {
    self.store = store
    self.schemas = schemas
    self.limits = limits
    exporter = SubjectExporter(store: store, schemas: schemas, limits: limits, now: now)
    rectifier = Rectifier(store: store, schemas: schemas, limits: limits)
    rectifications = RectificationBody(schemas: schemas, limits: limits)
  }

  var routes: [Route] {
    let body = BodyPolicy.buffered(limit: Self.longestBody)
    return [
      Route(.post, "/v1/subject-exports", body: body, handler: export),
      Route(.post, "/v1/subject-keys", body: body, handler: subjectKey),
      Route(.post, "/v1/rectifications", body: body, handler: rectify),
      Route(.get, "/v1/rectifications/{rectificationId}", handler: rectification),
    ]
  }

  private func export(_ request: HTTPRequest) async throws -> HTTPResponse {
    let party = try await request.caller(store)
    var reader = try BodyReader(
      request.bytes, members: ["child", "limit", "after"], limits: limits)
    let subject = reader.subject()
    let limit = reader.integer(
      "limit", default: min(50, limits.subjectPage), in: 1...limits.subjectPage)
    let text = reader.text("after")
    let after = text.flatMap { MessageID($0) }
    if text != nil, after == nil {
      reader.fault("/after", "cursor", "Give the `next` value of the page before.")
    }
    try reader.finish()
    guard let subject else { throw Refusal(.badRequest) }
    let bytes = try await exporter.page(
      about: subject, for: party, try request.spki(), after: after, limit: limit)
    return .json(bytes, fields: ["Cache-Control": "no-store"])
  }

  private func subjectKey(_ request: HTTPRequest) async throws -> HTTPResponse {
    var reader = try BodyReader(request.bytes, members: ["child"], limits: limits)
    let subject = reader.subject()
    try reader.finish()
    guard let subject else { throw Refusal(.badRequest) }
    let key = try await store.subjectKey(of: subject, for: try request.spki())
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("subjectKey", key)
    writer.endObject()
    return .json(writer.bytes, fields: ["Cache-Control": "no-store"])
  }

  private func rectify(_ request: HTTPRequest) async throws -> HTTPResponse {
    let party = try await request.caller(store)
    let asked = try rectifications.read(request.bytes, from: party)
    let spki = try request.spki()
    let (id, isNew) = try await rectifier.start(asked, by: spki)
    return answer(
      try await store.rectification(id, for: spki), status: isNew ? 202 : 200,
      fields: ["Location": "/v1/rectifications/\(id)"])
  }

  private func rectification(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard let id = MessageID(request.parameter("rectificationId")) else {
      throw Refusal(.notFound)
    }
    return answer(
      try await store.rectification(id, for: try request.spki()), status: 200,
      fields: ["Cache-Control": "no-store"])
  }

  private func answer(
    _ rectification: Rectification, status: Int, fields: HTTPFields
  ) -> HTTPResponse {
    var writer = JSONWriter()
    writer.write(rectification, applied: applied)
    return .json(writer.bytes, status: status, fields: fields)
  }

  /// What an acknowledgement says; nil when it cannot be read any more.
  private func applied(_ stored: StoredMessage) -> Bool? {
    guard
      let envelope = try? EnvelopeReader.read(
        stored.received, format: stored.format, limits: limits
      ).envelope,
      let json = try? schemas.convert(envelope.payload, of: envelope.type, to: .json)
    else { return nil }
    return try? JSONDocument.parse(json.bytes, limits: limits).root["applied"]?.bool
  }
}

extension JSONWriter {
  /// A rectification; `applied` reads an acknowledgement that its requester may see.
  mutating func write(_ rectification: Rectification, applied: (StoredMessage) -> Bool?) {
    beginObject()
    member("rectificationId", rectification.id.text)
    member("field", rectification.field)
    member("kind", rectification.kind)
    member("startedAt", rectification.startedAt.description)
    member("messages", rectification.messages)
    key("recipients")
    beginArray()
    for recipient in rectification.recipients {
      beginObject()
      member("recipient", recipient.recipient.text)
      member("state", recipient.state.rawValue)
      if let notice = recipient.notice { member("notice", notice.text) }
      if let acknowledgement = recipient.acknowledgement, let at = recipient.acknowledgedAt {
        member("acknowledgement", acknowledgement.text)
        member("acknowledgedAt", at.description)
      }
      if let isApplied = recipient.answer.flatMap(applied) {
        key("applied")
        bool(isApplied)
      }
      endObject()
    }
    endArray()
    endObject()
  }
}
