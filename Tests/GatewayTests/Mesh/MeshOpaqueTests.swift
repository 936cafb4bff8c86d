// Bytes that nobody reads: chunks, compression, gaps and repeats, and who may send them at all.

import ExchangeModel
import Foundation
import MessageLog
import Storage
import Testing
import Validation

@testable import Gateway

@Suite("MESH opaque")
struct MeshOpaqueTests {
  private func body(_ text: String) -> [UInt8] { Array(text.utf8) }

  @Test func chunksKeepTheirShape() async throws {
    try await GatewayHarness.withMesh { gateway in
      let camhs = try gateway.mesh(.camhs)
      let fields = [
        ("Mex-Chunk-Range", "1:3"), ("Mex-LocalID", "l1"), ("Mex-PartnerID", "p1"),
        ("Mex-Subject", "A subject"), ("Mex-FileName", "f.csv"), ("Mex-Content-Type", "text/csv"),
        ("Mex-Content-Checksum", "md5: abc"), ("Mex-Content-Encrypted", "yes"),
      ]
      let id = try await camhs.accepted(body("one,"), to: .school, workflow: "OPAQUE", fields)
      let school = try gateway.mesh(.school)
      #expect(try await school.inbox().isEmpty)
      #expect(try await school.call("GET", "inbox/\(id)").status == 410)
      let tracked = try await camhs.call("GET", "outbox/tracking?messageID=\(id)")
      #expect(try tracked.member("status") == "uploading")
      #expect(try await camhs.chunk(body("two,"), 2, of: 3, id).status == 202)
      #expect(try await camhs.chunk(body("three"), 3, of: 3, id.lowercased()).status == 202)
      #expect(try await school.inbox() == [id])
      for (number, text, status) in [(1, "one,", 206), (2, "two,", 206), (3, "three", 200)] {
        let path = number == 1 ? "inbox/\(id)" : "inbox/\(id)/\(number)"
        let answer = try await school.call("GET", path)
        #expect(answer.status == status)
        #expect(answer.text == text)
        #expect(answer.header("Mex-Chunk-Range") == "\(number):3")
        #expect(answer.header("Content-Type") == "application/octet-stream")
        let expected = [
          "Mex-From": "CAMHS", "Mex-Subject": "A subject", "Mex-FileName": "f.csv",
          "Mex-LocalID": "l1", "Mex-PartnerID": "p1", "Mex-Content-Type": "text/csv",
          "Mex-Content-Checksum": "md5: abc", "Mex-Content-Encrypted": "Y",
          "Mex-WorkflowID": "OPAQUE", "Mex-Total-Chunks": "3",
        ]
        for (name, value) in expected { #expect(answer.header(name) == value, "\(name)") }
      }
      for path in ["inbox/\(id)/4", "inbox/\(id)/0", "inbox/\(id)/x"] {
        #expect(try await school.call("GET", path).status == 404, "\(path)")
      }
      for other in [Agency.service, .camhs] {
        #expect(try await gateway.mesh(other).call("GET", "inbox/\(id)").status == 404)
      }
      let head = try await school.call("HEAD", "inbox/\(id)")
      #expect(head.status == 200 && head.bytes.isEmpty)
      // The JSON door shows the same message, its bytes as an attachment.
      let json = try gateway.client(.school)
      let messageID = try #require(try await json.inbox().first)
      let envelope = try await json.call("GET", "/v1/inbox/\(messageID)").json()
      let content = try #require(
        envelope["data"]?["attachments"]?.elements.compactMap { $0["sha256"]?.string }.first)
      let file = try await json.call("GET", "/v1/attachments/\(content)")
      #expect(file.text == "one,two,three")
    }
  }

  @Test func compressedAsItCame() async throws {
    try await GatewayHarness.withMesh { gateway in
      let camhs = try gateway.mesh(.camhs)
      let gzip = [("Content-Encoding", "gzip")]
      let parts = [body("first part, "), body("second part")]
      let packed = try parts.map { try #require(Gzip.member(of: $0)) }
      let id = try await camhs.accepted(
        packed[0], to: .school, workflow: "OPAQUE", gzip + [("Mex-Chunk-Range", "1:2")])
      let plain = try await camhs.chunk(parts[1], 2, of: 2, id)
      #expect(plain.status == 417)
      #expect(plain.meshText == "cannot change content encoding")
      #expect(try await camhs.chunk(packed[1], 2, of: 2, id, gzip).status == 202)
      let school = try gateway.mesh(.school)
      for number in 1...2 {
        let path = "inbox/\(id)/\(number)"
        let stored = try await school.call("GET", path, [("Accept-Encoding", "gzip")])
        #expect(stored.bytes == packed[number - 1])
        #expect(stored.header("Content-Encoding") == "gzip")
        #expect(stored.header("Mex-Content-Compressed") == "Y")
        let unpacked = try await school.call("GET", path, [("Accept-Encoding", "identity")])
        #expect(unpacked.bytes == parts[number - 1])
        #expect(unpacked.header("Content-Encoding") == nil)
      }
    }
  }

  @Test func gapsAndRepeats() async throws {
    try await GatewayHarness.withMesh { gateway in
      let camhs = try gateway.mesh(.camhs)
      let id = try await camhs.accepted(
        body("1"), to: .school, workflow: "OPAQUE", [("Mex-Chunk-Range", "1:3")])
      func expect(
        _ status: Int, _ text: String, _ number: Int, of count: Int = 3, from: MeshMouth? = nil
      ) async throws {
        let answer = try await (from ?? camhs).chunk(body(text), number, of: count, id)
        #expect(answer.status == status, "\(number) of \(count): \(answer.text)")
      }
      try await expect(417, "3", 3)
      try await expect(417, "2", 2, of: 4)
      try await expect(406, "4", 4, of: 4)
      let other = try await camhs.call(
        "POST", "outbox/\(id)/2", [("Mex-Chunk-Range", "3:3")], body: body("3"))
      #expect(other.status == 417)
      let without = try await camhs.call("POST", "outbox/\(id)/2", body: body("2"))
      #expect(without.status == 417)
      try await expect(403, "2", 2, from: try gateway.mesh(.school))
      try await expect(202, "two", 2)
      // Once more, because the answer was lost: it takes its own place.
      try await expect(202, "2", 2)
      try await expect(417, "1", 1)
      try await expect(202, "3", 3)
      // The last one once more is the same; another one comes too late.
      try await expect(202, "3", 3)
      try await expect(423, "x", 3)
      try await expect(423, "2", 2)
      let school = try gateway.mesh(.school)
      #expect(try await school.inbox() == [id])
      var text = ""
      for number in 1...3 { text += try await school.call("GET", "inbox/\(id)/\(number)").text }
      #expect(text == "123")
      #expect(try await gateway.leafCount(.admitted) == 1)
      let unknown = String(repeating: "A", count: 32)
      #expect(try await camhs.chunk(body("2"), 2, of: 2, unknown).status == 404)
    }
  }

  @Test func limits() async throws {
    try await GatewayHarness.withMesh({ settings in
      settings.limits.attachmentBytes = 1000
      settings.limits.envelopeBytes = 4096
      settings.limits.meshUploads = 2
    }) { gateway in
      let camhs = try gateway.mesh(.camhs)
      let big = [UInt8](repeating: 0x61, count: 1001)
      let whole = try await camhs.send(big, to: .school, workflow: "OPAQUE")
      #expect(whole.status == 413)
      #expect(whole.meshCode == "TooLarge")
      let two = [("Mex-Chunk-Range", "1:2")]
      let half = [UInt8](repeating: 0x61, count: 600)
      let id = try await camhs.accepted(half, to: .school, workflow: "OPAQUE", two)
      #expect(try await camhs.chunk(half, 2, of: 2, id).status == 413)
      #expect(try await camhs.chunk(body("ok"), 2, of: 2, id).status == 202)
      // A payload that unpacks to more than an envelope may hold.
      let bomb = try #require(Gzip.member(of: [UInt8](repeating: 0x20, count: 1 << 20)))
      let bombed = try await gateway.mesh(.school).send(
        bomb, to: .service, workflow: "ABSENCE", [("Content-Encoding", "gzip")])
      #expect(bombed.status == 413)
      let broken = try await gateway.mesh(.school).send(
        body("no gzip"), to: .service, workflow: "ABSENCE", [("Content-Encoding", "gzip")])
      #expect(broken.status == 417)
      // Uploads under way are counted for each party.
      for _ in 0..<2 { _ = try await camhs.accepted(half, to: .school, workflow: "OPAQUE", two) }
      let third = try await camhs.send(half, to: .school, workflow: "OPAQUE", two)
      #expect(third.status == 503)
      #expect(third.header("Retry-After") != nil)
      // A day later they are given up.
      gateway.clock.move(seconds: 86_500)
      #expect(try await gateway.store.sweepMesh() == 2)
      #expect(try await gateway.mesh(.school).inbox().count == 1)
    }
  }

  @Test func onlyWhatASettingNamesGoesUnread() async throws {
    try await GatewayHarness.withMesh { gateway in
      let camhs = try gateway.mesh(.camhs)
      _ = try await camhs.accepted(body("bytes"), to: .school, workflow: "OPAQUE")
      let named = try await camhs.send(
        body("bytes"), to: .school, workflow: OpaqueTransfer.type)
      #expect(named.meshCode == "17")
      // By the JSON door the same rule stands.
      let school = try gateway.client(.school)
      let messageID = try #require(try await school.inbox().first)
      let sent = try await school.call("GET", "/v1/inbox/\(messageID)")
      var envelope = try EnvelopeReader.read(sent.bytes, format: .json).envelope
      let client = try gateway.client(.camhs)
      func send(_ change: (inout Envelope) throws -> Void) async throws -> ClientAnswer {
        envelope.id = UUID().uuidString
        var copy = envelope
        try change(&copy)
        return try await client.send(EnvelopeWriter.write(copy, as: .json), format: .json)
      }
      let same = try await send { _ in }
      #expect(same.status == 202, "\(same.text)")
      let elsewhere = try await send { $0.recipient = try Agency.otherSchool.urn() }
      #expect(elsewhere.code == "route-not-allowed")
      let purpose = try await send { $0.purpose = Purpose(rawValue: "safeguarding") }
      #expect(purpose.code == "route-not-allowed")
      let workflow = try await send {
        let text = String(decoding: $0.payload.bytes, as: UTF8.self)
        $0.payload.bytes = Array(text.replacing("OPAQUE", with: "OTHER").utf8)
      }
      #expect(workflow.code == "route-not-allowed")
      let sizes = try await send {
        let text = String(decoding: $0.payload.bytes, as: UTF8.self)
        $0.payload.bytes = Array(text.replacing("[5]", with: "[6]").utf8)
      }
      #expect(sizes.code == "payload-invalid")
    }
  }

  @Test func localIDsNeedNotBeUnique() async throws {
    try await GatewayHarness.withMesh { gateway in
      let camhs = try gateway.mesh(.camhs)
      let local = [("Mex-LocalID", "same")]
      _ = try await camhs.accepted(body("1"), to: .school, workflow: "OPAQUE", local)
      let one = try await camhs.call("GET", "outbox/tracking/same")
      #expect(try one.member("status") == "Accepted")
      _ = try await camhs.accepted(body("2"), to: .school, workflow: "OPAQUE", local)
      #expect(try await camhs.call("GET", "outbox/tracking/same").status == 300)
      #expect(try await camhs.call("GET", "outbox/tracking?localID=none").status == 404)
      #expect(try await gateway.mesh(.school).inbox().count == 2)
    }
  }

  @Test func nothingOfAMessageGetsIntoTheLog() async throws {
    try await GatewayHarness.withMesh { gateway in
      let camhs = try gateway.mesh(.camhs)
      let fields = [
        ("Mex-Subject", "Zebedee Quibblesworth"), ("Mex-FileName", "Zebedee.pdf"),
        ("Mex-LocalID", "W850203924017"), ("Mex-PartnerID", "Zebedee"),
      ]
      let id = try await camhs.accepted(
        body("Zebedee"), to: .school, workflow: "OPAQUE", fields)
      _ = try await camhs.call("GET", "outbox/tracking?localID=W850203924017")
      _ = try await camhs.send(body("Zebedee"), to: .service, workflow: "ABSENCE", fields)
      _ = try await camhs.send(body("Zebedee"), to: .service, workflow: "Zebedee", fields)
      let bad = try await gateway.mesh(.school).send(
        body("{\"Zebedee\": \"Quibblesworth"), to: .service, workflow: "ABSENCE", fields)
      #expect(!bad.text.contains("Quibblesworth"))
      _ = try await gateway.mesh(.school).call("GET", "inbox/\(id)")
      let password = MeshMouth.password("CAMHS")
      for word in ["Zebedee", "Quibblesworth", "W850203924017", password, "TestKey"] {
        #expect(!gateway.log.text.contains(word), "\(word)")
      }
      for leaf in try await gateway.leaves() {
        #expect(!String(decoding: leaf.bytes, as: UTF8.self).contains("Zebedee"))
      }
    }
  }
}
