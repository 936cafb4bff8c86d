// What tracking tells of a message, in v1 and v2 of the MESH API. Never its content.

import ExchangeModel
import Storage
import Validation

struct MeshTracked: Sendable {
  /// MESH's words for where a message stands.
  enum Status: String, Sendable {
    case uploading, accepted, acknowledged, undeliverable, error
  }

  let meshID: String
  let localID: String?
  let workflow: String
  let recipient: PartyURN
  let status: Status
  let uploadedAt: Timestamp
  let size: Int64
  let chunks: Int
  /// When it was taken or refused; nil before.
  let endedAt: Timestamp?
  /// Why the recipient refused it; nil when it did not.
  let reason: String?
  private let table: MeshTable

  /// Seconds after which MESH gives up a message that nobody took.
  static let expirySeconds: Int64 = 5 * 86_400

  /// Nil when there is neither a transfer nor a message.
  init?(
    _ meshID: String, _ transfer: MeshTransfer?, _ known: MessageStatus?, _ table: MeshTable
  ) {
    guard let recipient = known?.summary.recipient ?? transfer?.recipient,
      let uploadedAt = known?.summary.admittedAt ?? transfer?.begunAt
    else { return nil }
    self.meshID = meshID
    self.table = table
    self.recipient = recipient
    self.uploadedAt = uploadedAt
    localID = transfer?.localID ?? (transfer == nil ? known?.summary.id : nil)
    workflow = transfer?.workflow ?? table.workflow(of: known?.summary.type ?? "")
    size = transfer?.size ?? known?.summary.size ?? 0
    chunks = transfer?.chunkCount ?? 1
    reason = known?.acknowledgement?.reason
    status =
      switch known?.state.rawValue {
      case nil: .uploading
      case "taken": .acknowledged
      case "refused": .error
      case "undelivered", "expired": .undeliverable
      default: .accepted
      }
    endedAt = known?.timeline.last { $0.event == "acknowledged" }?.at
  }

  private var isGood: Bool { status != .error && status != .undeliverable }

  private var mailbox: MeshMailbox? { table.mailbox(of: recipient) }

  /// Code, event and words of a failure; nil when there is none.
  private var failure: (code: String, event: String, text: String)? {
    switch status {
    case .undeliverable: ("14", "SEND", MeshReport.undelivered)
    case .error: (reason ?? "", "TRANSFER", MeshReport.refused)
    default: nil
    }
  }

  func writeV2(into writer: inout JSONWriter) {
    let texts: [(String, String?)] = [
      ("message_id", meshID), ("local_id", localID), ("workflow_id", workflow),
      ("expiry_time", Self.iso(uploadedAt.adding(seconds: Self.expirySeconds))),
      ("upload_timestamp", Self.iso(uploadedAt)), ("recipient", table.name(of: recipient)),
      ("recipient_name", mailbox?.name), ("recipient_ods_code", mailbox?.odsCode),
      ("recipient_org_code", mailbox?.odsCode), ("recipient_org_name", mailbox?.name),
      ("status", status.rawValue), ("status_event", failure?.event),
      ("status_code", failure?.code), ("status_description", failure?.text),
      ("status_timestamp", endedAt.map { Self.iso($0) }),
    ]
    writer.beginObject()
    for (name, value) in texts {
      if let value { writer.member(name, value) }
    }
    writer.key("status_success")
    writer.bool(isGood)
    writer.endObject()
  }

  /// A line of the rich outbox.
  func writeRich(into writer: inout JSONWriter, sender: MeshMailbox) {
    let texts: [(String, String?)] = [
      ("message_id", meshID), ("local_id", localID), ("message_type", "DATA"),
      ("expiry_timestamp", Self.iso(uploadedAt.adding(seconds: Self.expirySeconds))),
      ("recipient", table.name(of: recipient)), ("recipient_name", mailbox?.name),
      ("sender", sender.id), ("sender_name", sender.name),
      ("sent_date", Self.iso(uploadedAt)), ("status", status.rawValue),
      ("status_code", failure?.code), ("workflow_id", workflow),
    ]
    writer.beginObject()
    for (name, value) in texts {
      if let value { writer.member(name, value) }
    }
    writer.member("total_chunks", Int64(chunks))
    writer.endObject()
  }

  func writeV1(into writer: inout JSONWriter, sender: MeshMailbox) {
    let title = status.rawValue.prefix(1).uppercased() + status.rawValue.dropFirst()
    let texts: [(String, String?)] = [
      ("addressType", "ALL"), ("dtsId", meshID), ("messageId", meshID), ("localId", localID),
      ("workflowId", workflow), ("messageType", "Data"), ("version", "1.0"),
      ("uploadTimestamp", MeshFields.second(of: uploadedAt)),
      ("expiryTime", MeshFields.second(of: uploadedAt.adding(seconds: Self.expirySeconds))),
      ("downloadTimestamp", endedAt.map { MeshFields.second(of: $0) } ?? ""),
      ("sender", sender.id), ("senderName", sender.name), ("senderOdsCode", sender.odsCode),
      ("senderOrgCode", sender.odsCode), ("recipient", table.name(of: recipient)),
      ("recipientName", mailbox?.name), ("meshRecipientOdsCode", mailbox?.odsCode),
      ("recipientOrgCode", mailbox?.odsCode), ("status", title),
      ("statusSuccess", isGood ? "SUCCESS" : "ERROR"), ("statusCode", failure?.code),
      ("statusEvent", failure?.event), ("statusDescription", failure?.text),
      ("failureDiagnostic", failure?.text), ("fileName", "\(meshID).dat"),
    ]
    writer.beginObject()
    for (name, value) in texts {
      if let value { writer.member(name, value) }
    }
    writer.member("fileSize", size)
    writer.member("chunkCount", Int64(chunks))
    writer.endObject()
  }

  /// A time as MESH writes it: UTC without saying so, to the microsecond.
  static func iso(_ time: Timestamp) -> String {
    let digits = String(
      decoding: time.description.utf8.prefix(19), as: UTF8.self)
    let millis = String(1000 + ((time.milliseconds % 1000) + 1000) % 1000).dropFirst()
    return "\(digits).\(millis)000"
  }
}
