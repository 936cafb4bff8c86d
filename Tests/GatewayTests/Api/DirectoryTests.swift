// Whom may I send what, and how must it look.

import ExchangeModel
import Storage
import Testing
import Validation

@testable import Gateway

@Suite("Directory")
struct DirectoryTests {
  @Test("Parties are listed with name and role; suspended ones and certificates are not")
  func parties() async throws {
    try await GatewayHarness.with { gateway in
      try await gateway.store.setState(of: try Agency.camhs.urn(), to: .suspended)
      let answer = try await gateway.client(.school).call("GET", "/v1/parties")
      let parties = try answer.json()["parties"].map { Array($0.elements) } ?? []
      let urns = parties.compactMap { $0["urn"]?.string }
      let live = Agency.allCases.filter { $0 != .camhs }.map(\.rawValue)
      #expect(Set(urns) == Set(live) && urns.count == live.count)
      for party in parties { #expect(party.members.map(\.key) == ["urn", "name", "role"]) }
      #expect(!answer.text.contains(try gateway.spki(.school)))
    }
  }

  @Test("The catalogue says what the caller may send and receive")
  func catalogue() async throws {
    try await GatewayHarness.with { gateway in
      let type = "gatehouse.fifteen-day-absence-notification.v1"
      for (agency, maySend, mayReceive) in [
        (Agency.school, true, false), (.service, false, true), (.camhs, false, false),
      ] {
        let catalogue = try await gateway.client(agency).call("GET", "/v1/catalogue").json()
        #expect(catalogue["version"]?.string?.isEmpty == false)
        let types = catalogue["messageTypes"].map { Array($0.elements) } ?? []
        #expect(types.count == FewSchemas.types.count)
        let found = try #require(types.first { $0["type"]?.string == type })
        #expect(found["maySend"]?.bool == maySend)
        #expect(found["mayReceive"]?.bool == mayReceive)
      }
    }
  }

  @Test("Every schema that the catalogue names is served, as it is on disk")
  func schemas() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let catalogue = try await school.call("GET", "/v1/catalogue").json()
      for type in catalogue["messageTypes"].map({ Array($0.elements) }) ?? [] {
        for (member, mediaType) in [
          ("jsonSchema", "application/schema+json"), ("xmlSchema", "application/xml"),
        ] {
          let path = try #require(type[member]?.string)
          let answer = try await school.call("GET", path)
          #expect(answer.status == 200, "\(path)")
          #expect(answer.header("Content-Type") == mediaType)
          let file = SampleEnvelopes.schemas + path.dropFirst("/v1/schemas".count)
          #expect(answer.bytes == (try SampleEnvelopes.bytes(of: file)))
        }
      }
    }
  }

  @Test("The vocabulary is served as it is on disk, with a tag of its content")
  func vocabulary() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let answer = try await school.call("GET", "/v1/vocabulary")
      let file = try SampleEnvelopes.bytes(of: SampleEnvelopes.schemas + "/vocabulary.json")
      #expect(answer.status == 200 && answer.bytes == file)
      #expect(answer.header("Content-Type") == "application/json")
      #expect(answer.header("ETag") == "\"\(sha256(file))\"")
      let again = try await school.call("GET", "/v1/schemas/vocabulary.json")
      #expect(again.bytes == file && again.header("ETag") == answer.header("ETag"))
      _ = try gateway.issue(.camhs, as: "stranger")
      let stranger = try gateway.client(.camhs, "stranger")
      #expect(try await stranger.call("GET", "/v1/vocabulary").status == 403)
    }
  }

  @Test("Nothing but the schemas can be had by a path")
  func noOtherFiles() async throws {
    try await GatewayHarness.with { gateway in
      for path in [
        "../gatehouse.json", "%2e%2e/Package.swift", "messages", "messages/", "README.md",
        "messages/medical-referral/v1/payload.schema.json%00", "..%2fPackage.swift",
        "/etc/passwd", "messages/medical-referral/v2/payload.schema.json",
      ] {
        let client = try await gateway.connect(.school)
        let answer = try await client.ask(
          "GET /v1/schemas/\(path) HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(answer.status == 404 || answer.status == 400, "\(path)")
        await client.close()
      }
    }
  }
}
