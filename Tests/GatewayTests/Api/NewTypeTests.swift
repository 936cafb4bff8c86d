// Message types are data: a new version and a new type are files and a restart, no Swift.

import ExchangeModel
import Foundation
import Testing
import Validation

@testable import Gateway

@Suite("New message types")
struct NewTypeTests {
  @Test("Two versions of a type live at once; the old one may have an end")
  func twoVersions() async throws {
    let schemas = try SchemasCopy()
    try schemas.addVersionTwo(of: "medical-referral", oneEndsOn: "2099-08-31")
    try await GatewayHarness.with({ $0.schemas = schemas.path }) { gateway in
      let school = try gateway.client(.school)
      for file in try SampleEnvelopes.attachments("medical-referral") {
        let digest = sha256(try SampleEnvelopes.bytes(of: file))
        _ = try await school.upload(file: file, sha256: digest)
      }
      let old = try await school.admit(try SampleEnvelopes.json(SampleEnvelopes.referral))
      let new = try await school.admit(
        try SampleEnvelopes.json(SampleEnvelopes.referral) {
          $0.type = "gatehouse.medical-referral.v2"
          $0.dataSchema = nil
        })
      let service = try gateway.client(.service)
      #expect(try await service.inbox() == [old, new])
      let xml = try await service.call(
        "GET", "/v1/inbox/\(new)", headers: [("Accept", "application/cloudevents+xml")])
      #expect(xml.text.contains("urn:gatehouse:message:medical-referral:v2"))
      let xsd = try await service.call(
        "GET", "/v1/schemas/messages/medical-referral/v2/payload.xsd")
      #expect(xsd.status == 200)
    }
  }

  @Test("A type that nobody has heard of is sent, checked, and read in the other format")
  func newType() async throws {
    let schemas = try SchemasCopy()
    try schemas.addWellbeingNote()
    try await GatewayHarness.with({ $0.schemas = schemas.path }) { gateway in
      let school = try gateway.client(.school)
      let service = try gateway.client(.service)
      let json = try await school.admit(SchemasCopy.note(id: "n-1", mood: "good"))
      let read = try await service.call(
        "GET", "/v1/inbox/\(json)", headers: [("Accept", "application/cloudevents+xml")])
      #expect(read.text.contains("<hoursSlept>7.50</hoursSlept>"))
      // The same from XML: what the service was handed, sent by the school under another id.
      var envelope = try EnvelopeReader.read(read.bytes, format: .xml).envelope
      envelope.id = "n-2"
      envelope.lawfulBasis = nil
      envelope.specialCondition = nil
      envelope.legalGateway = nil
      let xml = try await school.admit(EnvelopeWriter.write(envelope, as: .xml), format: .xml)
      #expect(try await service.inbox() == [json, xml])
      let wrong = try await school.send(SchemasCopy.note(id: "n-3", mood: "glum"), format: .json)
      #expect(wrong.status == 422)
      #expect(wrong.text.contains("/data/mood"))
      let catalogue = try await school.call("GET", "/v1/catalogue")
      #expect(catalogue.text.contains("MED.NOTE"))
    }
  }
}
