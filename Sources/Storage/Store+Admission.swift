// The verb `admit`: one message, its decision and its leaf in one transaction.
// Never shares without a permit: the closure's decision is the only way to an inbox row.

import Crypto
package import ExchangeModel
import Foundation
import GRDB
import MessageLog

/// A checked message on its way in.
package struct Submission: Sendable {
  /// The envelope without its payload, which `received` holds: a message that waits for the writer
  /// is in memory once.
  package let envelope: Envelope
  /// What the message claims, in words of the vocabulary.
  package let claims: Claims
  /// What is in the payload. Its identifiers are turned into keyed hashes and not kept.
  package let content: ContentFacts
  package let messageType: MessageType
  /// The exact bytes received, and their format.
  package let received: [UInt8]
  package let format: ContentFormat
  /// The priority and expiry as resolved from the envelope and its type.
  package let priority: Priority
  package let expiresAt: Timestamp?
  /// Attachments the payload names.
  package let attachments: [AttachmentClaim]
  /// Who hands it in.
  package let sender: SenderProof
  /// Enacted law that the settings say is in force.
  package let inForce: Facts.InForce

  package init(
    envelope: Envelope, claims: Claims, content: ContentFacts, messageType: MessageType,
    received: [UInt8], format: ContentFormat, priority: Priority, expiresAt: Timestamp?,
    attachments: [AttachmentClaim], sender: SenderProof, inForce: Facts.InForce = .init()
  ) {
    var bare = envelope
    bare.payload = Payload(format: envelope.payload.format, bytes: [])
    self.envelope = bare
    self.claims = claims
    self.content = content
    self.messageType = messageType
    self.received = received
    self.format = format
    self.priority = priority
    self.expiresAt = expiresAt
    self.attachments = attachments
    self.sender = sender
    self.inForce = inForce
  }
}

/// Whose word it is that a message comes from its source.
package enum SenderProof: Sendable, Equatable {
  /// The certificate that sent it: SHA-256 of its key in lower-case hex.
  case certificate(String)
  /// The gateway itself, which sends a notice that it owes; only for the notice of this number.
  case notice(Int64)
}

/// An attachment as a payload names it.
package struct AttachmentClaim: Sendable {
  package let kind: String
  /// Lower-case hex.
  package let sha256: String
  /// Works out the JSON Pointer or XPath of the claim, for the place of a fault: rarely asked.
  package let place: @Sendable () -> String

  package init(kind: String, sha256: String, place: @escaping @Sendable () -> String) {
    self.kind = kind
    self.sha256 = sha256
    self.place = place
  }
}

/// What became of a submission.
package enum AdmissionOutcome: Sendable {
  case admitted(Receipt)
  /// The same message was admitted before: its first receipt.
  case duplicate(Receipt)
  /// The same source and id was admitted with these bytes, which differ from the submission's.
  case differs(Receipt, received: [UInt8], format: ContentFormat)
  case refused(Refusal, Decision?)
}

extension Store {
  /// Admits or refuses one message; answers when the outcome is on disk.
  ///
  /// The directory, the facts, the decision and every row are of one transaction.
  package func admit(
    _ submission: Submission, decide: @escaping @Sendable (Facts) -> Decision
  ) async throws -> AdmissionOutcome {
    // Made here, so that the one writer does as little as can be.
    let content = Content(submission, childKeys, sealing)
    return try await writer.submit { context in
      let sender: Party
      switch context.sender(of: submission) {
      case .success(let party): sender = party
      case .failure(let refusal):
        return try context.refuse(submission, refusal, nil)
      }
      guard sender.urn == submission.envelope.source else {
        return try context.refuse(submission, Refusal(.senderMismatch), nil)
      }
      if let earlier = try context.earlier(submission, content) { return earlier }
      if let expiry = submission.expiresAt, expiry <= context.now {
        return try context.refuse(submission, Refusal(.expired), nil)
      }
      let facts = try context.facts(
        of: submission, from: sender, children: content.children, names: content.names)
      let decided = try context.decided(facts, by: decide)
      guard decided.decision.verdict == .permit, facts.recipient != nil else {
        let code = decided.decision.refusalCode ?? .unknownRecipient
        return try context.refuse(submission, Refusal(code), decided)
      }
      let missing = try context.missingAttachments(submission, holder: sender.urn)
      guard missing.isEmpty else {
        let refusal = Refusal(.attachmentMissing, issues: missing)
        return try context.refuse(submission, refusal, decided)
      }
      if let refusal = try context.poolRefusal(of: submission, content.children) {
        return try context.refuse(submission, refusal, decided)
      }
      return .admitted(try context.insert(submission, content, decided, facts))
    }
  }

  /// The decision on a message as it would be now: nothing of it is stored but that it was asked.
  package func decideOnly(
    _ submission: Submission, decide: @escaping @Sendable (Facts) -> Decision
  ) async throws -> Result<Decision, Refusal> {
    let content = Content(submission, childKeys, sealing)
    return try await writer.submit { context in
      let sender: Party
      switch context.sender(of: submission) {
      case .success(let party): sender = party
      case .failure(let refusal): return .failure(refusal)
      }
      guard sender.urn == submission.envelope.source else {
        return .failure(Refusal(.senderMismatch))
      }
      let facts = try context.facts(
        of: submission, from: sender, children: content.children, names: content.names)
      let decided = try context.decided(facts, by: decide)
      try context.append(
        LogEvent(
          .decisionAsked,
          [
            .actor: sender.urn.text, .catalogueVersion: decided.decision.catalogueVersion,
            .decision: decided.decisionRow.digest, .facts: decided.facts.digest,
            .outcome: decided.decision.verdict.rawValue,
            .policyVersion: decided.decision.policyVersion,
            .recipient: submission.envelope.recipient.text, .type: submission.claims.type,
          ]), subject: nil, message: nil)
      return .success(decided.decision)
    }
  }

  /// Records that a party was refused what a call asks for; `call` is a verb and a template.
  package func recordRefusedCall(
    _ code: RefusalCode, of party: PartyURN, call: String
  ) async throws {
    try await writer.submit { context in
      _ = try context.append(
        LogEvent(.refused, [.code: code.rawValue, .scope: call, .source: party.text]),
        subject: nil, message: nil)
    }
  }

  /// Records a refusal that was decided before the store was asked: its code and the party, never
  /// the content. Returns the refusal to answer with, which is another when the party has just
  /// been suspended or its certificate revoked.
  package func recordRefusal(
    _ refusal: Refusal, spkiSHA256: String, type: String?
  ) async throws -> Refusal {
    try await writer.submit { context in
      let identified = context.directory.identify(spkiSHA256: spkiSHA256, at: context.now)
      var answer = refusal
      var source: PartyURN?
      switch identified {
      case .success(let party): source = party.urn
      case .failure(let reason): answer = reason
      }
      try context.append(
        LogEvent(
          .refused,
          [
            .certificate: spkiSHA256, .code: answer.code.rawValue, .source: source?.text,
            .type: type,
          ]), subject: nil, message: nil)
      return answer
    }
  }
}

/// The SHA-256 of the bytes received, the keys of the child, and what seals a row. Not the bytes:
/// a copy of them is made for the moment of writing alone.
private struct Content: Sendable {
  let digest: Data
  let hex: String
  let children: [ChildKey]
  /// Those that are one child's alone, or of both names with the date of birth.
  let sureChildren: [ChildKey]
  /// Keys of references that are personal.
  let references: [ChildKey]
  let sealing: Sealing
  /// Of the pupil of a file for the lost pupil pool.
  let posted: [ChildKey]
  /// Of the pupils of a transfer file, each once.
  let filePupils: [ChildKey]
  /// Of the names that may stand in a text to be published.
  let names: [ChildKey]
  /// All by which the message is found again.
  var indexed: [ChildKey] { filePupils.isEmpty ? children : children + filePupils }

  init(_ submission: Submission, _ keys: ChildKeys, _ sealing: Sealing) {
    self.sealing = sealing
    var posted: [ChildKey] = []
    if case .lostPupilPosting(let posting) = submission.content.effect {
      posted = keys.keys(of: posting.identifiers)
    }
    self.posted = posted
    var known: Set<ChildKey> = []
    filePupils = submission.content.filePupils.flatMap { keys.keys(of: $0) }
      .filter { known.insert($0).inserted }
    let identifiers = submission.content.identifiers
    children = keys.keys(of: identifiers)
    switch submission.content.effect {
    case .caseStep(.newPupilReturn), .caseStep(.deletionReturn):
      sureChildren = Subject(identifiers).map { SubjectKeys($0, keys).all } ?? []
    default: sureChildren = []
    }
    references = keys.references(of: submission.content.effect)
    names = keys.nameKeys(of: submission.content.effect)
    let hash = SHA256.hash(data: submission.received)
    digest = Data(hash)
    hex = Hex.text(hash)
  }
}

extension WriteContext {
  /// The outcome for a source and id admitted before; nil when they are new.
  fileprivate mutating func earlier(
    _ submission: Submission, _ content: Content
  ) throws -> AdmissionOutcome? {
    let envelope = submission.envelope
    let arguments: StatementArguments = [envelope.source.text, envelope.id]
    // Nearly every message is new: asking for one number costs half of asking for a row.
    let known = try database.cachedStatement(
      sql: "SELECT sequence FROM message WHERE source = ? AND source_id = ?")
    guard try Int64.fetchOne(known, arguments: arguments) != nil else { return nil }
    let statement = try database.cachedStatement(
      sql: """
        SELECT message_id, admitted_at, leaf, received_sha256, received, is_sealed, format, decision
        FROM message WHERE source = ? AND source_id = ?
        """)
    guard let row = try Row.fetchOne(statement, arguments: arguments) else { return nil }
    guard let messageID = MessageID(row["message_id"]),
      let format = ContentFormat(rawValue: row["format"])
    else { throw StoreFailure.corrupt("message") }
    let leaf: Int64 = row["leaf"]
    let receipt = Receipt(
      messageID: messageID, source: envelope.source, id: envelope.id,
      admittedAt: Timestamp(milliseconds: row["admitted_at"]),
      decision: try decision(row["decision"]), logIndex: leaf, logSize: leaf + 1)
    let earlierDigest: Data = row["received_sha256"]
    if earlierDigest == content.digest { return .duplicate(receipt) }
    let received = try content.sealing.received(
      row["received"], of: messageID.text, isSealed: row["is_sealed"])
    return .differs(receipt, received: Array(received), format: format)
  }

  /// A fault for each attachment that the sender has not uploaded.
  fileprivate func missingAttachments(
    _ submission: Submission, holder: PartyURN
  ) throws -> [ValidationIssue] {
    var issues: [ValidationIssue] = []
    for claim in submission.attachments {
      let statement = try database.cachedStatement(
        sql: "SELECT 1 FROM attachment_holder WHERE sha256 = ? AND party = ?")
      if try Int.fetchOne(statement, arguments: [claim.sha256, holder.text]) == nil {
        issues.append(
          ValidationIssue(
            place: claim.place(), line: nil, rule: "attachment",
            message: "No such attachment was uploaded by this party; PUT it first."))
      }
    }
    return issues
  }

  /// Who hands a message in, as of this transaction.
  fileprivate func sender(of submission: Submission) -> Result<Party, Refusal> {
    switch submission.sender {
    case .certificate(let spkiSHA256):
      return directory.identify(spkiSHA256: spkiSHA256, at: now)
    case .notice:
      // The gateway's own word: only `NoticeSender` makes such a submission.
      guard let party = directory[submission.envelope.source] else {
        return .failure(Refusal(.certificateUnknown))
      }
      return party.state == .live ? .success(party) : .failure(Refusal(.partySuspended))
    }
  }

  fileprivate mutating func refuse(
    _ submission: Submission, _ refusal: Refusal, _ decided: FactsMemory.Entry?
  ) throws -> AdmissionOutcome {
    let envelope = submission.envelope
    var certificate: String?
    if case .certificate(let spkiSHA256) = submission.sender { certificate = spkiSHA256 }
    try append(
      LogEvent(
        .refused,
        [
          .certificate: certificate, .code: refusal.code.rawValue,
          .decision: decided?.decisionRow.digest, .facts: decided?.facts.digest,
          .policyVersion: decided?.decision.policyVersion,
          .purpose: submission.claims.purpose, .recipient: envelope.recipient.text,
          .source: envelope.source.text, .type: envelope.type,
        ]), subject: nil, message: nil)
    return .refused(refusal, decided?.decision)
  }

  fileprivate mutating func insert(
    _ submission: Submission, _ content: Content, _ decided: FactsMemory.Entry, _ facts: Facts
  ) throws -> Receipt {
    let envelope = submission.envelope
    let isSealed = submission.messageType.isSealed
    let consent = try consentOnRecord(of: submission, facts)
    let decision = decided.decision
    let messageID = surroundings.messageID(at: now)
    let leaf = logSize
    let sequence = takeSequence()
    try append(
      LogEvent(
        .admitted,
        [
          .basis: decision.grounds.lawfulBasis, .catalogueVersion: decision.catalogueVersion,
          .consent: consent, .contentDigest: content.hex, .decision: decided.decisionRow.digest,
          .facts: decided.facts.digest, .id: envelope.id,
          .policyVersion: decision.policyVersion, .purpose: envelope.purpose.rawValue,
          .recipient: envelope.recipient.text,
          .scope: isSealed ? AdmittedMessage.sealedScope : nil,
          .source: envelope.source.text, .type: envelope.type,
        ]), subject: messageID.text, message: sequence)
    let insert = try database.cachedStatement(
      sql: """
        INSERT INTO message (sequence, message_id, source, source_id, recipient, type, purpose,
          priority, admitted_at, expires_at, format, received, received_sha256, decision, leaf,
          facts, consent, is_sealed, child_keys)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    try insert.execute(arguments: [
      sequence, messageID.text, envelope.source.text, envelope.id, envelope.recipient.text,
      envelope.type, envelope.purpose.rawValue, submission.priority.rawValue,
      now.milliseconds, submission.expiresAt?.milliseconds, submission.format.rawValue,
      try content.sealing.stored(
        Data(submission.received), of: messageID, isSealed: isSealed),
      content.digest, decided.decisionRow.id, leaf, decided.facts.id, consent, isSealed,
      content.indexed.isEmpty ? nil : Data(content.indexed.flatMap(\.bytes)),
    ])
    for claim in submission.attachments {
      let attachment = try database.cachedStatement(
        sql: """
          INSERT INTO message_attachment (message, sha256, kind) VALUES (?, ?, ?)
          ON CONFLICT DO NOTHING
          """)
      try attachment.execute(arguments: [sequence, claim.sha256, claim.kind])
    }
    let admitted = AdmittedMessage(
      sequence: sequence, messageID: messageID, submission: submission,
      children: content.children, posted: content.posted, sureChildren: content.sureChildren,
      references: content.references, filePupils: content.filePupils)
    try place(admitted, decision)
    try recordUse(of: consent, by: sequence, submission.content)
    try applyEffect(of: admitted)
    try updateDuties(for: admitted)
    try settleRectification(for: admitted)
    return Receipt(
      messageID: messageID, source: envelope.source, id: envelope.id, admittedAt: now,
      decision: decision, logIndex: leaf, logSize: leaf + 1)
  }
}

/// A message just written, for the registers that it may change.
struct AdmittedMessage {
  /// What the log says of a sealed message's scope.
  static let sealedScope = "sealed"

  let sequence: Int64
  let messageID: MessageID
  let submission: Submission
  let children: [ChildKey]
  /// The keys of the pupil of a file for the lost pupil pool.
  var posted: [ChildKey] = []
  /// Keys that mean one child, not those of names alone; for returns of a register alone.
  var sureChildren: [ChildKey] = []
  /// Keys of references to a case that are personal.
  var references: [ChildKey] = []
  /// The keys of the pupils of a transfer file.
  var filePupils: [ChildKey] = []
}
