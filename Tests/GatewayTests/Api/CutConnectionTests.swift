// Connections that end in the middle of a request or before the answer: what was not received
// whole is nothing, and what was admitted gives the same receipt however often it is sent again.

import ExchangeModel
import Foundation
import MessageLog
import Testing

@testable import Gateway

@Suite struct CutConnectionTests {
  private func request(_ envelope: [UInt8]) -> [UInt8] {
    Array(
      """
      POST /v1/messages HTTP/1.1\r
      Host: localhost\r
      Content-Type: application/cloudevents+json\r
      Content-Length: \(envelope.count)\r
      \r\n
      """.utf8) + envelope
  }

  @Test(
    "Cut anywhere in the request: nothing is admitted, and the whole one is", arguments: [1, 2])
  func cutInRequest(seed: UInt64) async throws {
    try await GatewayHarness.with { gateway in
      let envelope = try SampleEnvelopes.json(id: "cut-\(seed)")
      let bytes = request(envelope)
      let draws = seededBytes(12, seed: seed).map { Int($0) * (bytes.count - 1) / 255 }
      for place in draws + [1, bytes.count - envelope.count, bytes.count - 1] {
        let raw = try await gateway.connect(.school)
        raw.send(Array(bytes.prefix(place)))
        // Some are cut at once, some when the gateway has read what came.
        if place % 2 == 0 { try await Task.sleep(for: .milliseconds(20)) }
        await raw.close()
      }
      #expect(try await gateway.client(.service).inbox() == [], "seed \(seed)")
      let answer = try await gateway.client(.school).send(envelope, format: .json)
      #expect(answer.status == 202, "\(answer.text)")
      #expect(try await gateway.leafCount(.admitted) == 1)
    }
  }

  @Test("The answer is lost: sent again, it is one message with one receipt")
  func receiptLost() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      for number in 0..<6 {
        let envelope = try SampleEnvelopes.json(id: "lost-\(number)")
        let raw = try await gateway.connect(.school)
        raw.send(request(envelope))
        for _ in 0..<800 where try await gateway.leafCount(.admitted) <= number {
          try await Task.sleep(for: .milliseconds(10))
        }
        await raw.close()
        let again = try await school.send(envelope, format: .json)
        #expect(again.status == 200, "\(again.text)")
        let third = try await school.send(envelope, format: .json)
        #expect(third.bytes == again.bytes)
      }
      #expect(try await gateway.client(.service).inbox().count == 6)
      #expect(try await gateway.leafCount(.admitted) == 6)
    }
  }

  @Test("An acknowledgement whose answer is lost counts, and is said again")
  func acknowledgementLost() async throws {
    try await GatewayHarness.with { gateway in
      let id = try await gateway.admitted()
      let body = #"{"outcome":"taken"}"#
      let raw = try await gateway.connect(.service)
      raw.send(
        """
        POST /v1/inbox/\(id)/acknowledgement HTTP/1.1\r
        Host: localhost\r
        Content-Type: application/json\r
        Content-Length: \(body.utf8.count)\r
        \r
        \(body)
        """)
      for _ in 0..<800 where try await gateway.leafCount(.acknowledged) == 0 {
        try await Task.sleep(for: .milliseconds(10))
      }
      await raw.close()
      let service = try gateway.client(.service)
      let again = try await service.call(
        "POST", "/v1/inbox/\(id)/acknowledgement",
        headers: [("Content-Type", "application/json")], body: Array(body.utf8))
      #expect(again.status == 200, "\(again.text)")
      #expect(try await service.inbox() == [])
      #expect(try await gateway.leafCount(.acknowledged) == 1)
    }
  }
}
