// Requests that two servers could read differently are refused, each with its status, over TLS
// and as raw bytes. Classes of payloads after RFC 9112, sections 3, 5, 6, 7 and 11.

import ExchangeModel
import Testing

@testable import Gateway

struct Payload: Sendable, CustomTestStringConvertible {
  let name: String
  let status: Int
  let bytes: String

  var testDescription: String { name }

  init(_ name: String, _ status: Int, _ bytes: String) {
    self.name = name
    self.status = status
    self.bytes = bytes
  }
}

@Suite struct StrictHTTPTests {
  static let payloads: [Payload] =
    framing + chunks + heads + targets

  private static func post(_ fields: String, _ body: String = "") -> String {
    "POST /echo HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n\(body)"
  }

  private static func get(_ target: String) -> String {
    "GET \(target) HTTP/1.1\r\nHost: localhost\r\n\r\n"
  }

  private static func hello(_ fields: String) -> String {
    "GET /hello HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n"
  }

  private static let framing: [Payload] = [
    Payload(
      "CL and TE", 400,
      post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
    Payload(
      "TE and CL", 400,
      post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n")),
    Payload("CL twice, equal", 400, post("Content-Length: 2\r\nContent-Length: 2\r\n", "{}")),
    Payload("CL twice, unequal", 400, post("Content-Length: 2\r\nContent-Length: 3\r\n", "{}")),
    Payload("CL as a list", 400, post("Content-Length: 2, 2\r\n", "{}")),
    Payload("CL with a plus", 400, post("Content-Length: +2\r\n", "{}")),
    Payload("CL negative", 400, post("Content-Length: -2\r\n", "{}")),
    Payload("CL in hex", 400, post("Content-Length: 0x2\r\n", "{}")),
    Payload("CL empty", 400, post("Content-Length: \r\n", "{}")),
    Payload("CL beyond 64 bits", 400, post("Content-Length: 99999999999999999999999\r\n")),
    Payload("CL over the limit", 413, post("Content-Length: 4097\r\n")),
    Payload("TE identity", 400, post("Transfer-Encoding: identity\r\n", "{}")),
    Payload("TE gzip, chunked", 400, post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")),
    Payload("TE chunked, gzip", 400, post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n")),
    Payload("TE with an empty item", 400, post("Transfer-Encoding: ,chunked\r\n", "0\r\n\r\n")),
    Payload("TE with a trailing comma", 400, post("Transfer-Encoding: chunked,\r\n", "0\r\n\r\n")),
    Payload(
      "TE with a vertical tab", 400, post("Transfer-Encoding: \u{B}chunked\r\n", "0\r\n\r\n")),
    Payload(
      "TE twice", 400,
      post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
    Payload(
      "TE in HTTP/1.0", 400,
      "POST /echo HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    Payload("space before the colon", 400, post("Content-Length : 2\r\n", "{}")),
    Payload("body on a route without one", 400, hello("Content-Length: 2\r\n") + "{}"),
  ]

  private static let chunks: [Payload] = [
    "size with 0x": "0x2\r\n{}\r\n0\r\n\r\n", "size negative": "-2\r\n{}\r\n0\r\n\r\n",
    "size with a space": " 2\r\n{}\r\n0\r\n\r\n", "size empty": "\r\n{}\r\n0\r\n\r\n",
    "size beyond 64 bits": "FFFFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n",
    "no CRLF after the data": "2\r\n{}0\r\n\r\n", "bare LF": "2\n{}\r\n0\r\n\r\n",
  ].map { Payload("chunk " + $0.key, 400, post("Transfer-Encoding: chunked\r\n", $0.value)) }

  private static let heads: [Payload] = [
    Payload("no Host", 400, "GET /hello HTTP/1.1\r\n\r\n"),
    Payload("two Hosts", 400, hello("Host: localhost\r\n")),
    Payload("empty Host", 421, "GET /hello HTTP/1.1\r\nHost: \r\n\r\n"),
    Payload("another Host", 421, "GET /hello HTTP/1.1\r\nHost: example.org\r\n\r\n"),
    Payload("Host with a user", 421, "GET /hello HTTP/1.1\r\nHost: a@localhost\r\n\r\n"),
    Payload("Host with a bad port", 421, "GET /hello HTTP/1.1\r\nHost: localhost:x\r\n\r\n"),
    Payload("Host with two names", 421, "GET /hello HTTP/1.1\r\nHost: localhost, b\r\n\r\n"),
    Payload("Expect", 417, post("Expect: 100-continue\r\nContent-Length: 2\r\n", "{}")),
    Payload("Upgrade", 417, hello("Connection: upgrade\r\nUpgrade: h2c\r\n")),
    Payload("obs-fold", 400, hello("X-A: b\r\n c\r\n")),
    Payload("bare CR in a value", 400, hello("X-A: b\rc\r\n")),
    Payload("NUL in a value", 400, hello("X-A: b\0c\r\n")),
    Payload("empty name", 400, hello(": b\r\n")),
    Payload("name with a space", 400, hello("X A: b\r\n")),
    Payload("HTTP/0.9", 400, "GET /hello\r\n\r\n"),
    Payload("HTTP/2.0", 400, "GET /hello HTTP/2.0\r\nHost: localhost\r\n\r\n"),
    Payload("HTTP/1.2", 400, "GET /hello HTTP/1.2\r\nHost: localhost\r\n\r\n"),
    Payload("h2 preface", 400, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    Payload("unknown method", 400, "FETCH /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    Payload("lower-case method", 400, "get /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    Payload("101 fields", 431, hello(String(repeating: "A: b\r\n", count: 100))),
    Payload("17 kB of fields", 431, hello("A: \(String(repeating: "b", count: 17 << 10))\r\n")),
    Payload("a target of 17 kB", 431, get("/" + String(repeating: "b", count: 17 << 10))),
  ]

  private static let targets: [Payload] = [
    Payload("dot dot", 400, get("/items/../hello")),
    Payload("encoded dot dot", 400, get("/items/%2e%2e/hello")),
    Payload("half-encoded dot dot", 400, get("/items/.%2E/hello")),
    Payload("dot", 400, get("/./hello")),
    Payload("encoded slash", 400, get("/items%2Fhello")),
    Payload("encoded NUL", 400, get("/hello%00")),
    Payload("encoded LF", 400, get("/hello%0A")),
    Payload("encoded backslash", 400, get("/hello%5C")),
    Payload("overlong UTF-8", 400, get("/%C0%AE%C0%AE/hello")),
    Payload("bad escape", 400, get("/hello%zz")),
    Payload("cut escape", 400, get("/hello%2")), Payload("empty segment", 400, get("//hello")),
    Payload("trailing slash", 400, get("/hello/")), Payload("backslash", 400, get("/items\\hello")),
    Payload("fragment", 400, get("/hello#a")),
    Payload("bad escape in the query", 400, get("/hello?a=%g1")),
    Payload("too many segments", 400, get(String(repeating: "/a", count: 17))),
    Payload("not ASCII", 400, get("/h\u{E9}llo")),
    Payload("asterisk", 400, "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    Payload("absolute, other authority", 421, get("https://example.org/hello")),
    Payload("absolute, other scheme", 400, get("ftp://localhost/hello")),
    Payload("CONNECT", 400, "CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n"),
  ]

  @Test(arguments: payloads) func isRefusedAndClosed(_ payload: Payload) async throws {
    try await EdgeHarness.with { harness in
      let client = try await harness.connect()
      // A second request rides behind: it must never be answered.
      client.send(payload.bytes + "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
      let answer = try await client.answer()
      #expect(answer.status == payload.status)
      #expect(answer.field("Content-Type") == "application/problem+json")
      #expect(answer.field("Connection") == "close")
      #expect(await client.closes())
      #expect(client.pending == "")
    }
  }

  @Test(arguments: [
    "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET /hello HTTP/1.1\r\nhost: LOCALHOST:8443\r\n\r\n",
    "GET https://localhost/hello HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET /%68ello?a=b%20c HTTP/1.1\r\nHost: [::1]:1\r\n\r\n",
    post("Transfer-Encoding: Chunked\r\n", "2\r\n{}\r\n0\r\n\r\n"),
    "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n",
    "GET /hello HTTP/1.0\r\nHost: localhost\r\n\r\n",
  ]) func isAccepted(_ request: String) async throws {
    try await EdgeHarness.with { harness in
      let client = try await harness.connect()
      #expect(try await client.ask(request).status == 200)
    }
  }
}
