// The closed set of schemas that may refer to one another: files are added, then one is compiled.
// Never fetches: a reference to a schema that was not added is an error.

/// Schemas by URI. The 2020-12 meta-schemas are always among them.
package struct JSONSchemaRegistry: Sendable {
  /// A schema resource: a document's root, or a subschema with its own `$id`.
  struct Resource: Sendable {
    let uri: String
    let root: JSONNode
    /// The resource it is embedded in; nil for a document's root.
    let parent: Int?
    var anchors: [String: Int] = [:]
    var dynamicAnchors: [String: Int] = [:]
  }

  private(set) var resources: [Resource] = []
  private var byURI: [String: Int] = [:]
  /// The resource of each schema object, by document (its order of adding) and tape index.
  private var resourceOf: [ObjectIdentifier: [Int: Int]] = [:]

  package init() {
    for text in MetaSchemas.all {
      // Ours and fixed; a test compiles them all.
      try? add(Array(text.utf8), defaultID: "")
    }
  }

  /// Adds a schema document. `defaultID` is its URI when it has no `$id`, and the base of a
  /// relative `$id`; the document is found under both names.
  /// Throws `MalformedDocument` for bytes that are not JSON and `SchemaError` for a bad `$id`.
  package mutating func add(_ bytes: [UInt8], defaultID: String) throws {
    let document = try JSONDocument.parse(bytes)
    let base = SchemaURI(defaultID)
    let before = resources.count
    index(document.root, base: base, parent: nil, depth: 0)
    if resources.count == before { addResource(base.resource, document.root, nil) }
    if byURI[base.resource] == nil, !defaultID.isEmpty { byURI[base.resource] = before }
  }

  /// Compiles the schema with this URI (a fragment may name a part of it) and all it refers to.
  package func compile(_ id: String, assertFormats: Bool) throws -> JSONSchema {
    var compiler = SchemaCompiler(registry: self, assertFormats: assertFormats)
    return JSONSchema(try compiler.compile(id))
  }

  @discardableResult
  private mutating func addResource(_ uri: String, _ root: JSONNode, _ parent: Int?) -> Int {
    resources.append(Resource(uri: uri, root: root, parent: parent))
    byURI[uri] = resources.count - 1
    return resources.count - 1
  }

  private static let single = [
    "additionalProperties", "items", "contains", "not", "if", "then", "else", "propertyNames",
    "unevaluatedItems", "unevaluatedProperties", "contentSchema",
  ]
  private static let lists = ["allOf", "anyOf", "oneOf", "prefixItems"]
  private static let maps = [
    "properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies",
  ]

  /// Walks the places where 2020-12 has subschemas, and only those: an `$id` inside a `const` or an
  /// unknown keyword is data.
  private mutating func index(_ node: JSONNode, base: SchemaURI, parent: Int?, depth: Int) {
    guard node.kind == .object, depth < 256 else { return }
    var base = base
    var resource = parent
    if let id = node["$id"]?.string {
      base = SchemaURI(id).resolved(against: base)
      base.fragment = nil
      resource = addResource(base.resource, node, parent)
    } else if parent == nil {
      resource = addResource(base.resource, node, nil)
    }
    guard let resource else { return }
    resourceOf[ObjectIdentifier(node.storage), default: [:]][node.index] = resource
    if let anchor = node["$anchor"]?.string {
      resources[resource].anchors[anchor] = node.index
    }
    if let anchor = node["$dynamicAnchor"]?.string {
      resources[resource].anchors[anchor] = node.index
      resources[resource].dynamicAnchors[anchor] = node.index
    }
    for keyword in Self.single {
      if let child = node[keyword] {
        index(child, base: base, parent: resource, depth: depth + 1)
      }
    }
    for keyword in Self.lists {
      for child in node[keyword]?.elements ?? Self.noElements {
        index(child, base: base, parent: resource, depth: depth + 1)
      }
    }
    for keyword in Self.maps {
      guard let map = node[keyword] else { continue }
      for member in map.members {
        index(member.value, base: base, parent: resource, depth: depth + 1)
      }
    }
  }

  private static let noElements = JSONElements(
    storage: JSONStorage(bytes: [], tape: []), cursor: 0, stop: 0)

  /// The place a resolved URI names, its resource, and its dynamic anchor when it names one.
  struct Target {
    let node: JSONNode
    let resource: Int
    let dynamicAnchor: String?
  }

  func target(of uri: SchemaURI) -> Target? {
    guard let resource = byURI[uri.resource] else { return nil }
    let root = resources[resource].root
    let fragment = uri.decodedFragment
    if fragment.isEmpty { return Target(node: root, resource: resource, dynamicAnchor: nil) }
    guard fragment.hasPrefix("/") else {
      guard let place = resources[resource].anchors[fragment] else { return nil }
      let isDynamic = resources[resource].dynamicAnchors[fragment] == place
      return Target(
        node: JSONNode(storage: root.storage, index: place), resource: resource,
        dynamicAnchor: isDynamic ? fragment : nil)
    }
    return pointed(fragment, from: root, resource)
  }

  /// Follows a JSON Pointer; crossing an embedded `$id` changes the resource, and so the base.
  private func pointed(_ pointer: String, from root: JSONNode, _ start: Int) -> Target? {
    var node = root
    var resource = start
    let places = resourceOf[ObjectIdentifier(root.storage)] ?? [:]
    for token in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
      let name = JSONPointer.unescaped(token)
      switch node.kind {
      case .object:
        guard let child = node[name] else { return nil }
        node = child
      case .array:
        guard let place = Int(name), place >= 0, place < node.count,
          let child = node.elements.dropFirst(place).first(where: { _ in true })
        else { return nil }
        node = child
      default: return nil
      }
      resource = places[node.index] ?? resource
    }
    return Target(node: node, resource: resource, dynamicAnchor: nil)
  }

  /// The resource that a schema object of a document belongs to.
  func resource(of node: JSONNode, otherwise: Int) -> Int {
    resourceOf[ObjectIdentifier(node.storage)]?[node.index] ?? otherwise
  }
}
