// Claims for files of the lost pupil pool, and their release by a named person.
// Never releases one file twice, nor to anybody but the school of the claim or its authority.

import ExchangeModel
import Foundation
import GRDB
import MessageLog

extension WriteContext {
  /// Why a claim cannot be taken; nil when it can, or the message is none.
  ///
  /// The UPN of the claim must be that of the posting: the posting's id and the child's number are
  /// two things that agree, besides the evidence stated.
  func poolRefusal(of submission: Submission, _ children: [ChildKey]) throws -> Refusal? {
    guard case .lostPupilClaim(let claim) = submission.content.effect else { return nil }
    let row = try Row.fetchOne(
      database,
      sql: """
        SELECT pool_posting.message, state, visible_from FROM pool_posting
        JOIN message ON message.sequence = pool_posting.message WHERE message.message_id = ?
        """, arguments: [claim.posting.lowercased()])
    let visible: Int64 = row?["visible_from"] ?? .max
    let state: String = row?["state"] ?? ""
    guard let row, visible <= now.milliseconds, state.utf8.elementsEqual("held".utf8) else {
      return fault("postingId", "There is no such posting in the pool, or it was released.")
    }
    let posting: Int64 = row["message"]
    let matches = try children.contains { key in
      try Int.fetchOne(
        database, sql: "SELECT 1 FROM pool_child WHERE child_key = ? AND posting = ?",
        arguments: [key.data, posting]) != nil
    }
    return matches ? nil : fault("upn", "The UPN is not that of the posting. Check both.")
  }

  private func fault(_ member: String, _ message: String) -> Refusal {
    Refusal(
      .payloadInvalid,
      issues: [
        ValidationIssue(place: "/data/\(member)", line: nil, rule: "claim", message: message)
      ])
  }

  /// Records a claim; it waits for a person.
  func recordClaim(_ claim: LostPupilClaim, of message: AdmittedMessage) throws {
    try database.execute(
      sql: """
        INSERT INTO pool_claim (message, posting, claimant, school, evidence, claimed_at)
        SELECT ?, sequence, ?, ?, ?, ? FROM message WHERE message_id = ?
        """,
      arguments: [
        message.sequence, message.submission.envelope.source.text, claim.school,
        claim.evidence.joined(separator: " "), now.milliseconds, claim.posting.lowercased(),
      ])
  }

  /// Releases a claimed file, or refuses the claim.
  mutating func decide(
    _ claim: LostPupilClaimEntry, by party: Party, named person: String, releases: Bool,
    reason: String?
  ) throws {
    guard claim.state == .open else { throw Refusal(.alreadyAcknowledged) }
    var notice: Int64?
    if releases {
      guard claim.postingState == .held else { throw Refusal(.alreadyAcknowledged) }
      notice = try release(claim)
      try database.execute(
        sql: "UPDATE pool_posting SET state = 'released', ended_at = ? WHERE message = ?",
        arguments: [now.milliseconds, claim.posting])
    }
    try database.execute(
      sql: """
        UPDATE pool_claim SET state = ?, decided_party = ?, decided_by = ?, decided_at = ?,
          reason = ?, notice = ? WHERE message = ?
        """,
      arguments: [
        releases ? "released" : "refused", party.urn.text, person, now.milliseconds, reason, notice,
        claim.message,
      ])
    try append(
      LogEvent(
        releases ? .released : .refused,
        [
          .actor: party.urn.text, .messageID: claim.postingID, .purpose: "record-transfer",
          .recipient: claim.claimant.text, .scope: LostPupil.scope,
        ]), subject: claim.id, message: claim.message)
  }

  /// Owes the claimant the file, in the name of the school or authority that posted it.
  private mutating func release(_ claim: LostPupilClaimEntry) throws -> Int64 {
    guard let recipient = receiver(for: claim.school) else { throw Refusal(.unknownRecipient) }
    guard let source = speaker(for: claim) else { throw Refusal(.unknownRecipient) }
    let row = try Row.fetchOne(
      database,
      sql: """
        SELECT file_name, version, transfer.sha256, size FROM transfer
        JOIN attachment ON attachment.sha256 = transfer.sha256 WHERE message = ?
        """, arguments: [claim.posting])
    guard let row else { throw StoreFailure.corrupt("transfer") }
    let size: Int64 = row["size"]
    let sha256: String = row["sha256"]
    try hold(sha256, by: source)
    return try owe(
      .lostPupilReleased, to: recipient, from: source, about: MessageID(claim.id),
      detail: [
        "fileName": row["file_name"], "version": row["version"], "sha256": sha256,
        "size": String(size),
      ])
  }

  /// Lets whoever speaks send the file: the desk of an authority did not upload it itself.
  private mutating func hold(_ sha256: String, by party: PartyURN) throws {
    try database.execute(
      sql: """
        INSERT INTO attachment_holder (sha256, party, stored_at) VALUES (?, ?, ?)
        ON CONFLICT DO NOTHING
        """, arguments: [sha256, party.text, now.milliseconds])
    guard database.changesCount > 0 else { return }
    try append(
      LogEvent(.attachmentStored, [.actor: party.text, .attachment: sha256]), subject: nil,
      message: nil)
  }

  /// The school of a claim when it takes part in the exchange, else its authority's transfer desk.
  private func receiver(for school: String) -> PartyURN? {
    let number = (String(school.prefix(3)), String(school.suffix(4)))
    if let urn = PartyURN("urn:gatehouse:\(number.0):\(number.1)"),
      directory[urn]?.state == .live
    {
      return urn
    }
    return transferDesk(of: number.0)
  }

  /// Whoever posted the file, when it may send transfer files; else its authority's desk.
  private func speaker(for claim: LostPupilClaimEntry) -> PartyURN? {
    guard let poster = directory[claim.poster], poster.state == .live,
      !poster.role.rawValue.utf8.elementsEqual("children-missing-education".utf8)
    else { return transferDesk(of: claim.authority) }
    return poster.urn
  }

  private func transferDesk(of authority: String) -> PartyURN? {
    directory.all.first {
      $0.state == .live && $0.urn.localAuthority.utf8.elementsEqual(authority.utf8)
        && $0.role.rawValue.utf8.elementsEqual("local-authority-transfers".utf8)
    }?.urn
  }
}
