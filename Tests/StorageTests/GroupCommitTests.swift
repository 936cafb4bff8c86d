// Group commit: who is answered what when many jobs share a transaction, and each exactly once.

import ExchangeModel
import Foundation
import GRDB
import MessageLog
import Synchronization
import Testing

@testable import Storage

@Suite struct GroupCommitTests {
  private struct Poison: Error {}

  @Test func manyAtOnceAreAllAdmittedAndNumberedWithoutGaps() async throws {
    let test = try await TestStore.make()
    let receipts = try await withThrowingTaskGroup(of: Receipt.self) { group in
      for number in 0..<600 { group.addTask { try await test.admit(submission("m-\(number)")) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(receipts.map(\.messageID)).count == 600)
    let first = receipts.map(\.logIndex).min() ?? 0
    #expect(receipts.map(\.logIndex).sorted() == (0..<600).map { first + $0 })
    let result = try await LogKey.verify(test.store)
    #expect(result.faults == [])
    #expect(result.messages == 600)
  }

  @Test func theSameMessageManyTimesAtOnceIsAdmittedOnce() async throws {
    let test = try await TestStore.make()
    let outcomes = try await withThrowingTaskGroup(of: AdmissionOutcome.self) { group in
      for _ in 0..<100 {
        group.addTask { try await test.store.admit(submission("m-1"), decide: permitAll) }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    var receipts: [Receipt] = []
    var admitted = 0
    for outcome in outcomes {
      switch outcome {
      case .admitted(let receipt):
        admitted += 1
        receipts.append(receipt)
      case .duplicate(let receipt): receipts.append(receipt)
      default: Issue.record("neither admitted nor a duplicate")
      }
    }
    #expect(admitted == 1)
    #expect(Set(receipts.map(\.messageID)).count == 1)
    #expect(try test.count("message") == 1)
  }

  /// Holds the writer until all are queued, so that they are one group for certain.
  private func inOneGroup<Value: Sendable>(
    _ test: TestStore, _ jobs: [@Sendable () async throws -> Value]
  ) async -> [Result<Value, any Error>] {
    let gate = DispatchSemaphore(value: 0)
    let held = Task.detached {
      try await test.store.writer.submit { _ in gate.wait() }
    }
    try? await Task.sleep(for: .milliseconds(50))
    let results = await withTaskGroup(of: (Int, Result<Value, any Error>).self) { group in
      for (number, job) in jobs.enumerated() {
        group.addTask {
          do {
            return (number, .success(try await job()))
          } catch {
            return (number, .failure(error))
          }
        }
      }
      try? await Task.sleep(for: .milliseconds(150))
      gate.signal()
      return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    _ = try? await held.value
    return jobs.indices.compactMap { results[$0] }
  }

  @Test func onePoisonousJobAmongManyFailsAlone() async throws {
    let test = try await TestStore.make()
    var jobs: [@Sendable () async throws -> Void] = (0..<40).map { number in
      { @Sendable in _ = try await test.admit(submission("m-\(number)")) }
    }
    jobs.insert(
      {
        try await test.store.writer.submit { context in
          try context.database.execute(sql: "DELETE FROM inbox")
          try context.append(.init(.searched), subject: nil, message: nil)
          throw Poison()
        }
      }, at: 20)
    let results = await inOneGroup(test, jobs)
    #expect(results.count == 41)
    for (number, result) in results.enumerated() {
      switch result {
      case .success: #expect(number != 20)
      case .failure(let error): #expect(number == 20 && error is Poison)
      }
    }
    #expect(try test.count("message") == 40)
    #expect(try test.count("inbox") == 40)
    #expect(try await LogKey.verify(test.store).faults == [])
  }

  @Test func aRefusalAfterAWriteUndoesThatWriteAlone() async throws {
    let test = try await TestStore.make()
    let results = await inOneGroup(
      test,
      [
        { @Sendable in try await test.admit(submission("m-1")) },
        { @Sendable in
          try await test.store.writer.submit { context -> Receipt in
            try context.database.execute(sql: "DELETE FROM inbox")
            throw Refusal(.notFound)
          }
        },
        { @Sendable in try await test.admit(submission("m-2")) },
      ])
    #expect(throws: Refusal(.notFound)) { try results[1].get() }
    #expect(throws: Never.self) { try results[0].get() }
    #expect(throws: Never.self) { try results[2].get() }
    #expect(try test.count("inbox") == 2)
  }

  @Test func aConstraintBrokenByOneJobDoesNotSinkTheOthers() async throws {
    let test = try await TestStore.make()
    let results = await inOneGroup(
      test,
      [
        { @Sendable in _ = try await test.admit(submission("m-1")) },
        { @Sendable in
          try await test.store.writer.submit { context in
            try context.append(.init(.searched), subject: nil, message: nil)
            try context.database.execute(
              sql: "INSERT INTO inbox (recipient, message) VALUES ('nobody', 99)")
          }
        },
        { @Sendable in _ = try await test.admit(submission("m-2")) },
      ])
    #expect(throws: DatabaseError.self) { try results[1].get() }
    #expect(try test.count("message") == 2)
    #expect(try await LogKey.verify(test.store).faults == [])
  }

  @Test func refusalsAmongAdmissionsAreRecordedBesideThem() async throws {
    let test = try await TestStore.make()
    let results = await inOneGroup(
      test,
      (0..<30).map { number in
        { @Sendable in
          try await test.store.admit(
            submission(
              "m-\(number)", purpose: number.isMultiple(of: 3) ? "other" : "medical-education")
          ) { facts in
            facts.claims.purpose == Claims.unknown ? .denied(.routeNotAllowed) : .permitted
          }
        }
      })
    for (number, result) in results.enumerated() {
      switch try result.get() {
      case .admitted: #expect(!number.isMultiple(of: 3))
      case .refused(let refusal, _):
        #expect(number.isMultiple(of: 3) && refusal.code == .routeNotAllowed)
      default: Issue.record("neither admitted nor refused")
      }
    }
    #expect(try test.count("message") == 20)
    #expect(try test.refusals().count == 10)
  }

  @Test func beyondTheQueueLimitIsTooBusyAndNothingElse() async throws {
    var limits = Limits()
    limits.waitingAdmissions = 5
    let test = try await TestStore.make(limits: limits)
    let results = await inOneGroup(
      test,
      (0..<20).map { number in
        { @Sendable in try await test.admit(submission("m-\(number)")) }
      })
    let refused = results.filter { result in
      guard case .failure(let error) = result else { return false }
      return error as? Refusal == Refusal(.tooBusy)
    }
    #expect(refused.count == 15)
    #expect(try test.count("message") == 5)
    // It recovers by itself.
    try await test.admit(submission("later"))
  }

  @Test func aGroupIsNoLargerThanItsLimit() async throws {
    var limits = Limits()
    limits.admissionsPerCommit = 4
    let test = try await TestStore.make(limits: limits)
    let results = await inOneGroup(
      test,
      (0..<30).map { number in
        { @Sendable in try await test.admit(submission("m-\(number)")) }
      })
    #expect(results.allSatisfy { (try? $0.get()) != nil })
    #expect(try test.count("message") == 30)
  }

  @Test func jobsThatWaitAtACloseAreDoneAndLaterOnesRefused() async throws {
    let test = try await TestStore.make()
    let tasks = (0..<50).map { number in
      Task { try await test.admit(submission("m-\(number)")) }
    }
    try await Task.sleep(for: .milliseconds(5))
    try await Task.detached { try test.store.close() }.value
    var admitted = 0
    for task in tasks {
      do {
        _ = try await task.value
        admitted += 1
      } catch {
        #expect(error as? Refusal == Refusal(.temporarilyUnavailable))
      }
    }
    await #expect(throws: Refusal(.temporarilyUnavailable)) {
      try await test.admit(submission("late"))
    }
    try test.store.close()
    let again = try TestStore(folder: test.folder, time: test.time)
    #expect(try again.count("message") == admitted)
    #expect(try await LogKey.verify(again.store).messages == Int64(admitted))
  }

  @Test func aBusyDatabaseRefusesTheGroupForARetry() {
    let busy = DatabaseError(resultCode: .SQLITE_BUSY)
    #expect(Store.translate(busy) as? Refusal == Refusal(.tooBusy))
    #expect(StoreFailure(fatal: busy) == nil)
    let full = DatabaseError(resultCode: .SQLITE_FULL)
    #expect(Store.translate(full) as? Refusal == Refusal(.storageFull))
    #expect(StoreFailure(fatal: full) == nil)
    let index = DatabaseError(resultCode: .SQLITE_IOERR_SHMSIZE)
    #expect(Store.translate(index) as? Refusal == Refusal(.storageFull))
    #expect(StoreFailure(fatal: index) == nil)
    #expect(StoreFailure(fatal: DatabaseError(resultCode: .SQLITE_IOERR_FSYNC)) != nil)
    #expect(StoreFailure(fatal: DatabaseError(resultCode: .SQLITE_CORRUPT)) != nil)
  }
}
