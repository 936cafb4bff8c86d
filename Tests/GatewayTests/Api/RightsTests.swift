// The calls under the child's rights over TLS: exports, rectifications until their end, subject
// keys, objections, publications.

import Crypto
import ExchangeModel
import Foundation
import MessageLog
import Storage
import Testing
import Validation

@testable import Gateway

@Suite("Rights")
struct RightsTests {
  /// The invented child of the sample absence.
  private static let ali = #"{"upn":"W850203924017"}"#

  private func post(
    _ client: PartyClient, _ path: String, _ body: String
  ) async throws -> ClientAnswer {
    try await client.call(
      "POST", path, headers: [("Content-Type", "application/json")], body: Array(body.utf8))
  }

  /// Asks until a recipient of a rectification is in a state.
  private func wait(
    for state: String, _ client: PartyClient, _ id: String
  ) async throws -> JSONNode {
    for _ in 0..<400 {
      let answer = try await client.call("GET", "/v1/rectifications/\(id)")
      let recipients = try answer.json()["recipients"].map { Array($0.elements) } ?? []
      if let first = recipients.first, first["state"]?.string == state {
        #expect(try AnswerSchemaTests.faults(answer.bytes, by: "Rectification") == [])
        return first
      }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw Unsettled()
  }

  private struct Unsettled: Error {}

  private func registerGateway(_ gateway: GatewayHarness) async throws {
    let urn = try #require(PartyURN("urn:gatehouse:850:gatehouse"))
    try await gateway.store.register(
      Party(urn: urn, name: "Test gateway", role: PartyRole(rawValue: "gateway")))
  }

  @Test("A surname is put right: the recipient is told, says so, and the school sees it")
  func rectification() async throws {
    try await GatewayHarness.with { gateway in
      try await registerGateway(gateway)
      let school = try gateway.client(.school)
      let service = try gateway.client(.service)
      _ = try await gateway.admitted()
      _ = try await school.admit(try SampleEnvelopes.xml(), format: .xml)
      let body = """
        {"child": \(Self.ali), "field": "surname", "kind": "rectified", "old": "Sampleson",
         "new": "Samplesen", "from": "2026-11-16T09:30:00Z"}
        """
      let begun = try await post(school, "/v1/rectifications", body)
      try #require(begun.status == 202, "\(begun.text)")
      #expect(try AnswerSchemaTests.faults(begun.bytes, by: "Rectification") == [])
      let id = try begun.member("rectificationId")
      #expect(begun.header("Location") == "/v1/rectifications/\(id)")
      #expect(try begun.json()["messages"]?.integer == 2)
      let again = try await post(school, "/v1/rectifications", body)
      #expect(again.status == 200)
      #expect(try again.member("rectificationId") == id)
      let told = try await wait(for: "notified", school, id)
      #expect(told["recipient"]?.string == Agency.service.rawValue)
      let notice = try #require(told["notice"]?.string)
      let fetched = try await service.call("GET", "/v1/inbox/\(notice)")
      let data = try #require(try fetched.json()["data"])
      #expect(data["field"]?.string == "surname")
      #expect(data["new"]?.string == "Samplesen")
      _ = try await service.admit(try settlement(of: notice))
      let settled = try await wait(for: "acknowledged", school, id)
      #expect(settled["applied"]?.bool == false)
      #expect(try await service.call("GET", "/v1/rectifications/\(id)").status == 404)
      #expect(!gateway.log.text.contains("Sample"))
    }
  }

  private func settlement(of notice: String) throws -> [UInt8] {
    var envelope = Envelope(
      id: UUID().uuidString.lowercased(), source: try Agency.service.urn(),
      type: "gatehouse.rectification-acknowledgement.v1", recipient: try Agency.school.urn(),
      purpose: Purpose(rawValue: "information-rights"),
      payload: ExchangeModel.Payload(
        format: .json,
        bytes: Array(
          #"{"applied":false,"whyNot":"Archived.","copiesRemaining":"One, until May."}"#.utf8)))
    envelope.inReplyTo = notice
    return EnvelopeWriter.write(envelope, as: .json)
  }

  @Test("A field that was never sent, a notice that cannot be said, a party that may not")
  func rectificationFaults() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      _ = try await gateway.admitted()
      let start = #"{"child": \#(Self.ali), "from": "2026-11-16T09:30:00Z", "#
      let never = try await post(
        school, "/v1/rectifications", start + #""field": "/child/middleNames", "kind": "erased"}"#)
      #expect(never.status == 202)
      #expect(try never.json()["recipients"]?.count == 0)
      for (body, place) in [
        (start + #""field": "surname", "kind": "rectified"}"#, ""),
        (start + #""field": "surname", "kind": "mended"}"#, "/kind"),
        (start + #""field": "sur name", "kind": "erased"}"#, "/field"),
        (#"{"child": {"upn": "A850203924017"}, "field": "x", "kind": "erased"}"#, "/child/upn"),
        ("[]", ""), (start, ""),
      ] {
        let answer = try await post(school, "/v1/rectifications", body)
        #expect(answer.status == 400, "\(body)")
        #expect(try answer.places().contains("pointer:" + place), "\(body) \(answer.text)")
      }
    }
  }

  @Test("An export has what the party sent or received, and says who must review it")
  func export() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let service = try gateway.client(.service)
      let id = try await gateway.admitted()
      let own = try await post(school, "/v1/subject-exports", #"{"child": \#(Self.ali)}"#)
      try #require(own.status == 200, "\(own.text)")
      #expect(try AnswerSchemaTests.faults(own.bytes, by: "SubjectExport") == [])
      #expect(own.header("Cache-Control") == "no-store")
      let root = try own.json()
      #expect(root["reviewBeforeRelease"]?.bool == true)
      let message = try #require(root["messages"]?.elements.first { _ in true })
      #expect(message["status"]?["messageId"]?.string == id)
      #expect(message["content"]?["child"]?["surname"]?.string == "Sampleson")
      #expect((message["decision"]?["rules"]?.count ?? 0) > 0)
      // Not opened by its recipient yet: listed, and no more.
      func received() async throws -> JSONNode? {
        try await post(service, "/v1/subject-exports", #"{"child": \#(Self.ali)}"#)
          .json()["messages"]?.elements.first { _ in true }
      }
      #expect(try await received()?["contentLeftOut"]?.string == "not-yet-opened")
      _ = try await service.call("GET", "/v1/inbox/\(id)")
      #expect(try await received()?["content"]?["child"]?["forename"]?.string == "Ali")
      let stranger = try await post(
        try gateway.client(.camhs), "/v1/subject-exports", #"{"child": \#(Self.ali)}"#)
      #expect(try stranger.json()["messages"]?.count == 0)
      #expect(try await gateway.leafCount(.subjectExported) == 4)
      for body in [
        #"{"child": {"surname": "Sampleson", "forename": "Ali"}}"#, #"{"child": {}}"#, "{}",
        #"{"child": \#(Self.ali), "limit": 0}"#, #"{"child": \#(Self.ali), "after": "x"}"#,
      ] {
        let answer = try await post(school, "/v1/subject-exports", body)
        #expect(answer.code == "bad-request", "\(body)")
      }
    }
  }

  @Test("An export goes on page by page")
  func pages() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      var expected: [String] = []
      for _ in 0..<3 { expected.append(try await gateway.admitted()) }
      var found: [String] = []
      var after = ""
      repeat {
        let answer = try await post(
          school, "/v1/subject-exports", #"{"child": \#(Self.ali), "limit": 2\#(after)}"#)
        let root = try answer.json()
        found +=
          root["messages"].map { Array($0.elements) }?
          .compactMap { $0["status"]?["messageId"]?.string } ?? []
        after = root["next"]?.string.map { #", "after": "\#($0)""# } ?? ""
      } while !after.isEmpty
      #expect(found == expected)
    }
  }

  @Test("A subject key finds the child's messages, and an objection that names it is on record")
  func objection() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let answer = try await post(school, "/v1/subject-keys", #"{"child": \#(Self.ali)}"#)
      #expect(try AnswerSchemaTests.faults(answer.bytes, by: "SubjectKey") == [])
      let key = try answer.member("subjectKey")
      #expect(try await gateway.leafCount(.searched) == 1)
      let officer = try Agency.otherService.urn()
      try await gateway.store.register(
        Party(
          urn: officer, name: "Test officer", role: PartyRole(rawValue: "data-protection-officer")))
      let payload = #"{"subjectKey":"\#(key)","objection":"To this.","interim":"restrict"}"#
      let envelope = Envelope(
        id: "o-1", source: officer, type: "gatehouse.objection.v1",
        recipient: try Agency.service.urn(), purpose: Purpose(rawValue: "information-rights"),
        payload: ExchangeModel.Payload(format: .json, bytes: Array(payload.utf8)))
      let client = try gateway.client(.otherService)
      _ = try await client.admit(EnvelopeWriter.write(envelope, as: .json))
      #expect(try await gateway.leafCount(.objectionRecorded) == 1)
      let subject = try SubjectFile.read(Array(Self.ali.utf8), limits: Limits())
      let registers = try await gateway.store.subjectRegisters(
        of: subject, for: .gatewayOperator)
      #expect(registers.objections.map(\.isOpen) == [true])
    }
  }

  /// A publication to the school with this report, as the partnership of the other authority.
  private func publication(_ report: [UInt8]) throws -> [UInt8] {
    let path = "practice-review-publication/v1/examples/"
    let example = try SampleEnvelopes.bytes(path + "after-a-year.valid.json")
    let old = try SampleEnvelopes.bytes(path + "attachments/report.txt")
    let pdf = try SampleEnvelopes.bytes(path + "attachments/report.pdf")
    let text = String(decoding: example, as: UTF8.self)
      .replacing(sha256(old), with: sha256(report))
      .replacing(sha256(pdf), with: sha256(report))
      .replacing("urn:gatehouse:850:hscp", with: Agency.otherService.rawValue)
      .replacing("urn:gatehouse:000:ofsted", with: Agency.school.rawValue)
      .replacing("prp-2026-1407", with: UUID().uuidString.lowercased())
    return Array(text.utf8)
  }

  @Test("A report is scanned before it is decided, and is not missed for not being there yet")
  func publication() async throws {
    try await GatewayHarness.with { gateway in
      _ = try await gateway.admitted()
      let role = PartyRole(rawValue: "safeguarding-partnership")
      try await gateway.store.register(
        Party(urn: try Agency.otherService.urn(), name: "Test partnership", role: role))
      let client = try gateway.client(.otherService)
      func publish(_ report: [UInt8], isUploaded: Bool = true) async throws -> String {
        if isUploaded {
          let put = try await client.call(
            "PUT", "/v1/attachments/\(sha256(report))", body: report)
          try #require(put.status < 300)
        }
        let answer = try await client.send(try publication(report), format: .json)
        return answer.status == 202 ? "admitted" : answer.code
      }
      let refused = "identity-in-publication"
      #expect(try await publish(Array("It was heard late.".utf8)) == "admitted")
      #expect(try await publish(Array("Of Ali Sampleson it was heard.".utf8)) == refused)
      #expect(try await publish(Array("Of Nobody Unheard it was heard.".utf8)) == "admitted")
      #expect(try await publish(Array("W850203924017 was heard.".utf8)) == refused)
      #expect(try await publish([0xFF, 0xFE, 0x41, 0]) == refused)
      let long = Array(repeating: UInt8(ascii: "a"), count: Limits().publishedTextBytes + 1)
      #expect(try await publish(long) == refused)
      let later = try await publish(Array("Later.".utf8), isUploaded: false)
      #expect(later == "attachment-missing")
    }
  }
}
