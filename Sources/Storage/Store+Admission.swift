// The verb `admit`: one message, its decision and its leaf in one transaction.
// Never shares without a permit: the closure's decision is the only way to an inbox row.

import Crypto
package import ExchangeModel
import Foundation
import GRDB
import MessageLog

/// A checked message on its way in.
package struct Submission: Sendable {
  package let envelope: Envelope
  /// The exact bytes received, and their format.
  package let received: [UInt8]
  package let format: ContentFormat
  /// The priority and expiry as resolved from the envelope and its type.
  package let priority: Priority
  package let expiresAt: Timestamp?
  /// Attachments the payload names.
  package let attachments: [AttachmentClaim]
  /// The certificate that sent it.
  package let spkiSHA256: String

  package init(
    envelope: Envelope, received: [UInt8], format: ContentFormat, priority: Priority,
    expiresAt: Timestamp?, attachments: [AttachmentClaim], spkiSHA256: String
  ) {
    self.envelope = envelope
    self.received = received
    self.format = format
    self.priority = priority
    self.expiresAt = expiresAt
    self.attachments = attachments
    self.spkiSHA256 = spkiSHA256
  }
}

/// An attachment as a payload names it.
package struct AttachmentClaim: Sendable, Equatable {
  package let kind: String
  /// Lower-case hex.
  package let sha256: String
  /// JSON Pointer or XPath of the claim, for the fault's place.
  package let place: String

  package init(kind: String, sha256: String, place: String) {
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
  /// The directory, the decision and every row are of one transaction. `decide` gets the sender,
  /// the recipient if known, and the transaction's time.
  package func admit(
    _ submission: Submission,
    decide: @escaping @Sendable (Party, Party?, Timestamp) -> Decision
  ) async throws -> AdmissionOutcome {
    // Made here, so that the one writer does as little as can be.
    let content = Content(submission.received)
    return try await writer.submit { context in
      let identified = context.directory.identify(
        spkiSHA256: submission.spkiSHA256, at: context.now)
      let sender: Party
      switch identified {
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
      let recipient = context.directory[submission.envelope.recipient]
      let decision = decide(sender, recipient, context.now)
      guard decision.verdict == .permit, recipient != nil else {
        let code = decision.refusalCode ?? .unknownRecipient
        return try context.refuse(submission, Refusal(code), decision)
      }
      let missing = try context.missingAttachments(submission, holder: sender.urn)
      guard missing.isEmpty else {
        let refusal = Refusal(.attachmentMissing, issues: missing)
        return try context.refuse(submission, refusal, decision)
      }
      return .admitted(try context.insert(submission, content, decision))
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

/// The bytes received as they go into the row, and their SHA-256.
private struct Content: Sendable {
  let bytes: Data
  let digest: Data
  let hex: String

  init(_ received: [UInt8]) {
    bytes = Data(received)
    let hash = SHA256.hash(data: received)
    digest = Data(hash)
    hex = hexadecimal(hash)
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
        SELECT message_id, admitted_at, leaf, received_sha256, received, format, decision
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
    let received: Data = row["received"]
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
            place: claim.place, line: nil, rule: "attachment",
            message: "No such attachment was uploaded by this party; PUT it first."))
      }
    }
    return issues
  }

  fileprivate mutating func refuse(
    _ submission: Submission, _ refusal: Refusal, _ decision: Decision?
  ) throws -> AdmissionOutcome {
    let envelope = submission.envelope
    try append(
      LogEvent(
        .refused,
        [
          .certificate: submission.spkiSHA256, .code: refusal.code.rawValue,
          .policyVersion: decision?.policyVersion, .recipient: envelope.recipient.text,
          .source: envelope.source.text, .type: envelope.type,
        ]), subject: nil, message: nil)
    return .refused(refusal, decision)
  }

  fileprivate mutating func insert(
    _ submission: Submission, _ content: Content, _ decision: Decision
  ) throws -> Receipt {
    let envelope = submission.envelope
    let messageID = surroundings.messageID(at: now)
    let leaf = logSize
    let decisionRow = try decisionRow(decision)
    let sequence = takeSequence()
    try append(
      LogEvent(
        .admitted,
        [
          .basis: decision.grounds.lawfulBasis, .catalogueVersion: decision.catalogueVersion,
          .contentDigest: content.hex, .decision: decisionRow.digest, .id: envelope.id,
          .policyVersion: decision.policyVersion, .purpose: envelope.purpose.rawValue,
          .recipient: envelope.recipient.text, .source: envelope.source.text,
          .type: envelope.type,
        ]), subject: messageID.text, message: sequence)
    let insert = try database.cachedStatement(
      sql: """
        INSERT INTO message (sequence, message_id, source, source_id, recipient, type, purpose,
          priority, admitted_at, expires_at, format, received, received_sha256, decision, leaf)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """)
    try insert.execute(arguments: [
      sequence, messageID.text, envelope.source.text, envelope.id, envelope.recipient.text,
      envelope.type, envelope.purpose.rawValue, submission.priority.rawValue,
      now.milliseconds, submission.expiresAt?.milliseconds, submission.format.rawValue,
      content.bytes, content.digest, decisionRow.id, leaf,
    ])
    let inbox = try database.cachedStatement(
      sql: "INSERT INTO inbox (recipient, message) VALUES (?, ?)")
    try inbox.execute(arguments: [envelope.recipient.text, sequence])
    for claim in submission.attachments {
      let attachment = try database.cachedStatement(
        sql: """
          INSERT INTO message_attachment (message, sha256, kind) VALUES (?, ?, ?)
          ON CONFLICT DO NOTHING
          """)
      try attachment.execute(arguments: [sequence, claim.sha256, claim.kind])
    }
    woken.insert(envelope.recipient)
    return Receipt(
      messageID: messageID, source: envelope.source, id: envelope.id, admittedAt: now,
      decision: decision, logIndex: leaf, logSize: leaf + 1)
  }
}
