// The verbs of tracing: search, look again, see more of a child, confirm. Each is a leaf, and so is
// each child that was shown, by a keyed digest.
// Never merges, never answers for a person, and never shows what the policy does not let it.

import Crypto
package import ExchangeModel
import Foundation
import GRDB
import MessageLog
package import PupilTracing

extension Store {
  /// Searches the pools of the caller's authority, and records the search and who was shown.
  ///
  /// Throws: the policy's refusal; `too-many-traces` beyond the limit of an hour; `not-found` when
  /// the request that it names was not sent to the caller.
  package func trace(
    _ new: NewTrace, by spkiSHA256: String, policy: @escaping TracePolicy
  ) async throws -> TraceRecord {
    let caller = try await currentDirectory().identify(
      spkiSHA256: spkiSHA256, at: surroundings.now()
    ).get()
    try new.require(policy, of: caller)
    let authority = String(caller.urn.localAuthority)
    let sealing = sealing
    let pools = tracePools
    let pool = try await pool.read { try pools.pool(of: authority, in: $0, sealing) }
    let answer = try pool.trace(new.query)
    let found = try await self.pool.read { database in
      try answer.candidates.compactMap { candidate -> FoundPupil? in
        // Whoever hardly resembles the child is nobody that the officer has ground to see.
        guard candidate.hasGround,
          let number = Int64(candidate.id),
          let pupil = try StoredPupil.find(number, in: database, sealing), pupil.record != nil
        else { return nil }
        return FoundPupil(candidate, pupil)
      }
    }
    // A child that one of its pools hides is hidden.
    let shown = FoundPupil.joined(found).filter { child in
      new.isNamedOfficer || child.pupils.allSatisfy { $0.restriction == .none }
    }
    let query = Data(PupilBody.bytes(of: new.query))
    let tracing = TraceWriting(keys: childKeys, sealing: sealing, limits: limits)
    return try await writer.submit { context in
      let party = try context.caller(spkiSHA256)
      try new.require(policy, of: party)
      return try context.insert(new, query, answer, shown, party, tracing)
    }
  }

  /// A trace again, for the party that made it; each child shown is a leaf again. Whoever may not
  /// search any more sees no trace again either.
  package func traceRecord(
    _ id: MessageID, for spkiSHA256: String, policy: @escaping TracePolicy
  ) async throws -> TraceRecord {
    let tracing = TraceWriting(keys: childKeys, sealing: sealing, limits: limits)
    return try await writer.submit { context in
      let party = try context.caller(spkiSHA256)
      let row = try TraceRow.find(id, of: party, in: context.database)
      let answer = policy(
        TraceFacts(
          asked: .search, role: party.role, state: party.state, purpose: row.purpose,
          isNamedOfficer: row.isNamedOfficer))
      if let code = answer.refusalCode { throw Refusal(code) }
      let record = try row.record(in: context.database, tracing.sealing)
      for candidate in record.candidates {
        try context.logShown(candidate.number, .name, of: row, by: party, tracing)
      }
      return record
    }
  }

  /// Shows more of a candidate to a named officer, step by step: the school; the address or the
  /// full record once a person took the candidate for the child. Each step is decided anew for the
  /// trace's purpose, has its own reason, and is a leaf for each pool's record that is shown.
  package func disclose(
    _ scope: PupilDisclosure, of candidate: Int, in id: MessageID, reason: String,
    by spkiSHA256: String, policy: @escaping TracePolicy
  ) async throws -> PupilRecord {
    let tracing = TraceWriting(keys: childKeys, sealing: sealing, limits: limits)
    return try await writer.submit { context in
      let party = try context.caller(spkiSHA256)
      let row = try TraceRow.find(id, of: party, in: context.database)
      guard let shown = try row.candidate(candidate, in: context.database, tracing.sealing) else {
        throw Refusal(.notFound)
      }
      let answer = policy(
        TraceFacts(
          asked: .disclosure, role: party.role, state: party.state, purpose: row.purpose,
          isNamedOfficer: row.isNamedOfficer, isRestricted: shown.candidate.isRestricted,
          isHousehold: shown.candidate.reading == .household, tellsHome: scope.tellsHome,
          isTakenForChild: row.isTakenForChild(candidate), isOver: row.isOver))
      if let code = answer.refusalCode { throw Refusal(code) }
      guard let record = shown.record else { throw Refusal(.notFound) }
      try context.database.execute(
        sql: "UPDATE trace_candidate SET disclosed = ? WHERE trace_id = ? AND position = ?",
        arguments: [max(scope, shown.candidate.disclosed).rawValue, id.text, candidate])
      try context.logShown(candidate, scope, of: row, by: party, tracing, reason: reason)
      return record
    }
  }

  /// Records what a person said of a trace. Saying the same again is the same.
  ///
  /// Throws: `trace-closed` when another outcome was confirmed; `bad-request` for a candidate that
  /// is not there, or is another child of the household.
  package func confirm(
    _ id: MessageID, _ confirmation: TraceConfirmation, by spkiSHA256: String
  ) async throws -> TraceRecord {
    let tracing = TraceWriting(keys: childKeys, sealing: sealing, limits: limits)
    return try await writer.submit { context in
      let party = try context.caller(spkiSHA256)
      let row = try TraceRow.find(id, of: party, in: context.database)
      guard row.isNamedOfficer else { throw Refusal(.traceNotAllowed) }
      if let earlier = row.confirmation {
        // What may be the child may still turn out to be it, or not.
        guard earlier.result == .possible || earlier == confirmation else {
          throw Refusal(.traceClosed)
        }
      }
      var digest: String?
      if let number = confirmation.candidate {
        guard let shown = try row.candidate(number, in: context.database, tracing.sealing),
          shown.candidate.reading == .child
        else {
          throw Refusal(
            .badRequest,
            issues: [
              ValidationIssue(
                place: "/candidate", line: nil, rule: "candidate",
                message: "Give the number of a candidate that was offered as the child.")
            ])
        }
        digest = shown.pupils.first.map { tracing.digest(of: $0.number) }
      }
      try context.database.execute(
        sql: """
          UPDATE trace SET state = ?, confirmation = ?, confirmed_candidate = ?, verified_by = ?
          WHERE trace_id = ?
          """,
        arguments: [
          confirmation.result == .notHere ? "closed" : "confirmed", confirmation.result.rawValue,
          confirmation.candidate, confirmation.verifiedBy, id.text,
        ])
      try context.append(
        LogEvent(
          .traceConfirmed,
          [
            .actor: party.urn.text, .digest: digest, .outcome: confirmation.result.rawValue,
            .reason: confirmation.verifiedBy, .id: row.officer,
          ]), subject: id.text, message: nil)
      return try TraceRow.find(id, of: party, in: context.database)
        .record(in: context.database, tracing.sealing)
    }
  }

  /// Asks others, by tokens of the day, whether they know the child: yes or no, nothing of a child.
  /// Children whose whereabouts must stay unknown never make a yes.
  package func enquire(
    _ id: MessageID, of parties: [PartyURN], by spkiSHA256: String, policy: @escaping TracePolicy
  ) async throws -> [TraceEnquiry] {
    let tracing = TraceWriting(keys: childKeys, sealing: sealing, limits: limits)
    return try await writer.submit { context in
      let party = try context.caller(spkiSHA256)
      let row = try TraceRow.find(id, of: party, in: context.database)
      let answer = policy(
        TraceFacts(
          asked: .enquiry, role: party.role, state: party.state, purpose: row.purpose,
          isNamedOfficer: row.isNamedOfficer))
      if let code = answer.refusalCode { throw Refusal(code) }
      guard let query = try row.query(in: context.database, tracing.sealing) else {
        throw Refusal(.contentErased)
      }
      for asked in parties {
        try context.enquire(query, of: asked, in: row, by: party, tracing)
      }
      return try TraceRow.find(id, of: party, in: context.database)
        .record(in: context.database, tracing.sealing).enquiries
    }
  }

  /// What composing a message from a trace takes, for the party that made it.
  package func traceMaterial(
    _ id: MessageID, for spkiSHA256: String
  ) async throws -> TraceMaterial {
    let party = try await currentDirectory().identify(
      spkiSHA256: spkiSHA256, at: surroundings.now()
    ).get()
    let sealing = sealing
    return try await pool.read { database in
      let row = try TraceRow.find(id, of: party, in: database)
      let confirmed = try row.confirmation?.candidate.flatMap {
        try row.candidate($0, in: database, sealing)
      }
      let request = try Row.fetchOne(
        database,
        sql: """
          SELECT message.source, trace_question.cap FROM trace
          JOIN message ON message.sequence = trace.request
          LEFT JOIN trace_question ON trace_question.message = trace.request
          WHERE trace.trace_id = ?
          """, arguments: [id.text])
      let requester: String? = request?["source"]
      let cap: String? = request?["cap"]
      return TraceMaterial(
        trace: try row.record(in: database, sealing), party: party,
        query: try row.query(in: database, sealing), record: confirmed?.record,
        isRestricted: confirmed?.candidate.isRestricted ?? false,
        requester: requester.flatMap { PartyURN($0) },
        cap: cap.flatMap(DisclosureCap.init(rawValue:)))
    }
  }

  /// The content of a request that the caller received, to make a trace of it. It counts as read.
  package func openForTrace(
    _ request: MessageID, by spkiSHA256: String
  ) async throws -> StoredMessage {
    try await open(request, by: spkiSHA256)
  }
}

extension TraceCandidate {
  /// Probability below which a pupil is not shown.
  private static let leastPosterior = 0.005

  /// Whether there is ground to show this pupil: it may be the child; or it is of its household, by
  /// a name or its people. That somebody lives at the same postcode, or in the same house, is none.
  fileprivate var hasGround: Bool {
    guard reading == .household else { return posterior >= Self.leastPosterior }
    let kin: [FieldReason.Field] = [.surname, .name, .parents, .siblings]
    return reasons.contains { kin.contains($0.field) && $0.bits > 0 }
  }
}

/// What writing about traces takes.
struct TraceWriting: Sendable {
  let keys: ChildKeys
  let sealing: Sealing
  let limits: Limits

  /// What stands for a shown child in the log: a keyed digest of its row.
  func digest(of pupil: Int64) -> String {
    Hex.text(keys.poolKey("shown", Array(String(pupil).utf8)).bytes)
  }
}

extension NewTrace {
  /// Throws the refusal of the rule that denies.
  fileprivate func require(_ policy: TracePolicy, of party: Party) throws(Refusal) {
    let answer = policy(
      TraceFacts(
        asked: .search, role: party.role, state: party.state, purpose: purpose,
        isNamedOfficer: isNamedOfficer))
    if let code = answer.refusalCode { throw Refusal(code) }
  }
}
