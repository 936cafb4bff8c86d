// Pushing a message to its recipient's endpoint: what is next, the attempt begun, and its outcome.
// Content comes out in `beginPush` alone, by the same gate as an inbox read; every attempt is a
// leaf. Never says that a message was taken but on the word of its recipient's system.

package import ExchangeModel
import Foundation
import GRDB
import MessageLog

/// What waits at one endpoint.
package struct PushList: Sendable, Equatable {
  /// In the order to push them.
  package let next: [MessageID]
  /// When something is due that is not yet; nil when nothing is.
  package let later: Timestamp?
}

/// One attempt, begun: the message and its number.
package struct PushAttempt: Sendable {
  package let stored: StoredMessage
  /// From 1.
  package let number: Int
}

/// What came of an attempt.
package enum PushOutcome: Sendable, Equatable {
  /// The recipient's system answered: taken, or refused with a reason.
  case answered(Acknowledgement)
  /// It failed, for the reason of this word; it is tried again from `again` on. `mayHaveIt` is
  /// false when nothing of the message can have left the gateway.
  case failed(String, again: Timestamp, mayHaveIt: Bool)
  /// The endpoint says that it is gone (410): it is retired, and the message waits to be pulled.
  case endpointGone
}

extension Store {
  /// Seconds of the longest pause before an attempt; no lease lasts longer. What is due later than
  /// that was set by a clock that has been put back since, and is due now.
  package static let longestPause: Int64 = 4000
  /// Rows of an inbox that are looked at to find the next to push.
  static let pushWindow = 20_000

  /// The messages to push next to a party, at most `limit`, those under way left out.
  package func pushes(
    to party: PartyURN, limit: Int, underWay: Set<MessageID>
  ) async throws -> PushList {
    let now = surroundings.now()
    return try await pool.read { database in
      let reading = try InboxOrder.read(
        of: party, at: now, limit: limit, underWay: underWay, in: database)
      return PushList(next: try reading.chosen(limit, in: database), later: reading.later)
    }
  }

  /// Begins an attempt, and logs it: from here on its recipient may have the message. Until
  /// `again` nobody else begins one, also after a crash. Nil when there is nothing to push any
  /// more: taken or leased meanwhile, held, ended, or its endpoint retired or, since `setAt`, set
  /// anew.
  package func beginPush(
    _ id: MessageID, to party: PartyURN, setAt: Timestamp? = nil,
    again: @escaping @Sendable (_ attempt: Int) -> Timestamp
  ) async throws -> PushAttempt? {
    let gate = gate
    let sealing = sealing
    return try await writer.submit { context in
      guard let recipient = context.directory[party],
        let found = try MessageRow.find(id, in: context.database),
        found.summary.recipient == party,
        try EndpointTable.isLive(party, in: context.database),
        try !context.wasSetAnew(party, since: setAt)
      else { return nil }
      let row = try Row.fetchOne(
        context.database,
        sql: """
          SELECT attempts, push_at, leased_until FROM inbox
          WHERE recipient = ? AND message = ? AND ended IS NULL AND recall IS NULL
          """,
        arguments: [party.text, found.sequence])
      guard let row, InboxOrder.due(row["push_at"], at: context.now) <= context.now.milliseconds,
        InboxOrder.due(row["leased_until"] ?? 0, at: context.now) <= context.now.milliseconds
      else { return nil }
      let earlier: Int = row["attempts"]
      let number = earlier + 1
      try context.database.execute(
        sql: "UPDATE inbox SET attempts = ?, push_at = ? WHERE recipient = ? AND message = ?",
        arguments: [number, again(number).milliseconds, party.text, found.sequence])
      do {
        try gate.require(.content, of: found, by: recipient)
      } catch {
        // It stays, and is asked again later: a party may be suspended for an hour.
        return nil
      }
      let (format, received) = try found.content(in: context.database, sealing)
      let decision = try context.decision(found.decision)
      try context.append(
        LogEvent(
          .deliveryAttempted, [.attempt: String(number), .recipient: party.text]),
        subject: id.text, message: found.sequence)
      // 1: nobody had it before; should nothing leave, nobody has it after.
      let isFirst = try context.markOpened(found.sequence)
      try context.database.execute(
        sql: "UPDATE inbox SET pushing = ? WHERE recipient = ? AND message = ?",
        arguments: [isFirst ? 1 : 2, party.text, found.sequence])
      return PushAttempt(
        stored: StoredMessage(
          summary: found.summary, format: format, received: received, decision: decision),
        number: number)
    }
  }

  /// Makes due at once what was under way when the process before died: whether it arrived is not
  /// known, so it is pushed again. For the one gateway of this store, at its start.
  package func resumePushes() async throws {
    try await writer.submit { context in
      try context.database.execute(
        sql: "UPDATE inbox SET pushing = 0, push_at = 0 WHERE pushing > 0")
    }
  }

  /// Records what came of an attempt at the endpoint as it was set at `setAt`. Should it have been
  /// set anew meanwhile, a failure says nothing of the new one.
  package func endPush(
    _ id: MessageID, to party: PartyURN, setAt: Timestamp? = nil, attempt: Int,
    _ outcome: PushOutcome
  ) async throws {
    try await writer.submit { context in
      guard let found = try MessageRow.find(id, in: context.database),
        found.summary.recipient == party
      else { return }
      let isOther = try context.wasSetAnew(party, since: setAt)
      switch outcome {
      case .answered(let answer):
        // It may have been acknowledged by a call of the same recipient: that answer stands.
        guard try MessageRow.acknowledgement(of: found.sequence, in: context.database) == nil
        else { return }
        try context.settle(found, by: party, answer)
      case .failed(let word, let again, let mayHaveIt):
        try context.pushFailed(
          found, word, attempt: attempt, again: isOther ? context.now : again,
          mayHaveIt: mayHaveIt)
      case .endpointGone:
        try context.pushFailed(
          found, "endpoint-gone", attempt: attempt, again: context.now, mayHaveIt: true)
        if !isOther { try context.retireEndpoint(of: party, because: "gone") }
      }
    }
  }
}

/// A reading of one inbox in the order of handing over.
struct InboxOrder {
  private var order = PushOrder()
  private(set) var later: Timestamp?

  /// Reads the oldest rows that wait, until `limit` are eligible and no more urgent one follows.
  static func read(
    of party: PartyURN, at now: Timestamp, limit: Int, underWay: Set<MessageID>,
    forLease: Bool = false, in database: Database
  ) throws -> InboxOrder {
    var reading = InboxOrder()
    let lastUrgent = try Int64.fetchOne(
      try database.cachedStatement(
        sql: "SELECT max(message) FROM inbox WHERE recipient = ? AND urgency < 2"),
      arguments: [party.text])
    var busy: Set<Int64> = []
    for id in underWay {
      let statement = try database.cachedStatement(
        sql: "SELECT sequence FROM message WHERE message_id = ?")
      if let sequence = try Int64.fetchOne(statement, arguments: [id.text]) {
        busy.insert(sequence)
      }
    }
    let statement = try database.cachedStatement(
      sql: """
        SELECT message, urgency, chain, push_at, leased_until, recall FROM inbox
        WHERE recipient = ? AND ended IS NULL ORDER BY message LIMIT \(Store.pushWindow)
        """)
    let rows = try Row.fetchCursor(statement, arguments: [party.text])
    while let row = try rows.next() {
      let sequence: Int64 = row["message"]
      // Its consent was withdrawn after it was handed out: it is not pushed any more, and keeps
      // nobody waiting for that.
      let recall: String? = row["recall"]
      if recall != nil, !forLease { continue }
      if reading.order.eligible >= limit, sequence > lastUrgent ?? 0 { break }
      let pushAt = forLease ? 0 : due(row["push_at"], at: now)
      let leasedUntil = due(row["leased_until"] ?? 0, at: now)
      let readyAt = max(pushAt, leasedUntil)
      let isBusy = busy.contains(sequence)
      if readyAt > now.milliseconds, !isBusy {
        let time = Timestamp(milliseconds: readyAt)
        reading.later = reading.later.map { min($0, time) } ?? time
      }
      reading.order.look(
        at: PushOrder.Waiting(
          sequence: sequence, urgency: row["urgency"],
          chain: InboxChain.words(row["chain"]),
          isReady: readyAt <= now.milliseconds && !isBusy))
    }
    return reading
  }

  /// When something is due that was set to a time, in milliseconds: at once when that is farther
  /// off than any pause.
  static func due(_ milliseconds: Int64, at now: Timestamp) -> Int64 {
    milliseconds > now.adding(seconds: Store.longestPause).milliseconds ? 0 : milliseconds
  }

  /// The sequence numbers chosen.
  func chosen(_ limit: Int) -> [Int64] { order.choice(limit: limit).map(\.sequence) }

  func wholeChains(_ limit: Int) -> [Int64] { order.wholeChains(limit: limit).map(\.sequence) }

  /// The messages chosen.
  func chosen(_ limit: Int, in database: Database) throws -> [MessageID] {
    try chosen(limit).compactMap { sequence in
      let statement = try database.cachedStatement(
        sql: "SELECT message_id FROM message WHERE sequence = ?")
      return try String.fetchOne(statement, arguments: [sequence]).flatMap { MessageID($0) }
    }
  }
}

/// The words by which messages of one child and sender are known to belong together. Made of keyed
/// hashes, so nobody outside can make two that collide; a collision would only delay one.
enum InboxChain {
  /// Keys that one message has tags for: about a dozen pupils. A file of more is of no one child.
  static let mostKeys = 64

  /// Eight bytes for each key of the child; nil when the message names no child.
  static func bytes(of children: some Sequence<UInt8>, from source: PartyURN) -> Data? {
    let keys = Array(children.prefix(mostKeys * ChildKey.byteCount))
    guard keys.count >= ChildKey.byteCount else { return nil }
    var bytes = Data(capacity: keys.count / 2)
    for start in stride(from: 0, through: keys.count - ChildKey.byteCount, by: ChildKey.byteCount) {
      // FNV-1a: the keys are uniform already, and this only mixes the sender in.
      var word: UInt64 = 0xCBF2_9CE4_8422_2325
      for byte in source.text.utf8 { word = (word ^ UInt64(byte)) &* 0x100_0000_01B3 }
      for byte in keys[start..<start + ChildKey.byteCount] {
        word = (word ^ UInt64(byte)) &* 0x100_0000_01B3
      }
      withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    }
    return bytes
  }

  static func words(_ bytes: Data?) -> [UInt64] {
    guard let bytes, bytes.count >= 8 else { return [] }
    var words: [UInt64] = []
    var word: UInt64 = 0
    for (place, byte) in bytes.enumerated() {
      word |= UInt64(byte) << (8 * UInt64(place & 7))
      if place & 7 == 7 {
        words.append(word)
        word = 0
      }
    }
    return words
  }
}

extension WriteContext {
  /// Whether a party's endpoint was set or retired after this time; nil for no.
  fileprivate func wasSetAnew(_ party: PartyURN, since setAt: Timestamp?) throws -> Bool {
    guard let setAt else { return false }
    return try EndpointTable.find(party, in: database)?.changedAt != setAt
  }

  fileprivate mutating func pushFailed(
    _ found: MessageRow, _ word: String, attempt: Int, again: Timestamp, mayHaveIt: Bool
  ) throws {
    try append(
      LogEvent(
        .deliveryFailed,
        [
          .attempt: String(attempt), .outcome: word, .recipient: found.summary.recipient.text,
        ]), subject: found.summary.messageID.text, message: found.sequence)
    if !mayHaveIt { try takeBack(found) }
    try database.execute(
      sql: """
        UPDATE inbox SET push_at = ?, pushing = 0
        WHERE recipient = ? AND message = ?
        """,
      arguments: [again.milliseconds, found.summary.recipient.text, found.sequence])
  }

  /// Nothing of the message left the gateway: unless it was read otherwise, its recipient does
  /// not have it, so a consent that was withdrawn meanwhile holds it after all.
  fileprivate mutating func takeBack(_ found: MessageRow) throws {
    let recipient = found.summary.recipient
    let row = try Row.fetchOne(
      database,
      sql: "SELECT recall FROM inbox WHERE recipient = ? AND message = ? AND pushing = 1",
      arguments: [recipient.text, found.sequence])
    guard let row else { return }
    try database.execute(
      sql: "UPDATE message SET opened_at = NULL WHERE sequence = ?", arguments: [found.sequence])
    guard let consent: String = row["recall"] else { return }
    try recall(
      found.sequence, found.summary.messageID, from: found.summary.source, to: recipient, consent)
  }
}
