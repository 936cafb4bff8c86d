// The store's side of witnessing: cosignatures kept, halts that stop the signing, other logs that
// never go back, and what a restored copy is told.

import ExchangeModel
import Foundation
import GRDB
import MessageLog
import Storage
import Testing

@Suite struct WitnessTests {
  private static func witness(_ number: UInt8 = 3) throws -> NoteSigner {
    guard let name = KeyName("witness.example/w\(number)") else { throw Unexpected(outcome: "") }
    return try NoteSigner(
      name: name, kind: .cosignatureV1, seed: Array(repeating: number, count: 32))
  }

  @Test func cosignaturesStayOnTheCheckpoint() async throws {
    let test = try await TestStore.make()
    try await test.admit(submission("m-1"))
    let tree = try await LogKey.publish(test.store)
    let witness = try Self.witness()
    for time in [Int64(10), 11] {
      let line = try witness.sign(tree.note.text, time: time)
      let cosigned = try await test.store.keep([line], by: witness.key, on: tree)
      #expect(cosigned.note.signatures.count == 2, "the first one stays")
      let opened = try Checkpoint.open(
        cosigned.note.bytes, log: LogKey.signer().key, witnesses: [witness.key])
      #expect(opened.cosignatures.map(\.time) == [10])
    }
    #expect(try await LogKey.publish(test.store).note.signatures.count == 2)
    let last = try #require(try await test.store.lastPublished())
    #expect(last.size == tree.size && last.note.signatures.count == 2)
    #expect(try await test.store.cosignedSizes().map(\.size) == [tree.size])
    #expect(try await LogKey.verify(test.store).faults == [])
    try await test.admit(submission("m-2"))
    #expect(try await LogKey.publish(test.store).note.signatures.count == 1)
  }

  @Test func theLastPublishedTreeProves() async throws {
    let test = try await TestStore.make()
    #expect(try await test.store.lastPublished() == nil)
    try await test.admitMany((0..<300).map { "m-\($0)" })
    let receipt = try await test.admit(submission("proved"))
    let tree = try await LogKey.publish(test.store)
    try await test.admitMany((300..<600).map { "m-\($0)" })
    let last = try #require(try await test.store.lastPublished())
    #expect(last.note == tree.note)
    let proof = try #require(try await test.store.admissionProof(of: receipt.messageID, in: last))
    _ = try proof.verify(entry: try #require(proof.extra), log: LogKey.signer().key)
  }

  @Test func consistencyProofsLeadFromWhatAWitnessHolds() async throws {
    let test = try await TestStore.make()
    var trees: [PublishedTree] = []
    for number in 0..<6 {
      try await test.admitMany((0..<(number * 70 + 1)).map { "m-\(number)-\($0)" })
      trees.append(try await LogKey.publish(test.store))
    }
    for (old, new) in [(0, 1), (0, 5), (2, 4), (4, 5), (3, 3)] {
      let (early, late) = (trees[old], trees[new])
      let proof = try await test.store.consistencyProof(from: early.size, to: late)
      try ProofVerification.consistency(
        from: early.size, root: Checkpoint(text: early.note.text).root, to: late.size,
        root: Checkpoint(text: late.note.text).root, proof: proof)
    }
    #expect(try await test.store.consistencyProof(from: 0, to: trees[3]) == [])
  }

  // MARK: What keeps us from signing

  private func publish(_ store: Store) async throws -> PublishedTree {
    let signer = try LogKey.signer()
    return try await store.publishCheckpoint(origin: signer.key.name) { size, root in
      try Checkpoint(origin: signer.key.name, size: size, root: root).signed(by: signer)
    }
  }

  @Test(arguments: [LogHalt.Reason.behind, .forked])
  func aHaltStopsTheSigningUntilItIsLifted(_ reason: LogHalt.Reason) async throws {
    let test = try await TestStore.make()
    let tree = try await publish(test.store)
    let origin = tree.note.signatures[0].name.description
    let halt = LogHalt(origin: origin, witness: "w", reason: reason, size: 900)
    try await test.store.halt(halt)
    try await test.store.halt(halt)
    #expect(try await test.store.halts(of: origin) == [halt])
    let failure: StoreFailure =
      reason == .behind
      ? .logBehind(signed: 900, held: tree.size) : .logForked(signed: 900)
    await #expect(throws: failure) { try await publish(test.store) }
    #expect("\(failure)".contains("docs/log.md"), "it says how to go on")
    // Messages go on, and a new start does not forget.
    try await test.admit(submission("m-1"))
    try test.store.close()
    let again = try TestStore(folder: test.folder, time: test.time)
    await #expect(throws: StoreFailure.self) { try await publish(again.store) }
    #expect(try await again.store.halts(of: "other.example") == [])
    try await again.store.lift(halt)
    #expect(try await publish(again.store).size == tree.size + 2)
    #expect(try await LogKey.verify(again.store).faults == [])
  }

  /// Yesterday's copy: the whole database, checkpoints and all, is put back.
  @Test func aRestoredCopyIsFoundByWhatOthersKept() async throws {
    let test = try await TestStore.make()
    try await test.admit(submission("yesterday"))
    _ = try await LogKey.publish(test.store)
    let copy = NSTemporaryDirectory() + "/gatehouse-copy-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: copy) }
    try await test.tool().writeWithoutTransaction { database in
      _ = try Row.fetchAll(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
    }
    try FileManager.default.copyItem(atPath: test.folder, toPath: copy)
    try await test.admitMany((0..<9).map { "today-\($0)" })
    let today = try Checkpoint(text: try await LogKey.publish(test.store).note.text)
    try await test.store.requireLog(extending: today)

    let restored = try TestStore(folder: copy, time: test.time)
    // By itself the copy is a good log: only somebody else's memory tells.
    #expect(try await LogKey.verify(restored.store).faults == [])
    let held = try await restored.store.logSize()
    await #expect(throws: StoreFailure.logBehind(signed: today.size, held: held)) {
      try await restored.store.requireLog(extending: today)
    }
    // It grows past the size signed before, with other leaves: a fork.
    try await restored.admitMany((0..<20).map { "other-\($0)" })
    await #expect(throws: StoreFailure.logForked(signed: today.size)) {
      try await restored.store.requireLog(extending: today)
    }
  }

  @Test func aLogGoesOnUnderAnotherName() async throws {
    let test = try await TestStore.make()
    let old = try await publish(test.store)
    let name = try #require(KeyName("gatehouse.example/log/2"))
    let signer = try NoteSigner(name: name, kind: .ed25519, seed: Array(repeating: 8, count: 32))
    let new = try await test.store.publishCheckpoint(origin: name) { size, root in
      try Checkpoint(origin: name, size: size, root: root).signed(by: signer)
    }
    #expect(new.size == old.size + 1, "no size is signed under two names")
    let keys = [signer.key, try LogKey.signer().key]
    let result = try await test.store.verifyLog(
      openNote: { note in
        let checkpoint = try Checkpoint.open(note, logs: keys).checkpoint
        return (checkpoint.size, checkpoint.root)
      }, progress: { _, _ in })
    #expect(result.faults == [] && result.checkpoints == 2)
  }

  // MARK: Other logs

  /// Another log, its tree and its key.
  private struct Peer {
    var edge = TreeEdge()
    let signer: NoteSigner
    var leaves: [MerkleHash] = []

    init() throws {
      guard let name = KeyName("peer.example/log") else { throw Unexpected(outcome: "name") }
      signer = try NoteSigner(name: name, kind: .ed25519, seed: Array(repeating: 5, count: 32))
    }

    mutating func grow(by count: Int, from seed: String = "leaf") {
      for _ in 0..<count {
        let leaf = MerkleHash.leaf("\(seed) \(leaves.count)".utf8)
        leaves.append(leaf)
        _ = edge.append(leaf)
      }
    }

    func request(from old: Int64) throws -> (Checkpoint, SignedNote, WitnessRequest) {
      let checkpoint = Checkpoint(origin: signer.key.name, size: edge.size, root: edge.root)
      let note = try checkpoint.signed(by: signer)
      var reader = TreeReader(edge: edge) { _, _ in nil }
      let hashes =
        old > 0 && old <= edge.size
        ? try reader.consistencyProof(from: old, to: edge.size) : []
      return (
        checkpoint, note, WitnessRequest(oldSize: old, hashes: hashes, checkpoint: note.bytes)
      )
    }
  }

  private func ask(
    _ store: Store, _ peer: Peer, from old: Int64,
    _ change: (inout WitnessRequest) -> Void = { _ in }
  ) async throws -> WitnessVerdict {
    var (checkpoint, note, request) = try peer.request(from: old)
    change(&request)
    let signer = try Self.witness(4)
    return try await store.witness(checkpoint, note: note, log: peer.signer.key, request: request) {
      try signer.sign($0, time: $1)
    }
  }

  @Test func aPeersLogOnlyGrows() async throws {
    let test = try await TestStore.make()
    var peer = try Peer()
    peer.grow(by: 5)
    guard case .cosigned(let line) = try await ask(test.store, peer, from: 0) else {
      throw Unexpected(outcome: "not cosigned")
    }
    let text = try peer.request(from: 0).0.text
    let known = try Self.witness(4).key
    #expect(try WitnessRequest.cosignatures(line, on: text, by: known).count == 1)
    #expect(try await ask(test.store, peer, from: 0) == .conflict(5))
    // The same tree again is cosigned again.
    guard case .cosigned = try await ask(test.store, peer, from: 5) else {
      throw Unexpected(outcome: "not cosigned again")
    }
    let older = peer
    peer.grow(by: 40)
    let wrong = WitnessRequest(oldSize: 5, hashes: [.emptyRoot], checkpoint: [])
    #expect(try await ask(test.store, peer, from: 5) { $0 = wrong } == .inconsistent)
    guard case .cosigned = try await ask(test.store, peer, from: 5) else {
      throw Unexpected(outcome: "the extension is not cosigned")
    }
    #expect(try await ask(test.store, older, from: 5) == .conflict(45))
    var fork = try Peer()
    fork.grow(by: 45, from: "other")
    #expect(try await ask(test.store, fork, from: 45) == .inconsistent)
    fork.grow(by: 45, from: "other")
    #expect(try await ask(test.store, fork, from: 45) == .inconsistent)
    let kept = try #require(try await test.store.witnessedLog("peer.example/log"))
    #expect(kept.size == 45)
    let opened = try Checkpoint.open(kept.checkpoint, log: peer.signer.key, witnesses: [known])
    #expect(opened.cosignatures.count == 1)
    #expect(try await LogKey.verify(test.store).faults == [])
  }

  @Test func anEmptyTreeHasTheEmptyRoot() async throws {
    let test = try await TestStore.make()
    let peer = try Peer()
    guard case .cosigned = try await ask(test.store, peer, from: 0) else {
      throw Unexpected(outcome: "an empty log is not cosigned")
    }
    #expect(
      try await ask(test.store, peer, from: 0) { request in
        request = WitnessRequest(oldSize: 0, hashes: [.emptyRoot], checkpoint: [])
      } == .inconsistent)
  }

  @Test func theRowItselfNeverGoesBack() async throws {
    let test = try await TestStore.make()
    var peer = try Peer()
    peer.grow(by: 5)
    _ = try await ask(test.store, peer, from: 0)
    for sql in [
      "UPDATE witnessed_log SET tree_size = 4", "DELETE FROM witnessed_log",
      "UPDATE witnessed_log SET root = zeroblob(32)", "UPDATE witnessed_log SET origin = 'other'",
    ] {
      await #expect(throws: DatabaseError.self) {
        try await test.tool().write { try $0.execute(sql: sql) }
      }
    }
  }

  @Test func twoRequestsAtOnceDoNotRollBack() async throws {
    let test = try await TestStore.make()
    var peers: [Peer] = []
    var peer = try Peer()
    for _ in 0..<20 {
      peer.grow(by: 3)
      peers.append(peer)
    }
    let verdicts = try await withThrowingTaskGroup(of: WitnessVerdict.self) { group in
      for peer in peers { group.addTask { try await ask(test.store, peer, from: 0) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    let cosigned = verdicts.count { if case .cosigned = $0 { true } else { false } }
    #expect(cosigned == 1, "the others are told the size on record")
  }

  // MARK: Keys

  @Test func rotationsAreRecordedOnce() async throws {
    let test = try await TestStore.make()
    let old = try LogKey.signer()
    let new = try NoteSigner(
      name: old.key.name, kind: .ed25519, seed: Array(repeating: 9, count: 32))
    let note = try KeyRotation.signed(from: old, to: new, at: test.time.now)
    for _ in 0..<2 { try await test.store.recordRotation(note) }
    #expect(try await test.store.keyRotations() == [note.bytes])
    let alone = try SignedNote(text: note.text, signatures: [note.signatures[0]])
    await #expect(throws: LogFault.self) { try await test.store.recordRotation(alone) }
    #expect(try await LogKey.verify(test.store).faults == [])
  }

  // MARK: Reading the log

  @Test func recordsAreFilteredAndPaged() async throws {
    let test = try await TestStore.make()
    let before = test.time.now
    let receipt = try await test.admit(submission("m-0"))
    try await test.admitMany((1..<30).map { "m-\($0)" })
    test.time.advance(seconds: 3600)
    let later = test.time.now
    _ = try await test.store.open(receipt.messageID, by: Agency.iss.spki)
    func indices(_ change: (inout LogFilter) -> Void) async throws -> [Int64] {
      var filter = LogFilter()
      change(&filter)
      return try await test.store.logRecords(filter, from: 0, limit: 1000).records.map(\.index)
    }
    let size = try await test.store.logSize()
    #expect(try await indices { _ in } == Array(0..<size))
    let admitted = try await indices { $0.kind = .admitted }
    #expect(admitted.count == 30)
    for kind in LogEvent.Kind.allCases {
      let found = try await indices { $0.kind = kind }
      let expected = try await test.store.logRecords(LogFilter(), from: 0, limit: 1000).records
        .filter { $0.entry.kind == kind }.map(\.index)
      #expect(found == expected, "\(kind)")
    }
    #expect(try await indices { $0.from = later } == [size - 1])
    #expect(try await indices { $0.to = later } == Array(0..<(size - 1)))
    #expect(try await indices { $0.to = before } == [])
    #expect(
      try await indices { $0.message = receipt.messageID } == [receipt.logIndex, size - 1])
    #expect(try await indices { $0.party = Agency.cme.urn }.count == 2)
    var next: Int64? = 0
    var paged: [Int64] = []
    while let first = next {
      let page = try await test.store.logRecords(LogFilter(), from: first, limit: 7)
      #expect(page.records.count <= 7)
      paged += page.records.map(\.index)
      next = page.next
      if paged.count == 14 { try await test.admit(submission("meanwhile")) }
    }
    #expect(paged == Array(0...size))
    try await test.store.recordLogView("shown", leaves: 0..<3)
    #expect(try await indices { $0.kind = .logOpened } == [size + 1])
  }

  // MARK: Resuming

  @Test func aVerificationGoesOnWhereItStood() async throws {
    let test = try await TestStore.make()
    try await test.admitMany((0..<300).map { "m-\($0)" })
    _ = try await LogKey.publish(test.store)
    let first = try await verify(test.store, from: nil)
    #expect(first.result.faults == [])
    let mark = try #require(first.mark)
    try await test.store.setState(of: Agency.cme.urn, to: .suspended)
    let receipt = try await test.admit(submission("more"))
    _ = try await test.store.acknowledge(
      receipt.messageID, by: Agency.iss.spki,
      Acknowledgement(outcome: .taken, reason: nil, detail: nil))
    _ = try await LogKey.publish(test.store)
    let second = try await verify(test.store, from: mark)
    let whole = try await verify(test.store, from: nil)
    #expect(second.result == whole.result)
    #expect(second.mark == whole.mark)
    #expect(whole.result.faults == [])
    // A leaf after the mark is still looked at, and a tile before it.
    try await test.tool().write {
      try $0.execute(
        sql: "UPDATE leaf SET event = NULL, salt = NULL WHERE leaf_index = ?",
        arguments: [receipt.logIndex])
    }
    let edited = try await verify(test.store, from: mark)
    #expect(edited.result.faults.first?.contains("leaf \(receipt.logIndex):") == true)
    try await test.tool().write {
      try $0.execute(sql: "UPDATE tile SET hashes = zeroblob(8192)")
    }
    let moved = try await verify(test.store, from: mark)
    #expect(moved.result.faults.first?.contains("not those verified before") == true)
  }

  private func verify(
    _ store: Store, from mark: LogMark?
  ) async throws -> (result: LogVerification, mark: LogMark?) {
    let key = try LogKey.signer().key
    var last: LogMark?
    let result = try await store.verifyLog(
      from: mark,
      openNote: { note in
        let checkpoint = try Checkpoint.open(note, log: key).checkpoint
        return (checkpoint.size, checkpoint.root)
      }, progress: { _, _ in }, keep: { last = $0 })
    return (result, last)
  }
}
