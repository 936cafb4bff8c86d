// The lost pupil pool: files of children whose next school nobody knows. Postings, searches and
// claims take effect in the transaction that admits their message.
// Never shows more than initials, year group and authority before a release, never translates a
// ground of 2006, and never hands a file over twice.

import ExchangeModel
import Foundation
import GRDB
import MessageLog

/// How long after a pupil left the posting is kept from view: a setting of each authority, because
/// practice differs (the S2S guide: 15 school days; others 20, or four weeks).
package enum PostingDelay: String, Sendable, CaseIterable {
  case fifteenSchoolDays = "15-school-days"
  case twentySchoolDays = "20-school-days"
  case fourWeeks = "4-weeks"

  var clock: MessageType.Clock {
    switch self {
    case .fifteenSchoolDays: MessageType.Clock(count: 15, unit: "school-day")
    case .twentySchoolDays: MessageType.Clock(count: 20, unit: "school-day")
    case .fourWeeks: MessageType.Clock(count: 28, unit: "calendar-day")
    }
  }
}

extension WriteContext {
  // MARK: Postings

  /// Puts a file into the pool.
  mutating func recordPosting(
    _ posting: LostPupilPosting, of message: AdmittedMessage
  ) throws {
    let envelope = message.submission.envelope
    try recordTransfer(posting.file, of: message)
    // An authority's officers may be sent a posting as well: that one is no entry of the pool.
    guard let face = posting.face, isPool(envelope.recipient) else { return }
    let visible = try visibleFrom(posting, face, postedBy: envelope.source, envelope.recipient)
    try database.execute(
      sql: """
        INSERT INTO pool_posting (message, poster, authority, initials, year_group, regulations,
          ground, posted_at, visible_from, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        message.sequence, envelope.source.text, face.authority, face.initials, face.yearGroup,
        posting.regulations.rawValue, posting.ground, now.milliseconds, visible.milliseconds,
        posting.bornOn.flatMap { TransferRetention.poolEnd(bornOn: $0) }?.milliseconds,
      ])
    for key in Set(message.posted) {
      try database.execute(
        sql: "INSERT INTO pool_child (child_key, posting) VALUES (?, ?)",
        arguments: [key.data, message.sequence])
    }
  }

  private func isPool(_ party: PartyURN) -> Bool {
    directory[party]?.role.rawValue.utf8.elementsEqual("lost-pupil-pool".utf8) ?? false
  }

  /// The end of the delay of the posting authority, from the day the pupil left.
  ///
  /// School days are counted by the school's calendar. Without one nobody can count them: then it
  /// is four weeks, which is not shorter than 20 school days in term.
  private mutating func visibleFrom(
    _ posting: LostPupilPosting, _ face: LostPupilPosting.Face, postedBy poster: PartyURN,
    _ pool: PartyURN
  ) throws -> Timestamp {
    guard let left = posting.leftOn, left.daysSinceEpoch <= today else { return now }
    let delay = try postingDelay(of: face.authority)
    let start = Timestamp(milliseconds: left.daysSinceEpoch * 86_400_000 + 43_200_000)
    for delay in [delay, .fourWeeks] {
      if case .due(let at, _) = try dueAnswer(
        delay.clock, from: start, owedBy: poster, owedTo: pool)
      {
        return max(now, at)
      }
    }
    return now
  }

  func postingDelay(of authority: String) throws -> PostingDelay {
    let word = try String.fetchOne(
      database, sql: "SELECT delay FROM pool_delay WHERE authority = ?", arguments: [authority])
    return word.flatMap { PostingDelay(rawValue: $0) } ?? .fifteenSchoolDays
  }

  // MARK: Searches

  /// Owes the officers what the pool has on the child of their search: initials, year group and
  /// authority of each posting, and on what it agreed.
  mutating func answerPoolSearch(_ message: AdmittedMessage) throws {
    let envelope = message.submission.envelope
    guard isPool(envelope.recipient) else { return }
    var hits: [Int64: Set<String>] = [:]
    for (key, word) in try searchKeys(message) {
      let found = try Int64.fetchAll(
        database,
        sql: """
          SELECT pool_posting.message FROM pool_child
          JOIN pool_posting ON pool_posting.message = pool_child.posting
          WHERE pool_child.child_key = ? AND state = 'held' AND visible_from <= ?
          ORDER BY pool_posting.message LIMIT 20
          """, arguments: [key.data, now.milliseconds])
      for posting in found { hits[posting, default: []].insert(word) }
    }
    var lines: [String] = []
    for posting in hits.keys.sorted().prefix(20) {
      guard let entry = try LostPupil.find(posting, in: database) else { continue }
      lines.append(
        [
          entry.id, entry.face.initials, entry.face.yearGroup, entry.face.authority,
          (hits[posting] ?? []).sorted().joined(separator: "+"),
        ].joined(separator: " "))
    }
    try owe(
      .lostPupilsFound, to: envelope.source, from: envelope.recipient,
      about: message.messageID, detail: ["hits": lines.joined(separator: "\n")])
    try append(
      LogEvent(
        .searched,
        [
          .actor: envelope.source.text, .count: String(lines.count),
          .messageID: message.messageID.text, .purpose: envelope.purpose.rawValue,
          .scope: LostPupil.scope,
        ]), subject: nil, message: nil)
  }

  /// The keys of the child that is searched for, with what agrees when one is found. Names alone
  /// find nobody.
  private func searchKeys(_ message: AdmittedMessage) throws -> [(ChildKey, String)] {
    let identifiers = message.submission.content.identifiers
    var rest = message.children[...]
    var keys: [(ChildKey, String)] = []
    for name in ["upn", "formerUpn"] where identifiers[name] != nil {
      if let key = rest.popFirst() { keys.append((key, "upn")) }
    }
    // What is left are the key of the names, and that of the names with the date of birth.
    if identifiers["dateOfBirth"] != nil, let key = rest.last { keys.append((key, "name")) }
    return keys
  }
}
