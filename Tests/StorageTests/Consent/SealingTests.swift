// Sealed messages: ciphertext on disk, and for their two parties alone.

import ExchangeModel
import Foundation
import GRDB
import Testing

@testable import Storage

@Suite("Sealing")
struct SealingTests {
  private static let planted = ["Zebedee", "Quibblesworth", "sealed secret"]
  private static let content =
    #"{"child":"Zebedee Quibblesworth","note":"sealed secret"}"#

  private func sealed(_ id: String, content: String = content) -> Submission {
    submission(id, content: content, type: SampleTypes.sealed)
  }

  @Test func nothingOfTheContentIsInAnyFile() async throws {
    let test = try await TestStore.make()
    let receipt = try await test.admit(sealed("m-1"))
    _ = try await test.store.open(receipt.messageID, by: Agency.iss.spki)
    try expectAbsent(Self.planted, in: test.folder)
    // A message that is not sealed shows that the words would have been found.
    try await test.admit(submission("m-2", content: #"{"child":"Plainword"}"#))
    let wal = FileManager.default.contents(atPath: test.path + "-wal") ?? Data()
    #expect(wal.range(of: Data("Plainword".utf8)) != nil)
    try test.store.close()
    try expectAbsent(Self.planted, in: test.folder)
  }

  @Test func theRecipientGetsItAsSentAndTheSizeIsOfThat() async throws {
    let test = try await TestStore.make()
    let receipt = try await test.admit(sealed("m-1"))
    let again = try TestStore(folder: test.folder, time: test.time)
    let opened = try await again.store.open(receipt.messageID, by: Agency.iss.spki)
    #expect(opened.received == Array(Self.content.utf8))
    #expect(opened.summary.size == Int64(Self.content.utf8.count))
    for stranger in [Agency.school, .cme] {
      await #expect(throws: Refusal(.notFound)) {
        try await again.store.open(receipt.messageID, by: stranger.spki)
      }
    }
    await #expect(throws: Refusal(.notFound)) {
      try await again.store.status(of: receipt.messageID, for: Agency.cme.spki)
    }
  }

  @Test func repeatsAreComparedByContent() async throws {
    let test = try await TestStore.make()
    let receipt = try await test.admit(sealed("m-1"))
    guard
      case .duplicate(let same) = try await test.store.admit(
        sealed("m-1"), decide: permitAll)
    else { throw Unexpected(outcome: "not a duplicate") }
    #expect(same.messageID == receipt.messageID)
    let other = sealed("m-1", content: "{}")
    guard
      case .differs(_, let received, _) = try await test.store.admit(
        other, decide: permitAll)
    else { throw Unexpected(outcome: "not compared") }
    #expect(received == Array(Self.content.utf8))
  }

  @Test func noTwoCiphertextsAreAlikeAndNoneMovesToAnotherMessage() async throws {
    let test = try await TestStore.make()
    let first = try await test.admit(sealed("m-1"))
    let second = try await test.admit(sealed("m-2"))
    let tool = try test.tool()
    let stored = try await tool.read {
      try Data.fetchAll($0, sql: "SELECT received FROM message ORDER BY sequence")
    }
    #expect(stored.count == 2 && stored[0] != stored[1])
    #expect(try await LogKey.verify(test.store).faults == [])
    try await tool.write { database in
      try database.execute(
        sql: "UPDATE message SET received = ? WHERE message_id = ?",
        arguments: [stored[0], second.messageID.text])
    }
    _ = try await test.store.open(first.messageID, by: Agency.iss.spki)
    await #expect(throws: StoreFailure.corrupt("sealed")) {
      try await test.store.open(second.messageID, by: Agency.iss.spki)
    }
    let faults = try await LogKey.verify(test.store).faults
    #expect(faults.count == 1)
    #expect(faults.first?.contains("its content is not what leaf") == true)
  }

  @Test func theKeyIsItsOwnersAloneAndItsLossIsNoticed() async throws {
    let test = try await TestStore.make()
    let key = test.folder + "/sealing.key"
    let mode = try FileManager.default.attributesOfItem(atPath: key)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    // Nothing is sealed yet: a new key does as well.
    try FileManager.default.removeItem(atPath: key)
    let second = try TestStore(folder: test.folder, time: test.time)
    try await second.admit(sealed("m-1"))
    try FileManager.default.removeItem(atPath: key)
    #expect(throws: StoreFailure.corrupt("sealing.key")) {
      try TestStore(folder: test.folder, time: test.time)
    }
    try Data(repeating: 1, count: 31).write(to: URL(fileURLWithPath: key))
    #expect(throws: StoreFailure.corrupt("sealing.key")) {
      try TestStore(folder: test.folder, time: test.time)
    }
  }
}
