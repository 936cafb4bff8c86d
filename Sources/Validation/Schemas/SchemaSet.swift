// All message types of the `schemas/` folder, read and compiled once, when the gateway starts.
// Never changes after that: a new type is a new folder and a restart, no Swift.
package import ExchangeModel

/// The message types with their schemas.
package final class SchemaSet: Sendable {
  /// In the order of their `type`.
  package let messageTypes: [MessageType]
  /// Changes whenever a byte of a descriptor or a schema changes. For people and caches; no
  /// security rests on it.
  package let catalogueVersion: String
  /// The XML Schemas as they must lie in the folder (`gatehouse schema generate` writes them).
  package let generatedFiles: [SchemaFile]
  /// Paths of `payload.xsd` files that are missing or not what their schema generates. The
  /// gateway checks by the generated ones all the same.
  package let staleFiles: [String]
  /// Descriptors, schemas and generated XML Schemas by path, for `GET /v1/schemas/…`.
  package let publishedFiles: [String: [UInt8]]
  let compiled: [String: CompiledType]
  let limits: Limits

  /// Reads the files of `schemas/`. Files that belong to no message type and are no JSON Schema
  /// (examples, README, the envelope's XML Schema) are left alone.
  /// Throws `SchemaFaults` with everything that is wrong, by file.
  package init(files: [SchemaFile], limits: Limits = Limits()) throws(SchemaFaults) {
    var loader = SchemaLoader(files: files, limits: limits)
    let compiled = loader.load()
    guard loader.faults.isEmpty else { throw SchemaFaults(faults: loader.faults) }
    self.limits = limits
    self.compiled = Dictionary(uniqueKeysWithValues: compiled.map { ($0.messageType.type, $0) })
    messageTypes = compiled.map(\.messageType).sorted { $0.type < $1.type }
    catalogueVersion = loader.version
    generatedFiles = compiled.map { type in
      SchemaFile(path: loader.xsdPath(of: type.messageType), bytes: type.xsdBytes)
    }
    let committed = Dictionary(files.map { ($0.path, $0.bytes) }) { first, _ in first }
    staleFiles = generatedFiles.filter { committed[$0.path] != $0.bytes }.map(\.path)
    var published = loader.published
    for file in generatedFiles { published[file.path] = file.bytes }
    publishedFiles = published
  }

  /// The message type with this CloudEvents `type`; nil when there is none.
  package func messageType(_ type: String) -> MessageType? { compiled[type]?.messageType }

  /// The mapping of a message type's payload between JSON and XML.
  package func mapping(of type: String) -> PayloadMapping? { compiled[type]?.mapping }

  /// The `$id` of a message type's payload schema.
  package func schemaID(of type: String) -> String? { compiled[type]?.schemaID }
}
