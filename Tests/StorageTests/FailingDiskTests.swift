// A disk that fails under the writer, and a kill at a failpoint, each in a process of its own.

import ExchangeModel
import Foundation
import Testing

@testable import Storage

@Suite struct FailingDiskTests {
  /// A write that the system refuses (a file size limit stands in for the failing disk): nothing
  /// is promised any more, by this job, by those beside it, or by later ones.
  @Test func afterAFailedWriteNothingIsPromised() async {
    await #expect(processExitsWith: .success) {
      signal(SIGXFSZ, SIG_IGN)
      let test = try await TestStore.make()
      try await test.admit(submission("before"))
      let watch = Task { try await test.store.untilFailure() }
      let size = JournalCheckpointer.size(of: test.path + "-wal")
      var limit = rlimit(rlim_cur: rlim_t(size + 20_000), rlim_max: rlim_t.max)
      #expect(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      let large = String(repeating: "x", count: 200_000)
      await withTaskGroup(of: Void.self) { group in
        for number in 0..<5 {
          group.addTask {
            await #expect(throws: StoreFailure.self) {
              try await test.admit(submission("m-\(number)", content: large))
            }
          }
        }
      }
      limit.rlim_cur = rlim_t.max
      #expect(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0)
      // The disk is well again, but what the first failure left is not known.
      await #expect(throws: StoreFailure.self) { try await test.admit(submission("later")) }
      await #expect(throws: StoreFailure.self) { try await watch.value }
      // A new start reads the disk, and goes on.
      try test.store.close()
      let again = try TestStore(folder: test.folder, time: test.time)
      try await again.admit(submission("anew"))
      #expect(try await LogKey.verify(again.store).faults == [])
    }
  }

  private static func folder(_ process: pid_t) -> String {
    NSTemporaryDirectory() + "/gatehouse-killed-\(process)"
  }

  private static func run(failpoint: String) async throws {
    setenv("GATEHOUSE_FAILPOINT", failpoint, 1)
    let folder = folder(getppid()) + "-" + failpoint
    let test = try TestStore(folder: folder, time: TestSurroundings())
    for agency in Agency.all { try await test.store.register(agency.party()) }
    for number in 0..<10 { try await test.admit(submission("m-\(number)")) }
  }

  private func messagesAfter(_ failpoint: String) async throws -> Int64 {
    let folder = Self.folder(getpid()) + "-" + failpoint
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let test = try TestStore(folder: folder, time: TestSurroundings(seed: 5))
    let before = try await LogKey.verify(test.store)
    #expect(before.faults == [])
    for number in 0..<10 {
      _ = try await test.store.admit(submission("m-\(number)"), decide: permitAll)
    }
    let after = try await LogKey.verify(test.store)
    #expect(after.faults == [])
    #expect(after.messages == 10)
    return before.messages
  }

  /// Three registrations come before the first message.
  @Test func killedBeforeACommitLosesOnlyWhatWasNotAnswered() async throws {
    await #expect(processExitsWith: .signal(SIGKILL)) {
      try await FailingDiskTests.run(failpoint: "before-commit:8")
    }
    #expect(try await messagesAfter("before-commit:8") == 4)
  }

  @Test func killedAfterACommitKeepsWhatWasNotAnswered() async throws {
    await #expect(processExitsWith: .signal(SIGKILL)) {
      try await FailingDiskTests.run(failpoint: "after-commit:8")
    }
    #expect(try await messagesAfter("after-commit:8") == 5)
  }
}
