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
      id: notice.envelopeID, source: notice.source ?? gateway,
      type: "gatehouse.\(slug).v1", recipient: notice.recipient,
      purpose: Purpose(rawValue: purpose), payload: Payload(format: .json, bytes: payload))
    envelope.correlationID = notice.about
    return EnvelopeWriter.write(envelope, as: .json)
  }

  private func content(of notice: Notice) -> (slug: String, purpose: String, payload: [UInt8]) {
    let detail = notice.detail
    switch notice.kind {
    case .held:
      let reason = detail["code"].flatMap(HoldReason.init(rawValue:))
      return (
        "rejection-notice", "exchange-operations",
        object([
          ("messageId", notice.about),
          ("code", reason == .consentWithdrawn ? "consent-missing" : "policy"),
          ("text", Self.text(of: reason)),
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
    case .deliveryReport: return ("delivery-report", "exchange-operations", report(notice))
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

  /// How a message's delivery stands, in the words of the type `delivery-report`.
  private func report(_ notice: Notice) -> [UInt8] {
    let detail = notice.detail
    let state = detail["state"] ?? ""
    let reason = detail["reason"] ?? ""
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("messageId", notice.about ?? "")
    writer.member("originalId", detail["originalId"] ?? "")
    writer.member("state", state)
    if !reason.isEmpty { writer.member("reason", reason) }
    if let role = detail["openedBy"] { writer.member("openedBy", role) }
    writer.key("sendAgain")
    // A delayed one is still under way: a second one would be another message.
    writer.bool(state == "undelivered" || Acknowledgement.reasons[reason] == true)
    if let attempts = detail["attempts"].flatMap({ Int64($0) }) {
      writer.member("attempts", attempts)
    }
    if let since = detail["since"] { writer.member("since", since) }
    if let until = detail["until"] { writer.member("until", until) }
    writer.endObject()
    return writer.bytes
  }

  private static func text(of reason: HoldReason?) -> String {
    switch reason {
    case .review: review
    case .administrator: byHand
    case .consentWithdrawn, nil: withdrawn
    }
  }

  private static let byHand =
    "An administrator of the gateway holds this message. It was admitted, and is delivered when it "
    + "is released; ask the administrator why it is held."
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
