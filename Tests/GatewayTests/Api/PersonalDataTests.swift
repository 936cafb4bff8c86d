// Personal data planted in messages, valid and not, never comes back in a log line, an error, or
// an entry of the log. All of it is invented, from ranges reserved for that.

import ExchangeModel
import Foundation
import MessageLog
import Storage
import Testing
import Validation

@testable import Gateway

@Suite("Personal data")
struct PersonalDataTests {
  /// What is planted: names, numbers and a date of a child who does not exist.
  private static let planted = [
    "Zebedee", "Quibblesworth", "W850203924017", "2014-01-29", "9990000018", "SO99 9ZZ",
    "Hushhush illness",
  ]

  private func plant(_ bytes: [UInt8]) -> String {
    String(decoding: bytes, as: UTF8.self).replacing("\": ", with: "\":")
      .replacing("Ali", with: "Zebedee").replacing("Sampleson", with: "Quibblesworth")
      .replacing("Recurrent illness under hospital care", with: "Hushhush illness")
  }

  private func expectClean(_ text: String, _ what: String) {
    for word in Self.planted {
      #expect(!text.contains(word), "\(word) in \(what): \(text)")
    }
  }

  /// The planted message, made wrong in many ways. (The name of a member that may not be there is
  /// told back, so that the sender finds it; it is no value.)
  private func broken(_ good: String) -> [String] {
    let pairs = [
      ("\"upn\":\"W850203924017\"", "\"upn\":\"W850203924018 Quibblesworth\""),
      ("\"upn\":", "\"nonesuch\":"), ("\"dateOfBirth\":\"2014-01-29\"", "\"dateOfBirth\":7"),
      ("\"surname\":\"Quibblesworth\"", "\"surname\":{\"first\":\"2014-01-29\"}"),
      ("\"sex\":\"M\"", "\"sex\":\"Zebedee\""),
      ("\"forename\":\"Zebedee\"", "\"forename\":\"Zebedee\",\"forename\":\"Zebedee\""),
      ("\"purpose\":", "\"nonesuch\":\"W850203924017\",\"purpose\":"),
      ("medical-education", "Zebedee Quibblesworth"),
      ("urn:gatehouse:850:iss", "urn:gatehouse:850:Quibblesworth"),
      ("gatehouse.fifteen-day-absence-notification.v1", "gatehouse.Zebedee.v1"),
      ("\"specversion\":\"1.0\"", "\"specversion\":\"Zebedee\""),
      ("\"sex\":\"M\"", "\"sex\":\"M\"Zebedee"), ("\"ehcp\":false", "\"ehcp\":Zebedee"),
      ("\"ehcp\":false", "\"ehcp\":\"Hushhush illness\""),
      ("16.5", "\"W850203924017\""), ("2026-11-12", "2014-01-29 Zebedee"),
    ]
    return pairs.map { good.replacing($0.0, with: $0.1) } + [String(good.dropLast(9))]
  }

  private func brokenXML(_ good: String) -> [String] {
    let pairs = [
      ("<upn>W850203924017</upn>", "<upn>Quibblesworth</upn>"),
      ("<sex>M</sex>", "<sex>Zebedee</sex>"),
      ("<sex>M</sex>", "<nonesuch>W850203924017</nonesuch>"),
      ("<sex>M</sex>", "<sex nonesuch=\"2014-01-29\">M</sex>"),
      ("2014-01-29", "2014-01-29 Zebedee"), ("<sex>M</sex>", "<sex>M</Zebedee>"),
      ("<sex>M</sex>", "<sex>&Quibblesworth;</sex>"),
      ("false</ehcp>", "Hushhush illness</ehcp>"),
      ("medical-education", "Zebedee Quibblesworth"),
      ("16.5", "Quibblesworth"), ("<id>", "<nonesuch>W850203924017</nonesuch><id>"),
    ]
    return pairs.map { good.replacing($0.0, with: $0.1) } + [String(good.dropLast(30))]
  }

  @Test("Errors say where and what to do, never what was found")
  func errors() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let json = plant(try SampleEnvelopes.json())
      #expect(json.contains("Zebedee") && json.contains("Hushhush"))
      for (number, bad) in broken(json).enumerated() {
        #expect(bad != json, "\(number)")
        let answer = try await school.send(Array(bad.utf8), format: .json)
        #expect((400..<500).contains(answer.status), "\(number): \(answer.text)")
        expectClean(answer.text, "the answer to JSON \(number)")
      }
      let xml = plant(try SampleEnvelopes.xml())
      for (number, bad) in brokenXML(xml).enumerated() {
        #expect(bad != xml, "\(number)")
        let answer = try await school.send(Array(bad.utf8), format: .xml)
        #expect((400..<500).contains(answer.status), "\(number): \(answer.text)")
        expectClean(answer.text, "the answer to XML \(number)")
      }
      expectClean(gateway.log.text, "the log")
      for leaf in try await gateway.leaves() {
        expectClean(String(decoding: leaf.bytes, as: UTF8.self), "a leaf")
      }
    }
  }

  @Test("The way of a good message leaves nothing personal in logs, listings and leaves")
  func goodMessage() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let service = try gateway.client(.service)
      // A sender that puts a UPN into its id is admitted, and the id stays between the two.
      let sent = plant(try SampleEnvelopes.json(id: "abs-W850203924017"))
      let id = try await school.admit(Array(sent.utf8))
      let listed = try await service.call("GET", "/v1/inbox").text
      expectClean(listed, "the listing")
      let fetched = try await service.call(
        "GET", "/v1/inbox/\(id)", headers: [("Accept", "application/cloudevents+xml")])
      #expect(fetched.text.contains("Zebedee"))
      _ = try await service.acknowledge(
        id, #"{"outcome":"refused","reason":"wrong-person","detail":"Zebedee Quibblesworth"}"#)
      let conflict = sent.replacing("Zebedee", with: "Quibblesworth")
      #expect(try await school.send(Array(conflict.utf8), format: .json).status == 409)
      let proof = try await school.call("GET", "/v1/messages/\(id)/receipt")
      expectClean(proof.text, "the proof")
      let extra = try #require(try TlogProof(proof.bytes).extra)
      expectClean(String(decoding: extra, as: UTF8.self), "the proof's entry")
      let tree = try await gateway.server.publisher.publish()
      let bundle = try await school.call("GET", "/v1/log/tile/entries/000.p/\(tree.size)")
      #expect(bundle.status == 200)
      expectClean(bundle.text, "the entry bundle")
      expectClean(gateway.log.text, "the log")
      #expect(gateway.log.text.contains("gateway.started"))
      for leaf in try await gateway.leaves() {
        expectClean(String(decoding: leaf.bytes, as: UTF8.self), "a leaf")
      }
    }
  }

  @Test("Paths, queries and fields with personal data are not logged nor told back")
  func requests() async throws {
    try await GatewayHarness.with { gateway in
      let service = try gateway.client(.service)
      for path in [
        "/v1/inbox/Zebedee", "/v1/inbox?after=Quibblesworth", "/v1/inbox?limit=W850203924017",
        "/v1/Zebedee", "/v1/schemas/Zebedee/Quibblesworth", "/v1/attachments/W850203924017",
        "/v1/inbox?Zebedee=Quibblesworth&limit=0", "/problems/Zebedee",
      ] {
        let answer = try await service.call("GET", path, headers: [("Accept", "Zebedee/x")])
        expectClean(answer.text, path)
      }
      let raw = try await gateway.connect(.service)
      raw.send("GET /Zebedee HTTP/1.1\r\nHost: Quibblesworth\r\nW850203924017\r\n\r\n")
      expectClean(try await raw.answer().text, "a broken head")
      await raw.close()
      expectClean(gateway.log.text, "the log")
    }
  }
}
