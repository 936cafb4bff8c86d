// JSON -> XML: each object becomes an element with its properties as child elements in the order
// of the schema, each array a wrapper with `item` elements.
// Never drops a property: one that the schema does not have is a fault.
package import ExchangeModel

extension PayloadMapping {
  /// The payload as one XML element, without a declaration.
  ///
  /// Meant for a payload that its JSON Schema accepts; for any other the faults say what is in
  /// the way. Places are JSON Pointers into the payload.
  package func xml(from payload: JSONNode) -> Mapped {
    var writer = XMLPayloadWriter(shape: shape, issueLimit: issueLimit)
    writer.document(payload)
    return Mapped(bytes: writer.output.bytes, issues: writer.issues)
  }

  /// What of a JSON payload XML could not carry: control characters, and numbers with extreme
  /// exponents. Empty for nearly every payload, and quick to find so.
  package func obstacles(in payload: JSONNode) -> [ValidationIssue] {
    guard Self.mayHoldObstacles(payload) else { return [] }
    return xml(from: payload).issues
  }

  /// False when no number has an exponent, and no text an escape (which may be a control
  /// character), U+FFFE or U+FFFF that XML cannot hold. Looks at each key and value once.
  private static func mayHoldObstacles(_ payload: JSONNode) -> Bool {
    let storage = payload.storage
    let last = min(Int(payload.entry.next), storage.tape.count)
    return storage.tape.withUnsafeBufferPointer { tape in
      storage.bytes.withUnsafeBufferPointer { bytes in
        for entry in tape[min(payload.index, last)..<last] {
          let text = bytes[Int(entry.start)..<Int(entry.end)]
          switch entry.kind {
          case .number where text.contains { $0 | 0x20 == UInt8(ascii: "e") }: return true
          case .string where entry.isEscaped:
            let value = JSONEscapes.decoded(text.dropFirst().dropLast())
            if !XMLWriter.canHold(String(decoding: value, as: UTF8.self)) { return true }
          case .string where !entry.isASCII:
            // U+FFFE and U+FFFF begin with this byte in UTF-8.
            if text.contains(0xEF) { return true }
          default: break
          }
        }
        return false
      }
    }
  }
}

/// Writes one payload, and notes what it cannot write.
private struct XMLPayloadWriter {
  let shape: PayloadShape
  let issueLimit: Int
  var output = XMLWriter()
  var issues: [ValidationIssue] = []

  init(shape: PayloadShape, issueLimit: Int) {
    self.shape = shape
    self.issueLimit = issueLimit
  }

  mutating func document(_ payload: JSONNode) {
    output.startElement(shape.rootName)
    output.attribute("xmlns", shape.namespace)
    content(payload, node: shape.root, pointer: "")
    output.endElement()
  }

  private mutating func content(_ value: JSONNode, node: Int, pointer: String) {
    switch (shape.nodes[node].kind, value.kind) {
    case (.object(let members), .object):
      object(value, members: members, pointer: pointer)
    case (.array(let items), .array):
      for (position, element) in value.elements.enumerated() {
        output.startElement("item")
        content(element, node: items.node, pointer: pointer + "/\(position)")
        output.endElement()
      }
    case (.simple(.string), .string): string(value, pointer: pointer)
    case (.simple(.boolean), .boolean): output.text(value.bool == true ? "true" : "false")
    case (.simple(.number), .number): number(value, DecimalText.plain, pointer: pointer)
    case (.simple(.integer), .number): number(value, DecimalText.integer, pointer: pointer)
    default: issue(value, pointer, "type", "This value has the wrong type for the schema.")
    }
  }

  private mutating func object(
    _ value: JSONNode, members: [PayloadShape.Member], pointer: String
  ) {
    var written = 0
    for member in members {
      guard let property = value[member.name] else { continue }
      output.startElement(member.name)
      content(property, node: member.node, pointer: pointer + "/" + member.name)
      output.endElement()
      written += 1
    }
    if written < value.count {
      issue(value, pointer, "additionalProperties", "Leave out what the schema lacks.")
    }
  }

  private mutating func string(_ value: JSONNode, pointer: String) {
    let text = value.string ?? ""
    if !XMLWriter.canHold(text) {
      issue(
        value, pointer, "xml-characters",
        "XML 1.0 cannot carry every character of this text. Leave control characters out.")
    }
    output.text(text)
  }

  private mutating func number(
    _ value: JSONNode, _ form: (String) -> String?, pointer: String
  ) {
    guard let text = value.numberText.flatMap(form) else {
      return issue(
        value, pointer, "number", "Write this number without an exponent, in at most 400 digits.")
    }
    output.text(text)
  }

  private mutating func issue(
    _ value: JSONNode, _ pointer: String, _ rule: String, _ message: String
  ) {
    guard issues.count < issueLimit else { return }
    issues.append(
      ValidationIssue(place: pointer, line: value.line, rule: rule, message: message))
  }
}
