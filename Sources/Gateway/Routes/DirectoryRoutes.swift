// Whom may I send what, and how must it look: parties, catalogue, schemas.
// Never shows certificates, nor parties that are suspended.

import Crypto
import ExchangeModel
import Storage
import Validation

struct DirectoryRoutes: Sendable {
  let store: Store
  let schemas: SchemaSet
  let files: SchemaFolder

  var routes: [Route] {
    [
      Route(.get, "/v1/parties", handler: parties),
      Route(.get, "/v1/catalogue", handler: catalogue),
      Route(.get, "/v1/vocabulary", handler: vocabulary),
      Route(.get, "/v1/schemas/{path...}", handler: schema),
    ]
  }

  private func parties(_ request: HTTPRequest) async throws -> HTTPResponse {
    let directory = try await store.currentDirectory()
    _ = try directory.identify(spkiSHA256: try request.spki(), at: request.receivedAt).get()
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("parties")
    writer.beginArray()
    for party in directory.all where party.state == .live {
      writer.beginObject()
      writer.member("urn", party.urn.text)
      writer.member("name", party.name)
      writer.member("role", party.role.rawValue)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return .json(writer.bytes)
  }

  private func catalogue(_ request: HTTPRequest) async throws -> HTTPResponse {
    let caller = try await request.caller(store)
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("version", schemas.catalogueVersion)
    writer.key("messageTypes")
    writer.beginArray()
    for type in schemas.messageTypes { writer.write(type, for: caller) }
    writer.endArray()
    writer.endObject()
    return .json(writer.bytes)
  }

  private func vocabulary(_ request: HTTPRequest) async throws -> HTTPResponse {
    _ = try await request.caller(store)
    guard let bytes = schemas.publishedFile("vocabulary.json") else { throw Refusal(.notFound) }
    return Self.file(bytes, "application/json")
  }

  private func schema(_ request: HTTPRequest) async throws -> HTTPResponse {
    _ = try await request.caller(store)
    let path = request.parameter("path")
    guard let bytes = schemas.publishedFile(path) ?? files[path]?.bytes else {
      throw Refusal(.notFound)
    }
    let mediaType =
      if path.hasSuffix(".xsd") || path.hasSuffix(".xml") {
        "application/xml"
      } else if path.hasSuffix(".schema.json") {
        "application/schema+json"
      } else {
        "application/json"
      }
    return Self.file(bytes, mediaType)
  }

  /// A file of the catalogue; its entity tag tells when it has changed.
  private static func file(_ bytes: [UInt8], _ mediaType: String) -> HTTPResponse {
    let digest = Hex.text(SHA256.hash(data: bytes))
    return HTTPResponse(
      status: 200, fields: ["Content-Type": mediaType, "ETag": "\"\(digest)\""],
      body: .bytes(bytes))
  }
}

extension JSONWriter {
  fileprivate mutating func write(_ type: MessageType, for caller: Party) {
    beginObject()
    member("type", type.type)
    member("code", type.code)
    member("title", type.title)
    member("description", type.description)
    key("maySend")
    bool(type.routes.contains { $0.from.contains(caller.role.rawValue) })
    key("mayReceive")
    bool(type.routes.contains { $0.to.contains(caller.role.rawValue) })
    key("routes")
    beginArray()
    for route in type.routes {
      beginObject()
      write("from", route.from)
      write("to", route.to)
      key("sameAuthority")
      bool(route.sameAuthority)
      endObject()
    }
    endArray()
    write("purposes", type.purposes)
    write("lawfulBases", type.lawfulBases)
    write("specialConditions", type.specialConditions)
    write("legalGateways", type.legalGateways)
    member("consentRule", type.consentRule)
    key("attachments")
    beginArray()
    for rule in type.attachments {
      beginObject()
      member("kind", rule.kind)
      key("required")
      bool(rule.isRequired)
      write("mediaTypes", rule.mediaTypes)
      endObject()
    }
    endArray()
    let folder = "/v1/schemas/messages/\(type.slug)/v\(type.version)"
    member("jsonSchema", "\(folder)/payload.schema.json")
    member("xmlSchema", "\(folder)/payload.xsd")
    endObject()
  }

  private mutating func write(_ name: String, _ texts: [String]) {
    key(name)
    beginArray()
    for text in texts { string(text) }
    endArray()
  }
}
