// Who may speak: suspension, revocation and rotation take effect at the next request, on open
// connections too, and also when another process made the change.

import ExchangeModel
import MessageLog
import Storage
import Policy
import Testing

@testable import Gateway

@Suite("Callers")
struct CallerTests {
  private static let inbox = "GET /v1/inbox HTTP/1.1\r\nHost: localhost\r\n\r\n"

  /// The answer to one more request on an open connection; nil when the gateway had closed it.
  private func ask(_ client: RawClient) async throws -> RawAnswer? {
    client.send(Self.inbox)
    do {
      return try await client.answer()
    } catch is RawClient.TimedOut {
      #expect(client.isClosed, "no answer on an open connection")
      return nil
    }
  }

  @Test("A suspended party is refused on its open connection, and speaks again when resumed")
  func suspension() async throws {
    try await GatewayHarness.with { gateway in
      let open = try await gateway.connect(.service)
      #expect(try await ask(open)?.status == 200)
      try await gateway.store.setState(of: try Agency.service.urn(), to: .suspended)
      let answer = try await ask(open)
      #expect(answer?.status ?? 403 == 403)
      #expect(answer?.text.contains("party-suspended") ?? true)
      #expect(await open.closes())
      let service = try gateway.client(.service)
      #expect(try await service.call("GET", "/v1/inbox").code == "party-suspended")
      try await gateway.store.setState(of: try Agency.service.urn(), to: .live)
      #expect(try await service.call("GET", "/v1/inbox").status == 200)
      await open.close()
    }
  }

  @Test("A change by another process counts at the next request", arguments: [true, false])
  func otherProcess(_ isSuspension: Bool) async throws {
    try await GatewayHarness.with { gateway in
      let open = try await gateway.connect(.service)
      #expect(try await ask(open)?.status == 200)
      let other = try Store(
        directory: gateway.settings.data, surroundings: gateway.surroundings,
        access: Policy.decideAccess, due: Policy.reckonDue)
      if isSuspension {
        try await other.setState(of: try Agency.service.urn(), to: .suspended)
      } else {
        try await other.revoke(certificate: try gateway.spki(.service))
      }
      let code = isSuspension ? "party-suspended" : "certificate-revoked"
      let answer = try await ask(open)
      #expect(answer?.status ?? 403 == 403)
      #expect(answer?.text.contains(code) ?? true)
      #expect(await open.closes())
      // Sending, which asks the directory within the transaction.
      let refused = try await gateway.client(.service).call("GET", "/v1/inbox")
      #expect(refused.status == 403)
      #expect(refused.code == code)
      try other.close()
      await open.close()
    }
  }

  @Test("A long poll of a party that is suspended meanwhile hands nothing out")
  func suspendedWhileWaiting() async throws {
    try await GatewayHarness.with { gateway in
      let waiting = try await gateway.connect(.service)
      waiting.send("GET /v1/inbox?wait=20 HTTP/1.1\r\nHost: localhost\r\n\r\n")
      try await Task.sleep(for: .milliseconds(300))
      try await gateway.store.setState(of: try Agency.service.urn(), to: .suspended)
      let answer = try? await waiting.answer(within: .seconds(30))
      #expect(answer?.status ?? 403 == 403)
      #expect(await waiting.closes())
      await waiting.close()
    }
  }

  @Test("Several live certificates: the new one works beside the old, then the old is revoked")
  func rotation() async throws {
    try await GatewayHarness.with { gateway in
      let unregistered = try gateway.issue(.school, as: "second")
      let second = try gateway.client(.school, "second")
      #expect(try await second.call("GET", "/v1/parties").code == "certificate-unknown")
      try await gateway.store.register(unregistered, of: try Agency.school.urn())
      let first = try gateway.client(.school)
      #expect(try await first.call("GET", "/v1/parties").status == 200)
      #expect(try await second.call("GET", "/v1/parties").status == 200)
      let id = try await first.admit(try SampleEnvelopes.json(id: "rotation"))
      try await gateway.store.revoke(certificate: try gateway.spki(.school))
      #expect(try await first.call("GET", "/v1/parties").code == "certificate-revoked")
      let status = try await second.call("GET", "/v1/messages/\(id)")
      #expect(status.status == 200)
      let again = try await second.send(try SampleEnvelopes.json(id: "rotation"), format: .json)
      #expect(again.status == 200)
      #expect(try again.member("messageId") == id)
    }
  }

  @Test("A certificate that runs out is refused, though its connection is open")
  func expiry() async throws {
    try await GatewayHarness.with { gateway in
      let open = try await gateway.connect(.service)
      #expect(try await ask(open)?.status == 200)
      gateway.clock.move(seconds: 91 * 86_400)
      let answer = try #require(try await ask(open))
      #expect(answer.status == 403)
      #expect(answer.text.contains("certificate-expired"))
      await open.close()
    }
  }

  @Test("An unknown certificate of our authority is refused and put on record, once a minute")
  func unknownCaller() async throws {
    try await GatewayHarness.with { gateway in
      _ = try gateway.issue(.camhs, as: "stranger")
      let stranger = try gateway.client(.camhs, "stranger")
      for _ in 0..<5 {
        let answer = try await stranger.call("GET", "/v1/inbox")
        #expect(answer.status == 403)
        #expect(answer.code == "certificate-unknown")
      }
      var leaves = 0
      for _ in 0..<100 where leaves == 0 {
        leaves = try await gateway.leafCount(.refused)
        try await Task.sleep(for: .milliseconds(20))
      }
      try await Task.sleep(for: .milliseconds(100))
      #expect(try await gateway.leafCount(.refused) == 1)
    }
  }
}
