// Questions about the log at the admin listener: the token, the reason, the pages; and what refused
// calls leave in the log.

import ExchangeModel
import Foundation
import MessageLog
import Storage
import Testing
import Validation

@testable import Gateway

@Suite("Audit questions")
struct AuditTests {
  private func token(_ gateway: GatewayHarness) throws -> String {
    let path = gateway.settings.data + "/" + AdminToken.fileName
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    return try String(contentsOfFile: path, encoding: .utf8)
      .trimmingCharacters(in: .newlines)
  }

  private func ask(
    _ gateway: GatewayHarness, _ body: String, authorization: String?
  ) async throws -> RawAnswer {
    let port = try #require(gateway.server.admin).port
    let client = try await RawClient.connect(port: port, tls: nil)
    let field = authorization.map { "Authorization: \($0)\r\n" } ?? ""
    let answer = try await client.ask(
      "POST /audit/queries HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        + "Content-Length: \(body.utf8.count)\r\n\(field)Connection: close\r\n\r\n\(body)")
    await client.close()
    return answer
  }

  private static let why = #""role":"auditor","for":"audit","reason":"The yearly check""#

  @Test("Without the token nothing is told, and the API has no such call")
  func needsTheToken() async throws {
    try await GatewayHarness.with { gateway in
      let token = try token(gateway)
      for wrong in [
        nil, "Bearer", "Bearer ", "Bearer x", "Basic \(token)", "Bearer \(token)0", token,
        "bearer \(token)",
      ] {
        let answer = try await ask(gateway, "{\(Self.why)}", authorization: wrong)
        #expect(answer.status == 401, "\(wrong ?? "none")")
        #expect(answer.field("WWW-Authenticate") == "Bearer")
        #expect(answer.text.contains("access-token-unknown"))
      }
      let right = try await ask(gateway, "{\(Self.why)}", authorization: "Bearer \(token)")
      #expect(right.status == 200, "\(right.text)")
      #expect(right.field("Cache-Control") == "no-store")
      let school = try gateway.client(.school)
      #expect(try await school.call("POST", "/audit/queries").status == 404)
      #expect(!gateway.log.text.contains(token))
    }
  }

  @Test("A question is answered page by page, and is a leaf with its reason")
  func pages() async throws {
    try await GatewayHarness.with { gateway in
      let id = try await gateway.admitted()
      let bearer = "Bearer \(try token(gateway))"
      let answer = try await ask(
        gateway, #"{\#(Self.why),"event":"admitted","recipient":"\#(Agency.service.rawValue)"}"#,
        authorization: bearer)
      let root = try JSONDocument.parse(answer.body).root
      let record = try #require(root["records"]?.elements.first { _ in true })
      #expect(record["subject"]?.string == id)
      #expect(record["fields"]?["source"]?.string == Agency.school.rawValue)
      #expect(root["next"] == nil)
      let first = try JSONDocument.parse(
        try await ask(gateway, #"{\#(Self.why),"limit":1}"#, authorization: bearer).body
      ).root
      let next = try #require(first["next"]?.string)
      let second = try JSONDocument.parse(
        try await ask(
          gateway, #"{\#(Self.why),"limit":1,"after":"\#(next)"}"#, authorization: bearer
        ).body
      ).root
      for page in [first, second] {
        #expect(page["records"].map { Array($0.elements).count } == 1)
      }
      let looks = try await ask(
        gateway, #"{\#(Self.why),"event":"log-opened","views":true}"#, authorization: bearer)
      #expect(looks.text.contains(#""reason":"The yearly check""#))
      #expect(looks.text.contains(#""actor":"admin-token""#))
      let child = #""child":{"upn":"W850203924017"}"#
      let about = try await ask(gateway, #"{\#(Self.why),\#(child)}"#, authorization: bearer)
      #expect(about.text.contains(id) && !about.text.contains("W850203924017"))
      #expect(!gateway.log.text.contains("W850203924017"))
    }
  }

  @Test("Each fault of a question is named, and no value told back")
  func faults() async throws {
    try await GatewayHarness.with { gateway in
      let bearer = "Bearer \(try token(gateway))"
      for (body, place) in [
        ("{}", "/role"), (#"{"role":"king"}"#, "/role"), ("{\(Self.why),\"from\":\"x\"}", "/from"),
        ("{\(Self.why),\"event\":\"Quibblesworth\"}", "/event"),
        ("{\(Self.why),\"views\":1}", "/views"), ("{\(Self.why),\"after\":\"x\"}", "/after"),
        ("{\(Self.why),\"limit\":0}", "/limit"), ("{\(Self.why),\"child\":{}}", "/child"),
        (#"{"role":"auditor","for":"audit","reason":"x"}"#, "/reason"),
        (#"{"role":"auditor","for":"fun","reason":"for the fun of it"}"#, "/for"),
      ] {
        let answer = try await ask(gateway, body, authorization: bearer)
        #expect(answer.status == 400, "\(body)")
        #expect(answer.text.contains(#""pointer":"\#(place)""#), "\(answer.text)")
        #expect(!answer.text.contains("Quibblesworth"))
      }
    }
  }

  @Test("What a party asked for and did not get is in the log, once a minute")
  func refusedCalls() async throws {
    try await GatewayHarness.with { gateway in
      let id = try await gateway.admitted()
      let stranger = try gateway.client(.camhs)
      for _ in 0..<3 {
        #expect(try await stranger.call("GET", "/v1/messages/\(id)").status == 404)
      }
      func refusals() async throws -> [LogEvent] {
        try await gateway.store.logRecords(LogFilter(), from: 0, limit: 1000).records
          .compactMap(\.event).filter { $0.kind == .refused }
      }
      for _ in 0..<100 where try await refusals().isEmpty {
        try await Task.sleep(for: .milliseconds(20))
      }
      let found = try await refusals()
      #expect(found.count == 1)
      #expect(found.first?[.source] == Agency.camhs.rawValue)
      #expect(found.first?[.scope] == "GET /v1/messages/{messageId}")
      #expect(found.first?[.code] == "not-found")
    }
  }
}
