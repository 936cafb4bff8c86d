// Which messages of the gateway's own are reports at the MESH door. Never sent from here: a notice
// is admitted like any message, and this only says how it is shown.

import ExchangeModel
import Validation

/// A notice of the gateway's to a sender, as MESH tells it: a message that nobody took.
struct MeshReport: Sendable, Equatable {
  /// The gateway's id of the message that it is about.
  let about: MessageID?
  let code: String
  let event: String
  let text: String

  /// The type that says how the delivery of a message stands.
  static let type = "gatehouse.delivery-report.v1"
  static let undelivered = "Message not collected by recipient after 5 days"
  static let refused = "Message refused by the recipient's system"
  /// The states that MESH has a report for.
  static let states: Set<String> = ["undelivered", "refused"]

  /// MESH's code for a state, or our reason where it has none.
  static func code(state: String, reason: String?) -> String {
    state.utf8.elementsEqual("undelivered".utf8) ? "14" : reason ?? "other"
  }

  /// Nil for a report that MESH has no word for, such as a delay: it is shown as the message it is.
  init?(_ envelope: Envelope, limits: Limits) {
    guard envelope.payload.format == .json,
      let payload = try? JSONDocument.parse(envelope.payload.bytes, limits: limits).root
    else { return nil }
    about = payload["messageId"]?.string.flatMap { MessageID($0) }
    switch payload["state"]?.string {
    case "undelivered": (event, text) = ("SEND", Self.undelivered)
    case "refused": (event, text) = ("TRANSFER", Self.refused)
    default: return nil
    }
    code = Self.code(state: payload["state"]?.string ?? "", reason: payload["reason"]?.string)
  }
}
