// What logs and witnesses exchange, and the statements that a log's key signs: read back as
// written, refused when altered, and never mistaken for one another.

import ExchangeModel
import MessageLog
import Testing

@Suite struct WitnessingTests {
  private func log(_ number: UInt8) throws -> NoteSigner {
    try NoteSigner(name: name("gatehouse.example/log"), kind: .ed25519, seed: seed(number))
  }

  private func witness(_ text: String, _ number: UInt8) throws -> NoteSigner {
    try NoteSigner(name: name(text), kind: .cosignatureV1, seed: seed(number))
  }

  private let at = Timestamp(milliseconds: 1_795_251_600_000)

  // MARK: Requests

  @Test func requestsReadBack() throws {
    let tree = StoredTree(leaves: (0..<300).map(cheapLeaf))
    var reader = tree.reader
    let checkpoint = Checkpoint(
      origin: try name("gatehouse.example/log"), size: 300, root: tree.edge.root)
    let note = try checkpoint.signed(by: try log(1)).bytes
    let proof = try reader.consistencyProof(from: 77, to: 300)
    let request = WitnessRequest(oldSize: 77, hashes: proof, checkpoint: note)
    #expect(try WitnessRequest(request.text) == request)
    let first = WitnessRequest(oldSize: 0, hashes: [], checkpoint: note)
    #expect(first.text.starts(with: "old 0\n\ngatehouse.example/log\n300\n".utf8))
    #expect(try WitnessRequest(first.text) == first)
  }

  @Test(arguments: [
    "", "old 1", "old 1\n", "old 1\nnote\n", "old\n\nnote\n", "old -1\n\nn\n", "old 01\n\nn\n",
    "old 1\nAAAA\n\nn\n", "Old 1\n\nn\n", "old 1 \n\nn\n", "old 9223372036854775808\n\nn\n",
    "old 1\nHASH \n\nn\n", "\n\nn\n",
  ])
  func malformedRequests(text: String) throws {
    let body = Array(text.replacing("HASH", with: cheapLeaf(1).base64).utf8)
    #expect(throws: LogFault.malformedRequest) { try WitnessRequest(body) }
  }

  @Test func tooManyHashesAreRefused() throws {
    for (count, isRead) in [(63, true), (64, false)] {
      let body = WitnessRequest(
        oldSize: 1, hashes: Array(repeating: cheapLeaf(1), count: count), checkpoint: [0x6E])
      #expect(((try? WitnessRequest(body.text)) != nil) == isRead)
    }
    let long = Array("old 1\n\n".utf8) + Array(repeating: 0x61, count: WitnessRequest.maximumBytes)
    #expect(throws: LogFault.malformedRequest) { try WitnessRequest(long) }
  }

  @Test func conflictSizes() {
    #expect(WitnessRequest.size(fromConflict: Array("20852\n".utf8)) == 20852)
    for text in ["", "\n", "1", "01\n", "-1\n", "1\n\n", "1 \n"] {
      #expect(WitnessRequest.size(fromConflict: Array(text.utf8)) == nil, "\(text)")
    }
  }

  @Test func answersAreVerified() throws {
    let (mine, other) = (try witness("a.example", 2), try witness("b.example", 3))
    let text = Checkpoint(
      origin: try name("gatehouse.example/log"), size: 0, root: .emptyRoot
    ).text
    let line = try mine.sign(text, time: 5).line
    let foreign = try other.sign(text, time: 5).line
    let found = try WitnessRequest.cosignatures(foreign + line, on: text, by: mine.key)
    #expect(found.map(\.line) == [line])
    #expect(throws: LogFault.noKnownSignature) {
      try WitnessRequest.cosignatures(foreign, on: text, by: mine.key)
    }
    #expect(throws: LogFault.badSignature) {
      try WitnessRequest.cosignatures(line, on: text + Array("more\n".utf8), by: mine.key)
    }
    #expect(throws: LogFault.noKnownSignature, "a time of zero says nothing") {
      let timeless = try mine.sign(text, time: 0).line
      _ = try WitnessRequest.cosignatures(timeless, on: text, by: mine.key)
    }
    #expect(throws: LogFault.self) {
      try WitnessRequest.cosignatures(Array("<html>\n".utf8), on: text, by: mine.key)
    }
  }

  // MARK: Keys

  @Test func aRotationLeadsFromEitherKeyToTheOther() throws {
    let (first, second, third) = (try log(1), try log(2), try log(3))
    let notes = [
      try KeyRotation.signed(from: first, to: second, at: at).bytes,
      try KeyRotation.signed(from: second, to: third, at: at).bytes,
    ]
    let all = Set([first.key, second.key, third.key])
    for key in all {
      #expect(Set(KeyRotation.trusted(from: [key], by: notes)) == all)
      #expect(Set(KeyRotation.trusted(from: [key], by: notes.reversed())) == all)
    }
    let stranger = try log(9).key
    #expect(KeyRotation.trusted(from: [stranger], by: notes) == [stranger])
    #expect(KeyRotation.trusted(from: [first.key], by: []) == [first.key])
  }

  @Test func aRotationSignedByOneKeyLeadsNowhere() throws {
    let (old, new) = (try log(1), try log(2))
    let note = try KeyRotation.signed(from: old, to: new, at: at)
    for kept in 0..<2 {
      let alone = try SignedNote(text: note.text, signatures: [note.signatures[kept]])
      #expect(throws: LogFault.self) { try KeyRotation(note: alone.bytes) }
      #expect(KeyRotation.trusted(from: [old.key], by: [alone.bytes]) == [old.key])
    }
    for altered in flippedBits(of: note.bytes) {
      #expect(throws: LogFault.self) { try KeyRotation(note: altered) }
    }
    let other = try NoteSigner(name: name("other.example"), kind: .ed25519, seed: seed(4))
    #expect(throws: LogFault.malformedKey) { try KeyRotation(old: old.key, new: other.key, at: at) }
    #expect(throws: LogFault.malformedKey) { try KeyRotation(old: old.key, new: old.key, at: at) }
  }

  @Test func bothKeysSignACheckpoint() throws {
    let (old, new) = (try log(1), try log(2))
    let note = try Checkpoint(origin: old.key.name, size: 0, root: .emptyRoot)
      .signed(by: [new, old])
    for keys in [[old.key], [new.key], [old.key, new.key]] {
      #expect(try Checkpoint.open(note.bytes, logs: keys).checkpoint.size == 0)
    }
    #expect(throws: LogFault.noKnownSignature) {
      try Checkpoint.open(note.bytes, logs: [try log(3).key])
    }
    #expect(throws: LogFault.wrongOrigin) {
      try Checkpoint(origin: old.key.name, size: 0, root: .emptyRoot)
        .signed(by: [old, try witness("gatehouse.example/log", 5)])
    }
  }

  // MARK: Statements

  @Test func aManifestIsReadBackAndNoOtherNoteIsOne() throws {
    let signer = try log(1)
    let manifest = ExportManifest(
      file: "log.jsonl", sha256: String(repeating: "ab", count: 32), records: 12, leaves: 0..<300,
      from: "-", to: "2026-11-21T00:00:00.000Z",
      checkpoint: Checkpoint(origin: signer.key.name, size: 300, root: cheapLeaf(1)))
    let note = try SignedNote(text: manifest.text, signatures: [signer.sign(manifest.text)])
    #expect(try ExportManifest(note: note.bytes, logs: [signer.key]) == manifest)
    for altered in flippedBits(of: note.bytes) {
      #expect(throws: LogFault.self) { try ExportManifest(note: altered, logs: [signer.key]) }
    }
    #expect(throws: LogFault.noKnownSignature) {
      try ExportManifest(note: note.bytes, logs: [try log(2).key])
    }
    // One signed statement is never another.
    #expect(throws: LogFault.self) { try Checkpoint.open(note.bytes, log: signer.key) }
    let rotation = try KeyRotation.signed(from: signer, to: try log(2), at: at)
    #expect(throws: LogFault.self) { try Checkpoint.open(rotation.bytes, log: signer.key) }
    #expect(throws: LogFault.self) {
      try ExportManifest(note: rotation.bytes, logs: [signer.key])
    }
    let checkpoint = try manifest.checkpoint.signed(by: signer)
    #expect(throws: LogFault.self) { try KeyRotation(note: checkpoint.bytes) }
    #expect(throws: LogFault.self) {
      try ExportManifest(note: checkpoint.bytes, logs: [signer.key])
    }
  }

  // MARK: Policies

  @Test func aPolicyWithGroupsIsKept() throws {
    let xs = try (1...3).map { try witness("x\($0).example", UInt8($0)).key }
    let ys = try (4...6).map { try witness("y\($0).example", UInt8($0)).key }
    let text = """
      # The example of the specification.
      log \(try log(9).key.vkey) https://log.example/

      witness X1 \(xs[0])
      witness\tX2 \(xs[1]) https://x2.example/
      witness X3 \(xs[2])
      group X-witnesses 2 X1 X2 X3
      witness Y1 \(ys[0])
      witness Y2 \(ys[1])
      witness Y3 \(ys[2])
        group Y-witnesses any Y1 Y2 Y3
      group X-and-Y all X-witnesses Y-witnesses
      quorum X-and-Y

      """
    let policy = try LogPolicy(Array(text.utf8))
    #expect(policy.logs == [try log(9).key])
    #expect(Set(policy.witnesses) == Set(xs + ys))
    func isMet(_ keys: [NoteKey]) -> Bool {
      policy.isMet(by: keys.map { VerifiedSignature(key: $0, time: 1) })
    }
    #expect(isMet([xs[0], xs[2], ys[1]]))
    #expect(isMet(xs + ys))
    #expect(!isMet([xs[0], ys[0], ys[1], ys[2]]))
    #expect(!isMet(xs))
    #expect(!isMet([]))
  }

  @Test func ourOwnPolicyReadsBack() throws {
    let keys = try (1...3).map { try witness("w\($0).example", UInt8($0)).key }
    let all = keys.enumerated().map { (name: "w\($0)", key: $1, url: "https://w.example") }
    let logs = [try log(1).key, try log(2).key]
    let two = try LogPolicy(Array(LogPolicy.text(logs: logs, witnesses: all, quorum: 2).utf8))
    #expect(two.logs == logs)
    #expect(!two.isMet(by: [VerifiedSignature(key: keys[1], time: 1)]))
    #expect(two.isMet(by: keys[1...].map { VerifiedSignature(key: $0, time: 1) }))
    let none = try LogPolicy(Array(LogPolicy.text(logs: logs, witnesses: [], quorum: 0).utf8))
    #expect(none.isMet(by: []))
  }

  @Test(arguments: [
    "", "quorum none", "log\nquorum none\n", "log nonsense\nquorum none\n", "W\n", "W\nquorum w2\n",
    "W\nquorum w1\nquorum none\n", "W\nW\nquorum w1\n", "W\ngroup g 2 w1\nquorum g\n",
    "W\ngroup g 0 w1\nquorum g\n", "W\ngroup g any\nquorum g\n",
    "W\ngroup none any w1\nquorum none\n",
    "group g any w1\nW\nquorum g\n", "W\ngroup g 2 w1 w1\nquorum g\n", "x\nquorum none\n",
    "W\ngroup w1 any w1\nquorum w1\n",
  ])
  func malformedPolicies(text: String) throws {
    let line = "witness w1 \(try witness("w1.example", 1).key)"
    let text = text.replacing("W\n", with: line + "\n")
    #expect(throws: LogFault.self) { try LogPolicy(Array(text.utf8)) }
  }

  // MARK: Tiles

  /// A log of files, as a folder would hold it.
  private func files(_ count: Int) throws -> (Checkpoint, [TilePath.Target: [UInt8]]) {
    let entries = (0..<count).map { Array("entry \($0)".utf8) }
    let tree = StoredTree(leaves: entries.map { .leaf($0) })
    var files: [TilePath.Target: [UInt8]] = [:]
    for target in TilePath.Target.all(size: Int64(count)) {
      switch target {
      case .entries(let index, let width):
        let first = Int(index) * 256
        files[target] = try EntryBundle.encode(entries[first..<(first + width)])
      case .tile(let level, let index, let width):
        let full = tree.tiles[[Int64(level), index]]
        files[target] = try full ?? #require(tree.edge.partialTile(level: level)).hashes
        #expect(files[target]?.count == width * 32)
      }
    }
    let origin = try name("gatehouse.example/log")
    return (Checkpoint(origin: origin, size: Int64(count), root: tree.edge.root), files)
  }

  private func walk(_ checkpoint: Checkpoint, _ files: [TilePath.Target: [UInt8]]) throws {
    var walk = TileWalk(checkpoint)
    while !walk.isDone { try walk.advance { files[$0] } }
    try walk.finish { files[$0] }
  }

  @Test(arguments: [0, 1, 255, 256, 257, 700, 65_536, 70_000])
  func aGoodLogOfFilesHolds(count: Int) throws {
    let (checkpoint, files) = try files(count)
    try walk(checkpoint, files)
  }

  @Test func everyBadFileIsNamed() throws {
    let (checkpoint, files) = try files(600)
    for (target, bytes) in files {
      for place in [0, 1, bytes.count / 2, bytes.count - 1] {
        var altered = files
        altered[target]?[place] ^= 1
        #expect(throws: TileWalk.Fault.self, "\(target.path) \(place)") {
          try walk(checkpoint, altered)
        }
      }
      var without = files
      without[target] = nil
      #expect(throws: TileWalk.Fault(description: "\(target.path): missing")) {
        try walk(checkpoint, without)
      }
    }
    // The first bad record has a name.
    var altered = files
    altered[.entries(index: 1, width: 256)]?[2] ^= 1
    #expect(
      throws: TileWalk.Fault(description: "leaf 256: its entry is not the one hashed in its tile")
    ) { try walk(checkpoint, altered) }
    // Entry and tile changed alike: the next level, or the root, tells.
    let other = Checkpoint(origin: checkpoint.origin, size: 600, root: cheapLeaf(1))
    #expect(throws: TileWalk.Fault.self) { try walk(other, files) }
  }
}
