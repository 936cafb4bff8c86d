// Errors of the MESH door in the words that its clients know (MESH API, "Error codes"), v1 and v2.
// Fixed texts only: nothing that was received goes back out. The list in `detail` is what the
// official client reads.

import ExchangeModel
import Validation

/// Why a request to the MESH door failed.
struct MeshRefusal: Error, Sendable {
  struct Detail: Sendable, Equatable {
    let event: String
    let code: String
    let text: String
  }

  let status: Int
  let details: [Detail]
  var messageID: String?
  /// Seconds after which to try again; nil when that cannot help.
  var retryAfter: Int?

  init(_ status: Int, _ event: String, _ code: String, _ text: String) {
    self.status = status
    details = [Detail(event: event, code: code, text: text)]
  }

  // MARK: Of tokens and mailboxes

  static let badHeader = MeshRefusal(403, "", "", "Error reading from Authorization header")
  static let otherMailbox = MeshRefusal(403, "", "", "Mailbox id does not match token")
  static let noMailbox = MeshRefusal(403, "SEND", "EPL-151", "No mailbox matched")
  static let otherCertificate = MeshRefusal(
    403, "", "", "The mailbox is not one of the party of this certificate")
  static let badToken = MeshRefusal(403, "", "", "Invalid Authentication Token")
  static let untimely = MeshRefusal(
    403, "", "", "Invalid Authentication Token: its time is not within two hours of now")
  static let usedToken = MeshRefusal(403, "", "", "Error Duplicated Authentication Token")
  static let badAccept = MeshRefusal(400, "", "", "Accept header api format incorrect")

  // MARK: Of messages

  static let noRecipient = MeshRefusal(400, "SEND", "08", "TO_DTS missing")
  static let unknownRecipient = MeshRefusal(417, "SEND", "12", "Unregistered to address")
  static let noWorkflow = MeshRefusal(417, "SEND", "17", "Workflow ID not registered for mailbox")
  static let noData = MeshRefusal(417, "COLLECT", "02", "Data file is missing or inaccessible.")
  static let badChunks = MeshRefusal(
    417, "SEND", "InvalidHeaderChunks", "Invalid chunk values sent in mex-Chunk-Range header")
  static let chunkGap = MeshRefusal(
    417, "SEND", "InvalidHeaderChunks",
    "Chunks come one after another: this one is not the next, and not the last one again")
  static let otherEncoding = MeshRefusal(
    417, "SEND", "InvalidHeaderChunks", "cannot change content encoding")
  static let badEncoding = MeshRefusal(
    422, "SEND", "UnsupportedContentEncoding", "Unsupported content encoding")
  static let badGzip = MeshRefusal(
    417, "SEND", "UnsupportedContentEncoding", "The content is not gzip, or not whole")
  static let badChecksum = MeshRefusal(400, "SEND", "Invalid checksum", "Invalid checksum")
  static let badControl = MeshRefusal(400, "TRANSFER", "06", "Malformed control file")
  static let tooLarge = MeshRefusal(
    413, "SEND", "TooLarge", "The message is larger than this workflow may carry")
  static let whole = MeshRefusal(
    423, "SEND", "MessageComplete", "Every chunk of this message has come already")
  static let tooManyChunks = MeshRefusal(
    406, "SEND", "InvalidHeaderChunks", "The message has fewer chunks than that")
  static let forbidden = MeshRefusal(403, "", "", "Forbidden")
  static let notFound = MeshRefusal(404, "", "", "Not Found")
  static let noMessage = MeshRefusal(404, "RECEIVE", "20", "Message does not exist")
  static let gone = MeshRefusal(
    410, "SEND", "Message already accepted", "Message no longer available for download")
  static let severalMessages = MeshRefusal(
    300, "SEND", "", "Several messages have this local id; ask by message id")
  static let busy = MeshRefusal(.tooBusy)

  /// A field or query item that is missing or ill-formed.
  static func field(_ name: String, _ text: String) -> MeshRefusal {
    MeshRefusal(400, "SEND", name, text)
  }

  /// A refusal of the gateway's registry: the code that MESH has for it, or our own.
  init(_ refusal: Refusal) {
    let text = refusal.code.description
    let first: (status: Int, code: String) =
      switch refusal.code {
      case .unknownRecipient, .recipientSuspended: (417, "12")
      case .routeNotAllowed: (417, "16")
      case .duplicateConflict, .expired: (417, refusal.code.rawValue)
      default: (text.status, refusal.code.rawValue)
      }
    status = first.status
    let head = Detail(
      event: "SEND", code: first.code, text: "\(text.title). \(text.remedy)")
    details =
      [head]
      + refusal.issues.map {
        Detail(event: "SEND", code: $0.rule, text: "\($0.place): \($0.message)")
      }
    if text.isRetryable { retryAfter = ProblemDetails.retrySeconds }
  }

  init(_ code: RefusalCode) { self.init(Refusal(code)) }

  func of(_ messageID: String) -> MeshRefusal {
    var copy = self
    copy.messageID = messageID
    return copy
  }

  /// The answer in the version that the client speaks.
  func response(_ version: MeshVersion) -> HTTPResponse {
    var writer = JSONWriter()
    writer.beginObject()
    switch version {
    case .v1:
      if let messageID { writer.member("messageID", messageID) }
      writer.member("errorEvent", details.first?.event ?? "")
      writer.member("errorCode", details.first?.code ?? "")
      writer.member("errorDescription", details.map(\.text).joined(separator: " "))
    case .v2:
      if let messageID { writer.member("message_id", messageID) }
      writer.key("detail")
      writer.beginArray()
      for detail in details {
        writer.beginObject()
        writer.member("event", detail.event)
        writer.member("code", detail.code)
        writer.member("msg", detail.text)
        writer.endObject()
      }
      writer.endArray()
    }
    writer.endObject()
    var fields: HTTPFields = ["Cache-Control": "no-store"]
    if let retryAfter { fields["Retry-After"] = String(retryAfter) }
    return .json(
      writer.bytes, status: status, mediaType: version.mediaType, fields: fields)
  }
}

/// The version of the MESH API that a client's Accept asks for.
enum MeshVersion: Sendable, Equatable {
  case v1, v2

  var mediaType: String {
    self == .v1 ? "application/json" : "application/vnd.mesh.v2+json"
  }

  /// Without a MESH type it is v1; a MESH type that is not well-formed is nil.
  init?(accept: [String]) {
    for range in accept.flatMap({ $0.split(separator: ",") }) {
      let text = range.split(separator: ";").first.map { $0.filter { $0 != " " } } ?? ""
      guard text.contains("vnd.mesh") else { continue }
      guard text.hasPrefix("application/vnd.mesh.v"), text.hasSuffix("+json"),
        let number = Int(text.dropFirst(22).dropLast(5)), number >= 1
      else { return nil }
      self = number == 1 ? .v1 : .v2
      return
    }
    self = .v1
  }
}
