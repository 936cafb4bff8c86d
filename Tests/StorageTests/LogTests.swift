// The log's verbs: publish, prove, verify; and what must never be signed.

import ExchangeModel
import Foundation
import GRDB
import MessageLog
import Storage
import Testing

@Suite struct LogTests {
  @Test func aReceiptIsProvedByThePublishedTree() async throws {
    let test = try await TestStore.make()
    try await test.admitMany((0..<300).map { "m-\($0)" })
    let receipt = try await test.admit(submission("proved"))
    let early = try await LogKey.publish(test.store)
    try await test.admitMany((300..<600).map { "m-\($0)" })
    let late = try await LogKey.publish(test.store)
    #expect(early.size == receipt.logSize)
    #expect(late.size == early.size + 300)
    for tree in [early, late] {
      for agency in [Agency.school, .iss] {
        let found = try await test.store.admissionProof(
          of: receipt.messageID, in: tree, for: agency.spki)
        let proof = try #require(found)
        #expect(proof.index == receipt.logIndex)
        let entry = try #require(proof.extra)
        let opened = try proof.verify(entry: entry, log: LogKey.signer().key)
        #expect(opened.checkpoint.size == tree.size)
        #expect(try LeafEntry(entry).subject == receipt.messageID.text)
      }
    }
    await #expect(throws: Refusal(.notFound)) {
      try await test.store.admissionProof(of: receipt.messageID, in: late, for: Agency.cme.spki)
    }
  }

  @Test func aTreeThatDoesNotCoverTheLeafProvesNothing() async throws {
    let test = try await TestStore.make()
    let tree = try await LogKey.publish(test.store)
    let receipt = try await test.admit(submission("m-1"))
    let proof = try await test.store.admissionProof(
      of: receipt.messageID, in: tree, for: Agency.school.spki)
    #expect(proof == nil)
  }

  @Test func anUnchangedTreeIsSignedOnce() async throws {
    let test = try await TestStore.make()
    let first = try await LogKey.publish(test.store)
    let again = try await LogKey.publish(test.store)
    #expect(first.note == again.note)
    #expect(try test.count("checkpoint") == 1)
  }

  @Test func consistencyHoldsBetweenAllPublishedTrees() async throws {
    let test = try await TestStore.make()
    for number in 0..<20 {
      try await test.admitMany((0..<(number * 3)).map { "m-\(number)-\($0)" })
      _ = try await LogKey.publish(test.store)
    }
    let result = try await LogKey.verify(test.store)
    #expect(result.faults == [])
    #expect(result.checkpoints == 20)
    #expect(result.leaves == Int64(try test.count("leaf")))
  }

  /// Yesterday's copy has fewer leaves than were signed: it must not be signed again.
  @Test func anOldCopyIsNotSigned() async throws {
    let test = try await TestStore.make()
    try await test.admit(submission("m-1"))
    let tree = try await LogKey.publish(test.store)
    try await test.tool().write {
      try $0.execute(sql: "UPDATE checkpoint SET tree_size = tree_size + 5")
    }
    await #expect(throws: StoreFailure.logBehind(signed: tree.size + 5, held: tree.size)) {
      try await LogKey.publish(test.store)
    }
    // The failure is the publisher's alone: the writer goes on.
    try await test.admit(submission("m-2"))
  }

  @Test func aTreeThatForksIsNotSigned() async throws {
    let test = try await TestStore.make()
    try await test.admit(submission("m-1"))
    let tree = try await LogKey.publish(test.store)
    try test.store.close()
    let tool = try test.tool()
    try await tool.write {
      try $0.execute(
        sql: """
          UPDATE leaf SET entry = CAST(replace(CAST(entry AS TEXT), '2026', '2025') AS BLOB)
          WHERE leaf_index = 2
          """)
    }
    let again = try TestStore(folder: test.folder, time: test.time)
    await #expect(throws: StoreFailure.logForked(signed: tree.size)) {
      try await LogKey.publish(again.store)
    }
  }

  @Test func verifyingGoesOnWhileMessagesAreAdmitted() async throws {
    let test = try await TestStore.make()
    let admissions = Task {
      for number in 0..<300 { try await test.admit(submission("m-\(number)")) }
    }
    for _ in 0..<5 { #expect(try await LogKey.verify(test.store).faults == []) }
    try await admissions.value
    #expect(try await LogKey.verify(test.store).messages == 300)
  }

  @Test func anotherKeyDoesNotVerify() async throws {
    let test = try await TestStore.make()
    let tree = try await LogKey.publish(test.store)
    let name = try #require(KeyName("gatehouse.example/log"))
    let other = try NoteSigner(
      name: name, kind: .ed25519, seed: Array(repeating: 8, count: 32)
    ).key
    let result = try await test.store.verifyLog(
      openNote: { note in
        let checkpoint = try Checkpoint.open(note, log: other).checkpoint
        return (checkpoint.size, checkpoint.root)
      }, progress: { _, _ in })
    #expect(
      result.faults == ["checkpoint of \(tree.size) leaves: its signature does not hold"])
  }
}
