// The verbs of the lost pupil pool: list, see claims, release, and the delay of an authority.
// Never lists without a purpose in the log, and asks the access policy for each entry.

package import ExchangeModel
import GRDB
import MessageLog

/// An entry of the pool, as officers see it at first.
package struct LostPupil: Sendable, Equatable {
  /// What the log says of the pool's events.
  package static let scope = "lost-pupil-pool"

  /// The posting's id: that of the message which posted it.
  package let id: String
  package let face: LostPupilPosting.Face
  package let postedAt: Timestamp

  static func find(_ message: Int64, in database: Database) throws -> LostPupil? {
    let row = try Row.fetchOne(
      database,
      sql: """
        SELECT message_id, initials, year_group, authority, posted_at FROM pool_posting
        JOIN message ON message.sequence = pool_posting.message WHERE pool_posting.message = ?
        """, arguments: [message])
    return row.map {
      LostPupil(
        id: $0["message_id"],
        face: LostPupilPosting.Face(
          initials: $0["initials"], yearGroup: $0["year_group"], authority: $0["authority"]),
        postedAt: Timestamp(milliseconds: $0["posted_at"]))
    }
  }
}

/// A page of the pool, oldest first.
package struct LostPupilPage: Sendable, Equatable {
  package let pupils: [LostPupil]
  /// What to go on after; nil on the last page.
  package let next: MessageID?
}

/// A claim as its parties see it.
package struct LostPupilClaimEntry: Sendable, Equatable {
  package enum State: String, Sendable, CaseIterable { case open, released, refused }
  enum PostingState: String { case held, released, disposed }

  /// The claim's id: that of its message.
  package let id: String
  package let postingID: String
  package let face: LostPupilPosting.Face
  /// The ground of the deletion, with the regulations that its letter is of.
  package let regulations: LostPupilPosting.Regulations
  package let ground: String
  package let claimant: PartyURN
  package let school: String
  package let evidence: [String]
  package let claimedAt: Timestamp
  package let state: State
  /// Who decided, by name, and why.
  package let decidedBy: String?
  package let reason: String?
  let message: Int64
  let posting: Int64
  let postingState: PostingState
  let poster: PartyURN
  var authority: String { face.authority }

  fileprivate static let columns = """
    SELECT pool_claim.*, claiming.message_id AS id, posted.message_id AS posting_id, poster,
      authority, initials, year_group, regulations, ground, pool_posting.state AS posting_state
    FROM pool_claim JOIN pool_posting ON pool_posting.message = pool_claim.posting
      JOIN message AS claiming ON claiming.sequence = pool_claim.message
      JOIN message AS posted ON posted.sequence = pool_claim.posting
    """

  fileprivate init(_ row: Row) throws {
    guard let regulations = LostPupilPosting.Regulations(rawValue: row["regulations"]),
      let claimant = PartyURN(row["claimant"]), let poster = PartyURN(row["poster"]),
      let state = State(rawValue: row["state"]),
      let postingState = PostingState(rawValue: row["posting_state"])
    else { throw StoreFailure.corrupt("pool_claim") }
    let evidence: String = row["evidence"]
    id = row["id"]
    postingID = row["posting_id"]
    face = LostPupilPosting.Face(
      initials: row["initials"], yearGroup: row["year_group"], authority: row["authority"])
    self.regulations = regulations
    ground = row["ground"]
    self.claimant = claimant
    school = row["school"]
    self.evidence = evidence.split(separator: " ").map { String($0) }
    claimedAt = Timestamp(milliseconds: row["claimed_at"])
    self.state = state
    decidedBy = row["decided_by"]
    reason = row["reason"]
    message = row["message"]
    posting = row["posting"]
    self.postingState = postingState
    self.poster = poster
  }

  /// Whether a party may release the file: whoever posted it, and the officers of its authority.
  func isDecided(by party: Party) -> Bool {
    party.urn == poster
      || (party.urn.localAuthority.utf8.elementsEqual(authority.utf8)
        && party.role.rawValue.utf8.elementsEqual("children-missing-education".utf8))
  }
}

extension Store {
  /// A page of the pool for officers of any authority. The listing is in the log, with its purpose.
  ///
  /// Throws: `Refusal(.routeNotAllowed)` for any other party.
  package func lostPupils(
    for spkiSHA256: String, purpose: Purpose, after: MessageID?, limit: Int
  ) async throws -> LostPupilPage {
    let gate = gate
    return try await writer.submit { context in
      let party = try context.caller(spkiSHA256)
      guard party.role.rawValue.utf8.elementsEqual("children-missing-education".utf8) else {
        throw Refusal(.routeNotAllowed)
      }
      var start: Int64 = 0
      if let after {
        let sql = "SELECT sequence FROM message WHERE message_id = ?"
        let found = try Int64.fetchOne(context.database, sql: sql, arguments: [after.text])
        guard let found else { throw Refusal(.badParameter) }
        start = found
      }
      let found = try Int64.fetchAll(
        context.database,
        sql: """
          SELECT message FROM pool_posting
          WHERE state = 'held' AND visible_from <= ? AND message > ? ORDER BY message LIMIT ?
          """, arguments: [context.now.milliseconds, start, limit + 1])
      var pupils: [LostPupil] = []
      for sequence in found.prefix(limit) {
        guard let row = try MessageRow.find(sequence: sequence, in: context.database),
          let pupil = try LostPupil.find(sequence, in: context.database)
        else { throw StoreFailure.corrupt("pool_posting") }
        try gate.requirePoolEntry(of: row, by: party)
        pupils.append(pupil)
      }
      try context.append(
        LogEvent(
          .searched,
          [
            .actor: party.urn.text, .count: String(pupils.count), .purpose: purpose.rawValue,
            .scope: LostPupil.scope,
          ]), subject: nil, message: nil)
      return LostPupilPage(
        pupils: pupils,
        next: found.count > limit ? pupils.last.flatMap { MessageID($0.id) } : nil)
    }
  }

  /// The claims that a party made, and those it may decide; newest first, at most 100.
  package func poolClaims(for spkiSHA256: String) async throws -> [LostPupilClaimEntry] {
    let party = try await currentDirectory().identify(
      spkiSHA256: spkiSHA256, at: surroundings.now()
    ).get()
    return try await pool.read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          \(LostPupilClaimEntry.columns)
          WHERE pool_claim.claimant = ?1 OR poster = ?1 OR authority = ?2
          ORDER BY pool_claim.message DESC LIMIT 100
          """, arguments: [party.urn.text, String(party.urn.localAuthority)])
      return try rows.map { try LostPupilClaimEntry($0) }.filter {
        $0.claimant == party.urn || $0.isDecided(by: party)
      }
    }
  }

  /// Releases a claimed file, or refuses the claim, in the name of a person.
  ///
  /// Throws: `Refusal(.notFound)` for whoever may not decide, `Refusal(.alreadyAcknowledged)` when
  /// it was decided before: the file moves once.
  package func decideClaim(
    _ id: MessageID, by spkiSHA256: String, named person: String, releases: Bool,
    reason: String?
  ) async throws -> LostPupilClaimEntry {
    try await writer.submit { context in
      let party = try context.caller(spkiSHA256)
      let sql = "\(LostPupilClaimEntry.columns) WHERE claiming.message_id = ?"
      func find() throws -> LostPupilClaimEntry {
        let row = try Row.fetchOne(context.database, sql: sql, arguments: [id.text])
        guard let row else { throw Refusal(.notFound) }
        return try LostPupilClaimEntry(row)
      }
      let claim = try find()
      guard claim.isDecided(by: party) else { throw Refusal(.notFound) }
      try context.decide(claim, by: party, named: person, releases: releases, reason: reason)
      return try find()
    }
  }

  /// Sets how long an authority's postings are kept from view. At the gateway's machine alone.
  package func setPostingDelay(_ delay: PostingDelay, of authority: String) async throws {
    try await writer.submit { context in
      try context.database.execute(
        sql: """
          INSERT INTO pool_delay (authority, delay) VALUES (?, ?)
          ON CONFLICT (authority) DO UPDATE SET delay = excluded.delay
          """, arguments: [authority, delay.rawValue])
      try context.append(
        LogEvent(
          .administratorActed,
          [.change: delay.rawValue, .scope: LostPupil.scope, .party: authority]),
        subject: nil, message: nil)
    }
  }
}
