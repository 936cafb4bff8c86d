// XML -> JSON: elements become properties by name; texts become values by the schema's types.
// Never repairs: an element too many, out of order or with attributes is a fault, and the rest is
// mapped on so that the JSON Schema can find what else is wrong.
import ExchangeModel

extension PayloadMapping {
  /// The payload as JSON. Places are paths from the payload's element on.
  ///
  /// A text that is no number or boolean where the schema wants one is carried as a string: the
  /// JSON Schema then reports the type.
  package func json(from payload: XMLElement) -> Mapped {
    var reader = XMLPayloadReader(
      shape: shape, numberBytes: numberBytes, issueLimit: issueLimit, ancestor: payload.parent)
    reader.document(payload)
    return Mapped(bytes: reader.output.bytes, issues: reader.issues)
  }
}

/// Reads one payload element into JSON, and notes every fault of structure.
private struct XMLPayloadReader {
  let shape: PayloadShape
  let numberBytes: Int
  let issueLimit: Int
  /// The element around the payload, where paths begin.
  let ancestor: XMLElement?
  var output = JSONWriter()
  var issues: [ValidationIssue] = []

  init(shape: PayloadShape, numberBytes: Int, issueLimit: Int, ancestor: XMLElement?) {
    self.shape = shape
    self.numberBytes = numberBytes
    self.issueLimit = issueLimit
    self.ancestor = ancestor
  }

  mutating func document(_ payload: XMLElement) {
    let isNamed =
      payload.localName.utf8.elementsEqual(shape.rootName.utf8)
      && payload.namespace.utf8.elementsEqual(shape.namespace.utf8)
    if !isNamed {
      issue(
        payload, "root-element",
        "The payload's element must be \(shape.rootName) in the namespace \(shape.namespace).")
    }
    content(payload, node: shape.root)
  }

  private mutating func content(_ element: XMLElement, node: Int) {
    if element.hasAttributes { attributes(of: element) }
    switch shape.nodes[node].kind {
    case .object(let members):
      noText(in: element)
      object(element, members: members)
    case .array(let items):
      noText(in: element)
      array(element, items: items)
    case .simple(let simple):
      if element.hasChildren {
        issue(element, "child-element", "This element holds a text, no other elements.")
      }
      value(element, simple, format: shape.format(of: node))
    }
  }

  private mutating func object(_ element: XMLElement, members: [PayloadShape.Member]) {
    output.beginObject()
    var seen = [Bool](repeating: false, count: members.count)
    var previous = -1
    for child in element.children {
      guard let position = self.position(of: child, among: members, after: previous) else {
        unknown(child, in: element, members: members)
        continue
      }
      if seen[position] {
        issue(child, "duplicate-element", "This element may stand only once here.")
        continue
      }
      seen[position] = true
      if position < previous {
        let later = members[previous].name
        issue(
          child, "element-order",
          "Elements follow the order of the schema: \(members[position].name) before \(later).")
      }
      previous = max(previous, position)
      output.key(members[position].name)
      content(child, node: members[position].node)
    }
    output.endObject()
  }

  /// The member that an element is; the one expected next is tried first.
  private func position(
    of child: XMLElement, among members: [PayloadShape.Member], after previous: Int
  ) -> Int? {
    guard child.namespace.utf8.elementsEqual(shape.namespace.utf8) else { return nil }
    let name = child.localName
    let next = previous + 1
    func isNamed(_ member: PayloadShape.Member) -> Bool {
      member.name.utf8.elementsEqual(name.utf8)
    }
    return members[next...].firstIndex(where: isNamed)
      ?? members[..<next].firstIndex(where: isNamed)
  }

  private mutating func array(_ element: XMLElement, items: PayloadShape.Items) {
    output.beginArray()
    for child in element.children {
      if child.isNamed("item", in: shape.namespace) {
        content(child, node: items.node)
      } else {
        issue(
          child, in: element, "additionalProperties",
          "Only item elements in the payload's namespace stand here.")
      }
    }
    output.endArray()
  }

  private mutating func value(
    _ element: XMLElement, _ simple: PayloadShape.Simple, format: String?
  ) {
    let text = element.text
    let collapsed = Self.trimmed(text)
    switch simple {
    case .string:
      // XML Schema's dates ignore white space around them; its strings do not.
      let isDate = format == "date" || format == "date-time"
      output.string(isDate ? String(collapsed) : text)
    case .boolean where collapsed == "true" || collapsed == "1": output.bool(true)
    case .boolean where collapsed == "false" || collapsed == "0": output.bool(false)
    case .integer, .number:
      if collapsed.utf8.count < numberBytes, let number = DecimalText.json(collapsed) {
        output.number(number)
      } else {
        output.string(text)
      }
    case .boolean: output.string(text)
    }
  }

  private static func trimmed(_ text: String) -> Substring {
    func isSpace(_ byte: UInt8) -> Bool {
      byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }
    let bytes = text.utf8
    guard let first = bytes.firstIndex(where: { !isSpace($0) }),
      let last = bytes.lastIndex(where: { !isSpace($0) })
    else { return "" }
    return text[first...last]
  }

  private mutating func noText(in element: XMLElement) {
    guard element.hasText else { return }
    issue(element, "text", "No text may stand between the elements here.")
  }

  /// `xsi:schemaLocation` is a hint for tools, and ignored; nothing else may stand.
  private mutating func attributes(of element: XMLElement) {
    let isStranger = element.attributes.contains {
      !($0.namespace == "http://www.w3.org/2001/XMLSchema-instance"
        && ["schemaLocation", "noNamespaceSchemaLocation"].contains($0.localName))
    }
    if isStranger { issue(element, "attribute", "Payload elements have no attributes.") }
  }

  private mutating func unknown(
    _ child: XMLElement, in element: XMLElement, members: [PayloadShape.Member]
  ) {
    guard issues.count < issueLimit else { return }
    let names = members.map(\.name).joined(separator: ", ")
    issue(
      child, in: element, "additionalProperties",
      "This element is not known here. Known, in namespace \(shape.namespace): \(names).")
  }

  /// Finding a path takes time linear in the siblings, so faults beyond the limit are not noted.
  private mutating func issue(_ element: XMLElement, _ rule: String, _ message: String) {
    guard issues.count < issueLimit else { return }
    issues.append(
      ValidationIssue(
        place: element.path(below: ancestor), line: element.line, rule: rule, message: message))
  }

  /// A fault of a stranger: its name may be personal, so the place is that of its parent.
  private mutating func issue(
    _ stranger: XMLElement, in element: XMLElement, _ rule: String, _ message: String
  ) {
    guard issues.count < issueLimit else { return }
    issues.append(
      ValidationIssue(
        place: element.path(below: ancestor), line: stranger.line, rule: rule, message: message))
  }
}
