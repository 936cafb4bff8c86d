// What a trace writes: its row, its candidates, the yes or no of others, and a leaf for each thing
// that somebody saw. Never a name in any of them: the question is sealed, a child a keyed digest.

import Crypto
package import ExchangeModel
import Foundation
import GRDB
import MessageLog
import PupilTracing

extension WriteContext {
  /// Writes a trace with what was found.
  mutating func insert(
    _ new: NewTrace, _ query: Data, _ answer: TraceAnswer, _ found: [FoundPupil], _ party: Party,
    _ tracing: TraceWriting
  ) throws -> TraceRecord {
    let hourAgo = now.adding(seconds: -3600).milliseconds
    let recent = try Int.fetchOne(
      database, sql: "SELECT count(*) FROM trace WHERE party = ? AND asked_at > ?",
      arguments: [party.urn.text, hourAgo])
    guard recent ?? 0 < tracing.limits.tracesPerHour else { throw Refusal(.tooManyTraces) }
    var request: Int64?
    if let message = new.request {
      guard let row = try MessageRow.find(message, in: database),
        row.summary.recipient == party.urn
      else { throw Refusal(.notFound) }
      request = row.sequence
    }
    // Where a candidate was left out there may be somebody: that is not told.
    let offered = found.filter { $0.reading == .child }.map(\.posterior)
    let outcome = offered.isEmpty ? Self.nobody(answer) : TraceOutcome(offering: offered)
    let id = surroundings.messageID(at: now)
    let leaf = try append(
      LogEvent(
        .searched,
        [
          .actor: party.urn.text, .count: String(found.count), .messageID: new.request?.text,
          .outcome: outcome.rawValue, .policyVersion: answer.modelVersion, .purpose: new.purpose,
          .reason: new.reason, .id: new.officer, .scope: "trace",
        ]), subject: id.text, message: nil)
    try database.execute(
      sql: """
        INSERT INTO trace (trace_id, party, officer, is_named, purpose, reason, request, query,
          outcome, not_here, model, state, asked_at, leaf)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', ?, ?)
        """,
      arguments: [
        id.text, party.urn.text, new.officer, new.isNamedOfficer, new.purpose, new.reason, request,
        try tracing.sealing.seal(query, as: TraceRow.name(id)), outcome.rawValue, answer.notHere,
        answer.modelVersion, now.milliseconds, leaf,
      ])
    let row = try TraceRow.find(id, of: party, in: database)
    for (index, item) in found.prefix(TraceLimits.candidates).enumerated() {
      try database.execute(
        sql: """
          INSERT INTO trace_candidate (trace_id, position, pupil, reading, bits, posterior, reasons)
          VALUES (?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          id.text, index + 1, item.pupils.first?.number, item.reading.rawValue, item.bits,
          item.posterior, TraceReasons.text(item.reasons),
        ])
      for pupil in item.pupils.dropFirst() {
        try database.execute(
          sql: "INSERT INTO trace_candidate_record (trace_id, position, pupil) VALUES (?, ?, ?)",
          arguments: [id.text, index + 1, pupil.number])
      }
    }
    let record = try row.record(in: database, tracing.sealing)
    for candidate in record.candidates {
      try logShown(candidate.number, .name, of: row, by: party, tracing)
    }
    return record
  }

  private static func nobody(_ answer: TraceAnswer) -> TraceOutcome {
    answer.outcome == .lowConfidence ? .lowConfidence : .none
  }

  /// A leaf for each record of a child that was shown, and how much of it.
  mutating func logShown(
    _ number: Int, _ scope: PupilDisclosure, of row: TraceRow, by party: Party,
    _ tracing: TraceWriting, reason: String? = nil
  ) throws {
    let pupils = try TraceRow.pupils(of: number, in: row.id, database)
    guard !pupils.isEmpty else { throw Refusal(.notFound) }
    for pupil in pupils {
      try append(
        LogEvent(
          .pupilShown,
          [
            .actor: party.urn.text, .digest: tracing.digest(of: pupil), .purpose: row.purpose,
            .reason: reason, .id: row.officer, .scope: scope.rawValue,
          ]), subject: row.id.text, message: nil)
    }
  }

  /// Asks one party's pool by the tokens of the day, and writes the answer. Asked again on the same
  /// day, it is the same question.
  mutating func enquire(
    _ query: TraceQuery, of asked: PartyURN, in row: TraceRow, by party: Party,
    _ tracing: TraceWriting
  ) throws {
    let keys = StrongKeys.texts(of: query).map { tracing.keys.poolKey($0.kind, $0.value) }
    let tokens = DayTokens(asker: party.urn, asked: asked, day: today, keys: tracing.keys)
    let question = keys.map { tokens.token(of: $0) }.sorted { $0.lexicographicallyPrecedes($1) }
    let answer = try answer(to: keys, of: asked)
    try database.execute(
      sql: """
        INSERT INTO trace_enquiry (trace_id, party, day, answer, asked_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (trace_id, party, day) DO UPDATE SET answer = excluded.answer
        """,
      arguments: [row.id.text, asked.text, today, answer.rawValue, now.milliseconds])
    try append(
      LogEvent(
        .searched,
        [
          .actor: party.urn.text, .digest: Hex.text(SHA256.hash(data: question.flatMap { $0 })),
          .outcome: answer.rawValue, .purpose: row.purpose, .recipient: asked.text,
          .id: row.officer, .scope: "trace-enquiry",
        ]), subject: row.id.text, message: nil)
  }

  /// The officers of an authority answer for all its pools, any other party for its own.
  private func answer(to keys: [ChildKey], of asked: PartyURN) throws -> TraceEnquiry.Answer {
    let isWhole =
      asked.slug.utf8.elementsEqual("cme".utf8)
      || directory[asked]?.role.rawValue == "children-missing-education"
    let condition = isWhole ? "pupil.authority = ?" : "pupil.party = ?"
    let owner = isWhole ? String(asked.localAuthority) : asked.text
    let holds = try Bool.fetchOne(
      database,
      sql: "SELECT EXISTS (SELECT 1 FROM pupil WHERE \(condition) AND length(body) > 0)",
      arguments: [owner])
    guard holds == true else { return .unknown }
    for key in keys {
      let found = try Bool.fetchOne(
        database,
        sql: """
          SELECT EXISTS (SELECT 1 FROM pupil_key JOIN pupil ON pupil.pupil = pupil_key.pupil
            WHERE pool_key = ? AND \(condition))
          """, arguments: [key.data, owner])
      if found == true { return .yes }
    }
    return .no
  }
}

/// What became of a batch of changes.
package struct PoolChanges: Sendable, Equatable {
  package var changed = 0
  /// Changes that left everything as it was: removals of who was not there.
  package var unchanged = 0
}

extension Store {
  /// Changes a party's pool, for its system. All of a batch is one transaction.
  package func changePupils(
    _ changes: [PupilChange], by spkiSHA256: String, policy: @escaping TracePolicy
  ) async throws -> PoolChanges {
    let tracing = TraceWriting(keys: childKeys, sealing: sealing, limits: limits)
    return try await writer.submit { context in
      let party = try context.caller(spkiSHA256)
      let answer = policy(
        TraceFacts(
          asked: .load, role: party.role, state: party.state, purpose: "", isNamedOfficer: false))
      if let code = answer.refusalCode { throw Refusal(code) }
      return try context.write(changes, of: party.urn, tracing, actor: party.urn.text)
    }
  }

  /// Changes a party's pool, for the operator at the gateway's own machine.
  package func changePupils(
    _ changes: [PupilChange], of party: PartyURN
  ) async throws -> PoolChanges {
    let tracing = TraceWriting(keys: childKeys, sealing: sealing, limits: limits)
    return try await writer.submit { context in
      guard context.directory[party] != nil else { throw Refusal(.notFound) }
      return try context.write(
        changes, of: party, tracing, actor: WriteContext.gatewayOperator)
    }
  }

  /// Pupils that a party keeps with the gateway.
  package func pupilCount(of party: PartyURN) async throws -> Int {
    try await pool.read { database in
      try Int.fetchOne(
        database, sql: "SELECT count(*) FROM pupil WHERE party = ? AND length(body) > 0",
        arguments: [party.text]) ?? 0
    }
  }
}

extension WriteContext {
  fileprivate mutating func write(
    _ changes: [PupilChange], of party: PartyURN, _ tracing: TraceWriting, actor: String
  ) throws -> PoolChanges {
    var done = PoolChanges()
    for change in changes {
      if try write(change, of: party, tracing.keys, tracing.sealing) {
        done.changed += 1
      } else {
        done.unchanged += 1
      }
    }
    try append(
      LogEvent(
        .pupilsChanged,
        [.actor: actor, .count: String(done.changed), .party: party.text]),
      subject: nil, message: nil)
    return done
  }
}
