// All message types of the `schemas/` folder: descriptors read when the set is made, schemas
// compiled then or at their first use, each once.
// Never changes after that: a new type is a new folder and a restart, no Swift.
package import ExchangeModel

/// The message types with their schemas.
package final class SchemaSet: Sendable {
  /// When schemas are compiled.
  package enum Compiling: Sendable {
    /// At once, so that every fault is found: for a gateway that starts.
    case all
    /// At the first message of a type: for a command that touches a few.
    case whenNeeded
  }

  /// In the order of their `type`.
  package let messageTypes: [MessageType]
  /// Changes whenever a byte of the vocabulary, a descriptor or a schema does. For people and
  /// caches; no security rests on it.
  package let catalogueVersion: String
  /// The words of the exchange (`vocabulary.json`).
  package let vocabulary: Vocabulary
  let limits: Limits
  private let compilations: [String: Once<TypeCompilation>]
  private let generated: Once<[SchemaFile]>
  private let stale: Once<[String]>
  private let types: [String: MessageType]
  /// Published files as they were read.
  private let read: [String: [UInt8]]
  /// The message type by the path of its generated XML Schema.
  private let typeByXSD: [String: String]

  /// Reads the files of `schemas/`. Files that belong to no message type and are no JSON Schema
  /// (examples, README, the envelope's XML Schema) are left alone.
  /// Throws `SchemaFaults` with everything that is wrong, by file; with `.whenNeeded` only what
  /// is wrong with the vocabulary and descriptors.
  package init(
    files: [SchemaFile], limits: Limits = Limits(), compiling: Compiling = .all
  ) throws(SchemaFaults) {
    var loader = SchemaLoader(files: files)
    loader.load()
    guard let vocabulary = loader.vocabulary else { throw SchemaFaults(faults: loader.faults) }
    let sorted = loader.files
    let documents = Once { SchemaDocuments(sorted) }
    let each = loader.folders.map { folder, type in
      Once {
        TypeCompilation(
          folder, type, documents: documents.value, vocabulary: vocabulary, limits: limits)
      }
    }
    if compiling == .all {
      loader.add(documents.value.faults)
      for compilation in each { loader.add(compilation.value.faults) }
    }
    guard loader.faults.isEmpty else { throw SchemaFaults(faults: loader.faults) }
    let types = loader.folders.compactMap(\.messageType)
    self.limits = limits
    self.vocabulary = vocabulary
    messageTypes = types.sorted { $0.type < $1.type }
    compilations = Dictionary(zip(types.map(\.type), each)) { first, _ in first }
    catalogueVersion = loader.version
    let generated = Once {
      each.compactMap { $0.value.type }.map { type in
        SchemaFile(path: Self.xsdPath(of: type.messageType), bytes: type.xsdBytes)
      }
    }
    self.generated = generated
    stale = Once {
      let committed = Dictionary(sorted.map { ($0.path, $0.bytes) }) { first, _ in first }
      return generated.value.filter { committed[$0.path] != $0.bytes }.map(\.path)
    }
    self.types = Dictionary(types.map { ($0.type, $0) }) { first, _ in first }
    read = loader.published
    typeByXSD = Dictionary(types.map { (Self.xsdPath(of: $0), $0.type) }) { first, _ in first }
  }

  private static func xsdPath(of type: MessageType) -> String {
    "messages/\(type.slug)/v\(type.version)/payload.xsd"
  }

  /// The XML Schemas as they must lie in the folder (`gatehouse schema generate` writes them).
  /// Compiles what is not yet compiled.
  package var generatedFiles: [SchemaFile] { generated.value }

  /// Paths of `payload.xsd` files that are missing or not what their schema generates. The
  /// gateway checks by the generated ones all the same.
  package var staleFiles: [String] { stale.value }

  /// The vocabulary, a descriptor, a schema or a generated XML Schema by its path, for
  /// `GET /v1/schemas/…`; nil when there is none. For an XML Schema its message type alone is
  /// compiled.
  package func publishedFile(_ path: String) -> [UInt8]? {
    if let type = typeByXSD[path] { return compiled(type)?.xsdBytes }
    return read[path]
  }

  /// All that the catalogue version is reckoned of, and the envelope's XML Schemas, by path: with
  /// them a set of the same version can be made again.
  package var catalogueFiles: [String: [UInt8]] { read }

  /// The message type with this CloudEvents `type`, compiled; nil when there is none, or when its
  /// schema is faulty.
  func compiled(_ type: String) -> CompiledType? { compilations[type]?.value.type }

  /// What is wrong with the schema of a message type; empty when nothing, and when there is no
  /// such type. A set made with `.all` has no faults.
  package func faults(of type: String) -> [SchemaFault] { compilations[type]?.value.faults ?? [] }

  /// The message type with this CloudEvents `type`; nil when there is none.
  package func messageType(_ type: String) -> MessageType? { types[type] }

  /// The mapping of a message type's payload between JSON and XML.
  package func mapping(of type: String) -> PayloadMapping? { compiled(type)?.mapping }

  /// The `$id` of a message type's payload schema.
  package func schemaID(of type: String) -> String? { compiled(type)?.schemaID }
}
