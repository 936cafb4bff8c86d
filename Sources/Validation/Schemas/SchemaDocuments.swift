// The JSON Schemas of `schemas/`, parsed, each under its `$id`.
// Never compiles one: that is done type by type.
import ExchangeModel

/// Every JSON Schema of the folder, with what is wrong with the files.
struct SchemaDocuments: Sendable {
  private(set) var library = SchemaLibrary()
  private(set) var registry = JSONSchemaRegistry()
  private(set) var faults: [SchemaFault] = []

  /// Takes the `.schema.json` files among these.
  init(_ files: [SchemaFile]) {
    for file in files where Self.isSchema(file.path) { add(file) }
  }

  static func isSchema(_ path: String) -> Bool {
    path.hasSuffix(".schema.json") && !path.contains("/examples/")
  }

  private mutating func add(_ file: SchemaFile) {
    do {
      let document = try JSONDocument.parse(file.bytes)
      let expected = SchemaLibrary.baseID + file.path
      guard document.root["$id"]?.string == expected else {
        faults.append(SchemaFault(file: file.path, place: "/$id", message: "must be \(expected)"))
        return
      }
      library.add(document, id: expected)
      try registry.add(file.bytes, defaultID: expected)
    } catch let error as MalformedDocument {
      let line = error.issue.line ?? 1
      faults.append(
        SchemaFault(file: file.path, message: "line \(line): \(error.issue.message)"))
    } catch {
      faults.append(SchemaFault(file: file.path, message: "\(error)"))
    }
  }
}
