// Takes the places that reveal where a child with a sensitive address can be found out of a
// payload, as its schema marks them (`gatehouse:sensitive`).
// Never touches what is not marked: free text that tells of a place stays, and attached files too.
package import ExchangeModel

/// Masks one message type's payloads. Made when it is first needed.
struct PayloadMask: Sendable {
  /// What stands in place of a required text.
  static let withheld = "withheld"

  private let shape: PayloadShape
  /// Nodes that a marked place can be reached from; the rest is copied as it is.
  private let holdsMarks: [Bool]

  init(shape: PayloadShape) {
    self.shape = shape
    var holds = shape.nodes.indices.map { node in
      shape.members(of: node).contains { $0.reveals != nil }
    }
    // Definitions may refer to themselves, so until nothing changes.
    var changed = true
    while changed {
      changed = false
      for node in shape.nodes.indices where !holds[node] {
        let inner: [Int]
        switch shape.nodes[node].kind {
        case .object(let members): inner = members.map(\.node)
        case .array(let items): inner = [items.node]
        case .simple: continue
        }
        if inner.contains(where: { holds[$0] }) {
          holds[node] = true
          changed = true
        }
      }
    }
    holdsMarks = holds
  }

  /// The masked payload and the places that were masked: pointers into the schema's structure,
  /// `*` for any member of a list, in the order of the payload, each once.
  func masked(_ payload: JSONNode) -> (bytes: [UInt8], places: [String]) {
    var writer = JSONWriter()
    var places: [String] = []
    write(payload, shape.root, "", into: &writer, &places)
    return (writer.bytes, places)
  }

  private func write(
    _ value: JSONNode, _ node: Int, _ place: String, into writer: inout JSONWriter,
    _ places: inout [String]
  ) {
    guard holdsMarks[node] else { return writer.raw(value.rawBytes) }
    switch shape.nodes[node].kind {
    case .object(let members):
      writer.beginObject()
      for (name, inner) in value.members {
        guard let member = members.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
          continue
        }
        let below = "\(place)/\(name)"
        if member.reveals == nil {
          writer.key(name)
          write(inner, member.node, below, into: &writer, &places)
          continue
        }
        if !places.contains(below) { places.append(below) }
        if member.isRequired, isPlainText(member.node) {
          writer.key(name)
          writer.string(Self.withheld)
        }
      }
      writer.endObject()
    case .array(let items):
      writer.beginArray()
      for inner in value.elements {
        write(inner, items.node, place + "/*", into: &writer, &places)
      }
      writer.endArray()
    case .simple: writer.raw(value.rawBytes)
    }
  }

  /// True for a text that may say anything, so that it may say that it is withheld.
  private func isPlainText(_ node: Int) -> Bool {
    guard shape.nodes[node].kind == .simple(.string) else { return false }
    let facets = shape.nodes[node].facets
    let length = Self.withheld.utf8.count
    let isFree =
      facets.values == nil && facets.format == nil && (facets.minLength ?? 0) <= length
      && (facets.maxLength ?? length) >= length
      && facets.pattern.map { (try? LinearRegex($0))?.matches(Self.withheld) ?? false } ?? true
    return isFree && (shape.nodes[node].base.map { isPlainText($0) } ?? true)
  }
}

extension SchemaSet {
  /// A copy of a payload, in the same format, without what reveals where a child with a sensitive
  /// address can be found; and the places masked, e.g. `/childAddress/postcode`,
  /// `/parents/*/mobile`, without values.
  ///
  /// A required text becomes the word `withheld`; all else that is marked is left out, so a masked
  /// copy may lack what its schema requires, and is not for validating again. `addressSensitive`
  /// stays. Meant for payloads that were admitted. Throws `unknown-message-type` when the type is
  /// no longer here, `payload-invalid` when the bytes are not such a payload.
  package func masked(
    _ payload: Payload, of type: String
  ) throws(Refusal) -> (payload: Payload, places: [String]) {
    guard let compiled = compiled(type) else { throw Refusal(.unknownMessageType) }
    let json = try convert(payload, of: type, to: .json)
    let masked: (bytes: [UInt8], places: [String])
    do {
      masked = compiled.mask.value.masked(try JSONDocument.parse(json.bytes, limits: limits).root)
    } catch {
      throw Refusal(.payloadInvalid, issues: [error.issue])
    }
    let copy = Payload(format: .json, bytes: masked.bytes)
    return (try convert(copy, of: type, to: payload.format), masked.places)
  }
}
