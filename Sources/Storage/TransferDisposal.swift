// The end of what the gateway keeps of transfer files: content and file go when the catalogue's
// time is over, and entries of the pool that nobody can claim any more go with them.
// Never before the receiver has said what came of the file, and never without a leaf.

import ExchangeModel
import Foundation
import GRDB
import MessageLog

/// What a sweep disposed of.
package struct TransferSweep: Sendable, Equatable {
  /// Transfer files, entries of the pool included.
  package var transfers = 0
  /// Entries of the pool that had run out.
  package var expired = 0
  /// Files on disk.
  package var files = 0

  package init() {}
}

/// How long things are kept (catalogue, rule R.CTF).
enum TransferRetention {
  /// After the acknowledgement of the import, or its rejection.
  static let afterAnswer: Int64 = 30 * 86_400_000
  /// A file on disk whose bytes somebody has just sent again is about to be used again.
  static let quiet: Int64 = 86_400_000
  /// Messages disposed of in one job of the writer.
  static let perJob = 20
  /// The age, in years, at which no school can enrol a pupil any more: an entry of the pool ends.
  static let leavingAge: Int64 = 20

  /// The day on which the pool's entry of a child ends.
  static func poolEnd(bornOn day: CivilDate) -> Timestamp? {
    let year = day.year + leavingAge
    // Whoever was born on 29 February.
    let birthday =
      CivilDate(year: year, month: day.month, day: day.day)
      ?? CivilDate(year: year, month: 3, day: 1)
    return birthday.map { Timestamp(milliseconds: $0.daysSinceEpoch * 86_400_000) }
  }
}

extension Store {
  /// Disposes of everything whose time is over by now.
  package func sweepTransfers() async throws -> TransferSweep {
    var total = TransferSweep()
    while !Task.isCancelled {
      let part = try await writer.submit { try $0.disposeOfTransfers() }
      total.expired += part.expired
      total.transfers += part.transfers
      guard part.transfers == TransferRetention.perJob else { break }
    }
    let files = attachmentFiles
    let due = try await pool.read { database in
      try String.fetchAll(
        database, sql: "SELECT sha256 FROM attachment_disposal ORDER BY sha256 LIMIT 1000")
    }
    for sha256 in due where !Task.isCancelled {
      // One job: nobody can begin to hold the attachment between the question and the unlink.
      let isGone = try await writer.submit { try $0.disposeOfAttachment(sha256, files) }
      if isGone { total.files += 1 }
    }
    return total
  }
}

extension WriteContext {
  fileprivate mutating func disposeOfTransfers() throws -> TransferSweep {
    var sweep = TransferSweep()
    let ends = try endsOfPool()
    for posting in ends { try expire(posting) }
    sweep.expired = ends.count
    let most = TransferRetention.perJob - ends.count
    let answered = most > 0 ? try answeredTransfers(most) : []
    for (reason, messages) in [("expired", ends), ("retention", answered)] {
      for message in messages { try dispose(of: message, because: reason) }
    }
    sweep.transfers = ends.count + answered.count
    return sweep
  }

  /// Entries of the pool that nobody has claimed in all the time a school could.
  private func endsOfPool() throws -> [Int64] {
    try Int64.fetchAll(
      database,
      sql: """
        SELECT message FROM pool_posting WHERE state = 'held' AND expires_at <= ?
        ORDER BY expires_at LIMIT ?
        """, arguments: [now.milliseconds, TransferRetention.perJob])
  }

  /// Files that are done with: their receiver told what came of them, would not take them, or
  /// carries them to S2S and has them; and files that left the pool.
  private func answeredTransfers(_ most: Int) throws -> [Int64] {
    try Int64.fetchAll(
      database,
      sql: """
        SELECT transfer.message FROM transfer
          JOIN message ON message.sequence = transfer.message
          JOIN party ON party.urn = transfer.recipient
          LEFT JOIN duty ON duty.message = transfer.message AND duty.state = 'met'
          LEFT JOIN acknowledgement ON acknowledgement.message = transfer.message
          LEFT JOIN pool_posting ON pool_posting.message = transfer.message
        WHERE disposed_at IS NULL AND (
          pool_posting.state = 'released' AND pool_posting.ended_at <= ?1
          OR pool_posting.message IS NULL AND (
            duty.ended_at <= ?1
            OR acknowledgement.acknowledged_at <= ?1
              AND (acknowledgement.outcome = 'refused' OR party.role = 'lost-pupil-pool')))
        GROUP BY transfer.message ORDER BY transfer.message LIMIT ?2
        """,
      arguments: [now.milliseconds - TransferRetention.afterAnswer, most])
  }

  /// Ends an entry: what was claimed and not decided is refused.
  private func expire(_ posting: Int64) throws {
    try database.execute(
      sql: """
        UPDATE pool_claim SET state = 'refused', decided_by = 'gateway', decided_at = ?,
          reason = 'expired' WHERE posting = ? AND state = 'open'
        """, arguments: [now.milliseconds, posting])
  }

  private mutating func dispose(of message: Int64, because reason: String) throws {
    try erase(message, because: reason)
    try database.execute(
      sql: "UPDATE transfer SET disposed_at = ? WHERE message = ?",
      arguments: [now.milliseconds, message])
    try database.execute(sql: "DELETE FROM pool_child WHERE posting = ?", arguments: [message])
    try database.execute(
      sql: """
        UPDATE pool_posting SET state = 'disposed', initials = '', ended_at = coalesce(ended_at, ?)
        WHERE message = ?
        """, arguments: [now.milliseconds, message])
    // Nobody is to find an entry in an inbox whose content is gone.
    try database.execute(
      sql: "UPDATE inbox SET ended = 'expired', watch_at = NULL WHERE message = ?",
      arguments: [message])
    try database.execute(
      sql: """
        INSERT INTO attachment_disposal (sha256)
        SELECT sha256 FROM message_attachment WHERE message = ? ON CONFLICT DO NOTHING
        """, arguments: [message])
  }

  /// True when the file is gone from the disk. One that another message still carries stays, and
  /// one that was just sent again waits. Done again after a crash, it does nothing.
  fileprivate mutating func disposeOfAttachment(
    _ sha256: String, _ files: AttachmentFiles
  ) throws -> Bool {
    let isCarried = try Bool.fetchOne(
      database,
      sql: """
        SELECT EXISTS (SELECT 1 FROM message_attachment AS carried WHERE sha256 = ?
          AND NOT EXISTS (SELECT 1 FROM erasure WHERE erasure.message = carried.message))
        """, arguments: [sha256])
    let newest = try Int64.fetchOne(
      database, sql: "SELECT max(stored_at) FROM attachment_holder WHERE sha256 = ?",
      arguments: [sha256])
    if isCarried != true, let newest, newest > now.milliseconds - TransferRetention.quiet {
      return false
    }
    try database.execute(
      sql: "DELETE FROM attachment_disposal WHERE sha256 = ?", arguments: [sha256])
    if isCarried == true { return false }
    try database.execute(
      sql: "DELETE FROM attachment_holder WHERE sha256 = ?", arguments: [sha256])
    try append(
      LogEvent(.disposed, [.attachment: sha256, .reason: "retention", .scope: "attachment"]),
      subject: nil, message: nil)
    // Before the commit: what is left after a crash is a line in the queue and no file.
    return files.remove(sha256)
  }
}
