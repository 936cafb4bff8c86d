// What the writer keeps in memory between transactions. Never believed blindly: checked against
// the tables at the start of each, because another process (an operator's command) may have
// written meanwhile.

import ExchangeModel
import GRDB
import MessageLog

struct WriterState: Sendable {
  var edge: TreeEdge
  var directory: PartyDirectory
  /// The sequence number of the next message.
  var nextSequence: Int64
  var decisions = DecisionMemory()
  var facts = FactsMemory()
  var calendars = CalendarMemory()

  init(reading database: Database) throws {
    edge = try LogTables.rebuildEdge(database)
    directory = try PartyDirectory(database)
    nextSequence = try Self.readNextSequence(database)
  }

  /// Reads anew what another process changed. Each of its writes adds a leaf or a version.
  /// - Returns: true when the log had grown without us.
  mutating func refresh(_ database: Database) throws -> Bool {
    let hasGrown = try LogTables.size(database) != edge.size
    if hasGrown {
      edge = try LogTables.rebuildEdge(database)
      nextSequence = try Self.readNextSequence(database)
      // An import adds a leaf.
      calendars = CalendarMemory()
    }
    if try PartyDirectory.readVersion(database) != directory.version {
      directory = try PartyDirectory(database)
    }
    return hasGrown
  }

  /// One more than any message ever had, also one that is no longer there: its leaves still carry
  /// its number.
  private static func readNextSequence(_ database: Database) throws -> Int64 {
    let last = try Int64.fetchOne(
      database,
      sql: """
        SELECT max(
          (SELECT coalesce(max(sequence), 0) FROM message),
          (SELECT coalesce(max(message), 0) FROM leaf WHERE message IS NOT NULL))
        """)
    return (last ?? 0) + 1
  }
}
