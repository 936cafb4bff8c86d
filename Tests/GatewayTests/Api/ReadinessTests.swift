// Alive, ready, and stopping: what a supervisor asks, and what a stop leaves unbroken.

import ExchangeModel
import Foundation
import GRDB
import Storage
import Policy
import Testing

@testable import Gateway

@Suite("Readiness and stop")
struct ReadinessTests {
  @Test("Ready says so, check by check; the admin listener serves nothing else")
  func ready() async throws {
    try await GatewayHarness.with { gateway in
      let live = try await gateway.admin("/livez")
      #expect(live.status == 200)
      let ready = try await gateway.admin("/readyz")
      #expect(ready.status == 200)
      let checks = #"{"accepting":"ok","database":"ok","catalogue":"ok","log":"ok"}"#
      let expected = #"{"status":"ready","checks":\#(checks)}"#
      #expect(ready.text == expected)
      #expect(ready.field("Cache-Control") == "no-store")
      for path in ["/v1/inbox", "/v1/messages", "/openapi.json", "/"] {
        #expect(try await gateway.admin(path).status == 404)
      }
      // And the API serves none of it.
      let school = try gateway.client(.school)
      #expect(try await school.call("GET", "/readyz").status == 404)
    }
  }

  @Test("Not ready while the database cannot be written, and ready again afterwards")
  func databaseLocked() async throws {
    // Jobs that wait for the lock hold the few threads of all tests: a client may be slow to ask.
    try await GatewayHarness.with({ $0.limits.headerSeconds = 60 }) { gateway in
      // Another process holds the writing lock: a connection that keeps its transaction open.
      var configuration = Configuration()
      configuration.allowsUnsafeTransactions = true
      let queue = try DatabaseQueue(
        path: gateway.settings.data + "/gatehouse.sqlite", configuration: configuration)
      try await queue.writeWithoutTransaction { database in
        try database.execute(sql: "BEGIN IMMEDIATE")
      }
      let answer = try await gateway.admin("/readyz")
      #expect(answer.status == 503)
      #expect(answer.text.contains(#""database":"failed""#))
      #expect(answer.text.contains(#""accepting":"ok""#))
      #expect(try await gateway.admin("/livez").status == 200)
      try await queue.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
      #expect(try await gateway.admin("/readyz").status == 200)
      _ = try await gateway.admitted()
    }
  }

  @Test("A stop with nothing in flight is quick, and closes the store")
  func idleStop() async throws {
    try await GatewayHarness.with { gateway in
      let id = try await gateway.admitted()
      #expect(!id.isEmpty)
      let started = ContinuousClock.now
      gateway.beginStop()
      try await gateway.waitForStop()
      #expect(ContinuousClock.now - started < .seconds(40))
      await #expect(throws: (any Error).self) { try await gateway.store.probe() }
    }
  }

  @Test("A stop ends long polls at once, answers an upload in flight, and refuses readiness")
  func gracefulStop() async throws {
    try await GatewayHarness.with { gateway in
      let bytes = seededBytes(200_000, seed: 11)
      let digest = sha256(bytes)
      let waiting = try await gateway.connect(.service)
      waiting.send("GET /v1/inbox?wait=50 HTTP/1.1\r\nHost: localhost\r\n\r\n")
      let upload = try await gateway.connect(.school)
      upload.send(
        "PUT /v1/attachments/\(digest) HTTP/1.1\r\nHost: localhost\r\n"
          + "Content-Length: 200000\r\n\r\n")
      upload.send(Array(bytes[..<100_000]))
      let idle = try await gateway.connect(.camhs)
      #expect(
        try await idle.ask("GET /v1/inbox HTTP/1.1\r\nHost: localhost\r\n\r\n").status == 200)
      try await Task.sleep(for: .milliseconds(300))
      let started = ContinuousClock.now
      gateway.beginStop()
      let page = try await waiting.answer()
      #expect(page.status == 200)
      #expect(page.text.contains(#""messages":[]"#))
      // Told with the answer, or just after it when the doors close a moment later.
      #expect(await waiting.closes())
      #expect(ContinuousClock.now - started < .seconds(40))
      #expect(await idle.closes())
      // While the upload keeps the door from closing, the gateway says it is not ready.
      let ready = try await gateway.admin("/readyz")
      #expect(ready.status == 503)
      #expect(ready.text.contains(#""accepting":"failed""#))
      #expect(throws: (any Error).self, "no new connections") {
        try probeConnection(port: gateway.server.api.port)
      }
      upload.send(Array(bytes[100_000...]))
      let answer = try await upload.answer()
      #expect(answer.status == 201)
      try await gateway.waitForStop()
      #expect(ContinuousClock.now - started < .seconds(55))
      let store = try Store(
        directory: gateway.settings.data, surroundings: gateway.surroundings,
        access: Policy.decideAccess, due: Policy.reckonDue)
      #expect(try await store.holds(digest, party: try Agency.school.urn()))
      try store.close()
    }
  }
}

/// Connects and closes. Throws when nobody listens.
private func probeConnection(port: Int) throws {
  struct Refused: Error {}
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  defer { close(descriptor) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = in_port_t(port).bigEndian
  address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
  let result = withUnsafePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
  guard result == 0 else { throw Refused() }
}
