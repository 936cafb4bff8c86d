// One message type with everything compiled that checks and converts its payloads.
// Never knows an envelope: it is given a parsed payload and answers with faults or the other form.
import ExchangeModel

/// A message type, its JSON Schema, its XML Schema and its mapping.
final class CompiledType: Sendable {
  let messageType: MessageType
  /// The schema's `$id`: what `dataschema` may say.
  let schemaID: String
  /// The XML Schema as generated.
  let xsdBytes: [UInt8]
  let mapping: PayloadMapping
  let mask: Once<PayloadMask>
  private let schema: JSONSchema
  private let reader: ContentReader
  private let xsd: XSDSchema
  private let limits: Limits

  init(
    messageType: MessageType, schemaID: String, schema: JSONSchema, shape: PayloadShape,
    vocabulary: Vocabulary, limits: Limits
  ) throws {
    self.messageType = messageType
    self.schemaID = schemaID
    self.schema = schema
    self.limits = limits
    reader = ContentReader(messageType, shape: shape, vocabulary: vocabulary)
    mask = Once { PayloadMask(shape: shape) }
    mapping = PayloadMapping(shape: shape, limits: limits)
    var generator = XSDGenerator(shape: shape, title: messageType.title)
    xsdBytes = generator.file()
    // Ours and not a peer's, so a lowered limit on envelopes does not apply to it.
    xsd = try XSDSchema(xsdBytes)
  }

  /// The verdict on a payload: every fault, and the documents that it names.
  struct Verdict: Sendable {
    let issues: [ValidationIssue]
    let attachments: [AttachmentReference]
    /// Empty when there are faults.
    let content: ContentFacts
  }

  /// Checks a payload. Places are JSON Pointers into a JSON payload, and paths from the element
  /// of an XML payload on.
  func verdict(on payload: ReadEnvelope.Content, sentOn day: CivilDate? = nil) -> Verdict {
    switch payload {
    case .json(let node):
      var issues = schema.validate(node, limits: limits)
      if issues.isEmpty { issues = mapping.obstacles(in: node) }
      let attachments = AttachmentReference.all(in: node)
      for issue in attachmentIssues(of: attachments) {
        let line = node["attachments"]?.line ?? node.line
        issues.append(issue.moved(to: issue.place, line: line))
      }
      return Verdict(
        issues: bounded(issues), attachments: attachments,
        content: issues.isEmpty ? reader.facts(of: node, on: day) : ContentFacts())
    case .xml(let element): return verdict(onXML: element, sentOn: day)
    }
  }

  /// The XML Schema, the mapping and the JSON Schema all look. What the last two find is said in
  /// their words; the XML Schema says the same things again, so its words are used when they
  /// found nothing.
  private func verdict(onXML element: XMLElement, sentOn day: CivilDate?) -> Verdict {
    let mapped = mapping.json(from: element)
    var issues = mapped.issues
    var attachments: [AttachmentReference] = []
    var content = ContentFacts()
    do {
      let document = try JSONDocument.parse(mapped.bytes, limits: limits)
      attachments = AttachmentReference.all(in: document.root)
      let found =
        schema.validate(document.root, limits: limits) + attachmentIssues(of: attachments)
      for issue in found {
        let (path, line) = mapping.locate(issue.place, in: element)
        let moved = issue.moved(to: path, line: line)
        if !issues.contains(moved) { issues.append(moved) }
      }
      if issues.isEmpty { content = reader.facts(of: document.root, on: day) }
    } catch {
      issues.append(error.issue.moved(to: "/" + mapping.rootName, line: element.line))
    }
    let xsdIssues = xsd.validate(element, limits: limits)
    if issues.isEmpty { issues = xsdIssues }
    return Verdict(issues: bounded(issues), attachments: attachments, content: content)
  }

  private func attachmentIssues(of attachments: [AttachmentReference]) -> [ValidationIssue] {
    AttachmentChecks(messageType, limits: limits).issues(of: attachments)
  }

  /// In the order of the document, and no more than are reported of one.
  private func bounded(_ issues: [ValidationIssue]) -> [ValidationIssue] {
    guard issues.count > 1 else { return issues }
    let ordered = issues.enumerated().sorted {
      ($0.element.line ?? .max, $0.offset) < ($1.element.line ?? .max, $1.offset)
    }.map(\.element)
    guard ordered.count > limits.issuesPerDocument else { return ordered }
    return ordered.prefix(max(0, limits.issuesPerDocument - 1)) + [
      ValidationIssue(
        place: "", line: nil, rule: "too-many-issues",
        message: "There are more faults than are listed; mend these first.")
    ]
  }
}

extension ValidationIssue {
  /// The same fault told at another place.
  func moved(to place: String, line: Int?) -> ValidationIssue {
    ValidationIssue(place: place, line: line, rule: rule, message: message)
  }
}
