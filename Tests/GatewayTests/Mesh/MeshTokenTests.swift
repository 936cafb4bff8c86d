// Tokens: what is one, who signed it, when, and how often it may be shown.

import ExchangeModel
import Testing

@testable import Gateway

@Suite("MESH tokens")
struct MeshTokenTests {
  private static let key = Array("TestKey".utf8)
  private static let now = Timestamp(milliseconds: 1_795_270_000_000)
  /// Made with Python's hmac module.
  private static let good =
    "NHSMESH X26ABC1:2c001608-5f09-4840-9611-bea43e666a30:0:202611211405:" + hash
  private static let hash = "47119d138ec78d0a07578fc843d90214a473a2d1f2e0cdc74e75497a4197ff94"

  @Test func readsAndChecksWhatTheOfficialClientMakes() throws {
    let token = try #require(MeshToken(Self.good))
    #expect(token.mailbox == "X26ABC1")
    #expect(token.count == "0")
    #expect(token.time == Timestamp(rfc3339: "2026-11-21T14:05:00Z"))
    #expect(token.isSigned(password: "password", sharedKey: Self.key))
    #expect(!token.isSigned(password: "Password", sharedKey: Self.key))
    #expect(!token.isSigned(password: "password", sharedKey: Array("testKey".utf8)))
    let capitals = Self.good.replacing(Self.hash, with: Self.hash.uppercased())
    let upper = try #require(MeshToken(capitals))
    #expect(upper.isSigned(password: "password", sharedKey: Self.key))
    #expect(upper.digest == token.digest, "capitals make no other token")
  }

  @Test(arguments: [
    ("X26ABC1:", "X26ABC2:"), (":0:2026", ":1:2026"), ("2c00", "2c01"), ("1405:", "1406:"),
  ])
  func aChangeOfAnyPartBreaksTheSignature(_ old: String, _ new: String) throws {
    let token = try #require(MeshToken(Self.good.replacing(old, with: new)))
    #expect(!token.isSigned(password: "password", sharedKey: Self.key))
  }

  @Test(arguments: [
    "", "NHSMESH", "NHSMESH ", "NHSMESH :::::", "Basic X:Y", hash,
    good.replacing("NHSMESH ", with: "nhsmesh "), good.replacing("NHSMESH ", with: "NHSMESH  "),
    good.replacing("NHSMESH ", with: "NHSMESH: "), good + ":", good + "0",
    String(good.dropLast()), good.replacing(hash, with: "z" + hash.dropFirst()),
    good.replacing(":0:", with: "::"), good.replacing(":0:", with: ":-1:"),
    good.replacing(":0:", with: ":1234567890123456789:"),
    good.replacing("202611211405", with: "20261121140"),
    good.replacing("202611211405", with: "202613211405"),
    good.replacing("202611211405", with: "2026112114x5"),
    good.replacing("X26ABC1", with: String(repeating: "X", count: 101)),
    good.replacing("X26ABC1", with: "X26 ABC1"),
  ])
  func whatIsNoToken(_ field: String) {
    #expect(MeshToken(field) == nil)
  }

  @Test func theWindowIsTwoHoursEitherWay() throws {
    let token = try #require(MeshToken(Self.good))
    let time = token.time
    let cases: [(Int64, Bool)] = [
      (0, true), (7200, true), (7259, true), (7260, false), (-7200, true), (-7201, false),
      (86_400, false), (-86_400, false),
    ]
    for (seconds, isTimely) in cases {
      #expect(token.isTimely(at: time.adding(seconds: seconds)) == isTimely, "\(seconds)")
    }
    #expect(!token.isTimely(at: token.end))
  }

  @Test func whatIsMadeIsRead() throws {
    let field = MeshToken.field(
      mailbox: "GH850ISS", password: "p:w", sharedKey: Self.key, nonce: "n", count: 7,
      at: Self.now)
    let token = try #require(MeshToken(field))
    #expect(token.isSigned(password: "p:w", sharedKey: Self.key))
    #expect(token.isTimely(at: Self.now))
  }

  // MARK: The ledger

  private func show(
    _ ledger: inout MeshLedger, _ token: UInt8, _ request: String, mayRepeat: Bool = true,
    at seconds: Int64 = 0, most: Int = 100
  ) -> MeshLedger.Verdict {
    ledger.show(
      [token], for: request, mayRepeat: mayRepeat, until: Self.now.adding(seconds: 7200),
      at: Self.now.adding(seconds: seconds), most: most)
  }

  @Test func aTokenOpensOneRequestAndItsThreeRetries() {
    var ledger = MeshLedger()
    #expect(show(&ledger, 1, "GET /a") == .first)
    for _ in 0..<3 { #expect(show(&ledger, 1, "GET /a") == .repeated) }
    #expect(show(&ledger, 1, "GET /a") == .used)
    #expect(show(&ledger, 2, "GET /a") == .first)
    #expect(show(&ledger, 2, "GET /b") == .used, "another request")
    #expect(show(&ledger, 2, "GET /a") == .repeated)
    #expect(show(&ledger, 3, "POST /a", mayRepeat: false) == .first)
    #expect(show(&ledger, 3, "POST /a", mayRepeat: false) == .used)
  }

  @Test func aFullLedgerRefusesAndForgetsWhatHasEnded() {
    var ledger = MeshLedger()
    for token in 0..<3 { #expect(show(&ledger, UInt8(token), "GET /", most: 3) == .first) }
    #expect(show(&ledger, 9, "GET /", most: 3) == .full)
    #expect(show(&ledger, 1, "GET /", most: 3) == .repeated)
    #expect(show(&ledger, 9, "GET /", at: 7200, most: 3) == .first)
    #expect(ledger.count == 1)
  }

  @Test func neverMoreThanAModelAllows() {
    var random = Steps(state: 20_261_121)
    var ledger = MeshLedger()
    var seen: [UInt8: (request: String, times: Int)] = [:]
    for _ in 0..<5000 {
      let token = UInt8(random.next() % 200)
      let request = "GET /\(random.next() % 3)"
      let mayRepeat = random.next() % 4 != 0
      let verdict = show(&ledger, token, request, mayRepeat: mayRepeat, most: 1000)
      if let known = seen[token] {
        let allowed = mayRepeat && known.request == request && known.times < 4
        #expect(verdict == (allowed ? .repeated : .used))
        if allowed { seen[token]?.times += 1 }
      } else {
        #expect(verdict == .first)
        seen[token] = (request, 1)
      }
    }
  }

  private struct Steps {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 33
    }
  }
}
