// What a verification checks once all leaves are read: that no table has rows beyond them.
// Never reads content.

import Crypto
import ExchangeModel
import GRDB
import MessageLog

extension LogWalk {
  /// Everything but the leaves, in the snapshot that showed the last of them.
  func checkRest(_ database: Database) throws {
    let beyond = try Int64.fetchOne(database, sql: "SELECT max(tree_size) FROM checkpoint") ?? 0
    guard beyond <= edge.size else {
      throw Fault(
        text: "checkpoint of \(beyond) leaves: only \(edge.size) are there; the end is missing")
    }
    if let (_, index) = shredded.min(by: { $0.value < $1.value }) {
      throw Fault(text: "leaf \(index): its event is gone, and no disposal says why")
    }
    try checkTileCount(database)
    try checkMessages(database)
    try checkAcknowledgements(database)
    if let difference = replay.difference(from: try PartyDirectory(database)) {
      throw Fault(text: difference)
    }
    try checkHolders(database)
    try checkErasures(database)
    if let difference = try consents.difference(from: database) { throw Fault(text: difference) }
    try checkFacts(database)
    try checkWitnessing(database)
    if let difference = try registers.difference(from: database) {
      throw Fault(text: difference)
    }
    if let fault = try AuditWalk.difference(in: database) { throw Fault(text: fault) }
  }

  /// The facts of decisions: each row is what its digest was made of.
  private func checkFacts(_ database: Database) throws {
    let rows = try Row.fetchCursor(database, sql: "SELECT facts_id, sha256, body FROM facts")
    while let row = try rows.next() {
      let body = row.bytes("body") ?? []
      guard row.bytes("sha256") == Array(SHA256.hash(data: body)) else {
        let id: Int64 = row.read("facts_id") ?? 0
        throw Fault(text: "facts \(id): not what their digest was made of")
      }
    }
  }

  private func checkTileCount(_ database: Database) throws {
    var expected: Int64 = 0
    for level in 0...Tile.maximumLevel { expected += edge.size >> Int64(8 * (level + 1)) }
    let found = try Int64.fetchOne(database, sql: "SELECT count(*) FROM tile") ?? 0
    guard found == expected else {
      throw Fault(text: "tiles: \(found) are there, the leaves make \(expected)")
    }
  }

  /// A message whose leaf names it was compared with it; any other was never admitted.
  private func checkMessages(_ database: Database) throws {
    let stray = try String.fetchOne(
      database,
      sql: """
        SELECT message_id FROM message LEFT JOIN leaf ON leaf.leaf_index = message.leaf
        WHERE leaf.message IS NOT message.sequence ORDER BY sequence LIMIT 1
        """)
    if let stray { throw Fault(text: "message \(stray): no leaf admits it") }
    let found = try Int64.fetchOne(database, sql: "SELECT count(*) FROM message") ?? 0
    guard found == result.messages else {
      throw Fault(
        text: "messages: \(found) are there, \(result.messages) were admitted by the log")
    }
    // Awaiting its recipient, held or acknowledged: one of them, or it would never be delivered.
    let lost = try String.fetchOne(
      database,
      sql: """
        SELECT message_id FROM message
        LEFT JOIN acknowledgement ON acknowledgement.message = message.sequence
        LEFT JOIN inbox
          ON inbox.message = message.sequence AND inbox.recipient = message.recipient
        LEFT JOIN held ON held.message = message.sequence
        WHERE (acknowledgement.message IS NOT NULL) + (inbox.message IS NOT NULL)
          + (held.message IS NOT NULL) <> 1
        ORDER BY message.sequence LIMIT 1
        """)
    if let lost {
      throw Fault(text: "message \(lost): its inbox row, hold and acknowledgement do not agree")
    }
    let foreign = try String.fetchOne(
      database,
      sql: """
        SELECT message_id FROM inbox JOIN message ON message.sequence = inbox.message
        WHERE inbox.recipient IS NOT message.recipient ORDER BY message.sequence LIMIT 1
        """)
    if let foreign { throw Fault(text: "message \(foreign): it is in another party's inbox") }
  }

  /// Content is gone only where a leaf says that it was disposed of.
  private func checkErasures(_ database: Database) throws {
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT message_id, entry FROM erasure
          LEFT JOIN message ON message.sequence = erasure.message
          LEFT JOIN leaf ON leaf.leaf_index = erasure.leaf
        """)
    while let row = try rows.next() {
      let id: String? = row.read("message_id")
      let entry = row.bytes("entry").flatMap { try? LeafEntry($0) }
      guard let id, let entry, entry.kind == .disposed, same(entry.subject, id) else {
        throw Fault(text: "message \(id ?? ""): its content is gone, and no disposal says why")
      }
    }
  }

  private func checkAcknowledgements(_ database: Database) throws {
    let found = try Int64.fetchOne(database, sql: "SELECT count(*) FROM acknowledgement") ?? 0
    guard found == acknowledgements else {
      throw Fault(
        text: "acknowledgements: \(found) are there, the log records \(acknowledgements)")
    }
  }

  private func checkHolders(_ database: Database) throws {
    var left = replay.holders
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT holder.sha256, holder.party, attachment.sha256 AS kept
        FROM attachment_holder AS holder LEFT JOIN attachment USING (sha256)
        ORDER BY holder.sha256, holder.party
        """)
    while let row = try rows.next() {
      let holder = DirectoryReplay.Holder(
        party: row.read("party") ?? "", attachment: row.read("sha256") ?? "")
      guard left.remove(holder) != nil else {
        throw Fault(
          text: "attachment \(holder.attachment): no leaf says that \(holder.party) stored it")
      }
      guard row.read("kept") == holder.attachment else {
        throw Fault(text: "attachment \(holder.attachment): its own row is not there")
      }
    }
    if let lost = left.min(by: { $0.attachment < $1.attachment }) {
      throw Fault(text: "attachment \(lost.attachment): its holder \(lost.party) is not there")
    }
  }
}
