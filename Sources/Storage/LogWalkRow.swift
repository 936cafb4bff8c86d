// One row of a verification's pass: a leaf with what other tables say of the same event; and what
// can be found out about it without the leaves before it. Reads columns by their places, because a
// log has millions of leaves.
// Never trusts a column's kind: a damaged row may hold anything.

import Crypto
import ExchangeModel
import Foundation
import GRDB
import MessageLog
import Synchronization

/// A leaf's row and those beside it.
struct LogWalkRow: Sendable {
  let index: Int64?
  let entry: [UInt8]
  let salt: [UInt8]?
  let event: [UInt8]?
  let message: Int64?
  let messageID: String?
  let source: String?
  let sourceID: String?
  let recipient: String?
  let type: String?
  let purpose: String?
  let admittedAt: Int64?
  let receivedDigest: Data?
  let admission: Int64?
  let decision: Int64?
  let consent: String?
  let isSealed: Bool
  let facts: Data?
  let received: Data?
  let outcome: String?
  let reason: String?
  let acknowledgedAt: Int64?
  let answer: Int64?
  /// The numbers of `audit_event`, from `at` on; empty when it has no row.
  let audit: [Int64?]
  /// True when the content was erased; that a disposal says so is checked with the rest.
  let isErased: Bool

  /// The columns, in the order of the properties. The arguments are two leaves.
  static let sql = """
    SELECT leaf.leaf_index, leaf.entry, leaf.salt, leaf.event, leaf.message,
      message.message_id, message.source, message.source_id, message.recipient,
      message.type, message.purpose, message.admitted_at, message.received_sha256,
      message.leaf, message.decision, message.consent, message.is_sealed, facts.sha256,
      CASE WHEN message.leaf = leaf.leaf_index THEN message.received END,
      acknowledgement.outcome, acknowledgement.reason, acknowledgement.acknowledged_at,
      acknowledgement.leaf,
      audit_event.at, audit_event.kind, audit_event.source, audit_event.recipient,
      audit_event.actor, audit_event.party, audit_event.type, audit_event.purpose,
      audit_event.basis, audit_event.code, audit_event.is_permit, audit_event.is_override,
      audit_event.is_view, erasure.erased_at
    FROM leaf
    LEFT JOIN message ON message.sequence = leaf.message
    LEFT JOIN facts ON facts.facts_id = message.facts
    LEFT JOIN acknowledgement ON acknowledgement.message = leaf.message
    LEFT JOIN audit_event ON audit_event.leaf = leaf.leaf_index
    LEFT JOIN erasure ON erasure.message = leaf.message
    WHERE leaf.leaf_index >= ? AND leaf.leaf_index < ?
    ORDER BY leaf.leaf_index
    """
  private static let auditPlaces = 23..<36
  private static let erasurePlace = 36

  init(_ row: Row) {
    func value<Value: DatabaseValueConvertible>(_ place: Int) -> Value? {
      let stored: DatabaseValue = row[place]
      return stored.isNull ? nil : Value.fromDatabaseValue(stored)
    }
    func bytes(_ place: Int) -> [UInt8]? {
      let data: Data? = value(place)
      return data.map { Array($0) }
    }
    index = value(0)
    entry = bytes(1) ?? []
    salt = bytes(2)
    event = bytes(3)
    message = value(4)
    messageID = value(5)
    source = value(6)
    sourceID = value(7)
    recipient = value(8)
    type = value(9)
    purpose = value(10)
    admittedAt = value(11)
    receivedDigest = value(12)
    admission = value(13)
    decision = value(14)
    consent = value(15)
    isSealed = value(16) == Int64(1)
    facts = value(17)
    received = value(18)
    outcome = value(19)
    reason = value(20)
    acknowledgedAt = value(21)
    answer = value(22)
    let at: Int64? = value(Self.auditPlaces.lowerBound)
    audit = at == nil ? [] : Self.auditPlaces.map { value($0) }
    let erasedAt: Int64? = value(Self.erasurePlace)
    isErased = erasedAt != nil
  }
}

/// What a row says by itself: worked out for many rows at once, on all processors.
struct LogWalkLeaf: Sendable {
  let row: LogWalkRow
  /// Nil when it is not in the canonical form.
  let entry: LeafEntry?
  let hash: MerkleHash
  /// Nil when event and salt are gone, or do not open the entry: then `fault` says how.
  let event: LogEvent?
  /// What is wrong, after "leaf N: ".
  let fault: String?
  /// The content's SHA-256 and the same in hex; nil without content, or when it cannot be unsealed.
  let contentDigest: (bytes: Data, hex: String)?
  /// What `audit_event` must say; nil where there is nothing to compare.
  let audit: AuditRow?

  init(_ row: LogWalkRow, sealing: Sealing) {
    self.row = row
    entry = try? LeafEntry(row.entry)
    hash = .leaf(row.entry)
    var opened: LogEvent?
    var wrong: String?
    if let entry {
      do throws(Fault) {
        opened = try Self.open(row, entry)
      } catch {
        wrong = error.text
      }
    }
    event = opened
    fault = wrong
    audit = row.audit.isEmpty ? nil : entry.map { AuditRow($0, opened) }
    contentDigest = row.received.flatMap { stored in
      if row.isErased {
        // What was erased is zeros, and is known by the digest it had.
        guard stored.allSatisfy({ $0 == 0 }), let kept = row.receivedDigest else { return nil }
        return (kept, Hex.text(kept))
      }
      guard let messageID = row.messageID,
        let content = try? sealing.received(stored, of: messageID, isSealed: row.isSealed)
      else { return nil }
      let digest = SHA256.hash(data: content)
      return (Data(digest), Hex.text(digest))
    }
  }

  private struct Fault: Error { let text: String }

  private static func open(_ row: LogWalkRow, _ entry: LeafEntry) throws(Fault) -> LogEvent? {
    guard let salt = row.salt, let bytes = row.event else {
      guard row.salt == nil, row.event == nil else {
        throw Fault(text: "its event or its salt is missing")
      }
      return nil
    }
    guard let salt = LeafSalt(salt), entry.isOpened(by: bytes, salt: salt) else {
      throw Fault(text: "its event does not open its commitment")
    }
    guard let event = try? LogEvent(canonicalBytes: bytes), event.kind == entry.kind else {
      throw Fault(text: "its event is not in the canonical form")
    }
    return event
  }

  /// All rows, each worked out by itself; the order stays. Blocks the calling thread, which is the
  /// database's own, while the other processors help.
  static func all(_ rows: [LogWalkRow], sealing: Sealing) -> [LogWalkLeaf] {
    let parts = min(16, max(1, rows.count / 64))
    let results = LogWalkParts(count: parts)
    DispatchQueue.concurrentPerform(iterations: parts) { part in
      let range = (rows.count * part / parts)..<(rows.count * (part + 1) / parts)
      results.put(rows[range].map { LogWalkLeaf($0, sealing: sealing) }, at: part)
    }
    return results.joined
  }
}

/// Where the processors put what they have worked out.
private final class LogWalkParts: Sendable {
  private let parts: Mutex<[[LogWalkLeaf]]>

  init(count: Int) { parts = Mutex(Array(repeating: [], count: count)) }

  func put(_ leaves: [LogWalkLeaf], at place: Int) { parts.withLock { $0[place] = leaves } }

  var joined: [LogWalkLeaf] { parts.withLock { $0.flatMap { $0 } } }
}
