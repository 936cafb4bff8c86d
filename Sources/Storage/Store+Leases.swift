// Leases: several workers of one party share an inbox, and no two take the same message, nor two
// messages of one child and sender at once. A lease that runs out gives its messages back.
// Never keeps a party from its own messages: a call that names one by id needs no lease.

package import ExchangeModel
import Foundation
import GRDB

/// Messages handed to one worker for a while.
package struct InboxLease: Sendable {
  /// Its name; nil when nothing was there to lease.
  package let id: MessageID?
  package let until: Timestamp
  /// In the order to deal with them.
  package let messages: [MessageSummary]
}

extension Store {
  /// Leases the next messages of the caller's inbox, most urgent and then oldest first; waits up
  /// to `wait` for the first. Of one child and sender a lease has either all that come next, in
  /// order, or none while another lease has an earlier one.
  ///
  /// Throws: `Refusal` when the certificate no longer counts.
  package func lease(
    of spkiSHA256: String, limit: Int, seconds: Int64, wait: Duration
  ) async throws -> InboxLease {
    let deadline = ContinuousClock.now + wait
    while true {
      let party = try await currentDirectory().identify(
        spkiSHA256: spkiSHA256, at: surroundings.now()
      ).get()
      let generation = signal.generation(of: party.urn)
      let now = surroundings.now()
      let reading = try await pool.read { database in
        try InboxOrder.read(
          of: party.urn, at: now, limit: 1, underWay: [], forLease: true, in: database)
      }
      let left = deadline - ContinuousClock.now
      if !reading.chosen(1).isEmpty || left <= .zero || signal.isClosed {
        let lease = try await take(spkiSHA256, limit: limit, seconds: seconds)
        guard lease.messages.isEmpty, left > .zero, !signal.isClosed else { return lease }
      }
      // A lease of another worker may run out before something comes.
      let pause = reading.later.map { max(50, $0.milliseconds - now.milliseconds) }
      await waitForNews(
        of: party.urn, after: generation,
        atMost: pause.map { min(left, .milliseconds($0)) } ?? left)
      try Task.checkCancellation()
    }
  }

  /// Lets a lease last `seconds` from now, for a worker that is not done: with what of it was
  /// neither acknowledged nor given up.
  /// Throws: `Refusal(.notFound)` when the caller has no such lease any more.
  package func renewLease(
    _ id: MessageID, of spkiSHA256: String, seconds: Int64
  ) async throws -> InboxLease {
    let gate = gate
    return try await writer.submit { context in
      let party = try context.caller(spkiSHA256)
      let until = context.now.adding(seconds: seconds)
      let held = try Row.fetchAll(
        context.database,
        sql: """
          SELECT message, leased_until FROM inbox
          WHERE lease = ? AND recipient = ? AND leased_until > ? ORDER BY urgency, message
          """, arguments: [id.text, party.urn.text, context.now.milliseconds])
      guard let first = held.first else { throw Refusal(.notFound) }
      let rows = try held.compactMap { row in
        try MessageRow.find(sequence: row["message"], in: context.database)
      }
      for row in rows { try gate.require(.listing, of: row, by: party) }
      try context.database.execute(
        sql: "UPDATE inbox SET leased_until = ? WHERE lease = ? AND recipient = ?",
        arguments: [until.milliseconds, id.text, party.urn.text])
      // Who waits for it to end must not wait for the old end of a shorter one.
      let before: Int64 = first["leased_until"]
      if until.milliseconds < before { context.woken.insert(party.urn) }
      return InboxLease(id: id, until: until, messages: rows.map(\.summary))
    }
  }

  /// Gives a lease back: what of it was not acknowledged can be leased again at once.
  /// Throws: `Refusal(.notFound)` when the caller has no such lease.
  package func endLease(_ id: MessageID, of spkiSHA256: String) async throws {
    try await writer.submit { context in
      let party = try context.caller(spkiSHA256)
      try context.database.execute(
        sql: """
          UPDATE inbox SET lease = NULL, leased_until = NULL
          WHERE lease = ? AND recipient = ? AND leased_until > ?
          """, arguments: [id.text, party.urn.text, context.now.milliseconds])
      guard context.database.changesCount > 0 else { throw Refusal(.notFound) }
      context.woken.insert(party.urn)
    }
  }

  private func take(
    _ spkiSHA256: String, limit: Int, seconds: Int64
  ) async throws -> InboxLease {
    let gate = gate
    return try await writer.submit { context in
      let party = try context.caller(spkiSHA256)
      let until = context.now.adding(seconds: seconds)
      let reading = try InboxOrder.read(
        of: party.urn, at: context.now, limit: limit, underWay: [], forLease: true,
        in: context.database)
      let rows = try reading.wholeChains(limit).compactMap { sequence -> MessageRow? in
        try MessageRow.find(sequence: sequence, in: context.database)
      }
      guard !rows.isEmpty else { return InboxLease(id: nil, until: until, messages: []) }
      let id = context.surroundings.messageID(at: context.now)
      for row in rows {
        try gate.require(.listing, of: row, by: party)
        try context.database.execute(
          sql: """
            UPDATE inbox SET lease = ?, leased_until = ? WHERE recipient = ? AND message = ?
            """, arguments: [id.text, until.milliseconds, party.urn.text, row.sequence])
      }
      // If we crash here nothing was leased: the worker was not answered, and asks again.
      return InboxLease(id: id, until: until, messages: rows.map(\.summary))
    }
  }
}
