// How an export about a child looks in JSON. It is for a person who reviews it, and says so.
// Never fit to be handed out unread: it may tell of other people, or of what could harm the child.

import ExchangeModel
import Storage
import Validation

/// What an export holds.
struct SubjectExport: Sendable {
  let producedAt: Timestamp
  /// `operator`, or a party's URN.
  let producedFor: String
  let subject: Subject
  let messages: [SubjectMessage]
  let registers: SubjectRegisters
  let next: MessageID?
}

struct SubjectExportWriter: Sendable {
  let schemas: SchemaSet
  let delivery: DeliveredEnvelope

  static let notes = [
    "A person must review this before it is released: other people's data may have to be taken "
      + "out, and what could cause serious harm may have to be withheld.",
    "Sealed services, such as the SEND Partnership Service, answer for themselves: ask them. "
      + "Nothing of theirs is here, and nothing here says whether there is any.",
    "A record found by names and date of birth alone may be about another child: compare it "
      + "before it is released.",
    "Attached documents are named by their SHA-256 and are not included.",
  ]

  func bytes(_ export: SubjectExport) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("producedAt", export.producedAt.description)
    writer.member("producedFor", export.producedFor)
    writer.key("reviewBeforeRelease")
    writer.bool(true)
    writer.key("notes")
    writer.texts(Self.notes)
    writer.key("searchedBy")
    writer.texts(export.subject.identifiers.keys.sorted())
    writer.key("recipients")
    writer.texts(
      Set(export.messages.map(\.stored.summary.recipient.text)).sorted())
    writer.key("messages")
    writer.beginArray()
    for message in export.messages { write(message, into: &writer) }
    writer.endArray()
    write(export.registers, into: &writer)
    writer.key("next")
    if let next = export.next { writer.string(next.text) } else { writer.null() }
    writer.endObject()
    return writer.bytes
  }

  private func write(_ message: SubjectMessage, into writer: inout JSONWriter) {
    let summary = message.stored.summary
    writer.beginObject()
    writer.key("status")
    writer.write(message.status)
    writer.member("title", schemas.messageType(summary.type)?.title ?? summary.type)
    writer.member("foundBy", message.isByNumber ? "number" : "name-and-date-of-birth")
    writer.key("decision")
    writer.write(message.stored.decision)
    let envelope = message.mayShowContent ? delivered(message.stored) : nil
    if let disclosure = message.disclosure {
      writer.key("disclosedWithoutConsent")
      writer.beginObject()
      writer.member("informed", disclosure.informed)
      writer.key("disclosesAddress")
      writer.bool(disclosure.disclosesAddress)
      writer.member("reviewOn", disclosure.reviewOn.description)
      writer.endObject()
    }
    if let reason = message.notShared { writer.member("notShared", reason) }
    writer.key("references")
    writer.beginObject()
    for name in Self.references {
      if let value = envelope?[name]?.string { writer.member(name, value) }
    }
    writer.endObject()
    writer.key("content")
    if let content = envelope?["data"] {
      writer.raw(content.rawBytes)
    } else {
      writer.null()
      writer.member(
        "contentLeftOut", message.mayShowContent ? "no-longer-readable" : "not-yet-opened")
    }
    writer.endObject()
  }

  /// Attributes that name other records.
  static let references = [
    "causationid", "consentref", "correlationid", "inreplyto", "overrideref",
  ]

  /// The message as its recipient gets it, in JSON; nil when its type is no longer here.
  private func delivered(_ stored: StoredMessage) -> JSONNode? {
    guard let bytes = try? delivery.bytes(of: stored, as: .json) else { return nil }
    var limits = delivery.limits
    limits.envelopeBytes = max(limits.envelopeBytes, bytes.count)
    return try? JSONDocument.parse(bytes, limits: limits).root
  }

  private func write(_ registers: SubjectRegisters, into writer: inout JSONWriter) {
    writer.key("consents")
    writer.beginArray()
    for consent in registers.consents {
      writer.beginObject()
      writer.member("consentId", consent.id)
      writer.member("holder", consent.holder.text)
      writer.member("state", consent.state.rawValue)
      writer.key("purposes")
      writer.texts(consent.purposes)
      writer.key("items")
      writer.texts(consent.items)
      writer.key("recipients")
      writer.texts(consent.recipients.map(\.text))
      writer.member("reviewBy", consent.reviewBy.description)
      writer.endObject()
    }
    writer.endArray()
    writer.key("objections")
    writer.beginArray()
    for objection in registers.objections {
      writer.beginObject()
      writer.member("messageId", objection.messageID.text)
      writer.member("controller", objection.controller)
      writer.member("interim", objection.interim)
      if let outcome = objection.outcome { writer.member("outcome", outcome) }
      writer.member("recordedAt", objection.recordedAt.description)
      writer.key("isOpen")
      writer.bool(objection.isOpen)
      writer.endObject()
    }
    writer.endArray()
    writer.key("rectifications")
    writer.beginArray()
    for rectification in registers.rectifications {
      writer.beginObject()
      writer.member("rectificationId", rectification.id.text)
      writer.member("requester", rectification.requester)
      writer.member("field", rectification.field)
      writer.member("kind", rectification.kind)
      writer.member("startedAt", rectification.startedAt.description)
      writer.key("recipients")
      writer.texts(rectification.recipients)
      writer.endObject()
    }
    writer.endArray()
  }
}

extension JSONWriter {
  /// A list of strings.
  mutating func texts(_ texts: [String]) {
    beginArray()
    for text in texts { string(text) }
    endArray()
  }
}
