// Turns a notice that is owed into an envelope of the catalogue's own message types.
// Never decides whether it may go: it enters by the same door as any message.

import ExchangeModel
import Storage
import Validation

/// Composes the messages that the gateway sends itself.
struct NoticeComposer: Sendable {
  /// Who speaks when a notice has no other source.
  let gateway: PartyURN

  /// The envelope of a notice as JSON: byte for byte the same whenever it is composed, so that a
  /// second sending is a duplicate.
  func envelope(of notice: Notice) -> [UInt8] {
    let (slug, purpose, payload) = content(of: notice)
    var envelope = Envelope(
      id: "gatehouse-notice-\(notice.id)", source: notice.source ?? gateway,
      type: "gatehouse.\(slug).v1", recipient: notice.recipient,
      purpose: Purpose(rawValue: purpose), payload: Payload(format: .json, bytes: payload))
    envelope.correlationID = notice.about
    return EnvelopeWriter.write(envelope, as: .json)
  }

  private func content(of notice: Notice) -> (slug: String, purpose: String, payload: [UInt8]) {
    let detail = notice.detail
    switch notice.kind {
    case .held:
      let isForReview = detail["code"] == HoldReason.review.rawValue
      return (
        "rejection-notice", "exchange-operations",
        object([
          ("messageId", notice.about), ("code", isForReview ? "policy" : "consent-missing"),
          ("text", isForReview ? Self.review : Self.withdrawn),
        ])
      )
    case .consentWithdrawn:
      return (
        "consent-withdrawn", "impartial-family-support",
        object([
          ("consentRef", detail["consent"]), ("from", detail["from"]),
          ("scope", detail["scope"] ?? "all"), ("recipient", detail["recipient"]),
          ("item", detail["item"]),
          ("effect", detail["effect"] ?? "delete-where-consent-was-basis"),
        ])
      )
    case .dutyReminder:
      return (
        "duty-reminder", "exchange-operations",
        object([
          ("messageId", notice.about),
          // "1 working-day" is the token 1-working-day.
          ("clock", detail["clock"]?.replacing(" ", with: "-")), ("dueAt", detail["dueAt"]),
          ("state", detail["state"]),
          // Where one of several types is owed, the first stands for them.
          (
            "whatIsOwed",
            detail["whatIsOwed"]?.split(separator: " ").first.map { String($0) }
          ),
        ])
      )
    case .lostPupilsFound:
      return (
        "lost-pupil-search-result", "children-missing-education",
        PoolAnswer.payload(hits: detail["hits"] ?? "")
      )
    case .lostPupilReleased:
      return ("common-transfer-file", "record-transfer", PoolAnswer.release(detail))
    case .rectification:
      return (
        "rectification-notice", "information-rights",
        object([
          ("subjectKey", detail["subjectKey"]), ("field", detail["field"]),
          ("old", detail["old"]), ("new", detail["new"]), ("kind", detail["kind"]),
          ("reason", detail["reason"]), ("from", detail["from"]),
        ])
      )
    }
  }

  private static let withdrawn =
    "The consent that this message rests on was withdrawn before its recipient had it, so it is "
    + "held and will not be delivered. Send it again only with a live consent."
  private static let review =
    "This message is held until a person has looked at it, because it gives something that a "
    + "program must not read by itself. It was admitted, and needs nothing from you."

  /// One JSON object of texts; what is absent is left out.
  private func object(_ members: [(String, String?)]) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    for (name, value) in members {
      guard let value else { continue }
      writer.key(name)
      writer.string(value)
    }
    writer.endObject()
    return writer.bytes
  }
}
