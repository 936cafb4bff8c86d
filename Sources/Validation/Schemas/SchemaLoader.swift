// From the files of `schemas/` to compiled message types, with every fault by file.
// Never stops at the first fault: an operator mends them all at once.
import ExchangeModel

/// Loads the files once.
struct SchemaLoader {
  private(set) var faults: [SchemaFault] = []
  private let files: [SchemaFile]
  private let limits: Limits
  private var library = SchemaLibrary()
  private var registry = JSONSchemaRegistry()

  init(files: [SchemaFile], limits: Limits) {
    self.files = files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    self.limits = limits
  }

  private static func isSchema(_ path: String) -> Bool {
    path.hasSuffix(".schema.json") && !path.contains("/examples/")
  }

  private static func isDescriptor(_ path: String) -> Bool {
    MessageFolder(path: path).map { $0.path + "/message.json" == path } ?? false
  }

  /// Descriptors and JSON Schemas by path, and the envelope's XML Schemas.
  var published: [String: [UInt8]] {
    let kept = files.filter { file in
      let isEnvelope = file.path.hasPrefix("envelope/") && file.path.hasSuffix(".xsd")
      return Self.isSchema(file.path) || Self.isDescriptor(file.path) || isEnvelope
    }
    return Dictionary(kept.map { ($0.path, $0.bytes) }) { first, _ in first }
  }

  /// FNV-1a, 64 bits, over the paths and bytes of descriptors and schemas.
  var version: String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func add(_ bytes: some Sequence<UInt8>) {
      for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
      // A separator, so that bytes cannot move from one file to the next.
      hash = (hash ^ 0xFF) &* 0x100_0000_01b3
    }
    for file in files where Self.isSchema(file.path) || Self.isDescriptor(file.path) {
      add(file.path.utf8)
      add(file.bytes)
    }
    let text = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - text.utf8.count) + text
  }

  func xsdPath(of type: MessageType) -> String {
    "messages/\(type.slug)/v\(type.version)/payload.xsd"
  }

  /// Every message type; incomplete when there are faults.
  mutating func load() -> [CompiledType] {
    checkPaths()
    for file in files where Self.isSchema(file.path) { addSchema(file) }
    guard faults.isEmpty else { return [] }
    var types: [CompiledType] = []
    for file in files where Self.isDescriptor(file.path) {
      guard let folder = MessageFolder(path: file.path) else { continue }
      if let type = compile(file, folder: folder) { types.append(type) }
    }
    if types.isEmpty, faults.isEmpty {
      faults.append(SchemaFault(file: "messages", message: "there is no message type"))
    }
    return types
  }

  private mutating func checkPaths() {
    let paths = Set(files.map(\.path))
    if paths.count < files.count {
      faults.append(SchemaFault(file: "schemas", message: "a path was given twice"))
    }
    for path in paths.sorted() where path.hasPrefix("messages/") {
      let name = path.split(separator: "/").last ?? ""
      guard name == "message.json" || name == "payload.schema.json" else { continue }
      guard let folder = MessageFolder(path: path) else {
        faults.append(
          SchemaFault(
            file: path, message: "must lie in messages/<slug>/v<N>/; a slug is lower-case words"))
        continue
      }
      let other = name == "message.json" ? "payload.schema.json" : "message.json"
      if !paths.contains("\(folder.path)/\(other)") {
        faults.append(SchemaFault(file: path, message: "\(other) is missing beside it"))
      }
    }
  }

  private mutating func addSchema(_ file: SchemaFile) {
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

  private mutating func compile(_ file: SchemaFile, folder: MessageFolder) -> CompiledType? {
    let schemaPath = "\(folder.path)/payload.schema.json"
    let id = SchemaLibrary.baseID + schemaPath
    let shape = PayloadShapeReader.read(
      id: id, slug: folder.slug, version: folder.version, from: library)
    let type = MessageTypeReader.read(file, folder: folder)
    guard let shape = taken(shape), let type = taken(type) else { return nil }
    for (name, pointer) in type.childIdentifiers.sorted(by: { $0.key < $1.key })
    where !shape.holds(pointer) {
      faults.append(
        SchemaFault(
          file: file.path, place: "/childIdentifiers/\(name)",
          message: "\(pointer) is no place in the payload"))
    }
    do {
      let schema = try registry.compile(id, assertFormats: true)
      return try CompiledType(
        messageType: type, schemaID: id, schema: schema, shape: shape, limits: limits)
    } catch {
      faults.append(SchemaFault(file: schemaPath, message: "\(error)"))
      return nil
    }
  }

  private mutating func taken<Value>(_ result: Result<Value, SchemaFaults>) -> Value? {
    switch result {
    case .success(let value): return value
    case .failure(let found):
      for fault in found.faults where !faults.contains(fault) { faults.append(fault) }
      return nil
    }
  }
}

extension PayloadShape {
  /// True when a JSON Pointer names a property of the structure.
  func holds(_ pointer: String) -> Bool {
    guard pointer.utf8.first == 0x2F else { return false }
    var node = root
    for token in pointer.split(separator: "/") {
      guard let member = member(token, of: node) else { return false }
      node = member.node
    }
    return true
  }
}
