// How a message is admitted: the one way in. Every door hands its bytes to `admit`, and the type
// changes at each step, so none can be left out:
//
//   bytes, SenderProof → Envelope → ValidatedEnvelope → one transaction { facts → decision →
//   rows and leaf } → commit → Receipt | Refusal
//
// Never answers before the outcome, refusals included, is on disk.

package import ExchangeModel
import Policy
package import Storage
package import Validation

/// Admits messages.
package struct Admission: Sendable {
  let store: Store
  private let schemas: SchemaSet
  private let limits: Limits
  private let inForce: Facts.InForce
  /// Says which opaque transfers the settings name.
  private let mesh: MeshSettings

  package init(
    store: Store, schemas: SchemaSet, limits: Limits, inForce: Facts.InForce = .init(),
    mesh: MeshSettings = .init()
  ) {
    self.mesh = mesh
    self.store = store
    self.schemas = schemas
    self.limits = limits
    self.inForce = inForce
  }

  /// What the sender is told.
  package enum Outcome: Sendable {
    case admitted(Receipt)
    /// Admitted before with the same content: the first receipt again, and no second effect.
    case duplicate(Receipt)
    case refused(Refusal, Decision?)
  }

  /// Admits or refuses one message received in `format` from whoever proves to be its sender.
  ///
  /// Throws: `Refusal` of a passing kind (`too-busy`, `storage-full`) and failures of the store;
  /// then nothing was promised.
  package func admit(
    _ received: [UInt8], format: ContentFormat, from sender: SenderProof
  ) async throws -> Outcome {
    let submission: Submission
    do {
      submission = try await read(received, format: format, from: sender)
    } catch let refusal as Refusal {
      return .refused(try await record(refusal, of: sender, type: nil), nil)
    }
    let terms = terms(of: submission)
    let outcome = try await store.admit(submission) { Policy.decide($0, under: terms) }
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
      let answer = try await record(refusal, of: sender, type: submission.envelope.type)
      return .refused(answer, nil)
    }
  }

  /// The decision on a message as `admit` would make it now. Nothing of it is stored, but that the
  /// question was asked is logged.
  ///
  /// Throws: the refusal of a message that is not well-formed, or not the sender's to send.
  package func explain(
    _ received: [UInt8], format: ContentFormat, from sender: SenderProof
  ) async throws -> Decision {
    let submission = try await read(received, format: format, from: sender)
    let terms = terms(of: submission)
    return try await store.decideOnly(submission) { Policy.decide($0, under: terms) }.get()
  }

  private func read(
    _ received: [UInt8], format: ContentFormat, from sender: SenderProof
  ) async throws -> Submission {
    let read = try EnvelopeReader.read(received, format: format, limits: limits)
    let valid = try schemas.validate(read)
    let envelope = valid.envelope
    try requireNamed(valid)
    let content: ContentFacts
    switch valid.messageType.effect {
    case .publication:
      content = try await PublishedDocuments(store: store, limits: limits).content(of: valid) {
        schemas.place(ofAttachment: $0, in: read)
      }
    case .transfer, .lostPupilPosting:
      content = try await TransferDocuments(store: store, limits: limits).content(of: valid) {
        schemas.place(ofAttachment: $0, in: read)
      }
    default: content = valid.content
    }
    return Submission(
      envelope: envelope,
      claims: Claims(
        envelope: envelope, content: content, messageType: valid.messageType,
        vocabulary: schemas.vocabulary, catalogueVersion: schemas.catalogueVersion),
      content: content, messageType: valid.messageType, received: received, format: format,
      priority: envelope.priority ?? Priority(rawValue: valid.messageType.priority) ?? .routine,
      expiresAt: envelope.expiryTime.flatMap { Timestamp(rfc3339: $0) },
      attachments: valid.attachments.enumerated().map { index, attachment in
        AttachmentClaim(kind: attachment.kind, sha256: attachment.sha256) {
          schemas.place(ofAttachment: index, in: read)
        }
      },
      sender: sender, inForce: inForce)
  }

  /// Bytes that nobody reads go only where the settings let them, by whichever door they come.
  private func requireNamed(_ valid: ValidatedEnvelope) throws {
    let envelope = valid.envelope
    guard envelope.type.utf8.elementsEqual(OpaqueTransfer.type.utf8) else { return }
    guard let transfer = schemas.opaqueTransfer(envelope.payload),
      mesh.allowsOpaque(
        transfer.workflow, purpose: envelope.purpose.rawValue, from: envelope.source,
        to: envelope.recipient)
    else { throw Refusal(.routeNotAllowed) }
    guard transfer.chunks.reduce(0, +) == valid.attachments.first.map({ Int64($0.size) }) else {
      throw Refusal(.payloadInvalid)
    }
  }

  private func terms(of submission: Submission) -> Terms {
    Terms(messageType: submission.messageType, vocabulary: schemas.vocabulary)
  }

  /// Records a refusal of what never got as far as a decision.
  func record(
    _ refusal: Refusal, of sender: SenderProof, type: String?
  ) async throws -> Refusal {
    guard case .certificate(let spkiSHA256) = sender else { return refusal }
    return try await store.recordRefusal(refusal, spkiSHA256: spkiSHA256, type: type)
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
