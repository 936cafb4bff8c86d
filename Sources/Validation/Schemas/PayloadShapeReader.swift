// Reads a payload's structure from its JSON Schema, following `$ref`s, and checks that it can be
// carried by JSON and XML alike: closed objects, one type each, names an XML element can have.
// Never guesses: a schema whose structure is not plain is refused, with the place.

/// Reads one shape. Used once per message type, when the gateway starts.
struct PayloadShapeReader {
  private let library: SchemaLibrary
  private var nodes: [PayloadShape.Node] = []
  private var known: [SchemaPlace: Int] = [:]
  private var faults: [SchemaFault] = []

  private init(library: SchemaLibrary) { self.library = library }

  /// The shape of the payload schema with this `$id`, or every reason why there is none.
  static func read(
    id: String, slug: String, version: Int, from library: SchemaLibrary
  ) -> Result<PayloadShape, SchemaFaults> {
    var reader = PayloadShapeReader(library: library)
    let root = reader.node(at: SchemaPlace(document: id, pointer: ""), depth: 0)
    if case .object = reader.nodes[root].kind {
    } else {
      reader.fault(SchemaPlace(document: id, pointer: ""), "a payload must be an object")
    }
    let shape = PayloadShape(
      nodes: reader.nodes, root: root, rootName: PayloadShape.rootName(slug: slug),
      namespace: "urn:gatehouse:message:\(slug):v\(version)")
    var faults = reader.faults
    if faults.isEmpty {
      faults = ConstraintNames(library: library, shape: shape).faults()
    }
    return faults.isEmpty ? .success(shape) : .failure(SchemaFaults(faults: faults))
  }

  /// The node for the schema at a place: an index into `nodes`, also after a fault.
  private mutating func node(at place: SchemaPlace, depth: Int) -> Int {
    if let index = known[place] { return index }
    guard depth < 32, let schema = library.schema(at: place), schema.kind == .object else {
      return broken(place, depth < 32 ? "no schema object here" : "references too deep")
    }
    if let reference = schema["$ref"]?.string {
      return referred(reference, at: place, schema: schema, depth: depth)
    }
    let index = nodes.count
    known[place] = index
    nodes.append(
      PayloadShape.Node(
        kind: .object([]), name: place.definitionName, place: place,
        title: schema["title"]?.string, description: schema["description"]?.string))
    nodes[index].kind = kind(of: schema, at: place, depth: depth)
    if case .simple = nodes[index].kind { nodes[index].facets = facets(of: schema) }
    return index
  }

  /// A `$ref`: what it names; with narrowing keywords beside it, a node of its own upon that.
  private mutating func referred(
    _ reference: String, at place: SchemaPlace, schema: JSONNode, depth: Int
  ) -> Int {
    guard let target = library.place(of: reference, from: place) else {
      return broken(place, "$ref leads nowhere: \(reference)")
    }
    let base = node(at: target, depth: depth + 1)
    guard case .simple(let simple) = nodes[base].kind else { return base }
    let facets = facets(of: schema)
    if facets.isEmpty, place.definitionName == nil { return base }
    nodes.append(
      PayloadShape.Node(
        kind: .simple(simple), name: place.definitionName, place: place,
        title: schema["title"]?.string, description: schema["description"]?.string,
        facets: facets, base: base))
    known[place] = nodes.count - 1
    return nodes.count - 1
  }

  private mutating func kind(
    of schema: JSONNode, at place: SchemaPlace, depth: Int
  ) -> PayloadShape.Kind {
    switch schema["type"]?.string ?? impliedType(of: schema) {
    case "object": return object(schema, at: place, depth: depth)
    case "array": return array(schema, at: place, depth: depth)
    case "string": return .simple(.string)
    case "integer": return .simple(.integer)
    case "number": return .simple(.number)
    case "boolean": return .simple(.boolean)
    default:
      fault(place, "needs one \"type\": object, array, string, integer, number or boolean")
      return .simple(.string)
    }
  }

  private func impliedType(of schema: JSONNode) -> String? {
    let values = schema["const"].map { [$0] } ?? schema.elements(of: "enum")
    guard let first = values.first, values.allSatisfy({ $0.kind == first.kind }) else {
      return nil
    }
    return first.kind == .string ? "string" : first.kind == .boolean ? "boolean" : nil
  }

  private mutating func object(
    _ schema: JSONNode, at place: SchemaPlace, depth: Int
  ) -> PayloadShape.Kind {
    let closings = ["additionalProperties", "unevaluatedProperties"]
    if !closings.contains(where: { schema[$0]?.bool == false }) {
      fault(place, "an object must be closed: add \"additionalProperties\": false")
    }
    if schema["patternProperties"] != nil { fault(place, "patternProperties cannot become XML") }
    let required = schema.elements(of: "required").compactMap(\.string)
    var members: [PayloadShape.Member] = []
    for (name, property) in schema.members(of: "properties") {
      let child = place.child("properties").child(name)
      if !Self.isElementName(name) { fault(child, "this name cannot be an XML element") }
      let index = node(at: child, depth: depth + 1)
      members.append(
        PayloadShape.Member(
          name: name, node: index, isRequired: required.contains(name),
          description: property["description"]?.string ?? nodes[index].description,
          reveals: revelation(of: property, at: child)))
    }
    for name in required where !members.contains(where: { $0.name == name }) {
      fault(place, "requires \(name), which is not among its properties")
    }
    return .object(members)
  }

  /// The keyword of ours by which a property is marked as revealing.
  static let revelationKeyword = "gatehouse:sensitive"

  private mutating func revelation(
    of property: JSONNode, at place: SchemaPlace
  ) -> PayloadShape.Revelation? {
    guard let mark = property[Self.revelationKeyword] else { return nil }
    let revelation = mark.string.flatMap { PayloadShape.Revelation(rawValue: $0) }
    if revelation == nil {
      fault(place, "\(Self.revelationKeyword) must be address, phone or school")
    }
    return revelation
  }

  private mutating func array(
    _ schema: JSONNode, at place: SchemaPlace, depth: Int
  ) -> PayloadShape.Kind {
    if schema["prefixItems"] != nil { fault(place, "prefixItems cannot become XML") }
    guard let items = schema["items"] else {
      fault(place, "an array needs \"items\"")
      return .simple(.string)
    }
    let index = node(at: place.child("items"), depth: depth + 1)
    return .array(
      PayloadShape.Items(
        node: index, minimum: schema["minItems"].flatMap(Self.count) ?? 0,
        maximum: schema["maxItems"].flatMap(Self.count),
        description: items["description"]?.string ?? nodes[index].description))
  }

  private func facets(of schema: JSONNode) -> PayloadShape.Facets {
    var facets = PayloadShape.Facets()
    let values = schema["const"].map { [$0] } ?? schema.elements(of: "enum")
    if !values.isEmpty {
      facets.values = values.map { $0.string ?? String(decoding: $0.rawBytes, as: UTF8.self) }
    }
    for (code, title) in schema.members(of: "meta:enum") { facets.titles[code] = title.string }
    facets.pattern = schema["pattern"]?.string
    facets.format = schema["format"]?.string
    facets.minLength = schema["minLength"].flatMap(Self.count)
    facets.maxLength = schema["maxLength"].flatMap(Self.count)
    facets.minimum = schema["minimum"]?.numberText
    facets.maximum = schema["maximum"]?.numberText
    facets.exclusiveMinimum = schema["exclusiveMinimum"]?.numberText
    facets.exclusiveMaximum = schema["exclusiveMaximum"]?.numberText
    return facets
  }

  private static func count(_ node: JSONNode) -> Int? { node.integer.flatMap { Int(exactly: $0) } }

  /// A name in ASCII that XML 1.0 takes as an element's, and that no XML standard reserves.
  private static func isElementName(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    func isLetter(_ byte: UInt8) -> Bool {
      (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
    }
    guard let first = bytes.first, isLetter(first), bytes.count <= 64 else { return false }
    return !name.lowercased().hasPrefix("xml")
      && bytes.allSatisfy {
        isLetter($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x2E
      }
  }

  private mutating func broken(_ place: SchemaPlace, _ message: String) -> Int {
    fault(place, message)
    nodes.append(PayloadShape.Node(kind: .simple(.string), name: nil, place: place))
    return nodes.count - 1
  }

  private mutating func fault(_ place: SchemaPlace, _ message: String) {
    faults.append(SchemaFault(place, message))
  }
}

extension JSONNode {
  /// The elements of a keyword's array; none when there is no such keyword.
  func elements(of keyword: String) -> [JSONNode] {
    guard let value = self[keyword] else { return [] }
    return Array(value.elements)
  }

  /// The members of a keyword's object; none when there is no such keyword.
  func members(of keyword: String) -> [(key: String, value: JSONNode)] {
    guard let value = self[keyword] else { return [] }
    return Array(value.members)
  }
}

extension SchemaFault {
  /// A fault at a place of a schema document, its file named by the `$id`.
  init(_ place: SchemaPlace, _ message: String) {
    let base = SchemaLibrary.baseID
    let file =
      place.document.hasPrefix(base)
      ? String(place.document.dropFirst(base.count)) : place.document
    self.init(file: file, place: place.pointer, message: message)
  }
}
