// The Mex- fields of an answer that carries a message (MESH API, "Download message"). Empty ones
// are left out, as MESH does. Never a name or number of a child's: for a typed message they are
// made of its addressing alone.

import ExchangeModel
import Storage

struct MeshFields: Sendable {
  let meshID: String
  private(set) var fields: HTTPFields

  init(meshID: String, fields: HTTPFields) {
    self.meshID = meshID
    self.fields = fields
  }

  init(_ stored: StoredMessage, name: MeshName, to mailbox: MeshMailbox, table: MeshTable) {
    let summary = stored.summary
    meshID = name.meshID
    fields = [
      "Mex-From": table.name(of: summary.source), "Mex-To": mailbox.id,
      "Mex-WorkflowID": name.workflow ?? table.workflow(of: summary.type),
      "Mex-MessageID": name.meshID, "Mex-Version": "1.0", "Mex-AddressType": "ALL",
      "Mex-MessageType": "DATA", "Mex-Chunk-Range": "1:1", "Mex-Total-Chunks": "1",
      "Mex-StatusCode": "00", "Mex-StatusEvent": "TRANSFER",
      "Mex-StatusDescription": "Transferred to recipient mailbox", "Mex-StatusSuccess": "SUCCESS",
      "Mex-StatusTimestamp": Self.second(of: summary.admittedAt),
      "Last-Modified": HTTPDate.text(summary.admittedAt), "Cache-Control": "no-store",
      "Vary": "Accept, Accept-Encoding",
    ]
    add("Mex-LocalID", name.localID ?? (name.workflow == nil ? summary.id : nil))
  }

  mutating func add(_ name: String, _ value: String?) {
    if let value, !value.isEmpty { fields[name] = value }
  }

  mutating func addGzip() {
    add("Content-Encoding", "gzip")
    add("Mex-Content-Compressed", "Y")
  }

  /// What the sender of an opaque message said of it.
  mutating func add(_ transfer: OpaqueTransfer, chunk: Int) {
    add("Mex-Chunk-Range", "\(chunk):\(transfer.chunks.count)")
    add("Mex-Total-Chunks", String(transfer.chunks.count))
    add("Mex-WorkflowID", transfer.workflow)
    add("Mex-FileName", transfer.fileName ?? "\(meshID).dat")
    add("Mex-Subject", transfer.subject)
    add("Mex-LocalID", transfer.localID)
    add("Mex-PartnerID", transfer.partnerID)
    add("Mex-Content-Checksum", transfer.checksum)
    add("Mex-Content-Type", transfer.contentType)
    if transfer.isEncrypted == true { add("Mex-Content-Encrypted", "Y") }
    if transfer.isCompressed == true { add("Mex-Content-Compressed", "Y") }
  }

  /// A report is fields alone: no body, no chunk, no sender. Workflow and local id are those of the
  /// message that it is about.
  ///
  /// - `title`: of its message type; nil when the gateway has none for it.
  mutating func add(_ report: MeshReport, about: MeshListed?, title: String?) {
    fields["Mex-From"] = nil
    fields["Mex-LocalID"] = nil
    add("Mex-MessageType", "REPORT")
    add("Mex-Chunk-Range", "1:0")
    add("Mex-Total-Chunks", "0")
    add("Mex-LinkedMsgID", about?.meshID)
    add("Mex-WorkflowID", about?.workflow)
    add("Mex-LocalID", about?.localID)
    add("Mex-Subject", title)
    add("Mex-StatusCode", report.code)
    add("Mex-StatusEvent", report.event)
    add("Mex-StatusDescription", report.text)
    add("Mex-StatusSuccess", "ERROR")
  }

  /// `yyyyMMddHHmmss` in UTC.
  static func second(of time: Timestamp) -> String {
    String(
      decoding: time.description.utf8.filter { (0x30...0x39).contains($0) }.prefix(14),
      as: UTF8.self)
  }
}

/// What this door says of a message in a list, and of the message that a report is about.
struct MeshListed: Sendable, Equatable {
  let meshID: String
  let workflow: String
  /// The sender's reference: what it gave here, or its own id of the message.
  let localID: String?
  /// The code of a report; nil for a message.
  let report: String?

  /// Of a message of a type, which its sender calls `id`.
  init(type: String, id: String, name: MeshName, table: MeshTable, report: String? = nil) {
    meshID = name.meshID
    workflow = name.workflow ?? table.workflow(of: type)
    localID = name.localID ?? (name.workflow == nil ? id : nil)
    self.report = report
  }
}
