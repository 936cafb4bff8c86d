// What a job sees inside the writer's transaction: the database, the directory and the log's
// right edge, all of one snapshot. Never outlives the transaction.

import ExchangeModel
import Foundation
import GRDB
import MessageLog

/// One transaction's view. A value, so that a rollback forgets all of it.
struct WriteContext {
  /// What to tell others after the commit.
  struct News: Sendable {
    /// Whose long polls to wake.
    let recipients: Set<PartyURN>
    /// True when another process had written: whom for is not known.
    let isFromOthers: Bool
    let directory: PartyDirectory
    let owesNotices: Bool
    /// True when content was erased: the journal still has it.
    let hasErased: Bool
  }

  let database: Database
  let now: Timestamp
  let surroundings: Surroundings
  /// When a reply is due.
  let due: DuePolicy
  private let limits: Limits
  /// The state to keep, once committed.
  private(set) var state: WriterState
  /// Whose long polls to wake after the commit.
  var woken: Set<PartyURN> = []
  /// True when a notice was owed, so that its sender wakes after the commit.
  var owesNotices = false
  /// True when content was erased, so that the journal is emptied after the commit.
  var hasErased = false
  private let isFromOthers: Bool
  private var salts: SaltSource

  init(
    database: Database, state: WriterState, now: Timestamp, surroundings: Surroundings,
    due: @escaping DuePolicy, limits: Limits
  ) throws {
    self.database = database
    self.now = now
    self.surroundings = surroundings
    self.due = due
    self.limits = limits
    var state = state
    isFromOthers = try state.refresh(database)
    self.state = state
    salts = SaltSource(key: surroundings.salt())
  }

  var directory: PartyDirectory { state.directory }
  var edge: TreeEdge { state.edge }
  /// The index of the next leaf.
  var logSize: Int64 { state.edge.size }
  var news: News {
    News(
      recipients: woken, isFromOthers: isFromOthers, directory: state.directory,
      owesNotices: owesNotices, hasErased: hasErased)
  }

  /// Tells whether anything was written since an earlier mark.
  var mark: WriteMark { WriteMark(changes: database.totalChangesCount, leaves: logSize) }

  /// Appends an event to the log, in this transaction.
  /// - Returns: the leaf's index.
  @discardableResult
  mutating func append(_ event: LogEvent, subject: String?, message: Int64?) throws -> Int64 {
    let salt = try salts.next()
    let eventBytes = event.canonicalBytes
    let commitment = LeafEntry.commitment(eventBytes, salt: salt)
    let entry = try LeafEntry(
      at: now, commitment: commitment, kind: event.kind, subject: subject
    ).bytes
    let index = state.edge.size
    let insert = try database.cachedStatement(
      sql: "INSERT INTO leaf (leaf_index, entry, salt, event, message) VALUES (?, ?, ?, ?, ?)")
    try insert.execute(arguments: [
      index, Data(entry), Data(salt.bytes), Data(eventBytes), message,
    ])
    for tile in state.edge.append(.leaf(entry)) {
      try LogTables.insert(tile, into: database)
    }
    return index
  }

  /// The number of a new message.
  mutating func takeSequence() -> Int64 {
    defer { state.nextSequence += 1 }
    return state.nextSequence
  }

  /// The row of a decision, made when it is new.
  mutating func decisionRow(_ decision: Decision) throws -> DecisionRow {
    try state.decisions.row(of: decision, in: database)
  }

  /// The decision on facts with the rows of both, made when they are new.
  mutating func decided(
    _ facts: Facts, by decide: (Facts) -> Decision
  ) throws -> FactsMemory.Entry {
    if let known = state.facts.entry(for: facts) { return known }
    let decision = decide(facts)
    let entry = FactsMemory.Entry(
      decision: decision, decisionRow: try decisionRow(decision),
      facts: try FactsTable.findOrInsert(facts, in: database))
    state.facts.keep(entry, for: facts)
    return entry
  }

  /// What is at hand of a calendar, newest version first.
  mutating func calendars(of key: CalendarKey) throws -> [DayCalendar] {
    if let known = state.calendars[key] { return known }
    let found = try CalendarTable.read(key, in: database, limits: limits)
    state.calendars.keep(found, for: key)
    return found
  }

  /// Reads a calendar anew after this transaction changed it.
  mutating func forgetCalendar(_ key: CalendarKey) { state.calendars.forget(key) }

  /// The decision of a row.
  mutating func decision(_ id: Int64) throws -> Decision {
    try state.decisions.decision(id, in: database)
  }

  /// Reads the directory anew after this transaction changed it.
  mutating func directoryChanged() throws {
    try database.execute(sql: "UPDATE directory_version SET version = version + 1")
    state.directory = try PartyDirectory(database)
  }
}

extension LogEvent {
  /// An event with its fields; one without a value is left out.
  init(_ kind: Kind, _ fields: KeyValuePairs<Field, String?>) {
    self.init(kind)
    for (field, value) in fields { self[field] = value }
  }
}

/// How far a transaction had got.
struct WriteMark: Equatable {
  let changes: Int
  let leaves: Int64
}
