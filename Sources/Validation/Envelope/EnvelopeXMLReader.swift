// The CloudEvents XML format: one `event` element whose children are the attributes and `data`.
// Never follows a schemaLocation, never trusts a prefix without its namespace.
import ExchangeModel

struct EnvelopeXMLReader {
  private var draft: EnvelopeDraft
  private let limits: Limits

  static func read(_ document: XMLDocument, limits: Limits) -> EnvelopeReader.Findings {
    var reader = EnvelopeXMLReader(
      draft: EnvelopeDraft(format: .xml, limits: limits), limits: limits)
    let event = document.root
    guard event.isNamed("event", in: CloudEventsXML.namespace) else {
      reader.draft.add(
        EnvelopeFault(
          rule: "root",
          message: "The root element is `event` in the namespace \(CloudEventsXML.namespace)."),
        place: "/" + event.localName, at: .xml(event))
      return EnvelopeReader.Findings(draft: reader.draft)
    }
    reader.draft.refuseSchemaLocation(document, lines: .same, prefix: "")
    reader.readEventAttributes(event)
    let content = reader.readChildren(event)
    return EnvelopeReader.Findings(draft: reader.draft, content: content)
  }

  private mutating func readEventAttributes(_ event: XMLElement) {
    for attribute in event.attributes where !attribute.isSchemaLocation {
      if attribute.namespace.isEmpty, attribute.localName == "specversion" {
        draft.set(.specversion, attribute.value, at: .xml(event))
      } else {
        draft.addUnknown(attribute.localName, at: .xml(event))
      }
    }
    if event.hasText {
      draft.add(
        EnvelopeFault(rule: "text", message: "Only elements stand in `event`, no text."),
        place: "/event", at: .xml(event))
    }
  }

  private mutating func readChildren(
    _ event: XMLElement
  ) -> (Payload, ReadEnvelope.Content, ReadEnvelope.Lines)? {
    var data: XMLElement?
    for child in event.children where !draft.isFull {
      let name = child.localName
      guard child.hasSameNamespace(as: event) else {
        draft.addUnknown(name, at: .xml(child))
        continue
      }
      if name.utf8.elementsEqual("data".utf8) {
        if data != nil { addDuplicateData(child) }
        data = child
      } else if let attribute = EnvelopeAttribute(rawValue: name), attribute != .specversion {
        read(child, as: attribute)
      } else {
        draft.addUnknown(name, at: .xml(child))
      }
    }
    draft.addMissing(at: .xml(event))
    guard let data else {
      draft.addRequired("data", at: .xml(event))
      return nil
    }
    return read(data: data)
  }

  private mutating func addDuplicateData(_ element: XMLElement) {
    draft.add(
      EnvelopeFault(rule: "duplicate-attribute", message: "`data` may stand only once."),
      place: "/event/data", at: .xml(element))
  }

  // MARK: Attributes

  private mutating func read(_ element: XMLElement, as attribute: EnvelopeAttribute) {
    let name = attribute.rawValue
    checkType(of: element, for: attribute)
    refuseOtherAttributes(of: element, name: name)
    if element.hasChildren {
      draft.markPresent(attribute)
      draft.add(
        EnvelopeFault(rule: "element", message: "`\(name)` holds text, no elements."),
        place: draft.place(name), at: .xml(element))
      return
    }
    draft.set(attribute, element.text, at: .xml(element))
  }

  private mutating func checkType(of element: XMLElement, for attribute: EnvelopeAttribute) {
    guard let type = element.schemaType else {
      if attribute.isCore { return }
      addTypeFault(of: element, for: attribute, "The CloudEvents XML format requires a type. ")
      return
    }
    guard type.namespace == CloudEventsXML.namespace,
      attribute.xmlTypes.contains(where: { $0.utf8.elementsEqual(type.localName.utf8) })
    else {
      addTypeFault(of: element, for: attribute, "The type stated is another. ")
      return
    }
  }

  private mutating func addTypeFault(
    of element: XMLElement, for attribute: EnvelopeAttribute, _ reason: String
  ) {
    let allowed = attribute.xmlTypes.map { "\"ce:" + $0 + "\"" }.joined(separator: " or ")
    draft.add(
      EnvelopeFault(
        rule: "xsi-type",
        message: reason + "Give `\(attribute.rawValue)` an xsi:type of \(allowed), where ce "
          + "stands for \(CloudEventsXML.namespace)."),
      place: draft.place(attribute.rawValue), at: .xml(element))
  }

  private mutating func refuseOtherAttributes(of element: XMLElement, name: String) {
    guard element.hasAttributes else { return }
    for attribute in element.attributes
    where !attribute.isSchemaLocation && !attribute.isSchemaType {
      draft.add(
        EnvelopeFault(
          rule: "unknown-attribute", message: "`\(name)` has no XML attribute but xsi:type."),
        place: draft.place(name), at: .xml(element))
    }
  }

  // MARK: The payload

  private mutating func read(
    data: XMLElement
  ) -> (Payload, ReadEnvelope.Content, ReadEnvelope.Lines)? {
    refuseOtherAttributes(of: data, name: "data")
    if draft.hasContentType, draft.contentFormat == nil { return nil }
    guard let type = data.schemaType else { return readElement(in: data) }
    switch (type.namespace == XMLNamespace.schema, type.localName) {
    case (true, "any"), (true, "anyType"): return readElement(in: data)
    case (true, "string"): return readText(in: data)
    default:
      addDataFault(
        "xsi-type", "The xsi:type of `data` is xs:any for XML or xs:string for JSON.", data)
      return nil
    }
  }

  private mutating func readElement(
    in data: XMLElement
  ) -> (Payload, ReadEnvelope.Content, ReadEnvelope.Lines)? {
    let children = data.children
    guard let root = children.first, children.count == 1, !data.hasText else {
      addDataFault(
        "data",
        "`data` holds exactly one element; for JSON text state xsi:type=\"xs:string\".", data)
      return nil
    }
    guard draft.contentFormat != .json else {
      addDataFault(
        "data", "The datacontenttype is JSON: give the JSON text with xsi:type=\"xs:string\".",
        data)
      return nil
    }
    return (Payload(format: .xml, bytes: root.standaloneBytes()), .xml(root), .same)
  }

  private mutating func readText(
    in data: XMLElement
  ) -> (Payload, ReadEnvelope.Content, ReadEnvelope.Lines)? {
    guard !data.hasChildren else {
      addDataFault("data", "With xsi:type=\"xs:string\" `data` holds text, no elements.", data)
      return nil
    }
    guard draft.contentFormat == .json else {
      if draft.hasContentType {
        addDataFault(
          "data", "The datacontenttype is XML: give one element with xsi:type=\"xs:any\".", data)
      } else {
        draft.addRequired("datacontenttype", at: .xml(data))
      }
      return nil
    }
    let lines = ReadEnvelope.Lines.from(data.contentLine)
    do {
      let document = try JSONDocument.parse(data.textBytes, limits: limits)
      guard document.root.kind == .object else {
        addDataFault("type", "A JSON payload is an object.", data)
        return nil
      }
      let payload = Payload(format: .json, bytes: Array(document.root.rawBytes))
      return (payload, .json(document.root), lines)
    } catch {
      draft.addEmbedded(error, lines: lines)
      return nil
    }
  }

  private mutating func addDataFault(_ rule: String, _ message: String, _ data: XMLElement) {
    draft.add(EnvelopeFault(rule: rule, message: message), place: "/event/data", at: .xml(data))
  }
}

extension XMLAttribute {
  var isSchemaLocation: Bool {
    namespace == XMLNamespace.schemaInstance
      && (localName == "schemaLocation" || localName == "noNamespaceSchemaLocation")
  }

  var isSchemaType: Bool { namespace == XMLNamespace.schemaInstance && localName == "type" }
}

extension EnvelopeDraft {
  /// A schemaLocation is a request to load something; the type alone chooses the schema.
  mutating func refuseSchemaLocation(
    _ document: XMLDocument, lines: ReadEnvelope.Lines, prefix: String
  ) {
    guard let element = document.firstSchemaLocation else { return }
    add(
      ValidationIssue(
        place: prefix + element.path(), line: lines.inEnvelope(element.line),
        rule: "schema-location",
        message: "The message type chooses the schema. Leave xsi:schemaLocation out."))
  }
}
