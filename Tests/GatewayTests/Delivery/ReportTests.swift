// What a sender hears of its message, as messages of the catalogue.

import ExchangeModel
import Storage
import Testing
import Validation

@testable import Gateway

@Suite struct ReportTests {
  private static let type = "gatehouse.delivery-report.v1"

  @Test func aRefusalComesBackAtOnce() async throws {
    try await GatewayHarness.with { gateway in
      try await gateway.join(.gateway)
      let id = try await gateway.admitted()
      let body = #"{"outcome":"refused","reason":"temporarily-unable"}"#
      #expect(try await gateway.client(.service).acknowledge(id, body).status == 200)
      let report = try await gateway.client(.school).wait(for: Self.type)
      #expect(report["correlationid"]?.string == id)
      let data = try #require(report["data"])
      #expect(data["messageId"]?.string == id && data["state"]?.string == "refused")
      #expect(data["reason"]?.string == "temporarily-unable" && data["sendAgain"]?.bool == true)
    }
  }

  @Test func theEndWithoutDeliveryIsReported() async throws {
    try await GatewayHarness.with { gateway in
      try await gateway.join(.gateway)
      let id = try await gateway.admitted()
      gateway.clock.move(seconds: 6 * 86_400)
      let report = try await gateway.client(.school).wait(for: Self.type)
      let data = try #require(report["data"])
      #expect(data["messageId"]?.string == id && data["state"]?.string == "undelivered")
      #expect(data["reason"]?.string == "not-fetched" && data["sendAgain"]?.bool == true)
      #expect(data["attempts"]?.integer == 0)
      let status = try await gateway.client(.school).call("GET", "/v1/messages/\(id)")
      #expect(try status.member("state") == "undelivered")
      #expect(try AnswerSchemaTests.faults(status.bytes, by: "MessageStatus").isEmpty)
      #expect(try await gateway.client(.service).inbox() == [id])
    }
  }
}
