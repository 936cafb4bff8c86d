// What was sent lately, counted from the messages themselves: for limits that a restart must not
// forget. Never keeps a count of its own.

package import ExchangeModel
import GRDB

extension Store {
  /// Messages admitted since a time, by sender. Reads the rows since then, and no others.
  package func sent(since time: Timestamp) async throws -> [PartyURN: Int] {
    try await pool.read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT source, count(*) AS messages FROM message
          WHERE sequence >= ? AND admitted_at >= ? GROUP BY source
          """,
        arguments: [try Self.firstSequence(since: time, in: database), time.milliseconds])
      var sent: [PartyURN: Int] = [:]
      for row in rows {
        guard let source = PartyURN(row["source"]) else { throw StoreFailure.corrupt("message") }
        sent[source] = row["messages"]
      }
      return sent
    }
  }

  /// A message that none since a time comes before. Rows stand in the order of their time but where
  /// a clock went back, so halving finds it.
  private static func firstSequence(since time: Timestamp, in database: Database) throws -> Int64 {
    var low: Int64 = 0
    var high = (try Int64.fetchOne(database, sql: "SELECT max(sequence) FROM message") ?? 0) + 1
    let next = try database.cachedStatement(
      sql: """
        SELECT sequence, admitted_at FROM message WHERE sequence >= ? ORDER BY sequence LIMIT 1
        """)
    while low < high {
      let middle = low + (high - low) / 2
      guard let row = try Row.fetchOne(next, arguments: [middle]) else {
        high = middle
        continue
      }
      let (sequence, admittedAt): (Int64, Int64) = (row["sequence"], row["admitted_at"])
      if admittedAt >= time.milliseconds { high = middle } else { low = sequence + 1 }
    }
    return low
  }
}
