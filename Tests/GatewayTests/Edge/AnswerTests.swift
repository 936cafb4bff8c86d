// What goes out: the fields, keep-alive, pipelining in order, HEAD, streams, problems, stopping.

import ExchangeModel
import Logging
import Synchronization
import Testing

@testable import Gateway

@Suite struct AnswerTests {
  private static let get = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"

  private static func post(_ body: String, to path: String = "/echo") -> String {
    "POST \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
  }

  @Test func carriesItsFieldsAndKeepsTheConnection() async throws {
    try await EdgeHarness.with { harness in
      let client = try await harness.connect()
      let first = try await client.ask(Self.get)
      let second = try await client.ask(Self.get)
      #expect(first.status == 200)
      #expect(first.text == "hello urn:gatehouse:850:4321")
      #expect(first.field("Connection") == nil)
      #expect(first.field("Date")?.hasSuffix(" GMT") == true)
      #expect(first.field("X-Request-Id")?.utf8.count == 36)
      #expect(first.field("X-Request-Id") != second.field("X-Request-Id"))
      #expect(harness.server.counters[.connectionsAccepted] == 1)
    }
  }

  @Test func answersPipelinedRequestsInOrder() async throws {
    let routes = [
      Route(.post, "/echo", body: .buffered(limit: 100)) { request in
        // The earlier the request, the later its handler ends.
        let text = String(decoding: request.bytes, as: UTF8.self)
        try await Task.sleep(for: .milliseconds(60 - 10 * (Int(text) ?? 0)))
        return .text(text)
      },
      Route.immediate(.post, "/immediate", body: .buffered(limit: 100)) { .json($0.bytes) },
    ]
    try await EdgeHarness.with(routes: routes) { harness in
      let client = try await harness.connect()
      client.send(
        (0..<6).map { Self.post("\($0)", to: $0 % 2 == 0 ? "/echo" : "/immediate") }.joined())
      for index in 0..<6 { #expect(try await client.answer().text == "\(index)") }
    }
  }

  @Test(arguments: ["/pool", "/loop", "/immediate"])
  func readsRequestsHoweverTheyAreCut(_ path: String) async throws {
    let policy = BodyPolicy.buffered(limit: 100)
    let routes = [
      Route(.post, "/pool", body: policy) { .json($0.bytes) },
      Route.onLoop(.post, "/loop", body: policy) { .json($0.bytes) },
      Route.immediate(.post, "/immediate", body: policy) { .json($0.bytes) },
    ]
    try await EdgeHarness.with(isPlain: false, routes: routes) { harness in
      var random = SplitMix(state: 7)
      let client = try await harness.connect()
      let texts = (0..<15).map { "{\"n\":\($0)}" }
      var rest = Array(texts.map { Self.post($0, to: path) }.joined().utf8)[...]
      while !rest.isEmpty {
        let count = Int.random(in: 1...40, using: &random)
        client.send(Array(rest.prefix(count)))
        rest = rest.dropFirst(count)
        try await Task.sleep(for: .milliseconds(1))
      }
      for text in texts { #expect(try await client.answer().text == text) }
    }
  }

  @Test func boundsWhatMayBePipelined() async throws {
    let gate = Gate()
    let routes = [
      Route(.get, "/hello") { _ in
        await gate.wait(); return .text("x")
      }
    ]
    try await EdgeHarness.with(routes: routes, { $0.edgeLimits.pipelinedRequests = 3 }) { harness in
      let client = try await harness.connect()
      client.send(String(repeating: Self.get, count: 50))
      try await Task.sleep(for: .milliseconds(200))
      gate.open()
      for _ in 0..<4 { #expect(try await client.answer().status == 200) }
      #expect(try await client.answer().status == 503)
      #expect(await client.closes())
    }
  }

  @Test func answersHeadWithoutABody() async throws {
    try await EdgeHarness.with { harness in
      let client = try await harness.connect()
      client.send("HEAD /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
      let head = try await client.answer(isHead: true)
      #expect(head.status == 200)
      #expect(head.field("Content-Length") == "28")
      #expect(try await client.ask(Self.get).text == "hello urn:gatehouse:850:4321")
    }
  }

  @Test func tellsAPathFromAVerb() async throws {
    try await EdgeHarness.with { harness in
      let client = try await harness.connect()
      let missing = try await client.ask("GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n")
      #expect(missing.status == 404)
      let wrong = try await client.ask("DELETE /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
      #expect(wrong.status == 405)
      #expect(wrong.field("Allow") == "GET, HEAD")
      #expect(try await client.ask(Self.get).status == 200)
    }
  }

  @Test func writesAProblemThatNamesEachPlace() async throws {
    let issues = [
      ValidationIssue(place: "/data/child", line: 3, rule: "required", message: "Give \"upn\"."),
      ValidationIssue(place: "/event/data/x", line: nil, rule: "xsd", message: "Correct it."),
    ]
    let routes = [Route(.get, "/hello") { _ in throw Refusal(.payloadInvalid, issues: issues) }]
    try await EdgeHarness.with(routes: routes) { harness in
      let client = try await harness.connect()
      let answer = try await client.ask(Self.get)
      let id = try #require(answer.field("X-Request-Id"))
      #expect(answer.status == 422)
      #expect(answer.field("Content-Type") == "application/problem+json")
      #expect(
        answer.text == """
          {"type":"/problems/payload-invalid","title":"Payload does not match its schema",\
          "status":422,"detail":"Correct each place named in errors.",\
          "instance":"urn:uuid:\(id)","code":"payload-invalid","retryable":false,"errors":[\
          {"pointer":"/data/child","line":3,"rule":"required","detail":"Give \\"upn\\"."},\
          {"xpath":"/event/data/x","rule":"xsd","detail":"Correct it."}]}
          """)
    }
  }

  @Test func turnsAnUnexpectedErrorInto503AndSaysNothingOfIt() async throws {
    struct Secret: Error { let text = "do not tell" }
    let routes = [Route(.get, "/hello") { _ in throw Secret() }]
    try await EdgeHarness.with(routes: routes) { harness in
      let client = try await harness.connect()
      let answer = try await client.ask(Self.get)
      #expect(answer.status == 503)
      #expect(answer.field("Retry-After") == "5")
      #expect(!answer.text.contains("tell"))
      #expect(harness.log.events.contains("http.failed"))
      #expect(try await client.ask(Self.get).status == 503)
    }
  }

  @Test func neverLetsAFieldValueEndItsLine() async throws {
    let routes = [
      Route(.get, "/hello") { _ in .empty(200, fields: ["X-Echo": "a\r\nSet-Cookie: b=c"]) }
    ]
    try await EdgeHarness.with(routes: routes) { harness in
      let client = try await harness.connect()
      let answer = try await client.ask(Self.get)
      #expect(answer.field("X-Echo") == "a__Set-Cookie: b=c")
      #expect(answer.field("Set-Cookie") == nil)
    }
  }

  @Test func streamsChunksAndKnownLengths() async throws {
    let piece = [UInt8](repeating: 7, count: 50_000)
    let routes = [
      Route(.get, "/chunks") { _ in
        HTTPResponse(
          status: 200,
          body: .stream(length: nil) { writer in
            for _ in 0..<20 { try await writer.write(piece) }
          })
      },
      Route(.get, "/length") { _ in
        HTTPResponse(
          status: 200,
          body: .stream(length: 100_000) { writer in
            for _ in 0..<2 { try await writer.write(piece) }
          })
      },
      Route(.get, "/short") { _ in
        HTTPResponse(status: 200, body: .stream(length: 100_000) { try await $0.write(piece) })
      },
    ]
    try await EdgeHarness.with(routes: routes) { harness in
      let client = try await harness.connect()
      let get = { (path: String) in "GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n" }
      let chunks = try await client.ask(get("/chunks"))
      #expect(chunks.field("Transfer-Encoding") == "chunked")
      #expect(chunks.body.count == 1_000_000)
      #expect(try await client.ask(get("/length")).body.count == 100_000)
      // A body that ends early must not look whole.
      client.send(get("/short"))
      await #expect(throws: RawClient.TimedOut.self) { _ = try await client.answer() }
      #expect(client.isClosed)
    }
  }

  @Test func streamsABodyInWithBackPressure() async throws {
    let gate = Gate()
    let routes = [
      Route(.put, "/stream", body: .streamed(limit: 64 << 20)) { request in
        var count = 0
        await gate.wait()
        if let stream = request.stream { for try await chunk in stream { count += chunk.count } }
        return .text("\(count)")
      }
    ]
    try await EdgeHarness.with(isPlain: false, routes: routes) { harness in
      let client = try await harness.connect()
      let size = 24 << 20
      client.send("PUT /stream HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(size)\r\n\r\n")
      client.send([UInt8](repeating: 1, count: size))
      try await Task.sleep(for: .milliseconds(300))
      gate.open()
      #expect(try await client.answer(within: .seconds(30)).text == "\(size)")
    }
  }

  @Test func endsRequestsInFlightBeforeItStops() async throws {
    let gate = Gate()
    let routes = [
      Route(.get, "/hello") { _ in
        await gate.wait(); return .text("done")
      }
    ]
    let harness = try await EdgeHarness(routes: routes)
    let busy = try await harness.connect()
    let idle = try await harness.connect()
    #expect(try await idle.ask("GET /none HTTP/1.1\r\nHost: localhost\r\n\r\n").status == 404)
    busy.send(Self.get)
    await gate.waitUntilWaited()
    let stopping = Task { await harness.server.stop() }
    #expect(await idle.closes())
    #expect(!busy.isClosed)
    gate.open()
    let answer = try await busy.answer()
    #expect(answer.text == "done")
    #expect(answer.field("Connection") == "close")
    await stopping.value
    await #expect(throws: (any Error).self) { _ = try await harness.connect() }
  }

  @Test func cancelsTheHandlerWhenThePeerGoes() async throws {
    let cancelled = Gate()
    let started = Gate()
    let routes = [
      Route(.get, "/hello") { _ in
        started.open()
        do { try await Task.sleep(for: .seconds(60)) } catch { cancelled.open() }
        return .text("late")
      }
    ]
    try await EdgeHarness.with(routes: routes) { harness in
      let client = try await harness.connect()
      client.send(Self.get)
      await started.wait()
      await client.close()
      await cancelled.wait()
    }
  }

  @Test func servesPlainHTTPWithoutKnowingAnyone() async throws {
    let routes = Self.openAndClosed
    try await EdgeHarness.with(isPlain: true, routes: routes) { harness in
      let client = try await RawClient.connect(port: harness.port, tls: nil)
      #expect(try await client.ask("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n").status == 200)
      #expect(try await client.ask(Self.get).status == 403)
    }
  }

  private static let openAndClosed = [
    Route.immediate(.get, "/livez", access: .anyone) { _ in .text("ok") },
    Route(.get, "/hello") { _ in .text("never") },
  ]

  @Test func logsOneLineARequestAtDebugOnlyAndTellsTheObserver() async throws {
    let records = Mutex<[ExchangeRecord]>([])
    try await EdgeHarness.with(
      logLevel: .debug, { $0.observe = { record in records.withLock { $0.append(record) } } }
    ) { harness in
      let client = try await harness.connect()
      _ = try await client.ask(Self.post("{}"))
      #expect(harness.log.events == ["http.answered"])
      let record = try #require(records.withLock { $0.first })
      #expect(record.template == "/echo")
      #expect(record.requestBytes == 2)
      #expect(record.status == 200)
    }
    try await EdgeHarness.with { harness in
      let client = try await harness.connect()
      _ = try await client.ask(Self.post("{}"))
      #expect(harness.log.events.isEmpty)
    }
  }
}

/// Opens once; whoever waits goes on.
final class Gate: Sendable {
  private struct State {
    var isOpen = false
    var hasWaiter = false
    var waiters: [CheckedContinuation<Void, Never>] = []
  }
  private let state = Mutex(State())

  func open() {
    let waiters = state.withLock { state in
      state.isOpen = true
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  func wait() async {
    await withCheckedContinuation { continuation in
      let isOpen = state.withLock { state in
        state.hasWaiter = true
        if !state.isOpen { state.waiters.append(continuation) }
        return state.isOpen
      }
      if isOpen { continuation.resume() }
    }
  }

  func waitUntilWaited() async {
    while !state.withLock({ $0.hasWaiter }) { try? await Task.sleep(for: .milliseconds(2)) }
  }
}
