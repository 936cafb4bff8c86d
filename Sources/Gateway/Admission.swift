// How a message is admitted: the one way in. Every door hands its bytes to `admit`, and the type
// changes at each step, so none can be left out:
//
//   bytes, PeerIdentity → Envelope → ValidatedEnvelope → one transaction { facts → decision →
//   rows and leaf } → commit → Receipt | Refusal
//
// Never answers before the outcome, refusals included, is on disk.

package import ExchangeModel
import Policy
package import Storage
package import Validation

/// Admits messages.
package struct Admission: Sendable {
  private let store: Store
  private let schemas: SchemaSet
  private let limits: Limits

  package init(store: Store, schemas: SchemaSet, limits: Limits) {
    self.store = store
    self.schemas = schemas
    self.limits = limits
  }

  /// What the sender is told.
  package enum Outcome: Sendable {
    case admitted(Receipt)
    /// Admitted before with the same content: the first receipt again, and no second effect.
    case duplicate(Receipt)
    case refused(Refusal, Decision?)
  }

  /// Admits or refuses one message received in `format` from the holder of a certificate.
  ///
  /// Throws: `Refusal` of a passing kind (`too-busy`, `storage-full`) and failures of the store;
  /// then nothing was promised.
  package func admit(
    _ received: [UInt8], format: ContentFormat, from peer: PeerIdentity
  ) async throws -> Outcome {
    let submission: Submission
    let messageType: MessageType
    do {
      let read = try EnvelopeReader.read(received, format: format, limits: limits)
      let valid = try schemas.validate(read)
      messageType = valid.messageType
      submission = Submission(valid, received: received, format: format, peer: peer) {
        schemas.place(ofAttachment: $0, in: read)
      }
    } catch {
      let answer = try await store.recordRefusal(
        error, spkiSHA256: peer.spkiSHA256, type: nil)
      return .refused(answer, nil)
    }
    let catalogueVersion = schemas.catalogueVersion
    let outcome = try await store.admit(submission) { sender, recipient, now in
      Policy.decide(
        Facts(
          envelope: submission.envelope, messageType: messageType, sender: sender,
          recipient: recipient, now: now, catalogueVersion: catalogueVersion))
    }
    // If we crash here the message is admitted and unanswered: its sender repeats it and gets
    // this receipt as a duplicate.
    Failpoint.hit(.beforeAnswer)
    switch outcome {
    case .admitted(let receipt): return .admitted(receipt)
    case .duplicate(let receipt): return .duplicate(receipt)
    case .refused(let refusal, let decision): return .refused(refusal, decision)
    case .differs(let receipt, let earlier, let earlierFormat):
      if sameMessage(received, format, earlier, earlierFormat) { return .duplicate(receipt) }
      let refusal = Refusal(.duplicateConflict)
      let answer = try await store.recordRefusal(
        refusal, spkiSHA256: peer.spkiSHA256, type: messageType.type)
      return .refused(answer, nil)
    }
  }

  /// True when two texts are one message, written differently: other white space, another order
  /// of members, or the other format.
  private func sameMessage(
    _ new: [UInt8], _ newFormat: ContentFormat, _ old: [UInt8], _ oldFormat: ContentFormat
  ) -> Bool {
    guard let new = comparable(new, newFormat), let old = comparable(old, oldFormat) else {
      return false
    }
    return new.envelope == old.envelope && new.payload.isSame(as: old.payload)
  }

  /// The envelope without its payload, and the payload as JSON.
  private func comparable(
    _ received: [UInt8], _ format: ContentFormat
  ) -> (envelope: Envelope, payload: JSONNode)? {
    guard
      var envelope = try? EnvelopeReader.read(received, format: format, limits: limits).envelope,
      let json = try? schemas.convert(envelope.payload, of: envelope.type, to: .json),
      let document = try? JSONDocument.parse(json.bytes, limits: limits)
    else { return nil }
    envelope.payload = Payload(format: .json, bytes: [])
    return (envelope, document.root)
  }
}

extension Submission {
  /// A validated envelope with what the store keeps beside it.
  fileprivate init(
    _ valid: ValidatedEnvelope, received: [UInt8], format: ContentFormat, peer: PeerIdentity,
    placeOfAttachment: (Int) -> String
  ) {
    let envelope = valid.envelope
    self.init(
      envelope: envelope, received: received, format: format,
      priority: envelope.priority ?? Priority(rawValue: valid.messageType.priority) ?? .routine,
      expiresAt: envelope.expiryTime.flatMap { Timestamp(rfc3339: $0) },
      attachments: valid.attachments.enumerated().map { index, attachment in
        AttachmentClaim(
          kind: attachment.kind, sha256: attachment.sha256,
          place: placeOfAttachment(index))
      },
      spkiSHA256: peer.spkiSHA256)
  }
}
