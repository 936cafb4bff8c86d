// One pass over the tables in the order of the log, some thousands of leaves at a time.
// Never goes on after a fault: what comes after it means nothing.

import Crypto
import ExchangeModel
import Foundation
import GRDB
import MessageLog

/// Where a verification stands.
struct LogWalk: Sendable {
  struct Fault: Error { let text: String }

  var result = LogVerification()
  /// Leaves in the log, as last seen.
  private(set) var total: Int64 = 0
  private(set) var isDone = false
  private(set) var edge = TreeEdge()
  private(set) var acknowledgements: Int64 = 0
  private(set) var replay = DirectoryReplay()
  /// Subjects of leaves whose event is gone, each with its first leaf, until a disposal says so.
  private(set) var shredded: [String: Int64] = [:]
  private var checkpoints: [Int64: [UInt8]] = [:]
  private var decisions = DecisionMemory()
  private let openNote: @Sendable ([UInt8]) throws -> (Int64, MerkleHash)
  private let sealing: Sealing
  private(set) var consents = ConsentReplay()
  /// Leaves that say that the log's key was followed by another, each with its note's digest.
  private(set) var rotations: [Int64: String] = [:]

  /// Kinds of event whose subject is a message.
  private static let messageKinds: Set<LogEvent.Kind> = [
    .admitted, .delivered, .undelivered, .held, .released, .expired, .read, .acknowledged,
    .dutyMet, .dutyOverdue, .objectionRecorded,
  ]

  /// Leaves of one snapshot.
  private static let step: Int64 = 8192

  init(
    sealing: Sealing, openNote: @escaping @Sendable ([UInt8]) throws -> (Int64, MerkleHash)
  ) {
    self.sealing = sealing
    self.openNote = openNote
  }

  /// Checks the next leaves, and everything else once the last leaf is done. A fault goes into
  /// `result` and ends the walk.
  mutating func advance(_ database: Database, from mark: LogMark? = nil) throws {
    do {
      if let mark { try resume(from: mark, database) }
      total = try LogTables.size(database)
      let start = edge.size
      let end = min(start + Self.step, total)
      try readCheckpoints(database, from: start, to: end)
      if start == 0 { try checkCheckpoint() }
      try checkLeaves(database, to: end)
      if end == total {
        try checkRest(database)
        isDone = true
      }
    } catch let fault as Fault {
      result.faults.append(fault.text)
      isDone = true
    } catch let error as DatabaseError
      where [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode)
    {
      result.faults.append("leaf \(edge.size) or near it: the database file is damaged")
      isDone = true
    } catch let failure as StoreFailure {
      result.faults.append("\(failure)")
      isDone = true
    }
  }

  private mutating func readCheckpoints(
    _ database: Database, from start: Int64, to end: Int64
  ) throws {
    let rows = try Row.fetchAll(
      database,
      sql: "SELECT tree_size, note FROM checkpoint WHERE tree_size BETWEEN ? AND ?",
      arguments: [start, end])
    for row in rows {
      guard let size: Int64 = row.read("tree_size"), size > start || start == 0 else { continue }
      checkpoints[size] = row.bytes("note") ?? []
    }
  }

  private mutating func checkLeaves(_ database: Database, to end: Int64) throws {
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT leaf.leaf_index, leaf.entry, leaf.salt, leaf.event, leaf.message,
          message.message_id, message.source, message.source_id, message.recipient,
          message.type, message.purpose, message.admitted_at, message.received_sha256,
          message.leaf AS admission, message.decision, message.consent, message.is_sealed,
          erasure.erased_at, facts.sha256 AS facts,
          CASE WHEN message.leaf = leaf.leaf_index THEN message.received END AS received,
          acknowledgement.outcome, acknowledgement.reason, acknowledgement.acknowledged_at,
          acknowledgement.leaf AS answer
        FROM leaf
        LEFT JOIN message ON message.sequence = leaf.message
        LEFT JOIN facts ON facts.facts_id = message.facts
        LEFT JOIN erasure ON erasure.message = leaf.message
        LEFT JOIN acknowledgement ON acknowledgement.message = leaf.message
        WHERE leaf.leaf_index >= ? AND leaf.leaf_index < ?
        ORDER BY leaf.leaf_index
        """, arguments: [edge.size, end])
    while let row = try rows.next() { try check(row, database) }
    guard edge.size == end else { throw Fault(text: "leaf \(edge.size): missing") }
  }

  private mutating func check(_ row: Row, _ database: Database) throws {
    let index = edge.size
    guard row.read("leaf_index") == index else { throw Fault(text: "leaf \(index): missing") }
    guard let bytes = row.bytes("entry"), let entry = try? LeafEntry(bytes) else {
      throw Fault(text: "leaf \(index): its entry is not in the canonical form")
    }
    guard (row.read("message") as Int64? == nil) != Self.messageKinds.contains(entry.kind) else {
      throw Fault(text: "leaf \(index): its row names a message, or none, against its entry")
    }
    if let event = try openEvent(row, index, entry) {
      try check(event, entry, index, row, database)
    } else {
      let subject = entry.subject ?? ""
      shredded[subject] = shredded[subject] ?? index
    }
    for tile in edge.append(.leaf(bytes)) {
      let stored = try LogTables.tile(level: tile.level, index: tile.index, in: database)
      guard stored == tile.hashes else {
        throw Fault(
          text: "tile \(tile.path): differs from its leaves, which end at leaf \(index)")
      }
    }
    result.leaves += 1
    try checkCheckpoint()
  }

  /// The event of a leaf; nil when event and salt are gone.
  private func openEvent(_ row: Row, _ index: Int64, _ entry: LeafEntry) throws -> LogEvent? {
    let stored = (row.bytes("salt"), row.bytes("event"))
    guard case (let salt?, let bytes?) = stored else {
      guard stored.0 == nil, stored.1 == nil else {
        throw Fault(text: "leaf \(index): its event or its salt is missing")
      }
      return nil
    }
    guard let salt = LeafSalt(salt), entry.isOpened(by: bytes, salt: salt) else {
      throw Fault(text: "leaf \(index): its event does not open its commitment")
    }
    guard let event = try? LogEvent(canonicalBytes: bytes), event.kind == entry.kind else {
      throw Fault(text: "leaf \(index): its event is not in the canonical form")
    }
    return event
  }

  private mutating func check(
    _ event: LogEvent, _ entry: LeafEntry, _ index: Int64, _ row: Row, _ database: Database
  ) throws {
    if entry.kind == .admitted {
      try checkAdmission(event, entry, index, row, database)
    } else if Self.messageKinds.contains(entry.kind) {
      guard same(row.read("message_id"), entry.subject) else {
        throw Fault(text: "leaf \(index): the message it is about is not the one of its row")
      }
    }
    switch entry.kind {
    case .acknowledged: try checkAcknowledgement(event, entry, index, row)
    case .disposed: if let subject = entry.subject { shredded[subject] = nil }
    default: apply(event, entry, index)
    }
  }

  /// Takes an event into what the registers must then hold.
  private mutating func apply(_ event: LogEvent, _ entry: LeafEntry, _ index: Int64) {
    replay.apply(event)
    consents.apply(event, entry, index)
    if event.kind == .administratorActed, event[.change] == "log-key-rotated" {
      rotations[index] = event[.digest] ?? ""
    }
  }

  /// How far this walk has got, to go on from there another day.
  var mark: LogMark {
    LogMark(
      leaves: edge.size, root: edge.root, messages: result.messages,
      acknowledgements: acknowledgements, checkpoints: result.checkpoints)
  }

  /// Goes on where an earlier walk stood. The leaves before are not read again but for what they
  /// say of the registers; that they are the same ones, their tiles' root says.
  mutating func resume(from mark: LogMark, _ database: Database) throws {
    edge = try LogTables.rebuildEdge(database, size: mark.leaves)
    guard edge.root == mark.root else {
      throw Fault(
        text: "the first \(mark.leaves) leaves are not those verified before; verify from the start"
      )
    }
    acknowledgements = mark.acknowledgements
    result.leaves = mark.leaves
    result.messages = mark.messages
    result.checkpoints = mark.checkpoints
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT leaf_index, entry, event FROM leaf
        WHERE leaf_index < ? AND (event IS NULL OR substr(entry, \(LogFilter.kindPlace), 6)
          NOT IN (CAST('admitt' AS BLOB), CAST('read",' AS BLOB), CAST('delive' AS BLOB),
            CAST('acknow' AS BLOB)))
        ORDER BY leaf_index
        """, arguments: [mark.leaves])
    while let row = try rows.next() {
      let index: Int64 = row["leaf_index"]
      guard let entry = try? LeafEntry(row.bytes("entry") ?? []) else {
        throw Fault(text: "leaf \(index): its entry is not in the canonical form")
      }
      let subject = entry.subject ?? ""
      guard let bytes = row.bytes("event") else {
        shredded[subject] = shredded[subject] ?? index
        continue
      }
      guard let event = try? LogEvent(canonicalBytes: bytes), event.kind == entry.kind else {
        throw Fault(text: "leaf \(index): its event is not in the canonical form")
      }
      if entry.kind == .disposed { shredded[subject] = nil } else { apply(event, entry, index) }
    }
  }

  private mutating func checkAdmission(
    _ event: LogEvent, _ entry: LeafEntry, _ index: Int64, _ row: Row, _ database: Database
  ) throws {
    guard let messageID: String = row.read("message_id"), messageID == entry.subject,
      row.read("admission") == index, let stored: Data = row.read("received")
    else { throw Fault(text: "leaf \(index): the message it admits is not there") }
    func differs(_ column: String) -> Fault {
      Fault(text: "message \(messageID): its \(column) is not what leaf \(index) says")
    }
    // What was erased is zeros; that a disposal says so is checked with the rest.
    let isErased = (row.read("erased_at") as Int64?) != nil
    let received =
      isErased
      ? nil : try? sealing.received(stored, of: messageID, isSealed: row.read("is_sealed") == 1)
    if isErased {
      guard stored.allSatisfy({ $0 == 0 }) else { throw differs("erasure") }
    } else {
      let digest = SHA256.hash(data: received ?? stored)
      guard received != nil, event[.contentDigest] == Hex.text(digest) else {
        throw Fault(text: "message \(messageID): its content is not what leaf \(index) admitted")
      }
    }
    guard let kept = row.bytes("received_sha256"), event[.contentDigest] == Hex.text(kept) else {
      throw differs("received_sha256")
    }
    let columns: [(String, LogEvent.Field)] = [
      ("source", .source), ("source_id", .id), ("recipient", .recipient), ("type", .type),
      ("purpose", .purpose), ("consent", .consent),
    ]
    for (column, field) in columns where !same(row.read(column), event[field]) {
      throw differs(column)
    }
    guard row.read("admitted_at") == entry.at.milliseconds else { throw differs("admitted_at") }
    guard same(row.bytes("facts").map { Hex.text($0) }, event[.facts]) else {
      throw differs("facts")
    }
    guard (row.read("is_sealed") == 1) == (event[.scope] == AdmittedMessage.sealedScope) else {
      throw differs("is_sealed")
    }
    guard let decisionID: Int64 = row.read("decision"),
      let (decision, digest) = try? decisions.entry(decisionID, in: database),
      same(digest, event[.decision]),
      same(decision.policyVersion, event[.policyVersion]),
      same(decision.catalogueVersion, event[.catalogueVersion]),
      same(decision.grounds.lawfulBasis, event[.basis]),
      decision.verdict == .permit
    else { throw differs("decision") }
    result.messages += 1
  }

  private mutating func checkAcknowledgement(
    _ event: LogEvent, _ entry: LeafEntry, _ index: Int64, _ row: Row
  ) throws {
    guard row.read("answer") == index else {
      throw Fault(text: "leaf \(index): the acknowledgement it records is not there")
    }
    let isSame =
      same(row.read("outcome"), event[.outcome]) && same(row.read("reason"), event[.reason])
      && same(row.read("recipient"), event[.actor])
      && row.read("acknowledged_at") == entry.at.milliseconds
    guard isSame else {
      throw Fault(
        text: "acknowledgement of message \(entry.subject ?? ""): not what leaf \(index) says")
    }
    acknowledgements += 1
  }

  private mutating func checkCheckpoint() throws {
    guard let note = checkpoints.removeValue(forKey: edge.size) else { return }
    let opened: (Int64, MerkleHash)
    do {
      opened = try openNote(note)
    } catch {
      throw Fault(text: "checkpoint of \(edge.size) leaves: its signature does not hold")
    }
    guard opened.0 == edge.size, opened.1 == edge.root else {
      throw Fault(
        text: "checkpoint of \(edge.size) leaves: the tree up to there is not the one signed")
    }
    result.checkpoints += 1
  }
}

/// Compares byte for byte: Swift's own `==` takes canonically equivalent texts for one.
func same(_ left: String?, _ right: String?) -> Bool {
  switch (left, right) {
  case (nil, nil): true
  case (let left?, let right?): left.utf8.elementsEqual(right.utf8)
  default: false
  }
}
