// An envelope whose payload its message type's schema accepts: the proof is the type itself.
// Never made outside this room.
package import ExchangeModel

/// What `SchemaSet.validate` returns, and nothing else can make.
package struct ValidatedEnvelope: Sendable {
  package let envelope: Envelope
  package let messageType: MessageType
  /// The documents the payload names, in its order.
  package let attachments: [AttachmentReference]
  /// What the deciding rooms may know of the payload.
  package let content: ContentFacts

  init(
    envelope: Envelope, messageType: MessageType, attachments: [AttachmentReference],
    content: ContentFacts
  ) {
    self.envelope = envelope
    self.messageType = messageType
    self.attachments = attachments
    self.content = content
  }
}

/// A document that a payload names by its digest (`attachments` in the payload).
package struct AttachmentReference: Sendable, Equatable {
  /// What it is, e.g. `attendance-certificate`.
  package let kind: String
  /// The SHA-256 digest of the file, 64 lower-case hexadecimal digits.
  package let sha256: String
  package let mediaType: String
  /// Bytes.
  package let size: Int
  package let name: String
  /// Its place in the payload's list, from 0.
  package let position: Int

  package init(
    kind: String, sha256: String, mediaType: String, size: Int, name: String, position: Int = 0
  ) {
    self.kind = kind
    self.sha256 = sha256
    self.mediaType = mediaType
    self.size = size
    self.name = name
    self.position = position
  }

  /// The references in the `attachments` of a payload that its schema accepted. What lacks a
  /// digest or a size is not one of them.
  static func all(in payload: JSONNode) -> [AttachmentReference] {
    guard let list = payload["attachments"] else { return [] }
    return list.elements.enumerated().compactMap { position, element in
      guard let digest = element["sha256"]?.string,
        let text = element["size"]?.numberText.flatMap(DecimalText.integer),
        let size = Int(text)
      else { return nil }
      return AttachmentReference(
        kind: element["kind"]?.string ?? "", sha256: digest,
        mediaType: element["mediaType"]?.string ?? "", size: size,
        name: element["name"]?.string ?? "", position: position)
    }
  }
}
