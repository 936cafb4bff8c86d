// Checks that conditions (if, then, allOf, not, contains …) name only properties that the
// structure has: a misspelt name in a condition would silently never hold.
// Never evaluates a condition: that is the JSON Schema engine's work.

/// Walks every condition of a payload schema beside the shape it narrows.
struct ConstraintNames {
  private let library: SchemaLibrary
  private let shape: PayloadShape

  init(library: SchemaLibrary, shape: PayloadShape) {
    self.library = library
    self.shape = shape
  }

  /// Every unknown name in a condition.
  func faults() -> [SchemaFault] {
    var found: [SchemaFault] = []
    for index in shape.nodes.indices {
      let place = shape.nodes[index].place
      guard let schema = library.schema(at: place) else { continue }
      walk(schema, at: place, node: index, depth: 0, into: &found)
      // A `$ref` has no node of its own: its siblings are met where the parent lists it.
      for (name, _) in schema.members(of: "properties") {
        let child = place.child("properties").child(name)
        guard let property = library.schema(at: child), property["$ref"] != nil,
          let member = shape.member(name[...], of: index)
        else { continue }
        walk(property, at: child, node: member.node, depth: 0, into: &found)
      }
    }
    return found
  }

  private static let single = ["if", "then", "else", "not", "contains"]
  private static let listed = ["allOf", "anyOf", "oneOf"]

  private func walk(
    _ schema: JSONNode, at place: SchemaPlace, node: Int, depth: Int,
    into found: inout [SchemaFault]
  ) {
    guard depth < 32 else { return }
    names(of: schema, at: place, node: node, into: &found)
    for keyword in Self.single {
      guard let inner = schema[keyword] else { continue }
      let target = keyword == "contains" ? itemNode(of: node) ?? node : node
      descend(inner, at: place.child(keyword), node: target, depth: depth, into: &found)
    }
    for keyword in Self.listed {
      for (position, inner) in schema.elements(of: keyword).enumerated() {
        let child = place.child(keyword).child(String(position))
        descend(inner, at: child, node: node, depth: depth, into: &found)
      }
    }
    for (name, inner) in schema.members(of: "dependentSchemas") {
      let child = place.child("dependentSchemas").child(name)
      if shape.member(name[...], of: node) == nil { found.append(unknown(name, child)) }
      descend(inner, at: child, node: node, depth: depth, into: &found)
    }
  }

  /// A schema inside a condition: its own names, and the properties and items below it.
  private func descend(
    _ schema: JSONNode, at place: SchemaPlace, node: Int, depth: Int,
    into found: inout [SchemaFault]
  ) {
    walk(schema, at: place, node: node, depth: depth + 1, into: &found)
    for (name, inner) in schema.members(of: "properties") {
      guard let member = shape.member(name[...], of: node) else { continue }
      let child = place.child("properties").child(name)
      descend(inner, at: child, node: member.node, depth: depth + 1, into: &found)
    }
    if let items = schema["items"], let target = itemNode(of: node) {
      descend(items, at: place.child("items"), node: target, depth: depth + 1, into: &found)
    }
  }

  private func names(
    of schema: JSONNode, at place: SchemaPlace, node: Int, into found: inout [SchemaFault]
  ) {
    guard case .object = shape.nodes[node].kind else { return }
    let properties = schema.members(of: "properties").map(\.key)
    let required = schema.elements(of: "required").compactMap(\.string)
    for name in properties + required where shape.member(name[...], of: node) == nil {
      found.append(unknown(name, place))
    }
  }

  private func itemNode(of node: Int) -> Int? {
    guard case .array(let items) = shape.nodes[node].kind else { return nil }
    return items.node
  }

  private func unknown(_ name: String, _ place: SchemaPlace) -> SchemaFault {
    SchemaFault(place, "names \(name), which the structure does not have")
  }
}
