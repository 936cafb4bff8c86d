// What the store promises about the disk: settings in force, a copy of its files taken mid-way,
// a full disk, a failing disk, a kill.

import ExchangeModel
import Foundation
import GRDB
import Synchronization
import Testing

@testable import Storage

/// The messages whose receipt was given.
private final class Answered: Sendable {
  private let ids = Mutex<[MessageID]>([])

  var all: [MessageID] { ids.withLock { $0 } }

  func add(_ id: MessageID) { ids.withLock { $0.append(id) } }
}

@Suite struct DurabilityTests {
  @Test func theSettingsThatDurabilityRestsOnAreInForce() async throws {
    let test = try await TestStore.make()
    let settings = try await test.store.writer.submit { context in
      try ["journal_mode", "synchronous", "page_size", "foreign_keys", "wal_autocheckpoint"].map {
        try String.fetchOne(context.database, sql: "PRAGMA \($0)")
      }
    }
    #expect(settings == ["wal", "2", "8192", "1", "0"])
    let mode = try FileManager.default.attributesOfItem(atPath: test.folder)
    #expect(mode[.posixPermissions] as? Int == 0o700)
  }

  @Test func aNewerDatabaseIsNotOpened() async throws {
    let test = try await TestStore.make()
    try test.store.close()
    let tool = try test.tool()
    try await tool.write {
      try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('9999-later')")
    }
    #expect(throws: StoreFailure.newerSchema) {
      try TestStore(folder: test.folder, time: test.time)
    }
  }

  @Test func closingLeavesNoJournalAndEndsItsThread() async throws {
    let test = try await TestStore.make()
    for number in 0..<50 { try await test.admit(submission("m-\(number)")) }
    try test.store.close()
    #expect(!FileManager.default.fileExists(atPath: test.path + "-wal"))
    let names = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap {
      try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
    }
    #expect(!names.contains { $0.hasPrefix(test.folder + "/gatehouse.sqlite") })
  }

  @Test func whatIsAskedAfterACloseIsRefused() async throws {
    let test = try await TestStore.make()
    try test.store.close()
    try test.store.close()
    await #expect(throws: Refusal(.temporarilyUnavailable)) { try await test.store.probe() }
    await #expect(throws: (any Error).self) { try await test.store.currentDirectory() }
    try await test.store.untilFailure()
  }

  /// The files as a crash would leave them, at some moment of a load: all that was answered before
  /// is there, and the log holds.
  @Test func aCopyTakenUnderLoadHasAllThatWasAnswered() async throws {
    let test = try await TestStore.make()
    let answered = Answered()
    let load = Task {
      await withTaskGroup(of: Void.self) { group in
        for worker in 0..<16 {
          group.addTask {
            for number in 0..<40 {
              guard let receipt = try? await test.admit(submission("m-\(worker)-\(number)")) else {
                return
              }
              answered.add(receipt.messageID)
            }
          }
        }
      }
    }
    while answered.all.count < 150 { try await Task.sleep(for: .milliseconds(1)) }
    let promised = answered.all
    let copy = test.folder + "/copy"
    try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
    for ending in ["", "-wal"] {
      try FileManager.default.copyItem(
        atPath: test.path + ending, toPath: copy + "/gatehouse.sqlite" + ending)
    }
    await load.value
    let reopened = try TestStore(folder: copy, time: test.time)
    let integrity = try await reopened.tool().read {
      try String.fetchOne($0, sql: "PRAGMA integrity_check")
    }
    #expect(integrity == "ok")
    for id in promised {
      _ = try await reopened.store.status(of: id, for: Agency.school.spki)
    }
    let result = try await LogKey.verify(reopened.store)
    #expect(result.faults == [])
    #expect(result.messages >= Int64(promised.count))
    // And it goes on from there.
    try await reopened.admit(submission("after"))
    #expect(try await LogKey.verify(reopened.store).faults == [])
  }

  @Test func aFullDiskRefusesForARetryAndRecovers() async throws {
    let test = try await TestStore.make()
    let pages = try await test.store.writer.submit { context in
      try Int.fetchOne(context.database, sql: "PRAGMA page_count") ?? 0
    }
    try await limitPages(test, to: pages + 4)
    let large = String(repeating: "x", count: 200_000)
    let results = await withTaskGroup(of: (any Error)?.self) { group in
      for number in 0..<10 {
        group.addTask {
          do {
            try await test.admit(submission("m-\(number)", content: large))
            return nil
          } catch {
            return error
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    for error in results { #expect(error as? Refusal == Refusal(.storageFull)) }
    #expect(try test.count("message") == 0)
    try await limitPages(test, to: 1_000_000)
    try await test.admit(submission("m-1", content: large))
    #expect(try await LogKey.verify(test.store).faults == [])
  }

  private func limitPages(_ test: TestStore, to pages: Int) async throws {
    _ = try await test.store.writer.submit { context in
      try Int.fetchOne(context.database, sql: "PRAGMA max_page_count = \(pages)")
    }
  }

  /// The journal is started anew under a load without pauses, though it would grow for ever.
  @Test func theJournalStaysBounded() async throws {
    let test = try await TestStore.make()
    let large = String(repeating: "x", count: 900_000)
    for number in 0..<260 {
      try await test.admit(submission("m-\(number)", content: "\(number)" + large))
    }
    // 260 messages are 234 MB; unbounded, the journal would hold them all.
    #expect(JournalCheckpointer.size(of: test.path + "-wal") < 200 << 20)
  }
}
