// Writes the XML Schema of a payload from its shape: the same structure, lengths, patterns and
// code lists as the JSON Schema, in one file that needs no other.
// Never says a condition (if/then): the XML Schema accepts more, and the JSON Schema check follows.

/// A generator for one message type. Deterministic: the same schema gives the same bytes.
package struct XSDGenerator {
  private let shape: PayloadShape
  private let title: String
  /// The names of the global types, by node.
  private var typeNames: [Int: String] = [:]
  private var order: [Int] = []
  private var lines: [String] = []

  init(shape: PayloadShape, title: String) {
    self.shape = shape
    self.title = title
    var taken: Set<String> = []
    nameTypes(from: shape.root, taken: &taken)
  }

  /// The whole file.
  mutating func file() -> [UInt8] {
    lines = [
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
      "<!-- Generated from payload.schema.json by `gatehouse schema generate`. Do not edit. -->",
      "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns=\"\(shape.namespace)\"",
      "    targetNamespace=\"\(shape.namespace)\" elementFormDefault=\"qualified\">",
    ]
    let root = shape.nodes[shape.root]
    line(1, "<xs:element name=\"\(shape.rootName)\">")
    annotation(2, [title, root.description])
    body(of: shape.root, indent: 2)
    line(1, "</xs:element>")
    for index in order { globalType(index) }
    line(0, "</xs:schema>")
    return Array((lines.joined(separator: "\n") + "\n").utf8)
  }

  /// Gives each definition in use a name, in the order of first use.
  private mutating func nameTypes(from index: Int, taken: inout Set<String>) {
    guard typeNames[index] == nil else { return }
    let node = shape.nodes[index]
    if let name = node.name {
      let plain = PayloadShape.capitalised(name)
      var unique = plain
      var count = 2
      while !taken.insert(unique).inserted {
        unique = plain + String(count)
        count += 1
      }
      typeNames[index] = unique
      order.append(index)
    }
    if let base = node.base { nameTypes(from: base, taken: &taken) }
    switch node.kind {
    case .object(let members):
      for member in members { nameTypes(from: member.node, taken: &taken) }
    case .array(let items): nameTypes(from: items.node, taken: &taken)
    case .simple: break
    }
  }

  private mutating func globalType(_ index: Int) {
    let node = shape.nodes[index]
    guard let name = typeNames[index] else { return }
    let tag = isSimple(index) ? "simpleType" : "complexType"
    line(1, "<xs:\(tag) name=\"\(name)\">")
    annotation(2, [node.title, node.description])
    content(of: index, indent: 2)
    line(1, "</xs:\(tag)>")
  }

  private func isSimple(_ index: Int) -> Bool {
    if case .simple = shape.nodes[index].kind { return true }
    return false
  }

  /// An anonymous type.
  private mutating func body(of index: Int, indent: Int) {
    let tag = isSimple(index) ? "simpleType" : "complexType"
    line(indent, "<xs:\(tag)>")
    content(of: index, indent: indent + 1)
    line(indent, "</xs:\(tag)>")
  }

  private mutating func content(of index: Int, indent: Int) {
    switch shape.nodes[index].kind {
    case .simple(let simple): restriction(of: index, simple, indent: indent)
    case .object(let members):
      line(indent, "<xs:sequence>")
      for member in members {
        element(
          member.name, of: member.node, occurs: member.isRequired ? "" : " minOccurs=\"0\"",
          description: member.description, indent: indent + 1)
      }
      line(indent, "</xs:sequence>")
    case .array(let items):
      let maximum = items.maximum.map { String($0) } ?? "unbounded"
      line(indent, "<xs:sequence>")
      element(
        "item", of: items.node,
        occurs: " minOccurs=\"\(items.minimum)\" maxOccurs=\"\(maximum)\"",
        description: items.description, indent: indent + 1)
      line(indent, "</xs:sequence>")
    }
  }

  private mutating func element(
    _ name: String, of index: Int, occurs: String, description: String?, indent: Int
  ) {
    let reference = typeNames[index] ?? builtIn(index)
    let type = reference.map { " type=\"\($0)\"" } ?? ""
    let open = "<xs:element name=\"\(name)\"\(type)\(occurs)"
    if reference != nil, description == nil { return line(indent, open + "/>") }
    line(indent, open + ">")
    annotation(indent + 1, [description])
    if reference == nil { body(of: index, indent: indent + 1) }
    line(indent, "</xs:element>")
  }

  /// The XML Schema type of an anonymous simple value without facets.
  private func builtIn(_ index: Int) -> String? {
    let node = shape.nodes[index]
    guard case .simple(let simple) = node.kind, node.base == nil, node.facets.isEmpty else {
      return nil
    }
    return XSDFacets.builtIn(simple, format: nil)
  }

  private mutating func restriction(of index: Int, _ simple: PayloadShape.Simple, indent: Int) {
    let node = shape.nodes[index]
    let base =
      node.base.flatMap { typeNames[$0] }
      ?? XSDFacets.builtIn(simple, format: node.facets.format)
    let facets = XSDFacets.lines(node.facets, simple: simple)
    if facets.isEmpty { return line(indent, "<xs:restriction base=\"\(base)\"/>") }
    line(indent, "<xs:restriction base=\"\(base)\">")
    for facet in facets { line(indent + 1, facet) }
    line(indent, "</xs:restriction>")
  }

  private mutating func annotation(_ indent: Int, _ texts: [String?]) {
    let documentation = texts.compactMap { $0 }.filter { !$0.isEmpty }.map {
      "<xs:documentation xml:lang=\"en-GB\">\(XSDFacets.escaped($0))</xs:documentation>"
    }
    guard !documentation.isEmpty else { return }
    line(indent, "<xs:annotation>\(documentation.joined())</xs:annotation>")
  }

  private mutating func line(_ indent: Int, _ text: String) {
    lines.append(String(repeating: "  ", count: indent) + text)
  }
}
