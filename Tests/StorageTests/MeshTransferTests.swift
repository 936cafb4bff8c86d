// Transfers by the MESH door: begun once for a token, counted, found again, swept.

import ExchangeModel
import Foundation
import GRDB
import Testing

@testable import Storage

@Suite struct MeshTransferTests {
  private func transfer(
    _ test: TestStore, _ number: Int = 1, chunks: Int = 2, local: String? = nil, of id: Int? = nil
  ) -> MeshTransfer {
    MeshTransfer(
      meshID: String(repeating: "0", count: 31) + String(number), source: Agency.school.urn,
      sourceID: "id-\(id ?? number)", recipient: Agency.iss.urn, workflow: "W", localID: local,
      chunkCount: chunks, chunkSizes: [5], lastChunk: [UInt8](repeating: 7, count: 32),
      headers: Array("{}".utf8), isGzip: true, begunAt: test.store.now())
  }

  private func token(_ number: UInt8) -> [UInt8] { [UInt8](repeating: number, count: 32) }

  private func begin(_ test: TestStore, _ transfer: MeshTransfer, _ number: UInt8) async throws {
    try await test.store.begin(
      transfer, token: token(number), until: test.store.now().adding(seconds: 7200))
  }

  @Test func aTokenBeginsOneTransferAlsoAfterARestart() async throws {
    let test = try await TestStore.make()
    let first = transfer(test, local: "l")
    try await begin(test, first, 1)
    #expect(try await test.store.transfer(first.meshID) == first)
    #expect(try await test.store.transfers(of: Agency.school.urn, localID: "l") == [first])
    #expect(try await test.store.transfers(of: Agency.iss.urn, localID: "l").isEmpty)
    await #expect(throws: MeshTokenUsed.self) { try await begin(test, transfer(test, 2), 1) }
    #expect(try await test.store.transfer(transfer(test, 2).meshID) == nil)
    #expect(try test.count("mesh_token") == 1)
  }

  @Test func aPartyHasSoManyUploadsUnderWay() async throws {
    var limits = Limits()
    limits.meshUploads = 2
    let test = try await TestStore.make(limits: limits)
    for number in 1...2 { try await begin(test, transfer(test, number), UInt8(number)) }
    await #expect(throws: Refusal(.tooBusy)) { try await begin(test, transfer(test, 3), 3) }
    try await test.store.end(transfer(test, 1).meshID)
    try await begin(test, transfer(test, 3), 3)
  }

  @Test func chunksAreWhatTheRowSays() async throws {
    let test = try await TestStore.make()
    var transfer = transfer(test)
    try await write(test, "first, and more than the row says", transfer.meshID, at: 0)
    try await begin(test, transfer, 1)
    try await write(test, "second", transfer.meshID, at: 5)
    transfer.chunkSizes.append(6)
    transfer.lastChunk = [UInt8](repeating: 8, count: 32)
    try await test.store.noteChunks(of: transfer)
    #expect(try await test.store.transfer(transfer.meshID) == transfer)
    #expect(transfer.isWhole && transfer.size == 11)
    #expect(test.store.uploadedBytes(transfer.meshID) == Array("firstsecond".utf8))
    let digest = try await test.store.keepUpload(transfer.meshID, by: Agency.school.spki)
    #expect(digest == sha256(Array("firstsecond".utf8)))
    // Given away under another name; its own stays until the end.
    #expect(test.store.uploadedBytes(transfer.meshID) != nil)
    try await test.store.end(transfer.meshID)
    #expect(test.store.uploadedBytes(transfer.meshID) == nil)
    #expect(try await test.store.transfer(transfer.meshID)?.headers == nil)
    #expect(test.store.attachments.size(of: digest) == 11)
  }

  /// In a function of its own, so that the file's lock ends with it.
  private func write(
    _ test: TestStore, _ text: String, _ meshID: String, at offset: Int64
  ) async throws {
    let file = try test.store.openUpload(meshID, at: offset)
    // Another request that writes it at the same time is sent away.
    #expect(throws: Refusal(.tooBusy)) { try test.store.openUpload(meshID, at: offset) }
    try Array(text.utf8).withUnsafeBytes { try file.append($0) }
    try await test.store.sync(file)
  }

  @Test func whatIsLeftOverIsSwept() async throws {
    let test = try await TestStore.make()
    let stale = transfer(test, 1)
    let file = try test.store.openUpload(stale.meshID, at: 0)
    try Array("12345".utf8).withUnsafeBytes { try file.append($0) }
    try await begin(test, stale, 1)
    let ended = transfer(test, 2)
    try await begin(test, ended, 2)
    try await test.store.end(ended.meshID)
    #expect(try await test.store.sweepMesh() == 0)
    test.time.advance(seconds: 7201)
    #expect(try await test.store.sweepMesh() == 0)
    #expect(try test.count("mesh_token") == 0, "past its two hours")
    test.time.advance(seconds: 86_400)
    try await begin(test, transfer(test, 3), 3)
    #expect(try await test.store.sweepMesh() == 1)
    #expect(try await test.store.transfer(stale.meshID) == nil)
    #expect(test.store.uploadedBytes(stale.meshID) == nil, "its chunks too")
    #expect(try await test.store.transfer(ended.meshID) != nil)
    #expect(try await test.store.transfer(transfer(test, 3).meshID) != nil)
  }

  @Test func aSendersReferenceIsForgottenAfterThirtyDays() async throws {
    let test = try await TestStore.make()
    for number in 1...3 {
      try await begin(
        test, transfer(test, number, chunks: 1, local: "case-\(number)"), UInt8(number))
    }
    for number in 1...2 { try await test.store.end(transfer(test, number).meshID) }
    func reference(_ number: Int) async throws -> String? {
      try await test.store.transfer(transfer(test, number).meshID)?.localID
    }
    test.time.advance(seconds: 30 * 86_400)
    _ = try await test.store.sweepMesh()
    #expect(try await reference(1) == "case-1")
    test.time.advance(seconds: 1)
    _ = try await test.store.sweepMesh()
    #expect(try await reference(1) == nil)
    #expect(try await reference(2) == nil)
    #expect(try await test.store.transfers(of: Agency.school.urn, localID: "case-1").isEmpty)
    // One that never became a message went as a whole, after a day.
    #expect(try await test.store.transfer(transfer(test, 3).meshID) == nil)
  }

  @Test func namesOfMessages() async throws {
    let test = try await TestStore.make()
    let plain = try await test.admit(submission("plain"))
    let known = try await test.admit(submission("id-1"))
    try await begin(test, transfer(test, 1), 1)
    let names = try await test.store.names(of: [known.messageID, plain.messageID])
    #expect(names.map(\.meshID).first == transfer(test, 1).meshID)
    #expect(names.last == MeshName(plain.messageID))
    for name in names {
      #expect(try await test.store.messageID(named: name.meshID) == name.messageID)
    }
    // The other name of a message that came by the door leads to it as well.
    let other = MeshName(known.messageID).meshID
    #expect(try await test.store.messageID(named: other) == known.messageID)
    #expect(try await test.store.messageID(named: "nonsense") == nil)
    #expect(MeshName.messageID(MeshName(plain.messageID).meshID) == plain.messageID)
  }

  @Test func theSameFirstChunkAgainTakesThePlaceOfOneThatWasLeftBehind() async throws {
    let test = try await TestStore.make()
    try await begin(test, transfer(test, 1, local: "l"), 1)
    try await begin(test, transfer(test, 2, local: "l"), 2)
    #expect(try await test.store.transfer(transfer(test, 1).meshID) == nil)
    // Another reference, none, or another chunk: another message.
    try await begin(test, transfer(test, 3, local: "m"), 3)
    try await begin(test, transfer(test, 4), 4)
    try await begin(test, transfer(test, 5), 5)
    var other = transfer(test, 6, local: "l")
    other.lastChunk = [UInt8](repeating: 8, count: 32)
    try await begin(test, other, 6)
    // One that went on is not given up.
    var second = transfer(test, 2, local: "l")
    second.chunkSizes = [5, 6]
    try await test.store.noteChunks(of: second)
    try await begin(test, transfer(test, 7, local: "l"), 7)
    for number in 2...7 {
      #expect(try await test.store.transfer(transfer(test, number).meshID) != nil)
    }
  }

  @Test func aMessageKeepsTheNameItWasAdmittedUnder() async throws {
    let test = try await TestStore.make()
    let known = try await test.admit(submission("id-1"))
    // Left behind, begun anew, and a third that comes whole when the message is there.
    let left = transfer(test, 1)
    let whole = transfer(test, 2, chunks: 1, of: 1)
    let late = transfer(test, 3, chunks: 1, of: 1)
    func name() async throws -> String? {
      let first = try await test.store.firstTransfer(source: Agency.school.urn, id: "id-1")
      let names = try await test.store.names(of: [known.messageID])
      #expect(names.first?.meshID == first?.meshID)
      return first?.meshID
    }
    try await begin(test, left, 1)
    try await begin(test, whole, 2)
    #expect(try await name() == whole.meshID)
    try await test.store.end(whole.meshID)
    try await begin(test, late, 3)
    #expect(try await name() == whole.meshID)
    try await test.store.endRepeat(left.meshID)
    try await test.store.endRepeat(late.meshID)
    #expect(try await name() == whole.meshID)
    for each in [left, whole, late] {
      #expect(try await test.store.messageID(named: each.meshID) == known.messageID)
    }
  }
}
