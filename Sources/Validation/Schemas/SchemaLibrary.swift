// The schema documents by their `$id`, and the way from a `$ref` to the schema it names.
// Never fetches anything: a reference to a schema that was not handed in is a fault.

/// Where a schema stands: a document's `$id` and a JSON Pointer into it.
struct SchemaPlace: Hashable, Sendable {
  let document: String
  let pointer: String

  /// The name under `$defs`, when the schema is itself a definition.
  var definitionName: String? {
    let prefix = "/$defs/"
    guard pointer.hasPrefix(prefix) else { return nil }
    let name = pointer.dropFirst(prefix.count)
    return name.contains("/") ? nil : String(name)
  }

  func child(_ token: String) -> SchemaPlace {
    let escaped = token.replacing("~", with: "~0").replacing("/", with: "~1")
    return SchemaPlace(document: document, pointer: pointer + "/" + escaped)
  }
}

/// Schema documents, parsed once.
struct SchemaLibrary: Sendable {
  /// What every `$id` begins with; the path below `schemas/` follows.
  static let baseID = "https://gatehouse.example/schemas/"

  private var documents: [String: JSONDocument] = [:]

  init() {}

  mutating func add(_ document: JSONDocument, id: String) { documents[id] = document }

  /// The schema at a place; nil when there is none.
  func schema(at place: SchemaPlace) -> JSONNode? {
    guard var node = documents[place.document]?.root else { return nil }
    for part in place.pointer.split(separator: "/", omittingEmptySubsequences: true) {
      let token = part.replacing("~1", with: "/").replacing("~0", with: "~")
      let next: JSONNode?
      if node.kind == .array {
        next = Int(token).flatMap { position in
          position >= 0 ? node.elements.dropFirst(position).first { _ in true } : nil
        }
      } else {
        next = node[String(token)]
      }
      guard let next else { return nil }
      node = next
    }
    return node
  }

  /// Where a reference leads: `#/…`, a relative path with or without a fragment, or a whole URI.
  /// Anchors and base changes inside a document are not used in our schemas.
  func place(of reference: String, from origin: SchemaPlace) -> SchemaPlace? {
    let parts = reference.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    let path = String(parts.first ?? "")
    let pointer = parts.count > 1 ? String(parts[1]) : ""
    guard pointer.isEmpty || pointer.hasPrefix("/") else { return nil }
    guard let document = Self.resolve(path, against: origin.document) else { return nil }
    let place = SchemaPlace(document: document, pointer: pointer)
    return schema(at: place) == nil ? nil : place
  }

  /// RFC 3986 section 5.2 for the two forms we write: a whole URI and a relative path.
  static func resolve(_ path: String, against base: String) -> String? {
    if path.isEmpty { return base }
    if path.hasPrefix("https://") { return path }
    guard base.hasPrefix(baseID), !path.hasPrefix("/") else { return nil }
    var segments = base.dropFirst(baseID.count).split(separator: "/").dropLast()
    for segment in path.split(separator: "/") {
      switch segment {
      case ".": continue
      case "..":
        if segments.popLast() == nil { return nil }
      default: segments.append(segment)
      }
    }
    return baseID + segments.joined(separator: "/")
  }
}
