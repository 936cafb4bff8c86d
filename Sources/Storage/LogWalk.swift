// One pass over the tables in the order of the log, some thousands of leaves at a time.
// Never goes on after a fault: what comes after it means nothing.

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
  private(set) var registers = RegisterReplay()
  private(set) var audit = AuditWalk()

  /// Kinds of event whose subject is a message.
  private static let messageKinds: Set<LogEvent.Kind> = [
    .admitted, .delivered, .undelivered, .held, .released, .expired, .read, .acknowledged,
    .dutyMet, .dutyOverdue, .objectionRecorded, .contentOpened, .deliveryAttempted, .deliveryFailed,
    .deliveryDelayed, .alertRaised, .opened,
  ]

  /// Leaves of one snapshot, and those held at once.
  private static let step: Int64 = 8192
  private static let atOnce = 512

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
    let start = edge.size
    try audit.begin(database)
    let cursor = try Row.fetchCursor(
      database, sql: LogWalkRow.sql, arguments: [start, end])
    var rows: [LogWalkRow] = []
    rows.reserveCapacity(Self.atOnce)
    while let row = try cursor.next() {
      rows.append(LogWalkRow(row))
      guard rows.count == Self.atOnce else { continue }
      for leaf in LogWalkLeaf.all(rows, sealing: sealing) { try check(leaf, database) }
      rows.removeAll(keepingCapacity: true)
    }
    for leaf in LogWalkLeaf.all(rows, sealing: sealing) { try check(leaf, database) }
    guard edge.size == end else { throw Fault(text: "leaf \(edge.size): missing") }
  }

  private mutating func check(_ leaf: LogWalkLeaf, _ database: Database) throws {
    let index = edge.size
    guard leaf.row.index == index else { throw Fault(text: "leaf \(index): missing") }
    guard let entry = leaf.entry else {
      throw Fault(text: "leaf \(index): its entry is not in the canonical form")
    }
    guard (leaf.row.message == nil) != Self.messageKinds.contains(entry.kind) else {
      throw Fault(text: "leaf \(index): its row names a message, or none, against its entry")
    }
    if let fault = leaf.fault { throw Fault(text: "leaf \(index): \(fault)") }
    if let event = leaf.event {
      try check(event, entry, index, leaf, database)
    } else {
      let subject = entry.subject ?? ""
      shredded[subject] = shredded[subject] ?? index
    }
    if let fault = audit.fault(of: leaf, index) { throw Fault(text: fault) }
    for tile in edge.append(leaf.hash) {
      let stored = try LogTables.tile(level: tile.level, index: tile.index, in: database)
      guard stored == tile.hashes else {
        throw Fault(
          text: "tile \(tile.path): differs from its leaves, which end at leaf \(index)")
      }
    }
    result.leaves += 1
    try checkCheckpoint()
  }

  private mutating func check(
    _ event: LogEvent, _ entry: LeafEntry, _ index: Int64, _ leaf: LogWalkLeaf,
    _ database: Database
  ) throws {
    if entry.kind == .admitted {
      try checkAdmission(event, entry, index, leaf, database)
    } else if Self.messageKinds.contains(entry.kind) {
      guard same(leaf.row.messageID, entry.subject) else {
        throw Fault(text: "leaf \(index): the message it is about is not the one of its row")
      }
    }
    switch entry.kind {
    case .acknowledged: try checkAcknowledgement(event, entry, index, leaf.row)
    case .disposed: if let subject = entry.subject { shredded[subject] = nil }
    default: break
    }
    // Of what was disposed of only the holders of attachments are told by the leaf.
    entry.kind == .disposed ? replay.apply(event) : apply(event, entry, index)
  }

  /// Takes an event into what the registers must then hold.
  private mutating func apply(_ event: LogEvent, _ entry: LeafEntry, _ index: Int64) {
    replay.apply(event)
    consents.apply(event, entry, index)
    registers.apply(event, entry, index)
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
      if entry.kind == .disposed {
        shredded[subject] = nil
        replay.apply(event)
      } else {
        apply(event, entry, index)
      }
    }
  }

  private mutating func checkAdmission(
    _ event: LogEvent, _ entry: LeafEntry, _ index: Int64, _ leaf: LogWalkLeaf,
    _ database: Database
  ) throws {
    let row = leaf.row
    guard let messageID = row.messageID, same(messageID, entry.subject), row.admission == index,
      row.received != nil
    else { throw Fault(text: "leaf \(index): the message it admits is not there") }
    guard let digest = leaf.contentDigest, same(digest.hex, event[.contentDigest]) else {
      throw Fault(text: "message \(messageID): its content is not what leaf \(index) admitted")
    }
    func differs(_ column: String) -> Fault {
      Fault(text: "message \(messageID): its \(column) is not what leaf \(index) says")
    }
    guard row.receivedDigest == digest.bytes else { throw differs("received_sha256") }
    let columns: [(String, String?, LogEvent.Field)] = [
      ("source", row.source, .source), ("source_id", row.sourceID, .id),
      ("recipient", row.recipient, .recipient), ("type", row.type, .type),
      ("purpose", row.purpose, .purpose), ("consent", row.consent, .consent),
    ]
    for (column, value, field) in columns where !same(value, event[field]) {
      throw differs(column)
    }
    guard row.admittedAt == entry.at.milliseconds else { throw differs("admitted_at") }
    guard same(row.facts.map { Hex.text($0) }, event[.facts]) else { throw differs("facts") }
    guard row.isSealed == (event[.scope] == AdmittedMessage.sealedScope) else {
      throw differs("is_sealed")
    }
    guard let decisionID = row.decision,
      let (decision, decisionDigest) = try? decisions.entry(decisionID, in: database),
      same(decisionDigest, event[.decision]),
      same(decision.policyVersion, event[.policyVersion]),
      same(decision.catalogueVersion, event[.catalogueVersion]),
      same(decision.grounds.lawfulBasis, event[.basis]),
      decision.verdict == .permit
    else { throw differs("decision") }
    result.messages += 1
  }

  private mutating func checkAcknowledgement(
    _ event: LogEvent, _ entry: LeafEntry, _ index: Int64, _ row: LogWalkRow
  ) throws {
    guard row.answer == index else {
      throw Fault(text: "leaf \(index): the acknowledgement it records is not there")
    }
    let isSame =
      same(row.outcome, event[.outcome]) && same(row.reason, event[.reason])
      && same(row.recipient, event[.actor])
      && row.acknowledgedAt == entry.at.milliseconds
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
  case (let left?, let right?): sameBytes(left, right)
  default: false
  }
}

private func sameBytes(_ left: String, _ right: String) -> Bool {
  guard left.utf8.count == right.utf8.count else { return false }
  // A log has millions of texts to compare: in memory where they lie, not one by one.
  let answer = left.utf8.withContiguousStorageIfAvailable { left in
    right.utf8.withContiguousStorageIfAvailable { right in
      guard let first = left.baseAddress, let second = right.baseAddress else { return true }
      return memcmp(first, second, left.count) == 0
    }
  }
  return (answer ?? nil) ?? left.utf8.elementsEqual(right.utf8)
}
