// Compiles one message type: its structure, its JSON Schema, its XML Schema, its mapping.
// Never stops at the first fault: an operator mends them all at once.
import ExchangeModel

/// What came of compiling the folder of one message type.
struct TypeCompilation: Sendable {
  /// Nil when there are faults, or when the descriptor could not be read.
  let type: CompiledType?
  let faults: [SchemaFault]

  /// Compiles a folder. Without a descriptor the schema alone is looked at, for its faults.
  init(
    _ folder: MessageFolder, _ messageType: MessageType?, documents: SchemaDocuments,
    vocabulary: Vocabulary, limits: Limits
  ) {
    guard documents.faults.isEmpty else {
      self.init(faults: documents.faults)
      return
    }
    let schemaPath = "\(folder.path)/payload.schema.json"
    let id = SchemaLibrary.baseID + schemaPath
    let shape: PayloadShape
    switch PayloadShapeReader.read(
      id: id, slug: folder.slug, version: folder.version, from: documents.library)
    {
    case .success(let read): shape = read
    case .failure(let found):
      self.init(faults: found.faults)
      return
    }
    var faults: [SchemaFault] = []
    if let messageType {
      faults =
        Self.pointers(of: messageType).filter { !shape.holds($0.pointer) }.map {
          SchemaFault(
            file: "\(folder.path)/message.json", place: $0.place,
            message: "\($0.pointer) is no place in the payload")
        }
      faults += Self.itemFaults(of: messageType, shape, in: "\(folder.path)/message.json")
      faults += Self.effectFaults(of: messageType, shape, in: "\(folder.path)/message.json")
    }
    do {
      let schema = try documents.registry.compile(id, assertFormats: true)
      let type = try messageType.map {
        try CompiledType(
          messageType: $0, schemaID: id, schema: schema, shape: shape,
          vocabulary: vocabulary, limits: limits)
      }
      self.init(type: faults.isEmpty ? type : nil, faults: faults)
    } catch {
      self.init(faults: faults + [SchemaFault(file: schemaPath, message: "\(error)")])
    }
  }

  private init(type: CompiledType? = nil, faults: [SchemaFault]) {
    self.type = type
    self.faults = faults
  }

  /// A consent's items must be a list of words.
  private static func itemFaults(
    of type: MessageType, _ shape: PayloadShape, in file: String
  ) -> [SchemaFault] {
    guard let pointer = type.consentItems, let node = shape.node(at: pointer) else { return [] }
    if case .array(let items) = shape.nodes[node].kind,
      shape.nodes[items.node].kind == .simple(.string)
    {
      return []
    }
    return [
      SchemaFault(file: file, place: "/consentItems", message: "must lead to a list of words")
    ]
  }

  /// What the effect of a type lacks in its payload.
  private static func effectFaults(
    of type: MessageType, _ shape: PayloadShape, in file: String
  ) -> [SchemaFault] {
    guard let effect = type.effect else { return [] }
    let required = shape.members(of: shape.root).filter(\.isRequired).map(\.name)
    return EffectReader.members(of: effect).filter { !required.contains($0) }.map {
      SchemaFault(
        file: file, place: "/effect", message: "needs \($0), which the payload does not require")
    }
  }

  /// The places of the payload that a descriptor names, with where it names them.
  private static func pointers(of type: MessageType) -> [(place: String, pointer: String)] {
    type.childIdentifiers.sorted { $0.key < $1.key }.map {
      ("/childIdentifiers/\($0.key)", $0.value)
    } + (type.consentItems.map { [("/consentItems", $0)] } ?? [])
      + (type.reviewWhenPresent ?? []).enumerated().map { ("/reviewWhenPresent/\($0)", $1) }
  }
}

extension PayloadShape {
  /// True when a JSON Pointer names a property of the structure.
  func holds(_ pointer: String) -> Bool { node(at: pointer) != nil }

  /// The node of the property that a JSON Pointer names; nil when there is none.
  func node(at pointer: String) -> Int? {
    guard pointer.utf8.first == 0x2F else { return nil }
    var node = root
    for token in pointer.split(separator: "/") {
      guard let member = member(token, of: node) else { return nil }
      node = member.node
    }
    return node
  }
}
