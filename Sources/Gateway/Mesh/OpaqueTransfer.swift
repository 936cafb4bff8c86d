// The message type whose content nobody reads: how a transfer by an opaque workflow becomes one,
// and is read again. Its bytes are the message's one attachment. Never admitted unless the settings
// name its workflow and both its mailboxes.

import ExchangeModel
import Validation

/// The payload of `gatehouse.opaque-transfer.v1`.
struct OpaqueTransfer: Sendable, Equatable {
  static let type = "gatehouse.opaque-transfer.v1"
  private static let kind = "content"
  private static let mediaType = "application/octet-stream"

  var workflow = ""
  var contentType: String?
  var isGzip = false
  var chunks: [Int64] = []
  var fileName: String?
  var subject: String?
  var localID: String?
  var partnerID: String?
  var checksum: String?
  var isEncrypted: Bool?
  var isCompressed: Bool?
  var sha256 = ""

  init(_ headers: MeshHeaders, chunks: [Int64], isGzip: Bool, sha256: String) {
    workflow = headers.workflow
    contentType = headers.contentType
    self.isGzip = isGzip
    self.chunks = chunks
    fileName = headers.fileName
    subject = headers.subject
    localID = headers.localID
    partnerID = headers.partnerID
    checksum = headers.checksum
    isEncrypted = headers.isEncrypted
    isCompressed = headers.isCompressed
    self.sha256 = sha256
  }

  /// Reads a payload in JSON. Nil when it is none.
  init?(payload: JSONNode) {
    guard let workflow = payload["workflow"]?.string, let chunks = payload["chunks"],
      let content = payload["attachments"]?.elements.compactMap({ $0["sha256"]?.string }).first
    else { return nil }
    self.workflow = workflow
    self.chunks = chunks.elements.compactMap(\.integer)
    sha256 = content
    contentType = payload["contentType"]?.string
    isGzip = payload["contentEncoding"]?.string != nil
    fileName = payload["fileName"]?.string
    subject = payload["subject"]?.string
    localID = payload["localId"]?.string
    partnerID = payload["partnerId"]?.string
    checksum = payload["checksum"]?.string
    isEncrypted = payload["isEncrypted"]?.bool
    isCompressed = payload["isCompressed"]?.bool
  }

  /// The payload as JSON: the same bytes for the same transfer.
  var payload: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("workflow", workflow)
    if let contentType { writer.member("contentType", contentType) }
    if isGzip { writer.member("contentEncoding", "gzip") }
    writer.key("chunks")
    writer.beginArray()
    for size in chunks { writer.integer(size) }
    writer.endArray()
    let texts = [
      ("fileName", fileName), ("subject", subject), ("localId", localID),
      ("partnerId", partnerID), ("checksum", checksum),
    ]
    for (name, value) in texts {
      if let value { writer.member(name, value) }
    }
    for (name, value) in [("isEncrypted", isEncrypted), ("isCompressed", isCompressed)] {
      guard let value else { continue }
      writer.key(name)
      writer.bool(value)
    }
    writer.key("attachments")
    writer.beginArray()
    writer.beginObject()
    writer.member("kind", Self.kind)
    writer.member("sha256", sha256)
    writer.member("mediaType", Self.mediaType)
    writer.member("size", chunks.reduce(0, +))
    writer.member("name", "content.dat")
    writer.endObject()
    writer.endArray()
    writer.endObject()
    return writer.bytes
  }
}

extension SchemaSet {
  /// The payload of an opaque transfer, in whichever format it came; nil when it is none.
  func opaqueTransfer(_ payload: Payload) -> OpaqueTransfer? {
    guard let json = try? convert(payload, of: OpaqueTransfer.type, to: .json),
      let document = try? JSONDocument.parse(json.bytes)
    else { return nil }
    return OpaqueTransfer(payload: document.root)
  }
}
