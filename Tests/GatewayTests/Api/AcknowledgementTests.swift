// What the recipient says of a message, and what both sides see of it.

import ExchangeModel
import MessageLog
import Testing
import Validation

@testable import Gateway

@Suite("Acknowledgement")
struct AcknowledgementTests {
  @Test("Taken: out of the inbox, seen by the sender, the same again is the same")
  func taken() async throws {
    try await GatewayHarness.with { gateway in
      let id = try await gateway.admitted()
      let service = try gateway.client(.service)
      let first = try await service.acknowledge(id, #"{"outcome":"taken"}"#)
      #expect(first.status == 200)
      #expect(try first.member("state") == "taken")
      #expect(try await service.inbox().isEmpty)
      let again = try await service.acknowledge(id, #" { "outcome" : "taken" } "#)
      #expect(again.status == 200)
      #expect(again.bytes == first.bytes)
      #expect(try await gateway.leafCount(.acknowledged) == 1)
      // It stays fetchable: the recipient's system may have lost it.
      #expect(try await service.call("GET", "/v1/inbox/\(id)").status == 200)
    }
  }

  @Test("Refused: the sender learns reason, words and whether another try can help")
  func refused() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let service = try gateway.client(.service)
      for (reason, isRetryable) in [("not-ours", false), ("temporarily-unable", true)] {
        let id = try await gateway.admitted()
        let body = #"{"outcome":"refused","reason":"\#(reason)","detail":"Please ring us."}"#
        #expect(try await service.acknowledge(id, body).status == 200)
        let status = try await school.call("GET", "/v1/messages/\(id)").json()
        #expect(status["state"]?.string == "refused")
        #expect(status["acknowledgement"]?["reason"]?.string == reason)
        #expect(status["acknowledgement"]?["retryable"]?.bool == isRetryable)
        #expect(status["acknowledgement"]?["detail"]?.string == "Please ring us.")
        #expect(try await service.inbox().isEmpty)
      }
    }
  }

  @Test("Another outcome than the first is a conflict, and the first stands")
  func conflict() async throws {
    try await GatewayHarness.with { gateway in
      let id = try await gateway.admitted()
      let service = try gateway.client(.service)
      #expect(try await service.acknowledge(id, #"{"outcome":"taken"}"#).status == 200)
      let other = try await service.acknowledge(
        id, #"{"outcome":"refused","reason":"not-ours"}"#)
      #expect(other.status == 409)
      #expect(other.code == "already-acknowledged")
      let status = try await service.call("GET", "/v1/messages/\(id)").json()
      #expect(status["state"]?.string == "taken")
    }
  }

  @Test(
    "Bodies that are none are refused, naming the member",
    arguments: [
      (#"{}"#, "/outcome"), (#"{"outcome":"eaten"}"#, "/outcome"),
      (#"{"outcome":1}"#, "/outcome"), (#"{"outcome":"refused"}"#, "/reason"),
      (#"{"outcome":"refused","reason":"boredom"}"#, "/reason"),
      (#"{"outcome":"taken","reason":"not-ours"}"#, "/reason"),
      (#"{"outcome":"taken","detail":7}"#, "/detail"), (#"{"outcome":"taken","x":1}"#, ""),
      (#"{"outcome":"taken""#, ""), ("", ""), ("[]", ""),
      (#"{"outcome":"taken","outcome":"taken"}"#, ""),
    ])
  func badBodies(_ body: String, _ place: String) async throws {
    let bytes = Array(body.utf8)
    #expect {
      try AcknowledgementReader.read(bytes, limits: Limits())
    } throws: { error in
      let refusal = error as? Refusal
      return refusal?.code == .badRequest && refusal?.issues.first?.place == place
    }
  }

  @Test("A bad body over the wire changes nothing; a long detail is refused")
  func badOverTheWire() async throws {
    try await GatewayHarness.with { gateway in
      let id = try await gateway.admitted()
      let service = try gateway.client(.service)
      let long = String(repeating: "é", count: 501)
      for body in ["{}", #"{"outcome":"refused","reason":"other","detail":"\#(long)"}"#] {
        let answer = try await service.acknowledge(id, body)
        #expect(answer.status == 400)
        #expect(answer.code == "bad-request")
        #expect(try answer.places().first?.hasPrefix("pointer:/") == true)
      }
      let blank = String(repeating: " ", count: 20_000)
      #expect(try await service.acknowledge(id, blank).status == 413)
      #expect(try await service.inbox() == [id])
    }
  }

  @Test("The timeline tells every step to sender and recipient alike")
  func timeline() async throws {
    try await GatewayHarness.with { gateway in
      let id = try await gateway.admitted()
      let school = try gateway.client(.school)
      let service = try gateway.client(.service)
      #expect(try await school.call("GET", "/v1/messages/\(id)").member("state") == "awaiting")
      _ = try await service.call("GET", "/v1/inbox/\(id)")
      _ = try await service.acknowledge(id, #"{"outcome":"taken"}"#)
      for client in [school, service] {
        let status = try await client.call("GET", "/v1/messages/\(id)")
        #expect(status.header("Cache-Control") == "no-store")
        let timeline = try status.json()["timeline"].map { Array($0.elements) } ?? []
        #expect(
          timeline.compactMap { $0["event"]?.string } == ["admitted", "read", "acknowledged"])
        let indexes = timeline.compactMap { $0["logIndex"]?.integer }
        #expect(indexes == indexes.sorted() && indexes.count == 3)
      }
    }
  }
}
