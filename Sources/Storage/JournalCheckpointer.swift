// Moves the write-ahead journal into the database on a thread of its own, so that no admission
// waits for it. Never writes a row, and its thread is gone when `stop` returns.

import Dispatch
import Foundation
import GRDB
import Synchronization

/// A thread that runs `PRAGMA wal_checkpoint(PASSIVE)` while the journal grows.
///
/// A passive checkpoint never starts the journal anew while others write, so under a load without
/// pauses the journal would grow for ever. The thread therefore asks the writer, between two
/// groups, to do the last step itself when the journal has become long (`restart`).
///
/// What was erased in the database still stands in the journal, so after an erasure, and after a
/// crash, the thread empties it (`empty`), again and again until no reader is in the way.
final class JournalCheckpointer: Sendable {
  /// Commits worth a checkpoint at once; fewer wait for `patience` looks.
  private static let worthwhile = 1000
  /// Bytes by which the file must have grown to be worth one.
  private static let worthwhileGrowth = 4 << 20
  private static let patience = 8
  /// Milliseconds between two looks.
  private static let interval = 250
  /// Bytes of journal above which the writer is asked to start it anew. Where the disk has little
  /// room half of that counts, but never less than the second number, and the file is emptied: the
  /// journal itself must not fill the disk, since it could then not be moved into a database that
  /// has to grow for it.
  private static let longestJournal: Int64 = 128 << 20
  private static let shortestJournal: Int64 = 4 << 20
  /// Bytes that the file keeps after it was started anew: writing over them is cheaper than
  /// growing it (no metadata to sync).
  static let keptJournal = 192 << 20
  /// Milliseconds that the writer waits for readers to leave the old journal. A long reader must
  /// not hold up admissions: the journal grows meanwhile, and the wish comes back.
  private static let patienceWithReaders = 50

  private let queue: DatabaseQueue
  private let journalPath: String
  private let pageBytes: Int64
  private let commits = Atomic<Int>(0)
  private let wantsRestart = Atomic<Bool>(false)
  private let wantsEmpty = Atomic<Bool>(false)
  private let isStopped = Atomic<Bool>(false)
  private let wakeUp = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)
  private let isRunning = Mutex(false)

  init(databasePath: String) throws {
    journalPath = databasePath + "-wal"
    var configuration = Configuration()
    configuration.label = "gatehouse-journal"
    configuration.busyMode = .timeout(1)
    queue = try DatabaseQueue(path: databasePath, configuration: configuration)
    // A checkpoint must reach the disk before the journal is written over.
    let (synchronous, bytes) = try queue.writeWithoutTransaction { database in
      try database.execute(sql: "PRAGMA synchronous = FULL")
      return (
        try Int.fetchOne(database, sql: "PRAGMA synchronous"),
        try Int64.fetchOne(database, sql: "PRAGMA page_size")
      )
    }
    guard synchronous == 2 else { throw StoreFailure.unsafeSetting("synchronous=FULL") }
    pageBytes = bytes ?? 4096
    // A journal that is there at the start may be a crash's, from before it was emptied.
    if Self.size(of: journalPath) > 0 { wantsEmpty.store(true, ordering: .relaxed) }
  }

  func start() {
    isRunning.withLock { isRunning in
      guard !isRunning else { return }
      isRunning = true
      let thread = Thread { [self] in
        work()
        ended.signal()
      }
      thread.name = "gatehouse-journal"
      thread.start()
    }
  }

  /// Ends the thread and waits for it.
  func stop() {
    isRunning.withLock { isRunning in
      guard isRunning else { return }
      isRunning = false
      isStopped.store(true, ordering: .releasing)
      wakeUp.signal()
      ended.wait()
    }
  }

  /// Closes the connection. To be the last to close: SQLite then moves the whole journal into the
  /// database and removes it, which the pool's reading connections cannot.
  func close() throws { try queue.close() }

  /// Tells that the writer has committed so many jobs.
  func noteCommit(of jobs: Int) { commits.add(jobs, ordering: .relaxed) }

  /// Asks that the journal be moved into the database and cut to nothing, soon.
  func empty() { wantsEmpty.store(true, ordering: .releasing) }

  /// Starts the journal anew if the thread asked for it. Called by the writer, on its own
  /// connection, between two transactions. A failure costs nothing: it is tried again.
  func restartIfAsked(_ database: Database) {
    guard wantsRestart.exchange(false, ordering: .relaxed) else { return }
    let usual = Int(Store.busySeconds * 1000)
    _ = try? Int.fetchOne(database, sql: "PRAGMA busy_timeout = \(Self.patienceWithReaders)")
    _ = try? Row.fetchOne(database, sql: "PRAGMA wal_checkpoint(RESTART)")
    _ = try? Int.fetchOne(database, sql: "PRAGMA busy_timeout = \(usual)")
  }

  private func work() {
    var looks = 0
    var lastSize = 0
    var lastCommits = 0
    var isBehind = false
    while true {
      _ = wakeUp.wait(timeout: .now() + .milliseconds(Self.interval))
      if isStopped.load(ordering: .acquiring) { return }
      if wantsEmpty.exchange(false, ordering: .acquiring), !hasEmptied() { empty() }
      let size = Self.size(of: journalPath)
      let count = commits.load(ordering: .relaxed)
      looks += 1
      let isWorthwhile =
        count - lastCommits >= Self.worthwhile || size - lastSize >= Self.worthwhileGrowth
        || (looks >= Self.patience && (count != lastCommits || isBehind))
      guard isWorthwhile else { continue }
      (looks, lastSize, lastCommits) = (0, size, count)
      isBehind = !checkpoint()
    }
  }

  /// Whether the journal could be emptied. The writer waits meanwhile, at most for `patience`.
  private func hasEmptied() -> Bool {
    let isBusy = try? queue.writeWithoutTransaction { database -> Bool in
      _ = try Int.fetchOne(database, sql: "PRAGMA busy_timeout = \(Self.patienceWithReaders)")
      defer { _ = try? Int.fetchOne(database, sql: "PRAGMA busy_timeout = 1000") }
      let row = try Row.fetchOne(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
      return row.flatMap { Bool.fromDatabaseValue($0["busy"]) } ?? true
    }
    return isBusy == false
  }

  /// One passive checkpoint; true when the whole journal is in the database. A failure, as on a
  /// full disk, costs nothing: the journal stays and is tried again.
  private func checkpoint() -> Bool {
    let row = try? queue.writeWithoutTransaction { database -> (frames: Int64, moved: Int64)? in
      let row = try Row.fetchOne(database, sql: "PRAGMA wal_checkpoint(PASSIVE)")
      guard let frames = row.flatMap({ Int64.fromDatabaseValue($0["log"]) }),
        let moved = row.flatMap({ Int64.fromDatabaseValue($0["checkpointed"]) })
      else { return nil }
      return (frames, moved)
    }
    guard let row else { return false }
    let longest = longest()
    if row.frames * pageBytes > longest { wantsRestart.store(true, ordering: .relaxed) }
    if longest < Self.longestJournal, Int64(Self.size(of: journalPath)) > longest { empty() }
    return row.moved >= row.frames
  }

  private func longest() -> Int64 {
    var room = statvfs()
    guard statvfs(journalPath, &room) == 0 else { return Self.longestJournal }
    let free = Double(room.f_bavail) * Double(room.f_frsize)
    guard free / 2 < Double(Self.longestJournal) else { return Self.longestJournal }
    return max(Self.shortestJournal, Int64(free / 2))
  }

  /// A file's size in bytes; 0 when it is not there.
  static func size(of path: String) -> Int {
    var status = stat()
    guard stat(path, &status) == 0 else { return 0 }
    return Int(status.st_size)
  }
}
