// Which messages of the gateway's own are reports at the MESH door. Never sent from here: a notice
// is admitted like any message, and this only says how it is shown.

import ExchangeModel
import Storage
import Validation

extension MeshReport {
  /// Types that tell a sender that its message was not delivered.
  private static let types = ["gatehouse.rejection-notice.v1"]
  private static let undelivered = "Message not collected by recipient after 5 days"

  /// Nil when the message is none of the gateway's reports.
  init?(_ stored: StoredMessage, limits: Limits) {
    guard Self.types.contains(where: { $0.utf8.elementsEqual(stored.summary.type.utf8) }),
      let envelope = try? EnvelopeReader.read(
        stored.received, format: stored.format, limits: limits
      ).envelope,
      envelope.id.hasPrefix("gatehouse-notice-"), envelope.payload.format == .json,
      let payload = try? JSONDocument.parse(envelope.payload.bytes, limits: limits).root,
      let code = payload["code"]?.string, code.utf8.elementsEqual("expired".utf8)
    else { return nil }
    self.init(
      about: payload["messageId"]?.string.flatMap { MessageID($0) }, code: "14", event: "SEND",
      text: Self.undelivered)
  }
}
