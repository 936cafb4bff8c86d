// Sending and fetching in both formats, and repeats: one message, one receipt, one effect.

import ExchangeModel
import MessageLog
import Testing
import Validation

@testable import Gateway

@Suite("Sending")
struct SendingTests {
  @Test("A message sent in one format is fetched in either, with its grounds stamped")
  func bothFormats() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let service = try gateway.client(.service)
      for format in ContentFormat.allCases {
        let sent =
          try format == .json ? SampleEnvelopes.json() : SampleEnvelopes.xml()
        let original = try EnvelopeReader.read(sent, format: format).envelope
        let id = try await school.admit(sent, format: format)
        for wanted in ContentFormat.allCases {
          let answer = try await service.call(
            "GET", "/v1/inbox/\(id)", headers: [("Accept", wanted.envelopeMediaType)])
          #expect(answer.status == 200)
          #expect(answer.header("Content-Type") == wanted.envelopeMediaType + "; charset=utf-8")
          #expect(answer.header("Vary") == "Accept")
          let read = try EnvelopeReader.read(answer.bytes, format: wanted)
          #expect(read.envelope.id == original.id)
          #expect(read.envelope.payload.format == wanted)
          #expect(read.envelope.lawfulBasis?.rawValue == "uk-gdpr:A6-1-e")
          #expect(read.envelope.specialCondition?.rawValue == "dpa2018:sch1-6")
          #expect(read.envelope.legalGateway?.rawValue == "si2024-208-r13")
        }
      }
    }
  }

  @Test("Payloads arrive as they were sent, whatever the way")
  func payloadSurvives() async throws {
    try await GatewayHarness.with { gateway in
      let service = try gateway.client(.service)
      let json = try SampleEnvelopes.envelope().payload
      let document = try JSONDocument.parse(json.bytes)
      let id = try await gateway.client(.school).admit(
        try SampleEnvelopes.xml(), format: .xml)
      let answer = try await service.call("GET", "/v1/inbox/\(id)")
      #expect(answer.header("Content-Type") == "application/cloudevents+xml; charset=utf-8")
      let fetched = try await service.call(
        "GET", "/v1/inbox/\(id)", headers: [("Accept", "application/cloudevents+json")])
      let read = try EnvelopeReader.read(fetched.bytes, format: .json).envelope
      #expect(try JSONDocument.parse(read.payload.bytes).root.isSame(as: document.root))
    }
  }

  @Test(
    "Accept decides by quality, then precision; the stored format when it does not care",
    arguments: [
      ("*/*", "json"), ("application/*", "json"), ("application/xml", "xml"),
      ("text/xml", "xml"), ("application/cloudevents+xml;q=0.9, application/json;q=0.5", "xml"),
      ("application/cloudevents+xml;q=0.4, application/cloudevents+json;q=0.6", "json"),
      ("application/cloudevents+xml;q=0, */*;q=0.1", "json"),
      ("image/png, APPLICATION/CloudEvents+XML", "xml"),
    ])
  func accept(_ accept: String, _ expected: String) throws {
    #expect(MediaType.acceptedFormat(accept, stored: .json)?.rawValue == expected)
  }

  @Test("A refused format is not served by a wildcard beside it")
  func zeroQuality() {
    let accept = "application/cloudevents+json;q=0, */*"
    #expect(MediaType.acceptedFormat(accept, stored: .json) == .xml)
    #expect(MediaType.acceptedFormat("application/cloudevents+json;q=0", stored: .json) == nil)
  }

  @Test("An Accept that takes neither is 406, and nothing is read")
  func notAcceptable() async throws {
    try await GatewayHarness.with { gateway in
      let id = try await gateway.admitted()
      let service = try gateway.client(.service)
      for accept in ["text/html", "application/cloudevents+json;q=0"] {
        let answer = try await service.call(
          "GET", "/v1/inbox/\(id)", headers: [("Accept", accept)])
        #expect(answer.status == 406, "\(accept)")
        #expect(answer.code == "not-acceptable")
      }
      #expect(try await gateway.leafCount(.read) == 0)
    }
  }

  @Test("The receipt tells what DESIGN promises")
  func receipt() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let answer = try await school.send(try SampleEnvelopes.json(id: "r-1"), format: .json)
      #expect(answer.status == 202)
      let receipt = try answer.json()
      let id = try #require(receipt["messageId"]?.string.flatMap { MessageID($0) })
      #expect(answer.header("Location") == "/v1/messages/\(id)")
      #expect(receipt["source"]?.string == Agency.school.rawValue)
      #expect(receipt["id"]?.string == "r-1")
      #expect(receipt["admittedAt"]?.string.flatMap { Timestamp(rfc3339: $0) } != nil)
      #expect(receipt["decision"]?["verdict"]?.string == "permit")
      #expect(receipt["decision"]?["rules"]?.count == 21)
      let index = try #require(receipt["log"]?["index"]?.integer)
      #expect((receipt["log"]?["size"]?.integer ?? 0) > index)
      let leaf = try await gateway.leaves()[Int(index)]
      #expect(leaf.kind == .admitted)
      #expect(leaf.subject == id.text)
    }
  }

  @Test("The same message again gets the same receipt, also re-serialised or in XML")
  func duplicates() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let envelope = try SampleEnvelopes.json(id: "d-1")
      let first = try await school.send(envelope, format: .json)
      #expect(first.status == 202)
      let loose = [0x20, 0x0A] + envelope + [0x0A]
      let repeats: [(bytes: [UInt8], format: ContentFormat)] = [
        (envelope, .json), (loose, .json), (try SampleEnvelopes.xml(id: "d-1"), .xml),
      ]
      for (bytes, format) in repeats {
        let again = try await school.send(bytes, format: format)
        #expect(again.status == 200, "\(again.text)")
        #expect(again.bytes == first.bytes)
        #expect(again.header("Location") == first.header("Location"))
      }
      #expect(try await gateway.client(.service).inbox().count == 1)
      #expect(try await gateway.leafCount(.admitted) == 1)
    }
  }

  @Test("The same id with other content is a conflict, and is on record")
  func conflict() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      _ = try await school.admit(try SampleEnvelopes.json(id: "c-1"))
      let other = try SampleEnvelopes.json(id: "c-1") { $0.priority = .urgent }
      let text = String(decoding: try SampleEnvelopes.json(id: "c-1"), as: UTF8.self)
      let payload = text.replacing("16.5", with: "17.5")
      #expect(payload != text)
      for bytes in [other, Array(payload.utf8)] {
        let answer = try await school.send(bytes, format: .json)
        #expect(answer.status == 409)
        #expect(answer.code == "duplicate-conflict")
      }
      #expect(try await gateway.leafCount(.refused) == 2)
      #expect(try await gateway.client(.service).inbox().count == 1)
    }
  }

  @Test("Many at once, each repeated: one receipt each, none lost")
  func concurrent() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let ids = try await withThrowingTaskGroup(of: String.self) { group in
        for number in 0..<40 {
          let envelope = try SampleEnvelopes.json(id: "m-\(number % 20)")
          group.addTask {
            let answer = try await school.send(envelope, format: .json)
            #expect(answer.status == 202 || answer.status == 200, "\(answer.text)")
            return try answer.member("messageId")
          }
        }
        return try await group.reduce(into: Set<String>()) { $0.insert($1) }
      }
      #expect(ids.count == 20)
      #expect(Set(try await gateway.client(.service).inbox()) == ids)
    }
  }
}
