// The route table and the reading of targets, without a socket.

import ExchangeModel
import NIOHTTP1
import Testing

@testable import Gateway

@Suite struct RouterTests {
  private static let router = Router([
    Route(.get, "/") { _ in .empty(200) },
    Route(.get, "/v1/transfers/pool") { _ in .empty(200) },
    Route(.get, "/v1/transfers/{id}") { _ in .empty(200) },
    Route(.post, "/v1/inbox/{messageId}/acknowledgement") { _ in .empty(200) },
    Route(.get, "/v1/transfers/{id}/file") { _ in .empty(200) },
    Route(.get, "/v1/log/tile/{path...}") { _ in .empty(200) },
  ])

  private static func found(_ verb: HTTPVerb, _ path: String) -> String {
    guard let target = RequestTarget(path, maximumSegments: 16) else { return "bad" }
    return switch router.find(verb, target.segments) {
    case .found(let route, let values):
      route.template + values.map { " \($0.name)=\($0.value)" }.joined()
    case .noSuchPath: "404"
    case .noSuchVerb(let allow): "405 " + allow
    }
  }

  @Test(arguments: [
    ("/", "/"), ("/v1/transfers/pool", "/v1/transfers/pool"),
    ("/v1/transfers/7", "/v1/transfers/{id} id=7"),
    // A literal that leads nowhere gives way to the parameter.
    ("/v1/transfers/pool/file", "/v1/transfers/{id}/file id=pool"),
    ("/v1/log/tile/0/x001/067", "/v1/log/tile/{path...} path=0/x001/067"),
    ("/v1/log/tile", "404"), ("/v1/transfers", "404"), ("/v1/transfers/7/x", "404"),
    ("/v1/inbox/7/acknowledgement", "405 POST"), ("/V1/transfers/7", "404"),
    ("/v1/transfers/a%20b%C3%A9?x=1", "/v1/transfers/{id} id=a bé"),
  ]) func finds(_ path: String, _ expected: String) {
    #expect(Self.found(.get, path) == expected)
  }

  @Test func fallsBackFromHeadToGet() {
    #expect(Self.found(.head, "/v1/transfers/7") == "/v1/transfers/{id} id=7")
    #expect(Self.found(.other, "/") == "405 GET, HEAD")
  }

  @Test func listsItsRoutesInOrder() {
    #expect(Self.router.routes.map(\.template).first == "/")
    #expect(Self.router.routes.count == 6)
  }

  /// Whatever the bytes, a target that is accepted has one reading: its segments hold no slash,
  /// no control character and no dot segment. Seeded.
  @Test func neverAcceptsASegmentWithTwoReadings() {
    var random = SplitMix(state: 42)
    let pieces = [
      "/", "/", ".", "..", "%2e", "%2F", "%5c", "%00", "%", "a", "b%20", "\\", "?", "#", "é",
      "%c3%a9",
      "//", ":", "@", "%7f", "%0d", " ",
    ]
    var accepted = 0
    for _ in 0..<20_000 {
      let count = Int(random.next() % 8)
      let text =
        "/" + (0..<count).map { _ in pieces[Int(random.next() % UInt64(pieces.count))] }.joined()
      guard let target = RequestTarget(text, maximumSegments: 4) else { continue }
      accepted += 1
      for segment in target.segments {
        #expect(!segment.isEmpty && segment != "." && segment != "..")
        #expect(segment.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != 0x2F && $0 != 0x5C })
      }
      #expect(target.segments.count <= 4)
    }
    #expect(accepted > 500)
  }

  @Test func readsQueries() throws {
    let items = try Self.request("a=1&b=x+y%2B&c&&d=").queryItems()
    #expect(items.map(\.name) == ["a", "b", "c", "d"])
    #expect(items.map(\.value) == ["1", "x y+", "", ""])
    #expect(try Self.request("a=1").query("b") == nil)
    #expect(throws: Refusal.self) { _ = try Self.request("a=1&a=2").query("a") }
    #expect(throws: Refusal.self) { _ = try Self.request("a=%ff").query("a") }
    #expect(throws: Refusal.self) { _ = try Self.request("a=%00").query("a") }
  }

  private static func request(_ query: String) -> HTTPRequest {
    HTTPRequest(
      verb: .get, segments: [], template: "/", path: "/", rawQuery: query, body: .none, peer: nil,
      party: nil, receivedAt: Timestamp(milliseconds: 0), id: RequestID(random: 0, 0), fields: [:],
      parameters: [])
  }

  @Test(arguments: [
    (Int64(784_111_777_000), "Sun, 06 Nov 1994 08:49:37 GMT"),
    (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (951_782_400_000, "Tue, 29 Feb 2000 00:00:00 GMT"),
  ]) func writesDates(_ milliseconds: Int64, _ expected: String) {
    #expect(HTTPDate.text(Timestamp(milliseconds: milliseconds)) == expected)
  }

  @Test func makesVersion4Identifiers() {
    let text = RequestID(random: .max, .max).description
    #expect(text == "ffffffff-ffff-4fff-bfff-ffffffffffff")
    var source = RequestIDSource(seed: 1)
    #expect(Set((0..<1000).map { _ in source.next() }).count == 1000)
  }
}

/// A small seeded generator for properties.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
