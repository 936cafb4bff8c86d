// The store: one SQLite database and a folder of attachments. The only room with SQL.
// Never decides whether a message may be shared: it is handed that as a closure.

package import ExchangeModel
import Foundation
import GRDB
package import PupilTracing

/// The gateway's memory. Its verbs are in the extensions: admission, inbox, log, directory,
/// attachments.
package final class Store: Sendable {
  let pool: DatabasePool
  let writer: GroupCommit
  let signal = InboxSignal()
  let noticeSignal = NoticeSignal()
  let limits: Limits
  package let surroundings: Surroundings
  let attachmentFiles: AttachmentFiles
  let uploads: MeshUploads
  let access: AccessPolicy
  let childKeys: ChildKeys
  let sealing: Sealing
  let tracePools: TracePools
  private let checkpointer: JournalCheckpointer
  private let health = StoreHealth()
  private let directoryCache: DirectoryCache

  /// Seconds to wait for another process that is writing.
  static let busySeconds: Double = 10

  /// Opens the store in a directory, making it when it is not there. `access` is asked before
  /// anything of a message is handed out, `due` when a reply is due.
  ///
  /// Throws: `StoreFailure` when the database cannot promise durability or is newer than this
  /// program; SQLite's error otherwise.
  package init(
    directory: String, limits: Limits = Limits(), surroundings: Surroundings,
    access: @escaping AccessPolicy, due: @escaping DuePolicy,
    variants: NameVariants = .none
  ) throws {
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    let path = Self.databasePath(in: directory)
    let pool = try DatabasePool(path: path, configuration: Self.configuration())
    // GRDB sets synchronous=NORMAL after `prepareDatabase`, which loses admitted messages at a
    // power cut; so it is set here, and read back (ARCHITECTURE.md, "The guarantee").
    try pool.writeWithoutTransaction { database in
      try database.execute(sql: "PRAGMA synchronous = FULL")
    }
    try Self.assertDurable(pool)
    let migrator = StoreSchema.migrator
    if try pool.read({ try migrator.hasBeenSuperseded($0) }) { throw StoreFailure.newerSchema }
    try migrator.migrate(pool)
    try Self.assertDurable(pool)
    self.pool = pool
    self.limits = limits
    self.surroundings = surroundings
    self.access = access
    childKeys = try ChildKeys(file: directory + "/child.key", surroundings: surroundings)
    sealing = try Sealing(
      file: directory + "/sealing.key", mayMake: try pool.read { try Sealing.isUnused($0) },
      surroundings: surroundings)
    tracePools = TracePools(directory: directory, variants: variants)
    attachmentFiles = try AttachmentFiles(directory: directory + "/attachments")
    uploads = try MeshUploads(directory: directory + "/mesh")
    checkpointer = try JournalCheckpointer(databasePath: path)
    directoryCache = DirectoryCache(try pool.read { try PartyDirectory(readable: $0) })
    writer = GroupCommit(
      pool: pool, limits: limits, surroundings: surroundings, signal: signal,
      notices: noticeSignal, journal: checkpointer, health: health, directory: directoryCache,
      due: due)
    checkpointer.start()
  }

  deinit { checkpointer.stop() }

  /// The file of the tables.
  static func databasePath(in directory: String) -> String { directory + "/gatehouse.sqlite" }

  /// True once the gateway is stopping.
  package var hasEndedLongPolls: Bool { signal.isClosed }

  /// Ends all long polls at once, for a stop.
  package func endLongPolls() { signal.close() }

  /// Ends the long polls, finishes what waits for the writer, moves the journal into the database
  /// and closes it. What is asked of the store afterwards is refused. Blocks; closing twice is as
  /// once.
  package func close() throws {
    signal.close()
    writer.close()
    checkpointer.stop()
    try pool.close()
    try checkpointer.close()
    health.close()
  }

  /// A mark of a party's inbox, which changes when something comes into it.
  package func inboxMark(of party: PartyURN) -> UInt64 { signal.generation(of: party) }

  /// Returns when something came into any inbox since the last call, or the task is cancelled.
  package func untilSomethingCame() async { await signal.anyone.wait() }

  /// Returns when the store is closed or the task cancelled; throws `StoreFailure` when a write
  /// failed such that nothing more can be promised. The process should then end, not with 0.
  package func untilFailure() async throws {
    await health.waitForEnd()
    if let failure = health.failure { throw failure }
  }

  /// True when a row can be written and read back: what `/readyz` asks.
  package func probe() async throws {
    try await writer.submit { context in
      try context.database.execute(
        sql: "UPDATE directory_version SET version = version WHERE only_row = 1")
    }
  }

  /// The present instant, as the store has it.
  package var now: @Sendable () -> Timestamp { surroundings.now }

  /// What asks the access policy.
  var gate: AccessGate { AccessGate(policy: access) }

  /// The directory as of now: a cached copy, read anew when any process changed it.
  package func currentDirectory() async throws -> PartyDirectory {
    let known = directoryCache.latest
    let fresh = try await pool.read { database in
      try PartyDirectory.readVersion(database) == known.version
        ? nil : PartyDirectory(database)
    }
    guard let fresh else { return known }
    directoryCache.remember(fresh)
    return fresh
  }

  /// The directory as last read: for a first look that the store's transaction repeats.
  package var latestDirectory: PartyDirectory { directoryCache.latest }

  /// What a failure of SQLite means to a caller.
  static func translate(_ error: any Error) -> any Error {
    guard let error = error as? DatabaseError else { return error }
    switch error.resultCode {
    case .SQLITE_FULL: return Refusal(.storageFull)
    case .SQLITE_IOERR where error.extendedResultCode == .SQLITE_IOERR_SHMSIZE:
      return Refusal(.storageFull)
    case .SQLITE_BUSY, .SQLITE_LOCKED: return Refusal(.tooBusy)
    default: return error
    }
  }

  private static func configuration() -> Configuration {
    var configuration = Configuration()
    configuration.label = "gatehouse"
    configuration.busyMode = .timeout(busySeconds)
    configuration.maximumReaderCount = 4
    configuration.prepareDatabase { database in
      if !database.configuration.readonly {
        // 8 KB pages hold a 2 KB message and its keys with fewer writes (measured 1.06 times).
        try database.execute(sql: "PRAGMA page_size = 8192")
        // The journal is moved into the database on another thread (JournalCheckpointer).
        try database.execute(sql: "PRAGMA wal_autocheckpoint = 0")
        try database.execute(
          sql: "PRAGMA journal_size_limit = \(JournalCheckpointer.keptJournal)")
      }
      let cacheKilobytes = database.configuration.readonly ? 4096 : 16384
      try database.execute(sql: "PRAGMA cache_size = -\(cacheKilobytes)")
      try database.execute(sql: "PRAGMA trusted_schema = OFF")
    }
    return configuration
  }

  private static func assertDurable(_ pool: DatabasePool) throws {
    try pool.writeWithoutTransaction { database in
      let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode")
      guard mode == "wal" else { throw StoreFailure.unsafeSetting("journal_mode=WAL") }
      let synchronous = try Int.fetchOne(database, sql: "PRAGMA synchronous")
      guard synchronous == 2 else { throw StoreFailure.unsafeSetting("synchronous=FULL") }
      let keys = try Int.fetchOne(database, sql: "PRAGMA foreign_keys")
      guard keys == 1 else { throw StoreFailure.unsafeSetting("foreign_keys=ON") }
    }
  }
}
