// Endpoints that answer with what is no answer: the push counts as failed, the message waits, and
// is taken once by an honest endpoint after that.

import ExchangeModel
import Storage
import MessageLog
import Testing

@testable import Gateway

@Suite struct LyingEndpointTests {
  private typealias Lie = LyingEndpoint.Lie

  private static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

  private static let lies = [
    Lie(name: "random bytes", bytes: seededBytes(4000, seed: 7), word: "not-http"),
    Lie(
      name: "a huge field",
      bytes: text("HTTP/1.1 200 OK\r\nX: ") + text(String(repeating: "x", count: 1 << 20)),
      word: "not-http"),
    Lie(
      name: "cut in the head", bytes: text("HTTP/1.1 204 No Con"), closes: true,
      word: "broken-off"),
    Lie(
      name: "cut in the body",
      bytes: text("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"),
      closes: true, word: "broken-off"),
    Lie(name: "hangs up", bytes: [], closes: true, word: "broken-off"),
    Lie(name: "says nothing", bytes: [], word: "timeout"),
    Lie(
      name: "a body that never comes",
      bytes: text("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"),
      word: "timeout"),
    Lie(
      name: "goes on and on", bytes: text("HTTP/1.1 100 Continue\r\n\r\n"), times: 2000,
      word: "timeout"),
    Lie(name: "another version", bytes: text("HTTP/9.9 200 OK\r\n\r\n"), word: "not-http"),
  ]

  @Test("A lie is no answer", arguments: lies.indices)
  func lie(_ index: Int) async throws {
    let lie = Self.lies[index]
    try await GatewayHarness.with({ $0.push.patienceSeconds = 2 }) { gateway in
      let service = try Agency.service.urn()
      let liar = try await LyingEndpoint.start(gateway, lie)
      try await gateway.store.set(
        Endpoint(
          party: service, url: liar.url, format: .json,
          pins: [liar.certificate.summary.spkiSHA256], authorities: nil))
      let id = try await gateway.admitted()
      for _ in 0..<1200 where try await gateway.leafCount(.deliveryFailed) == 0 {
        try await Task.sleep(for: .milliseconds(25))
      }
      #expect(liar.requests >= 1, "\(lie.name)")
      let isTold = gateway.log.text.contains("\"outcome\":\"\(lie.word)\"")
      #expect(isTold, "\(lie.name)")
      #expect(try await gateway.client(.service).inbox() == [id], "\(lie.name)")
      await liar.stop()
      let honest = try await PushReceiver.start(gateway.authority, gateway.surroundings)
      try await gateway.store.set(honest.endpoint(of: service))
      try await honest.wait(for: 1)
      for _ in 0..<400 where try await !gateway.client(.service).inbox().isEmpty {
        try await Task.sleep(for: .milliseconds(25))
      }
      #expect(try await gateway.client(.service).inbox() == [])
      #expect(honest.all.map(\.id) == [id])
      await honest.stop()
    }
  }
}
