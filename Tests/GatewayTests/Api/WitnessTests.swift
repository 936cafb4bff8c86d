// Two gateways that watch each other's logs: cosignatures, conflicts, a copy put back from
// yesterday, and a witness that is away.

import ExchangeModel
import Foundation
import Logging
import MessageLog
import Storage
import Testing

@testable import Gateway

// One after another: some hold two gateways, of which only two may run at once.
@Suite("Witnesses", .serialized)
struct WitnessTests {
  /// What two gateways must know of each other before they start.
  private struct Keys {
    let folder = NSTemporaryDirectory() + "/gatehouse-witness-" + UUID().uuidString
    let signer: NoteSigner
    var file: String { folder + "/witness.key" }

    init() throws {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
      signer = try LogKeyFile.create(
        at: folder + "/witness.key", vkeyFile: folder + "/witness.vkey",
        origin: "witness.example/w1", kind: .cosignatureV1, surroundings: .system)
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }
  }

  private func peer() throws -> (signer: NoteSigner, tree: TreeEdge) {
    let name = try #require(KeyName("peer.example/log"))
    let signer = try NoteSigner(name: name, kind: .ed25519, seed: seededBytes(32, seed: 3))
    var tree = TreeEdge()
    for number in 0..<9 { _ = tree.append(.leaf("leaf \(number)".utf8)) }
    return (signer, tree)
  }

  @Test("add-checkpoint answers as the protocol says: 200, 409, 400, 403, 404, 422")
  func protocolAnswers() async throws {
    let keys = try Keys()
    defer { keys.remove() }
    var (signer, tree) = try peer()
    let key = signer.key
    try await GatewayHarness.with({
      $0.witnessKey = keys.file
      $0.witnessedLogs = [key]
    }) { gateway in
      let client = try gateway.client(.school)
      func ask(
        _ old: Int64, _ hashes: [MerkleHash] = [], by other: NoteSigner? = nil
      ) async throws -> ClientAnswer {
        let by = other ?? signer
        let note = try Checkpoint(origin: by.key.name, size: tree.size, root: tree.root)
          .signed(by: by)
        let body = WitnessRequest(oldSize: old, hashes: hashes, checkpoint: note.bytes).text
        return try await client.call("POST", "/v1/witness/add-checkpoint", body: body)
      }
      let name = sha256(Array("peer.example/log".utf8))
      let path = "/v1/witness/\(name)/checkpoint"
      #expect(try await client.call("GET", path).status == 404)
      #expect(try await ask(3).status == 409)
      #expect(try await ask(10).status == 400)
      #expect(try await ask(0, [.emptyRoot]).status == 422)
      let first = try await ask(0)
      #expect(first.status == 200, "\(first.text)")
      let text = Checkpoint(origin: key.name, size: 9, root: tree.root).text
      #expect(
        try WitnessRequest.cosignatures(first.bytes, on: text, by: keys.signer.key).count == 1)
      let conflict = try await ask(0)
      #expect(conflict.status == 409 && conflict.text == "9\n")
      #expect(conflict.header("Content-Type") == "text/x.tlog.size")
      var reader = TreeReader(edge: tree) { _, _ in nil }
      _ = try reader.root(size: 9)
      for number in 9..<14 { _ = tree.append(.leaf("leaf \(number)".utf8)) }
      #expect(try await ask(9, [.emptyRoot]).status == 422)
      var grown = TreeReader(edge: tree) { _, _ in nil }
      #expect(try await ask(9, try grown.consistencyProof(from: 9, to: 14)).status == 200)
      let forger = try NoteSigner(
        name: key.name, kind: .ed25519, seed: seededBytes(32, seed: 4))
      #expect(try await ask(14, by: forger).code == "checkpoint-not-signed")
      let stranger = try NoteSigner(
        name: try #require(KeyName("stranger.example")), kind: .ed25519,
        seed: seededBytes(32, seed: 5))
      #expect(try await ask(0, by: stranger).status == 404)
      let nonsense = try await client.call(
        "POST", "/v1/witness/add-checkpoint", body: Array("old 1\n".utf8))
      #expect(nonsense.status == 400)
      let seen = try await client.call("GET", path)
      let opened = try Checkpoint.open(seen.bytes, log: key, witnesses: [keys.signer.key])
      #expect(opened.checkpoint.size == 14 && opened.cosignatures.count == 1)
    }
  }

  @Test("A gateway that is no witness knows no log")
  func noWitness() async throws {
    try await GatewayHarness.with { gateway in
      let (signer, tree) = try peer()
      let note = try Checkpoint(origin: signer.key.name, size: tree.size, root: tree.root)
        .signed(by: signer)
      let answer = try await gateway.client(.school).call(
        "POST", "/v1/witness/add-checkpoint",
        body: WitnessRequest(oldSize: 0, hashes: [], checkpoint: note.bytes).text)
      #expect(answer.status == 404)
    }
  }

  /// A witness that runs until the test ends, and a gateway that has its log cosigned by it.
  private func withTwo(
    _ change: @escaping (inout Settings) -> Void = { _ in },
    _ body: (GatewayHarness, GatewayHarness, Keys) async throws -> Void
  ) async throws {
    let keys = try Keys()
    defer { keys.remove() }
    let name = try #require(KeyName("gatehouse.example/test"))
    let log = try NoteSigner(name: name, kind: .ed25519, seed: seededBytes(32, seed: 77))
    try Data((log.skey + "\n").utf8).write(to: URL(fileURLWithPath: keys.folder + "/log.key"))
    try await GatewayHarness.with({
      $0.witnessKey = keys.file
      $0.witnessedLogs = [log.key]
    }) { witness in
      try Data(witness.profile(.school).bytes).write(
        to: URL(fileURLWithPath: keys.folder + "/client.json"))
      let setting = WitnessSetting(
        name: "w1", url: "https://localhost:\(witness.server.api.port)/v1/witness",
        key: keys.signer.key, profile: keys.folder + "/client.json")
      try await GatewayHarness.with({
        $0.logKey = keys.folder + "/log.key"
        $0.witnesses = [setting]
        $0.logQuorum = 1
        change(&$0)
      }) { try await body(witness, $0, keys) }
    }
  }

  private func eventually(
    _ what: String, seconds: Double = 30, _ holds: () async throws -> Bool
  ) async throws {
    let limit = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < limit {
      if try await holds() { return }
      try await Task.sleep(for: .milliseconds(50))
    }
    Issue.record("never: \(what)")
  }

  @Test("The served checkpoint is cosigned, and so are receipts")
  func cosigned() async throws {
    try await withTwo { _, gateway, keys in
      let school = try gateway.client(.school)
      let id = try await gateway.admitted()
      let log = gateway.server.publisher.key
      try await eventually("a cosigned checkpoint with the message") {
        let note = try await school.call("GET", "/v1/log/checkpoint").bytes
        let opened = try Checkpoint.open(note, log: log, witnesses: [keys.signer.key])
        let receipt = try await school.call("GET", "/v1/messages/\(id)/receipt").bytes
        let proof = try TlogProof(receipt)
        let proved = try proof.verify(
          entry: try #require(proof.extra), log: log, witnesses: [keys.signer.key])
        return opened.cosignatures.count == 1 && proved.cosignatures.count == 1
      }
      let ready = try await gateway.admin("/readyz")
      #expect(ready.text.contains(#""witnesses":{"needed":1,"cosigned":1"#), "\(ready.text)")
      try await eventually("the standing of the witness") {
        gateway.server.circle.all.first.map { $0.size > 0 && $0.failure == nil } ?? false
      }
    }
  }

  @Test("A copy put back from yesterday is not signed: the witness remembers")
  func restored() async throws {
    try await withTwo { witness, gateway, keys in
      let name = sha256(Array("gatehouse.example/test".utf8))
      let client = try witness.client(.school)
      let copy = keys.folder + "/yesterday"
      _ = try await gateway.admitted()
      try FileManager.default.copyItem(atPath: gateway.settings.data, toPath: copy)
      for _ in 0..<5 { _ = try await gateway.admitted() }
      let size = try await gateway.store.logSize()
      try await eventually("the witness has seen today") {
        let seen = try await client.call("GET", "/v1/witness/\(name)/checkpoint")
        guard seen.status == 200 else { return false }
        return try Checkpoint(text: SignedNote(seen.bytes).text).size >= size
      }
      var settings = gateway.settings
      settings.data = copy
      await #expect {
        try await GatewayServer.start(
          settings, surroundings: gateway.surroundings, logger: .init(label: "test"))
      } throws: { error in
        guard case .logBehind(let signed, let held)? = error as? StoreFailure else { return false }
        return signed >= size && held < size
      }
      // It stays so when the witness is away; and says so once it is asked.
      settings.witnesses = [
        WitnessSetting(name: "w1", url: "http://127.0.0.1:9", key: keys.signer.key)
      ]
      let again = try await GatewayServer.start(
        settings, surroundings: gateway.surroundings, logger: .init(label: "test"))
      await #expect(throws: StoreFailure.self) { try await again.publisher.publish() }
      #expect(again.publisher.failure == nil)
      await again.api.stop()
      try again.store.close()
    }
  }

  @Test("A witness that is away stops nothing, and is told when it is back")
  func away() async throws {
    try await withTwo({
      $0.witnesses = [
        WitnessSetting(name: "w1", url: "http://127.0.0.1:9", key: $0.witnesses[0].key)
      ]
    }) { _, gateway, _ in
      let id = try await gateway.admitted()
      let school = try gateway.client(.school)
      #expect(try await school.call("GET", "/v1/messages/\(id)/receipt").status == 200)
      try await eventually("the failure is on record") {
        gateway.server.circle.all.first?.failures ?? 0 > 0
      }
      let ready = try await gateway.admin("/readyz")
      #expect(ready.status == 200)
      #expect(ready.text.contains(#""witnesses":{"needed":1,"cosigned":0"#))
      #expect(gateway.log.text.contains("log.witness.away"))
    }
  }

  @Test("A size kept off the box: written after signing, and asked at the start")
  func anchor() async throws {
    let folder = NSTemporaryDirectory() + "/gatehouse-anchor-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let file = folder + "/anchor"
    try await GatewayHarness.with({ $0.logAnchorFile = file }) { gateway in
      try await eventually("the anchor is written") {
        FileManager.default.fileExists(atPath: file)
      }
      let copy = folder + "/yesterday"
      try FileManager.default.copyItem(atPath: gateway.settings.data, toPath: copy)
      _ = try await gateway.admitted()
      let size = try await gateway.store.logSize()
      try await eventually("the anchor has the message") {
        guard let data = FileManager.default.contents(atPath: file) else { return false }
        return try Checkpoint(text: SignedNote(Array(data)).text).size >= size
      }
      var settings = gateway.settings
      settings.data = copy
      await #expect(throws: StoreFailure.self) {
        try await GatewayServer.start(
          settings, surroundings: gateway.surroundings, logger: .init(label: "test"))
      }
      // Not a checkpoint of ours: nobody goes on by mistake.
      try Data("nonsense\n".utf8).write(to: URL(fileURLWithPath: file + ".other"))
      settings.logAnchorFile = file + ".other"
      settings.data = gateway.settings.data
      await #expect(throws: WholeFile.Fault.self) {
        try await GatewayServer.start(
          settings, surroundings: gateway.surroundings, logger: .init(label: "test"))
      }
    }
  }
}
