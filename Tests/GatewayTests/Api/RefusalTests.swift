// What is refused, with its status, code and places; each refusal is on record in the log.

import ExchangeModel
import MessageLog
import Storage
import Testing
import Validation

@testable import Gateway

@Suite("Refusals")
struct RefusalTests {
  /// Sends an envelope as the school and expects a refusal of this kind, recorded as one leaf.
  private func expectRefused(
    _ gateway: GatewayHarness, _ bytes: [UInt8], _ format: ContentFormat = .json,
    as agency: Agency = .school, status: Int, code: String,
    at location: SourceLocation = #_sourceLocation
  ) async throws -> ClientAnswer {
    let before = try await gateway.leafCount(.refused)
    let answer = try await gateway.client(agency).send(bytes, format: format)
    #expect(answer.status == status, "\(answer.text)", sourceLocation: location)
    #expect(answer.code == code, "\(answer.text)", sourceLocation: location)
    #expect(
      answer.header("Content-Type") == "application/problem+json", sourceLocation: location)
    let after = try await gateway.leafCount(.refused)
    #expect(after == before + 1, sourceLocation: location)
    return answer
  }

  @Test("Grounds that do not hold")
  func grounds() async throws {
    try await GatewayHarness.with { gateway in
      func refuse(
        _ status: Int, _ code: String, as agency: Agency = .school,
        _ change: (inout Envelope) throws -> Void
      ) async throws {
        let bytes = try SampleEnvelopes.json { try change(&$0) }
        _ = try await expectRefused(gateway, bytes, as: agency, status: status, code: code)
      }
      try await refuse(403, "sender-mismatch", as: .otherSchool) { _ in }
      try await refuse(403, "sender-mismatch") { $0.source = try Agency.otherSchool.urn() }
      try await refuse(422, "unknown-recipient") {
        $0.recipient = try #require(PartyURN("urn:gatehouse:850:nobody"))
      }
      // To a party of another role, and to one of the right role in another authority.
      try await refuse(403, "route-not-allowed") { $0.recipient = try Agency.camhs.urn() }
      try await refuse(403, "route-not-allowed") { $0.recipient = try Agency.otherService.urn() }
      try await refuse(403, "purpose-not-allowed") {
        $0.purpose = Purpose(rawValue: "school-admissions")
      }
      try await refuse(403, "lawful-basis-not-allowed") {
        $0.lawfulBasis = LawfulBasis(rawValue: "uk-gdpr:A6-1-a")
      }
      try await refuse(403, "special-condition-not-allowed") {
        $0.specialCondition = SpecialCondition(rawValue: "uk-gdpr:A9-2-a")
      }
      try await refuse(403, "legal-gateway-not-allowed") {
        $0.legalGateway = LegalGateway(rawValue: "ea2002-s175")
      }
      try await refuse(422, "message-expired") { $0.expiryTime = "2020-01-01T00:00:00Z" }
      #expect(try await gateway.client(.service).inbox().isEmpty)
      #expect(try await gateway.leafCount(.admitted) == 0)
    }
  }

  @Test("A suspended recipient is refused for now")
  func suspendedRecipient() async throws {
    try await GatewayHarness.with { gateway in
      try await gateway.store.setState(of: try Agency.service.urn(), to: .suspended)
      let answer = try await expectRefused(
        gateway, try SampleEnvelopes.json(), status: 422, code: "recipient-suspended")
      #expect(try answer.json()["retryable"]?.bool == true)
    }
  }

  @Test("Unknown types, other media types, what is no envelope")
  func envelopes() async throws {
    try await GatewayHarness.with { gateway in
      let unknown = try SampleEnvelopes.json { $0.type = "gatehouse.nonesuch.v1" }
      let answer = try await expectRefused(
        gateway, unknown, status: 422, code: "unknown-message-type")
      #expect(try answer.places() == ["pointer:/type"])
      let text = String(decoding: try SampleEnvelopes.json(), as: UTF8.self)
      let extra = text.replacing(
        "\"specversion\":\"1.0\"", with: "\"specversion\":\"1.0\",\"subject\":\"x\"")
      #expect(extra != text)
      let refused = try await expectRefused(
        gateway, Array(extra.utf8), status: 400, code: "malformed-envelope")
      #expect(try refused.places() == ["pointer:/subject"])
      for bytes in ["", "{", "[]", "{}", "{\"a\":1,\"a\":2}", "\u{FEFF}{}"] {
        _ = try await expectRefused(
          gateway, Array(bytes.utf8), status: 400, code: "malformed-envelope")
      }
      for bytes in ["<event/>", "<!DOCTYPE a><a/>", text] {
        _ = try await expectRefused(
          gateway, Array(bytes.utf8), .xml, status: 400, code: "malformed-envelope")
      }
      let school = try gateway.client(.school)
      for type in ["application/json", "text/plain", "application/cloudevents+json; charset=x"] {
        let other = try await school.call(
          "POST", "/v1/messages", headers: [("Content-Type", type)], body: Array(text.utf8))
        #expect(other.status == 415, "\(type)")
      }
    }
  }

  @Test("Faults of a JSON payload are all named, by pointer and line")
  func jsonPayload() async throws {
    try await GatewayHarness.with { gateway in
      let path = "medical-referral/v1/examples/upn-check-letter-and-unknown-codes.invalid.json"
      let bytes = try SampleEnvelopes.bytes(path)
      let answer = try await expectRefused(
        gateway, bytes, status: 422, code: "payload-invalid")
      let expected = [
        "/data/child/upn", "/data/firstLanguage", "/data/parents/0/relationship",
        "/data/childAddress/postcode",
      ]
      #expect(Set(try answer.places()) == Set(expected.map { "pointer:\($0)" }))
      let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      let errors = try answer.json()["errors"].map { Array($0.elements) } ?? []
      for error in errors {
        let name = error["pointer"]?.string?.split(separator: "/").last ?? ""
        let line = try #require(error["line"]?.integer)
        #expect(lines[Int(line) - 1].contains("\"\(name)\""))
      }
    }
  }

  @Test("Faults of an XML payload are all named, by XPath and line")
  func xmlPayload() async throws {
    try await GatewayHarness.with { gateway in
      let path = "medical-referral/v1/examples/wrong-values.invalid.xml"
      let bytes = try SampleEnvelopes.bytes(path)
      let answer = try await expectRefused(
        gateway, bytes, .xml, status: 422, code: "payload-invalid")
      let places = try answer.places()
      let root = "xpath:/event/data/medicalReferral"
      #expect(places.contains(root + "/attendancePercent"))
      #expect(places.contains(root + "/parents/item[2]/parentalResponsibility"))
      #expect(places.contains(root + "/attachments/item[1]/sha256"))
      let lines = String(decoding: bytes, as: UTF8.self).split(
        separator: "\n", omittingEmptySubsequences: false)
      let errors = try answer.json()["errors"].map { Array($0.elements) } ?? []
      let found = errors.first { $0["xpath"]?.string?.hasSuffix("attendancePercent") == true }
      let line = try #require(found?["line"]?.integer)
      #expect(lines[Int(line) - 1].contains("<attendancePercent>"))
    }
  }

  @Test("A message that names an attachment nobody uploaded")
  func missingAttachment() async throws {
    try await GatewayHarness.with { gateway in
      let json = try await expectRefused(
        gateway, try SampleEnvelopes.json(SampleEnvelopes.referral), status: 422,
        code: "attachment-missing")
      #expect(try json.places().first == "pointer:/data/attachments/0/sha256")
      let xml = try await expectRefused(
        gateway, try SampleEnvelopes.xml(SampleEnvelopes.referral), .xml, status: 422,
        code: "attachment-missing")
      let first = "xpath:/event/data/medicalReferral/attachments/item[1]/sha256"
      #expect(try xml.places().first == first)
      // Uploaded by somebody else is not uploaded by the sender.
      let other = try gateway.client(.otherSchool)
      for file in try SampleEnvelopes.attachments("medical-referral") {
        let digest = sha256(try SampleEnvelopes.bytes(of: file))
        #expect(try await other.upload(file: file, sha256: digest).status == 201)
      }
      _ = try await expectRefused(
        gateway, try SampleEnvelopes.json(SampleEnvelopes.referral), status: 422,
        code: "attachment-missing")
    }
  }

  @Test("A message larger than the limit is refused before it is read")
  func tooLarge() async throws {
    try await GatewayHarness.with({ $0.limits.envelopeBytes = 4096 }) { gateway in
      let answer = try await gateway.client(.school).send(
        Array(repeating: 0x20, count: 5000), format: .json)
      #expect(answer.status == 413)
      #expect(answer.code == "content-too-large")
    }
  }
}
