// Slow and silent peers are cut off in time, and a connection's limits hold. Limits are lowered to
// a second here, so that the tests are short.

import ExchangeModel
import NIOSSL
import Testing

@testable import Gateway

@Suite(.serialized) struct DeadlineTests {
  private static func quick(_ settings: inout EdgeSettings) {
    settings.limits.idleSeconds = 1
    settings.limits.headerSeconds = 1
    settings.limits.bodySeconds = 1
  }

  @Test func closesASilentConnection() async throws {
    try await EdgeHarness.with(Self.quick) { harness in
      let client = try await harness.connect()
      #expect(await client.closes(within: .seconds(30)))
      #expect(client.pending == "")
    }
  }

  @Test func closesAnUnfinishedHandshake() async throws {
    try await EdgeHarness.with({ $0.edgeLimits.handshakeSeconds = 1 }) { harness in
      let silent = try await RawClient.connect(port: harness.port, tls: nil)
      let partial = try await RawClient.connect(port: harness.port, tls: nil)
      // The first bytes of a ClientHello record that never ends.
      partial.send([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00])
      #expect(await silent.closes(within: .seconds(30)))
      #expect(await partial.closes(within: .seconds(30)))
      #expect(harness.log.refusalReasons == ["handshake-timeout", "handshake-timeout"])
    }
  }

  @Test func answers408ToASlowHead() async throws {
    try await EdgeHarness.with(Self.quick) { harness in
      let client = try await harness.connect()
      client.send("GET /hello HTTP/1.1\r\n")
      // A drip of fields does not put off the end.
      let drip = Task {
        for _ in 0..<20 {
          try await Task.sleep(for: .milliseconds(150))
          client.send("X-A: b\r\n")
        }
      }
      #expect(try await client.answer(within: .seconds(30)).status == 408)
      #expect(await client.closes())
      drip.cancel()
    }
  }

  @Test func answers408ToASlowCollectedBody() async throws {
    try await EdgeHarness.with(Self.quick) { harness in
      let client = try await harness.connect()
      client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n")
      let drip = Task {
        for _ in 0..<50 {
          try await Task.sleep(for: .milliseconds(100))
          client.send("x")
        }
      }
      #expect(try await client.answer(within: .seconds(30)).status == 408)
      drip.cancel()
    }
  }

  @Test func cutsOffAStreamedBodyBelowTheMinimumRateOnly() async throws {
    try await EdgeHarness.with { settings in
      Self.quick(&settings)
      settings.limits.minimumBodyRate = 10_000
    } _: { harness in
      let slow = try await harness.connect()
      let steady = try await harness.connect()
      let head = "PUT /stream HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n"
      slow.send(head)
      steady.send(head)
      for _ in 0..<25 {
        slow.send([UInt8](repeating: 1, count: 10))
        steady.send([UInt8](repeating: 1, count: 4000))
        try await Task.sleep(for: .milliseconds(100))
      }
      #expect(try await slow.answer().status == 408)
      #expect(try await steady.answer().text == "100000")
    }
  }

  @Test func doesNotBlameThePeerForASlowHandler() async throws {
    let routes = [
      Route(.put, "/stream", body: .streamed(limit: 64 << 20)) { request in
        var count = 0
        try await Task.sleep(for: .seconds(3))
        if let stream = request.stream { for try await chunk in stream { count += chunk.count } }
        return .text("\(count)")
      }
    ]
    try await EdgeHarness.with(routes: routes) { settings in
      Self.quick(&settings)
      settings.limits.minimumBodyRate = 1_000_000
    } _: { harness in
      let client = try await harness.connect()
      let size = 4 << 20
      client.send("PUT /stream HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(size)\r\n\r\n")
      client.send([UInt8](repeating: 1, count: size))
      #expect(try await client.answer(within: .seconds(20)).text == "\(size)")
    }
  }

  @Test func leavesAWaitingHandlerAlone() async throws {
    let routes = [
      Route(.get, "/hello") { _ in
        try await Task.sleep(for: .milliseconds(2500))
        return .text("ok")
      }
    ]
    try await EdgeHarness.with(routes: routes, Self.quick) { harness in
      let client = try await harness.connect()
      #expect(try await client.ask("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n").status == 200)
    }
  }

  @Test func cutsOffChunksThatLieAboutTheirSum() async throws {
    try await EdgeHarness.with { harness in
      let client = try await harness.connect()
      let chunk = "400\r\n" + String(repeating: "x", count: 1024) + "\r\n"
      client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
      client.send(String(repeating: chunk, count: 5) + "0\r\n\r\n")
      #expect(try await client.answer().status == 413)
      #expect(await client.closes())
    }
  }

  @Test func cutsOffAStreamedBodyOverItsLimit() async throws {
    try await EdgeHarness.with { harness in
      let client = try await harness.connect()
      let chunk = "10000\r\n" + String(repeating: "x", count: 65_536) + "\r\n"
      client.send("PUT /stream HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
      client.send(String(repeating: chunk, count: 20) + "0\r\n\r\n")
      #expect(try await client.answer().status == 413)
      let announced = try await harness.connect()
      announced.send("PUT /stream HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048577\r\n\r\n")
      #expect(try await announced.answer().status == 413)
    }
  }

  /// Large bodies wait for each other; small ones go on; what was held is given back.
  @Test func boundsWhatAllBodiesHoldTogether() async throws {
    let echo = Route(.post, "/echo", body: .buffered(limit: 20_000)) { request in
      .json(request.bytes)
    }
    try await EdgeHarness.with(
      routes: [echo],
      {
        $0.limits.freeBodyBytes = 1000
        $0.limits.bodyBytes = 20_000
      }
    ) { harness in
      func post(_ count: Int, announced: Int? = nil) -> String {
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(announced ?? count)\r\n\r\n"
          + String(repeating: "x", count: count)
      }
      let counters = harness.server.counters
      let holder = try await harness.connect()
      holder.send(post(15_000, announced: 15_001))
      while counters[.bodyBytes] < 14_000 { try await Task.sleep(for: .milliseconds(5)) }
      let second = try await harness.connect()
      let refused = try await second.ask(post(10_000))
      #expect(refused.status == 503)
      #expect(refused.field("Retry-After") == "5")
      #expect(try await harness.connect().ask(post(900)).status == 200)
      holder.send("x")
      #expect(try await holder.answer().status == 200)
      #expect(try await harness.connect().ask(post(10_000)).status == 200)
      let broken = try await harness.connect()
      broken.send(post(15_000, announced: 15_001))
      while counters[.bodyBytes] < 14_000 { try await Task.sleep(for: .milliseconds(5)) }
      await broken.close()
      for _ in 0..<400 where counters[.bodyBytes] != 0 {
        try await Task.sleep(for: .milliseconds(5))
      }
      #expect(counters[.bodyBytes] == 0)
    }
  }

  @Test func capsTheConnections() async throws {
    try await EdgeHarness.with({ $0.limits.connections = 2 }) { harness in
      let get = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"
      let first = try await harness.connect()
      let second = try await harness.connect()
      #expect(try await first.ask(get).status == 200)
      #expect(try await second.ask(get).status == 200)
      let third = try await harness.connect()
      third.send(get)
      #expect(await third.closes())
      await first.close()
      try await Task.sleep(for: .milliseconds(100))
      #expect(try await harness.connect().ask(get).status == 200)
      #expect(harness.server.counters[.connectionsOverCap] == 1)
    }
  }

  /// What the cap cannot turn away fast enough waits in the kernel's queue, and is served later.
  @Test func leavesConnectionsUnacceptedWhileTooManyAreOpen() async throws {
    try await EdgeHarness.with({
      $0.limits.connections = 2
      $0.edgeLimits.acceptedBeyondCap = 0
      $0.eventLoops = 1
    }) { harness in
      let get = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"
      let first = try await harness.connect()
      let second = try await harness.connect()
      #expect(try await first.ask(get).status == 200)
      #expect(try await second.ask(get).status == 200)
      let waiting = Task { try await harness.connect().ask(get).status }
      try await Task.sleep(for: .milliseconds(300))
      #expect(harness.server.counters[.connectionsAccepted] == 2)
      await first.close()
      #expect(try await waiting.value == 200)
      #expect(harness.server.counters[.connectionsOverCap] == 0)
    }
  }

  @Test func connectionsLeaveDescriptorsForTheStore() {
    #expect(DescriptorRoom(limit: 65_536).connections == 32_640)
    #expect(DescriptorRoom(limit: 512).connections == 128)
    #expect(DescriptorRoom(limit: 512).problem == nil)
    #expect(DescriptorRoom(limit: 511).problem?.contains("ulimit -n") == true)
    #expect(DescriptorRoom(limit: 0).connections == 1)
    #expect(DescriptorRoom.raised().limit >= DescriptorRoom.least)
  }

  @Test func serves1000ConnectionsAtOnce() async throws {
    try await EdgeHarness.with(
      isPlain: true,
      routes: [
        .immediate(.get, "/hello", access: .anyone) { _ in .text("hi") }
      ]
    ) { harness in
      var clients: [RawClient] = []
      for _ in 0..<1000 {
        clients.append(try await RawClient.connect(port: harness.port, tls: nil))
      }
      for client in clients { client.send("GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n") }
      for client in clients { #expect(try await client.answer(within: .seconds(20)).status == 200) }
      #expect(harness.server.counters[.connections] == 1000)
      for client in clients { await client.close() }
    }
  }
}
