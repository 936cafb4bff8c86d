// Attachments: uploaded whole or in parts, checked, resumed after a cut, read by those who may.

import ExchangeModel
import MessageLog
import Foundation
import Testing

@testable import Gateway

@Suite("Attachments")
struct AttachmentTests {
  private func put(
    _ client: PartyClient, _ digest: String, _ bytes: [UInt8], range: String? = nil
  ) async throws -> ClientAnswer {
    try await client.call(
      "PUT", "/v1/attachments/\(digest)",
      headers: range.map { [("Content-Range", "bytes \($0)")] } ?? [], body: bytes)
  }

  @Test("Uploaded, downloaded whole and from the middle, the same again at once")
  func wholeWay() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let bytes = seededBytes(300_000, seed: 1)
      let digest = sha256(bytes)
      let path = "/v1/attachments/\(digest)"
      #expect(try await school.call("HEAD", path).status == 404)
      let first = try await put(school, digest, bytes)
      #expect(first.status == 201)
      #expect(first.header("Location") == path)
      #expect(first.header("Upload-Complete") == "?1")
      #expect(try await put(school, digest, bytes).status == 200)
      let head = try await school.call("HEAD", path)
      #expect(head.status == 200)
      #expect(head.header("Upload-Complete") == "?1")
      #expect(head.header("Upload-Offset") == "300000")
      let whole = try await school.call("GET", path)
      #expect(whole.status == 200)
      #expect(whole.bytes == bytes)
      #expect(whole.header("ETag") == "\"\(digest)\"")
      for start in [1, 150_000, 299_999] {
        let part = try await school.call("GET", path, headers: [("Range", "bytes=\(start)-")])
        #expect(part.status == 206)
        #expect(part.bytes == Array(bytes[start...]))
        #expect(part.header("Content-Range") == "bytes \(start)-299999/300000")
      }
      for range in ["bytes=300000-", "bytes=x-", "bytes=1-5", "lines=1-", "bytes=-5"] {
        let answer = try await school.call("GET", path, headers: [("Range", range)])
        #expect(answer.status == 200, "\(range)")
        #expect(answer.bytes.count == bytes.count, "\(range)")
      }
      #expect(try await gateway.leafCount(.attachmentStored) == 1)
      #expect(try await gateway.leafCount(.attachmentRead) == 9)
    }
  }

  @Test("An empty attachment is one too")
  func empty() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let digest = sha256([])
      #expect(try await put(school, digest, []).status == 201)
      let answer = try await school.call("GET", "/v1/attachments/\(digest)")
      #expect(answer.status == 200)
      #expect(answer.bytes.isEmpty)
    }
  }

  @Test("Other bytes than the digest says are refused and not kept")
  func mismatch() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let digest = sha256(seededBytes(1000, seed: 2))
      let answer = try await put(school, digest, seededBytes(1000, seed: 3))
      #expect(answer.status == 422)
      #expect(answer.code == "attachment-digest-mismatch")
      #expect(try await school.call("HEAD", "/v1/attachments/\(digest)").status == 404)
      #expect(try await school.call("GET", "/v1/attachments/\(digest)").status == 404)
      #expect(try await put(school, digest, seededBytes(1000, seed: 2)).status == 201)
    }
  }

  @Test("A connection cut in the middle: what arrived is kept, and the rest follows")
  func resume() async throws {
    try await GatewayHarness.with { gateway in
      let bytes = seededBytes(400_000, seed: 4)
      let digest = sha256(bytes)
      let path = "/v1/attachments/\(digest)"
      let raw = try await gateway.connect(.school)
      raw.send(
        "PUT \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 400000\r\n\r\n")
      raw.send(Array(bytes[..<250_000]))
      let school = try gateway.client(.school)
      var offset: Int?
      for _ in 0..<250 where offset != 250_000 {
        offset = try await school.call("HEAD", path).header("Upload-Offset").flatMap { Int($0) }
        try await Task.sleep(for: .milliseconds(20))
      }
      #expect(offset == 250_000)
      await raw.close()
      // Out of step: too far, and too near.
      for start in [250_001, 100_000] {
        let answer = try await retrying {
          try await put(school, digest, Array(bytes[start...]), range: "\(start)-399999/400000")
        }
        #expect(answer.status == 409)
        #expect(answer.code == "attachment-range-mismatch")
        #expect(answer.header("Upload-Offset") == "250000")
      }
      let part = try await put(
        school, digest, Array(bytes[250_000..<300_000]), range: "250000-299999/400000")
      #expect(part.status == 202)
      #expect(part.header("Upload-Offset") == "300000")
      let rest = try await put(
        school, digest, Array(bytes[300_000...]), range: "300000-399999/400000")
      #expect(rest.status == 201, "\(rest.text)")
      #expect(try await school.call("GET", path).bytes == bytes)
    }
  }

  /// Asks again while the gateway has not yet noticed that the first connection is gone.
  private func retrying(_ ask: () async throws -> ClientAnswer) async throws -> ClientAnswer {
    for _ in 0..<100 {
      let answer = try await ask()
      guard answer.status == 503 else { return answer }
      try await Task.sleep(for: .milliseconds(20))
    }
    return try await ask()
  }

  @Test("The client's own upload goes on where an earlier one stopped")
  func clientResumes() async throws {
    try await GatewayHarness.with { gateway in
      let bytes = seededBytes(200_000, seed: 5)
      let digest = sha256(bytes)
      let file = gateway.directory + "/document.pdf"
      try Data(bytes).write(to: URL(fileURLWithPath: file))
      let school = try gateway.client(.school)
      let first = try await put(
        school, digest, Array(bytes[..<70_000]), range: "0-69999/200000")
      #expect(first.status == 202)
      #expect(try await school.upload(file: file, sha256: digest).status == 201)
      #expect(try await school.call("GET", "/v1/attachments/\(digest)").bytes == bytes)
    }
  }

  @Test("Two uploads of the same at once: one is told to wait, none is torn")
  func sameTime() async throws {
    try await GatewayHarness.with { gateway in
      let bytes = seededBytes(500_000, seed: 6)
      let digest = sha256(bytes)
      let school = try gateway.client(.school)
      let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<6 { group.addTask { try await put(school, digest, bytes).status } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(statuses.allSatisfy { [200, 201, 503].contains($0) }, "\(statuses)")
      #expect(statuses.contains { $0 != 503 })
      #expect(try await school.call("GET", "/v1/attachments/\(digest)").bytes == bytes)
    }
  }

  @Test("Too large: refused by its announced length, its range and as it comes")
  func tooLarge() async throws {
    try await GatewayHarness.with({ $0.limits.attachmentBytes = 100_000 }) { gateway in
      let school = try gateway.client(.school)
      let bytes = seededBytes(100_001, seed: 7)
      let digest = sha256(bytes)
      let answer = try await put(school, digest, bytes)
      #expect(answer.status == 413)
      #expect(answer.code == "content-too-large")
      let ranged = try await put(
        school, digest, Array(bytes[..<10]), range: "0-9/100001")
      #expect(ranged.status == 413)
      let raw = try await gateway.connect(.school)
      raw.send(
        "PUT /v1/attachments/\(digest) HTTP/1.1\r\nHost: localhost\r\n"
          + "Transfer-Encoding: chunked\r\n\r\n")
      for start in stride(from: 0, to: 100_001, by: 33_000) {
        let piece = bytes[start..<min(start + 33_000, bytes.count)]
        raw.send(Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + [13, 10])
      }
      #expect(try await raw.answer().status == 413)
      await raw.close()
    }
  }

  @Test("Digests and ranges that are none are refused, naming them")
  func badParameters() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let digest = sha256([1])
      for text in ["x", digest.uppercased(), digest + "0", String(digest.dropLast())] {
        let answer = try await put(school, text, [1])
        #expect(answer.status == 400, "\(text)")
        #expect(try answer.places() == ["parameter:sha256"])
      }
      for range in ["0-0", "0-0/*", "1-0/2", "0-5/5", "-1-3/4", "0-0/1/2", "a-b/c"] {
        let answer = try await put(school, digest, [1], range: range)
        #expect(answer.status == 400, "\(range)")
        #expect(try answer.places() == ["parameter:Content-Range"])
      }
    }
  }

  @Test("Only who uploaded it and who was sent it may read it")
  func strangers() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let service = try gateway.client(.service)
      var digests: [String] = []
      for file in try SampleEnvelopes.attachments("medical-referral") {
        let digest = sha256(try SampleEnvelopes.bytes(of: file))
        #expect(try await school.upload(file: file, sha256: digest).status == 201)
        digests.append(digest)
      }
      let named = try #require(digests.first)
      #expect(try await service.call("GET", "/v1/attachments/\(named)").status == 404)
      let envelope = try SampleEnvelopes.json(SampleEnvelopes.referral)
      _ = try await school.admit(envelope)
      let text = String(decoding: envelope, as: UTF8.self)
      for digest in digests {
        let answer = try await service.call("GET", "/v1/attachments/\(digest)")
        #expect(answer.status == (text.contains(digest) ? 200 : 404))
        for agency in [Agency.camhs, .otherService] {
          let client = try gateway.client(agency)
          let refused = try await client.call("GET", "/v1/attachments/\(digest)")
          #expect(refused.status == 404)
          #expect(refused.code == "not-found")
          #expect(try await client.call("HEAD", "/v1/attachments/\(digest)").status == 404)
        }
      }
    }
  }
}
