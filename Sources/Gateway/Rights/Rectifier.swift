// From a request to put something right to the record of it: reads again what the party sent about
// the child, and takes the messages that held the field. Never tells the party what it sent.

import ExchangeModel
import Storage
import Validation

struct Rectifier: Sendable {
  let store: Store
  let schemas: SchemaSet
  let limits: Limits

  private static let perPage = 100

  /// Begins a rectification, or finds the one that the same request began.
  ///
  /// Throws: `Refusal(.badRequest)` when the party sent too many messages about the child.
  func start(
    _ request: RectificationRequest, by spkiSHA256: String
  ) async throws -> (id: MessageID, isNew: Bool) {
    guard let field = PayloadField(request.field) else { throw Refusal(.badRequest) }
    var held: [Int64] = []
    var cursor: MessageID?
    var seen = 0
    while true {
      let page = try await store.sentMessages(
        about: request.subject, by: spkiSHA256, after: cursor, limit: Self.perPage)
      guard let last = page.last else { break }
      cursor = last.messageID
      seen += page.count
      guard seen <= limits.subjectMessages else { throw tooMany }
      held += page.filter { holds(field, $0, request.subject) }.map(\.sequence)
    }
    return try await store.startRectification(request, in: held, by: spkiSHA256)
  }

  /// True when the message has the field and is not plainly about another child. One that cannot
  /// be read any more counts as having it: rather told in vain than not at all.
  private func holds(_ field: PayloadField, _ message: SentMessage, _ subject: Subject) -> Bool {
    guard let payload = payload(of: message), let type = schemas.messageType(message.type) else {
      return message.isByNumber
    }
    // What a transfer file says of the child does not stand in the payload, but in the file.
    switch type.effect {
    case .transfer, .lostPupilPosting: return true
    default: break
    }
    if !message.isByNumber, subject.isContradicted(by: payload, of: type) { return false }
    return field.isIn(payload)
  }

  /// The payload as JSON; nil when its type is no longer in the catalogue.
  private func payload(of message: SentMessage) -> JSONNode? {
    // What was admitted under larger limits than today's still counts.
    var limits = limits
    limits.envelopeBytes = max(limits.envelopeBytes, message.received.count)
    do {
      let envelope = try EnvelopeReader.read(
        message.received, format: message.format, limits: limits
      ).envelope
      let json = try schemas.convert(envelope.payload, of: envelope.type, to: .json)
      return try JSONDocument.parse(json.bytes, limits: limits).root
    } catch {
      return nil
    }
  }

  private var tooMany: Refusal {
    Refusal(
      .badRequest,
      issues: [
        ValidationIssue(
          place: "/child", line: nil, rule: "bound",
          message:
            "More than \(limits.subjectMessages) messages: ask the gateway's administrator.")
      ])
  }
}
