// Reads the request to put something right with those who were sent it, and checks by the schema
// of the notice that a notice can say it. Never looks anybody up.

import ExchangeModel
import Storage
import Validation

struct RectificationBody: Sendable {
  /// The message type that tells a recipient.
  static let noticeType = "gatehouse.rectification-notice.v1"

  let schemas: SchemaSet
  let limits: Limits

  private static let members = ["child", "field", "kind", "old", "new", "reason", "from"]

  /// Throws `Refusal(.badRequest)` naming every fault.
  func read(_ bytes: [UInt8], from party: Party) throws -> RectificationRequest {
    var reader = try BodyReader(bytes, members: Self.members, limits: limits)
    let subject = reader.subject()
    let field = reader.text("field", isRequired: true)
    let kind = reader.text("kind", isRequired: true)
    let from = reader.text("from", isRequired: true)
    let (old, new, reason) = (reader.text("old"), reader.text("new"), reader.text("reason"))
    if let field, PayloadField(field) == nil {
      reader.fault(
        "/field", "field",
        "Give a property's name, such as surname, or its place in the payload, such as "
          + "/child/surname.")
    }
    try reader.finish()
    guard let subject, let field, let kind, let from else { throw Refusal(.badRequest) }
    let request = RectificationRequest(
      subject: subject, field: field, kind: kind, old: old, new: new, reason: reason, from: from)
    for issue in try issues(of: request, from: party) {
      reader.fault(issue.place, issue.rule, issue.message)
    }
    try reader.finish()
    return request
  }

  /// What the schema of the notice says against it, in places of the request.
  private func issues(
    of request: RectificationRequest, from party: Party
  ) throws -> [ValidationIssue] {
    guard let type = schemas.messageType(Self.noticeType) else {
      throw Refusal(.unknownMessageType)
    }
    let mayNotify = type.routes.contains { route in
      route.from.contains { $0.utf8.elementsEqual(party.role.rawValue.utf8) }
    }
    guard mayNotify else { throw Refusal(.routeNotAllowed) }
    let envelope = Envelope(
      id: "check", source: party.urn, type: type.type, recipient: party.urn,
      purpose: Purpose(rawValue: type.purposes.first ?? ""),
      payload: Payload(
        format: .json,
        bytes: Self.payload(request.payload(subjectKey: String(repeating: "0", count: 64)))))
    let refusal: Refusal
    do {
      let written = EnvelopeWriter.write(envelope, as: .json)
      _ = try schemas.validate(
        try EnvelopeReader.read(written, format: .json, limits: limits))
      return []
    } catch {
      refusal = error
    }
    guard refusal.code == .payloadInvalid else { throw refusal }
    return refusal.issues.map { issue in
      ValidationIssue(
        place: issue.place.replacing("/data", with: "", maxReplacements: 1), line: nil,
        rule: issue.rule, message: issue.message)
    }
  }

  /// A notice's payload of these members, in JSON.
  static func payload(_ members: [String: String]) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    for (name, value) in members.sorted(by: { $0.key < $1.key }) { writer.member(name, value) }
    writer.endObject()
    return writer.bytes
  }
}
