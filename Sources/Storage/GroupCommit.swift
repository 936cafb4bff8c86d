// One writer for the whole gateway: takes everything that waits, runs it in one transaction, and
// answers after the one fsync (DESIGN 3). Never answers before the commit, never waits by a timer.

import ExchangeModel
import GRDB
import Synchronization

/// Runs jobs on the database's only writing connection, many to a transaction.
///
/// - A job that throws before it wrote anything fails alone.
/// - When a job throws after it wrote, the whole group is rolled back and run once more, each job
///   in a savepoint of its own, so that one poisonous job cannot sink its neighbours.
/// - When the disk is full or the database busy, the whole group is refused, for a retry.
/// - When a write or sync fails otherwise, the outcome is unknown: the group and all later ones
///   get the failure, and the store has ended (`StoreHealth`).
///
/// Each job's caller is answered exactly once.
final class GroupCommit: Sendable {
  private struct Job: Sendable {
    /// Runs the job and returns what tells its caller of success, to be called after the commit.
    let run: @Sendable (inout WriteContext) throws -> (@Sendable () -> Void)
    let fail: @Sendable (any Error) -> Void
  }

  private struct Queue: Sendable {
    var waiting: [Job] = []
    var isDraining = false
    var isClosed = false
  }

  /// A job failed after it had written: the group must be run again, in savepoints.
  private struct SpoiledGroup: Error {}

  private let pool: DatabasePool
  private let surroundings: Surroundings
  private let limits: Limits
  private let signal: InboxSignal
  private let notices: NoticeSignal
  private let journal: JournalCheckpointer
  private let health: StoreHealth
  private let directory: DirectoryCache
  private let due: DuePolicy
  private let queue = Mutex(Queue())
  /// Nil until the first group, which reads it: a damaged log can still be opened and verified.
  private let state = Mutex<WriterState?>(nil)

  init(
    pool: DatabasePool, limits: Limits, surroundings: Surroundings, signal: InboxSignal,
    notices: NoticeSignal, journal: JournalCheckpointer, health: StoreHealth,
    directory: DirectoryCache, due: @escaping DuePolicy
  ) {
    self.pool = pool
    self.limits = limits
    self.surroundings = surroundings
    self.signal = signal
    self.notices = notices
    self.journal = journal
    self.health = health
    self.directory = directory
    self.due = due
  }

  /// Runs `body` in the next group and returns its value once the group is on disk.
  ///
  /// Throws: what `body` threw, `Refusal(.tooBusy)` when too much waits,
  /// `Refusal(.storageFull)` when the disk is full, `Refusal(.temporarilyUnavailable)` after
  /// `close`, `StoreFailure.writeFailed` once the store has failed. `body` may run twice, and must
  /// have no effect but through its context.
  func submit<Value: Sendable>(
    _ body: @escaping @Sendable (inout WriteContext) throws -> Value
  ) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      let job = Job(
        run: { context in
          let value = try body(&context)
          return { continuation.resume(returning: value) }
        },
        fail: { continuation.resume(throwing: $0) })
      enqueue(job)
    }
  }

  /// Runs one of many jobs that nobody waits for, and then pauses for `rest` times as long as it
  /// took. Throws what `submit` throws, and `CancellationError` before or after the job.
  func submit<Value: Sendable>(
    rest: Int, _ body: @escaping @Sendable (inout WriteContext) throws -> Value
  ) async throws -> Value {
    try Task.checkCancellation()
    let start = ContinuousClock.now
    let value = try await submit(body)
    if rest > 0 { try await Task.sleep(for: (ContinuousClock.now - start) * rest) }
    return value
  }

  /// Takes no more jobs; those that wait are still run.
  func close() { queue.withLock { $0.isClosed = true } }

  private func enqueue(_ job: Job) {
    enum Next { case start, wait, refuse(any Error) }
    let failure = health.failure
    let next = queue.withLock { queue -> Next in
      if let failure { return .refuse(failure) }
      if queue.isClosed { return .refuse(Refusal(.temporarilyUnavailable)) }
      guard queue.waiting.count < limits.waitingAdmissions else {
        return .refuse(Refusal(.tooBusy))
      }
      queue.waiting.append(job)
      guard !queue.isDraining else { return .wait }
      queue.isDraining = true
      return .start
    }
    switch next {
    case .start: pool.asyncWriteWithoutTransaction { self.drain($0) }
    case .refuse(let error): job.fail(error)
    case .wait: break
    }
  }

  private func drain(_ database: Database) {
    while let group = nextGroup() {
      if let failure = health.failure {
        for job in group { job.fail(failure) }
      } else {
        journal.restartIfAsked(database)
        commit(group, in: database)
      }
    }
  }

  private func nextGroup() -> [Job]? {
    queue.withLock { queue in
      guard !queue.waiting.isEmpty else {
        queue.isDraining = false
        return nil
      }
      guard queue.waiting.count > limits.admissionsPerCommit else {
        defer { queue.waiting.removeAll(keepingCapacity: true) }
        return queue.waiting
      }
      let group = Array(queue.waiting.prefix(limits.admissionsPerCommit))
      queue.waiting.removeFirst(group.count)
      return group
    }
  }

  private func commit(_ group: [Job], in database: Database) {
    let answers: [@Sendable () -> Void]
    let news: WriteContext.News
    do {
      do {
        (answers, news) = try write(group, in: database, isolating: false)
      } catch is SpoiledGroup {
        (answers, news) = try write(group, in: database, isolating: true)
      }
    } catch {
      let failure = StoreFailure(fatal: error)
      if let failure { health.fail(failure) }
      let answer = failure ?? Store.translate(error)
      for job in group { job.fail(answer) }
      return
    }
    // If we crash here the group is on disk but unanswered: the sender repeats its message and
    // gets the first receipt as a duplicate.
    Failpoint.hit(.afterCommit)
    journal.noteCommit(of: group.count)
    if news.hasErased { journal.empty() }
    directory.remember(news.directory)
    for answer in answers { answer() }
    if news.owesNotices || news.isFromOthers { notices.signal() }
    if news.isFromOthers { signal.wakeAll() } else { signal.wake(news.recipients) }
  }

  /// Runs and commits one group. Throws with nothing committed, as far as can be known.
  private func write(
    _ group: [Job], in database: Database, isolating: Bool
  ) throws -> ([@Sendable () -> Void], WriteContext.News) {
    var answers: [@Sendable () -> Void] = []
    answers.reserveCapacity(group.count)
    let news = try state.withLock { state -> WriteContext.News in
      // Prepared once, unlike GRDB's own begin and commit.
      try database.cachedStatement(sql: "BEGIN IMMEDIATE TRANSACTION").execute()
      do {
        var context = try WriteContext(
          database: database, state: try state ?? WriterState(reading: database),
          now: surroundings.now(), surroundings: surroundings, due: due, limits: limits)
        for job in group {
          answers.append(
            try isolating ? runIsolated(job, in: &context) : run(job, in: &context))
        }
        // If we crash here nothing was promised: the journal has no commit record.
        Failpoint.hit(.beforeCommit)
        try database.cachedStatement(sql: "COMMIT TRANSACTION").execute()
        state = context.state
        return context.news
      } catch {
        if database.isInsideTransaction { try? database.rollback() }
        throw error
      }
    }
    return (answers, news)
  }

  /// Runs one job. An error before any write becomes its answer; after one the group is spoiled.
  private func run(
    _ job: Job, in context: inout WriteContext
  ) throws -> @Sendable () -> Void {
    let before = context.mark
    do {
      return try job.run(&context)
    } catch  where Self.isOwn(error) && context.database.isInsideTransaction {
      guard context.mark == before else { throw SpoiledGroup() }
      return { job.fail(error) }
    }
  }

  /// Runs one job such that its error undoes its own writes alone.
  private func runIsolated(
    _ job: Job, in context: inout WriteContext
  ) throws -> @Sendable () -> Void {
    let database = context.database
    let before = context
    try database.execute(sql: "SAVEPOINT job")
    do {
      let answer = try job.run(&context)
      try database.execute(sql: "RELEASE job")
      return answer
    } catch  where Self.isOwn(error) && database.isInsideTransaction {
      context = before
      try database.execute(sql: "ROLLBACK TO job")
      try database.execute(sql: "RELEASE job")
      return { job.fail(error) }
    }
  }

  /// True for an error of the job itself, false for one that concerns the whole database.
  private static func isOwn(_ error: any Error) -> Bool {
    guard let error = error as? DatabaseError else { return true }
    let own: [ResultCode] = [
      .SQLITE_CONSTRAINT, .SQLITE_ERROR, .SQLITE_MISMATCH, .SQLITE_MISUSE, .SQLITE_RANGE,
      .SQLITE_TOOBIG,
    ]
    return own.contains(error.resultCode)
  }
}
