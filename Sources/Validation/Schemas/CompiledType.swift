// One message type with everything compiled that checks and converts its payloads.
// Never knows an envelope: it is given a parsed payload and answers with faults or the other form.
import ExchangeModel

/// A message type, its JSON Schema, its XML Schema and its mapping.
struct CompiledType: Sendable {
  let messageType: MessageType
  /// The schema's `$id`: what `dataschema` may say.
  let schemaID: String
  /// The XML Schema as generated.
  let xsdBytes: [UInt8]
  let mapping: PayloadMapping
  private let schema: JSONSchema
  private let xsd: XSDSchema
  private let limits: Limits

  init(
    messageType: MessageType, schemaID: String, schema: JSONSchema, shape: PayloadShape,
    limits: Limits
  ) throws {
    self.messageType = messageType
    self.schemaID = schemaID
    self.schema = schema
    self.limits = limits
    mapping = PayloadMapping(shape: shape, limits: limits)
    var generator = XSDGenerator(shape: shape, title: messageType.title)
    xsdBytes = generator.file()
    xsd = try XSDSchema(xsdBytes, limits: limits)
  }

  /// The verdict on a payload: every fault, and the documents that it names.
  struct Verdict: Sendable {
    let issues: [ValidationIssue]
    let attachments: [AttachmentReference]
  }

  /// Checks a payload. Places are JSON Pointers into a JSON payload, and paths from the element
  /// of an XML payload on.
  func verdict(on payload: ReadEnvelope.Content) -> Verdict {
    switch payload {
    case .json(let node):
      var issues = schema.validate(node, limits: limits)
      if issues.isEmpty { issues = mapping.obstacles(in: node) }
      return Verdict(issues: issues, attachments: AttachmentReference.all(in: node))
    case .xml(let element): return verdict(onXML: element)
    }
  }

  /// The XML Schema, the mapping and the JSON Schema all look. What the last two find is said in
  /// their words; the XML Schema says the same things again, so its words are used when they
  /// found nothing.
  private func verdict(onXML element: XMLElement) -> Verdict {
    let mapped = mapping.json(from: element)
    var issues = mapped.issues
    var attachments: [AttachmentReference] = []
    do {
      let document = try JSONDocument.parse(mapped.bytes, limits: limits)
      for issue in schema.validate(document.root, limits: limits) {
        let (path, line) = mapping.locate(issue.place, in: element)
        let moved = ValidationIssue(
          place: path, line: line, rule: issue.rule, message: issue.message)
        if !issues.contains(moved) { issues.append(moved) }
      }
      attachments = AttachmentReference.all(in: document.root)
    } catch {
      issues.append(
        ValidationIssue(
          place: "/" + mapping.rootName, line: element.line, rule: error.issue.rule,
          message: error.issue.message))
    }
    let xsdIssues = xsd.validate(element, limits: limits)
    if issues.isEmpty { issues = xsdIssues }
    let inOrder = issues.enumerated().sorted {
      ($0.element.line ?? 0, $0.offset) < ($1.element.line ?? 0, $1.offset)
    }
    return Verdict(
      issues: inOrder.prefix(limits.issuesPerDocument).map(\.element), attachments: attachments)
  }
}
