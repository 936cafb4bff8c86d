// The index by which the messages about a child are found. Admission leaves the keys in each
// message's row; they are moved into the index later, many at once and sorted.
// Never the only place of a key: it can be emptied and made again from the rows.

import ExchangeModel
import Foundation
import GRDB

/// Moves keys from the rows of messages into the index.
struct ChildIndex {
  let database: Database

  /// Messages moved in one job of the writer: some five milliseconds, for which admissions wait.
  static let messagesPerJob = 500

  /// Messages that may be moved within the transaction of another job.
  static let messagesWithinJob = 20_000

  private static let through = "SELECT through FROM child_index_state WHERE only_row = 1"

  /// The last message whose keys are in the index.
  func through() throws -> Int64 {
    try Int64.fetchOne(try database.cachedStatement(sql: Self.through)) ?? 0
  }

  /// True when messages wait to be indexed.
  func isBehind() throws -> Bool {
    let statement = try database.cachedStatement(
      sql: "SELECT coalesce((SELECT max(sequence) FROM message), 0) > (\(Self.through))")
    return try Bool.fetchOne(statement) ?? false
  }

  /// True when more than so many messages wait.
  func isBehind(by count: Int) throws -> Bool {
    let statement = try database.cachedStatement(
      sql: "SELECT 1 FROM message WHERE sequence > (\(Self.through)) LIMIT 1 OFFSET ?")
    return try Int.fetchOne(statement, arguments: [count]) != nil
  }

  /// Indexes the next messages, `limit` at most, in this transaction. Keys that are in the index
  /// already stay as they are.
  /// - Returns: how many messages there were; fewer than `limit` when none is left.
  func advance(limit: Int) throws -> Int {
    let start = try through()
    let waiting = try database.cachedStatement(
      sql: "SELECT sequence, child_keys FROM message WHERE sequence > ? ORDER BY sequence LIMIT ?")
    let rows = try Row.fetchCursor(waiting, arguments: [start, limit])
    var entries: [Entry] = []
    var count = 0
    var last = start
    while let row = try rows.next() {
      count += 1
      last = row["sequence"]
      let keys: Data? = row["child_keys"]
      guard let keys else { continue }
      entries += try Self.entries(Array(keys), last)
    }
    guard count > 0 else { return 0 }
    // Sorted, so that neighbours in the index are written together.
    entries.sort()
    let insert = try database.cachedStatement(
      sql: "INSERT INTO child_index (child_key, message) VALUES (?, ?) ON CONFLICT DO NOTHING")
    for entry in entries {
      try insert.execute(arguments: [Data(entry.key), entry.message])
    }
    // Keys and mark are of one transaction: cut short, nothing was moved.
    try database.execute(
      sql: "UPDATE child_index_state SET through = ? WHERE only_row = 1", arguments: [last])
    return count
  }

  /// A key and a message that carries it.
  private struct Entry: Comparable {
    let key: [UInt8]
    let message: Int64

    static func < (left: Self, right: Self) -> Bool {
      if left.key == right.key { return left.message < right.message }
      return left.key.lexicographicallyPrecedes(right.key)
    }
  }

  private static func entries(_ keys: [UInt8], _ message: Int64) throws -> [Entry] {
    guard keys.count.isMultiple(of: ChildKey.byteCount) else {
      throw StoreFailure.corrupt("message.child_keys")
    }
    return stride(from: 0, to: keys.count, by: ChildKey.byteCount).map { start in
      Entry(key: Array(keys[start..<(start + ChildKey.byteCount)]), message: message)
    }
  }
}

extension Store {
  /// Brings the index of children up to the newest message, in bounded jobs of the writer; costs
  /// one read when there is nothing to do. Whatever was moved stays moved when it is cut short.
  ///
  /// - Parameter rest: pauses after each job, in multiples of the time that it took; 0 where
  ///   somebody waits for the answer.
  /// - Returns: how many messages were indexed.
  @discardableResult
  package func indexChildren(rest: Int = 0) async throws -> Int {
    var total = 0
    while try await pool.read({ try ChildIndex(database: $0).isBehind() }) {
      total += try await writer.submit(rest: rest) { context in
        try ChildIndex(database: context.database).advance(limit: ChildIndex.messagesPerJob)
      }
    }
    return total
  }
}
