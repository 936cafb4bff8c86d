// The door from a read envelope to a validated one, and from one format of a payload to the other.
// Never lets a payload pass that its message type's schema does not accept.
package import ExchangeModel

extension SchemaSet {
  /// Checks the payload of an envelope against the schema of its type.
  ///
  /// Throws `unknown-message-type`, or `payload-invalid` with every fault in places and lines of
  /// the envelope.
  package func validate(_ read: ReadEnvelope) throws(Refusal) -> ValidatedEnvelope {
    let envelope = read.envelope
    guard let type = compiled(envelope.type) else {
      throw Refusal(.unknownMessageType, issues: [unknownType(read)])
    }
    let isPublic = type.messageType.effect == .publication
    let verdict = type.verdict(
      on: read.content, sentOn: isPublic ? Self.day(of: envelope) : nil)
    var issues = verdict.issues.map(read.located)
    if let stated = envelope.dataSchema, !stated.utf8.elementsEqual(type.schemaID.utf8) {
      issues.insert(
        ValidationIssue(
          place: read.format == .json ? "/dataschema" : "/event/dataschema", line: nil,
          rule: "dataschema", message: "Leave it out, or state \(type.schemaID)."), at: 0)
    }
    guard issues.isEmpty else { throw Refusal(.payloadInvalid, issues: issues) }
    return ValidatedEnvelope(
      envelope: envelope, messageType: type.messageType, attachments: verdict.attachments,
      content: verdict.content)
  }

  /// The day in the envelope's `time`; nil when it has none.
  private static func day(of envelope: Envelope) -> CivilDate? {
    envelope.time.flatMap { CivilDate(String($0.prefix(10))) }
  }

  /// A payload in the format asked for; the same payload when it has that format already.
  ///
  /// Meant for payloads that were admitted. Throws `unknown-message-type` when the type is no
  /// longer here, `payload-invalid` when the bytes are not such a payload.
  package func convert(
    _ payload: Payload, of type: String, to format: ContentFormat
  ) throws(Refusal) -> Payload {
    guard payload.format != format else { return payload }
    guard let mapping = compiled(type)?.mapping else { throw Refusal(.unknownMessageType) }
    let mapped: PayloadMapping.Mapped
    do {
      switch payload.format {
      case .json:
        mapped = mapping.xml(from: try JSONDocument.parse(payload.bytes, limits: limits).root)
      case .xml:
        mapped = mapping.json(from: try XMLDocument.parse(payload.bytes, limits: limits).root)
      }
    } catch {
      throw Refusal(.payloadInvalid, issues: [error.issue])
    }
    guard mapped.issues.isEmpty else { throw Refusal(.payloadInvalid, issues: mapped.issues) }
    return Payload(format: format, bytes: mapped.bytes)
  }

  /// Where the digest of the attachment with this index stands in the envelope.
  package func place(ofAttachment index: Int, in read: ReadEnvelope) -> String {
    var place = "/attachments/\(index)/sha256"
    if case .xml = read.content, let mapping = compiled(read.envelope.type)?.mapping {
      place = mapping.path(of: place)
    }
    let issue = ValidationIssue(place: place, line: nil, rule: "attachment", message: "")
    return read.located(issue).place
  }

  private func unknownType(_ read: ReadEnvelope) -> ValidationIssue {
    ValidationIssue(
      place: read.format == .json ? "/type" : "/event/type", line: nil, rule: "type",
      message: "This message type is not known here. The catalogue lists those that are.")
  }
}
