// A receipt checked offline, with the log's public key alone; and a log that verifies whole.

import ExchangeModel
import MessageLog
import Storage
import Testing

@testable import Gateway

@Suite("Receipts")
struct ReceiptProofTests {
  @Test("The proof verifies with the vkey alone, at once and later, for both parties")
  func verifies() async throws {
    try await GatewayHarness.with { gateway in
      let vkey = try SampleEnvelopes.bytes(of: gateway.directory + "/log.vkey")
      let line = String(decoding: vkey.dropLast(), as: UTF8.self)
      let key = try NoteKey(vkey: line)
      let school = try gateway.client(.school)
      var ids: [String] = []
      for _ in 0..<5 { ids.append(try await gateway.admitted()) }
      for id in ids {
        for client in [school, try gateway.client(.service)] {
          let answer = try await client.call("GET", "/v1/messages/\(id)/receipt")
          #expect(answer.status == 200)
          let proof = try TlogProof(answer.bytes)
          let entry = try LeafEntry(try #require(proof.extra))
          #expect(entry.kind == .admitted)
          #expect(entry.subject == id)
          let opened = try proof.verify(entry: entry.bytes, log: key)
          #expect(opened.checkpoint.size > proof.index)
        }
      }
    }
  }

  @Test("A changed proof, another entry and another key do not verify")
  func changed() async throws {
    try await GatewayHarness.with { gateway in
      let id = try await gateway.admitted()
      let text = try await gateway.client(.school)
        .call("GET", "/v1/messages/\(id)/receipt").bytes
      let proof = try TlogProof(text)
      let key = gateway.server.publisher.key
      let entry = try #require(proof.extra)
      #expect(throws: (any Error).self) {
        try proof.verify(entry: entry.dropLast() + [0x20], log: key)
      }
      let name = try #require(KeyName("gatehouse.example/test"))
      let stranger = try NoteSigner(name: name, kind: .ed25519, seed: seededBytes(32, seed: 7))
      #expect(throws: (any Error).self) { try proof.verify(entry: entry, log: stranger.key) }
      // Any one flipped bit, in whatever line, breaks it.
      for index in stride(from: 0, to: text.count, by: 17) {
        var broken = text
        broken[index] ^= 1
        #expect(throws: (any Error).self, "byte \(index)") {
          let proof = try TlogProof(broken)
          let entry = try #require(proof.extra)
          _ = try proof.verify(entry: entry, log: key)
        }
      }
    }
  }

  @Test("The checkpoint is signed, grows, and covers what was admitted")
  func checkpoint() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let key = gateway.server.publisher.key
      func size() async throws -> Int64 {
        let answer = try await school.call("GET", "/v1/log/checkpoint")
        #expect(answer.status == 200)
        return try Checkpoint.open(answer.bytes, log: key).checkpoint.size
      }
      let before = try await size()
      let id = try await gateway.admitted()
      let leaf = try #require(try await gateway.leaves().firstIndex { $0.subject == id })
      var after = before
      for _ in 0..<100 where after <= leaf {
        try await Task.sleep(for: .milliseconds(50))
        after = try await size()
      }
      #expect(after > leaf)
    }
  }

  @Test("After all kinds of calls the whole log verifies")
  func wholeLog() async throws {
    try await GatewayHarness.with { gateway in
      let id = try await gateway.admitted()
      let service = try gateway.client(.service)
      _ = try await service.call("GET", "/v1/inbox/\(id)")
      _ = try await service.acknowledge(id, #"{"outcome":"refused","reason":"other"}"#)
      _ = try await gateway.client(.camhs).send([0x7B], format: .json)
      try await gateway.store.revoke(certificate: try gateway.spki(.otherSchool))
      try await gateway.server.publisher.publish()
      let key = gateway.server.publisher.key
      let result = try await gateway.store.verifyLog(
        openNote: { note in
          let checkpoint = try Checkpoint.open(note, log: key).checkpoint
          return (checkpoint.size, checkpoint.root)
        }, progress: { _, _ in })
      #expect(result.faults == [])
      #expect(result.messages == 1)
      #expect(result.leaves == Int64(try await gateway.leaves().count))
    }
  }
}
