// The gateway's own correspondence: owed with its cause, sent like any message, never twice.

import ExchangeModel
import Foundation
import GRDB
import Testing
import Validation

@testable import Gateway
@testable import Storage

@Suite struct NoticeTests {
  private static let subject = "019a0000-0000-7000-8000-000000000001"

  private func owe(_ gateway: GatewayHarness, to agency: Agency = .school) async throws {
    let recipient = try agency.urn()
    _ = try await gateway.store.writer.submit { context in
      try context.owe(.held, to: recipient, about: MessageID(Self.subject))
    }
  }

  private func registerGateway(_ gateway: GatewayHarness) async throws {
    let urn = try #require(PartyURN("urn:gatehouse:850:gatehouse"))
    try await gateway.store.register(
      Party(urn: urn, name: "Test gateway", role: PartyRole(rawValue: "gateway")))
  }

  private func notice(_ gateway: GatewayHarness) throws -> Row {
    let row = try gateway.store.pool.read {
      try Row.fetchOne($0, sql: "SELECT * FROM notice")
    }
    return try #require(row)
  }

  private func wait(
    for state: String, _ gateway: GatewayHarness
  ) async throws -> Row {
    for _ in 0..<600 {
      let row = try notice(gateway)
      if row["state"] == state { return row }
      try await Task.sleep(for: .milliseconds(50))
    }
    Issue.record("the notice never became \(state)")
    return try notice(gateway)
  }

  @Test func isSentToTheInboxOnce() async throws {
    try await GatewayHarness.with { gateway in
      try await registerGateway(gateway)
      try await owe(gateway)
      let sent = try await wait(for: "sent", gateway)
      let id: String? = sent["message"]
      let message = try #require(id)
      let school = try gateway.client(.school)
      let answer = try await school.call("GET", "/v1/inbox/\(message)")
      #expect(answer.status == 200, "\(answer.text)")
      let envelope = try JSONDocument.parse(answer.bytes).root
      #expect(envelope["type"]?.string == "gatehouse.rejection-notice.v1")
      #expect(envelope["source"]?.string == "urn:gatehouse:850:gatehouse")
      #expect(envelope["correlationid"]?.string == Self.subject)
      #expect(envelope["data"]?["messageId"]?.string == Self.subject)
      // As after a crash between sending and noting it.
      try await gateway.store.writer.submit { context in
        try context.database.execute(sql: "UPDATE notice SET state = 'owed', message = NULL")
        context.owesNotices = true
      }
      let again = try await wait(for: "sent", gateway)
      #expect(again["message"] == message)
      let count = try await gateway.store.pool.read {
        try Int.fetchOne($0, sql: "SELECT count(*) FROM message")
      }
      #expect(count == 1)
    }
  }

  @Test func isTriedAgainWhenRefused() async throws {
    try await GatewayHarness.with { gateway in
      try await registerGateway(gateway)
      try await gateway.store.setState(of: try Agency.school.urn(), to: .suspended)
      try await owe(gateway)
      for _ in 0..<600 {
        if try notice(gateway)["attempts"] == 1 { break }
        try await Task.sleep(for: .milliseconds(50))
      }
      let row = try notice(gateway)
      #expect(row["state"] == "owed")
      #expect(row["failure"] == "recipient-suspended")
      #expect(row["due_at"] > gateway.clock.now().milliseconds)
      try await gateway.store.setState(of: try Agency.school.urn(), to: .live)
      gateway.clock.move(seconds: 3600)
      _ = try await wait(for: "sent", gateway)
    }
  }

  @Test func staysOwedWithoutAPartyToSpeakAs() async throws {
    try await GatewayHarness.with { gateway in
      try await owe(gateway)
      for _ in 0..<600 where !gateway.log.text.contains("notice.no-gateway-party") {
        try await Task.sleep(for: .milliseconds(50))
      }
      #expect(gateway.log.text.contains("notice.no-gateway-party"))
      #expect(try notice(gateway)["state"] == "owed")
      try await registerGateway(gateway)
      _ = try await wait(for: "sent", gateway)
    }
  }
}
