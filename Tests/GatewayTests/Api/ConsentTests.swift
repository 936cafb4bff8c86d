// The calls of the consent register: who sees what, faults with their places, and withdrawal of
// what waits.

import ExchangeModel
import Foundation
import MessageLog
import Storage
import Testing
import Validation

@testable import Gateway

@Suite("Consents")
struct ConsentTests {
  private static let personal = [
    "Quibblesworth", "Zebedee", "2014-01-29", "W850203924017", "9990000018",
  ]

  private func recorded(_ gateway: GatewayHarness) async throws -> MessageID {
    let answer = try await gateway.client(.school).recordConsent(SampleConsents.bytes())
    try #require(answer.status == 201, "\(answer.text)")
    return try #require(MessageID(try answer.member("id")))
  }

  @Test func isRecordedAndSeenByItsHolderWholeAndByItsRecipientInPart() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      let answer = try await school.recordConsent(SampleConsents.bytes())
      #expect(answer.status == 201, "\(answer.text)")
      let id = try #require(MessageID(try answer.member("id")))
      #expect(answer.header("Location") == "/v1/consents/\(id)")
      #expect(try AnswerSchemaTests.faults(answer.bytes, by: "Consent") == [])
      #expect(try answer.member("givenBy") == "Hortensia Hushhush")
      let seen = try await school.consent(id)
      #expect(seen.bytes == answer.bytes)
      let part = try await gateway.client(.camhs).consent(id)
      #expect(part.status == 200)
      #expect(
        try part.json().members.map(\.key) == ["id", "status", "purposes", "items", "reviewBy"])
      #expect(try AnswerSchemaTests.faults(part.bytes, by: "Consent") == [])
      for stranger in [Agency.service, .otherSchool] {
        #expect(try await gateway.client(stranger).consent(id).code == "not-found")
      }
      let page = try await school.consents(limit: 10)
      #expect(try AnswerSchemaTests.faults(page.bytes, by: "ConsentPage") == [])
      #expect(try page.json()["consents"]?.count == 1)
      #expect(try await gateway.client(.camhs).consents(limit: 10).json()["consents"]?.count == 0)
      for text in [answer.text, part.text, page.text, gateway.log.text] {
        for word in Self.personal { #expect(!text.contains(word), "\(word)") }
      }
      #expect(!gateway.log.text.contains("Hushhush"))
      let cursor = try await school.call("GET", "/v1/consents?after=nonesuch")
      #expect(cursor.code == "bad-parameter")
    }
  }

  static let broken: [(changes: [(String, String)], places: [String])] = [
    ([("\"givenBy\"", "\"signedBy\"")], ["pointer:", "pointer:/givenBy"]),
    (
      [("[\"medical-education\"]", "[\"medical-education\", \"Zebedee\"]")], ["pointer:/purposes/1"]
    ),
    ([("\"health\"", "\"Quibblesworth\"")], ["pointer:/items/0"]),
    ([("[\"health\", \"identifiers\"]", "[]")], ["pointer:/items"]),
    ([("urn:gatehouse:850:4321", "urn:gatehouse:850:nobody")], ["pointer:/recipients/1"]),
    ([("urn:gatehouse:850:4321", "Zebedee")], ["pointer:/recipients/1"]),
    ([("in-writing", "telepathy")], ["pointer:/method"]),
    ([("parental-responsibility", "uncle")], ["pointer:/capacity"]),
    ([("2026-01-10", "2026-01-32")], ["pointer:/givenOn"]),
    (
      [("\"reviewBy\": \"2099-11-10\"", "\"expiresOn\": \"soon\"")],
      ["pointer:/reviewBy", "pointer:/expiresOn"]
    ),
    ([("W850203924017", "A850203924017")], ["pointer:/child/upn"]),
    ([("9990000018", "9990000019")], ["pointer:/child/nhsNumber"]),
    ([("2014-01-29", "yesterday")], ["pointer:/child/dateOfBirth"]),
    ([("\"surname\"", "\"nickname\"")], ["pointer:/child/surname", "pointer:/child"]),
    (
      [("signed-form", "rumour"), ("5555\"", "555g\"")],
      ["pointer:/evidence/kind", "pointer:/evidence/sha256"]
    ),
    ([("Hortensia Hushhush", " ")], ["pointer:/givenBy"]),
    ([("\"method\"", "\"supersedes\": \"x\", \"method\"")], ["pointer:/supersedes"]),
    ([("{\"child\"", "[{\"child\"")], ["pointer:"]),
  ]

  @Test func everyFaultIsNamedByItsPlaceAndNothingIsRepeated() async throws {
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      for (changes, places) in Self.broken {
        let answer = try await school.recordConsent(SampleConsents.bytes(changes))
        #expect(answer.status == 400, "\(changes): \(answer.text)")
        #expect(try answer.places().sorted() == places.sorted(), "\(changes): \(answer.text)")
        for word in Self.personal + ["Hushhush"] { #expect(!answer.text.contains(word)) }
      }
      let large = SampleConsents.bytes([("Hushhush", String(repeating: "h", count: 70_000))])
      #expect(try await school.recordConsent(large).code == "content-too-large")
      #expect(try await school.consents(limit: 10).json()["consents"]?.count == 0)
    }
  }

  @Test func aWithdrawalHoldsWhatWaitsAndSaysSo() async throws {
    try await GatewayHarness.with { gateway in
      let id = try await recorded(gateway)
      let school = try gateway.client(.school)
      let camhs = try gateway.client(.camhs)
      func request(_ number: Int) async throws -> String {
        try await school.admit(
          try SampleEnvelopes.json(
            "medical-evidence-request/v1/examples/mornings-only.valid.json"
          ) {
            // The example's own child is another one's.
            let text = String(decoding: $0.payload.bytes, as: UTF8.self)
              .replacing("Sampleson", with: "Quibblesworth").replacing("Ali", with: "Zebedee")
            $0.payload = ExchangeModel.Payload(format: .json, bytes: Array(text.utf8))
            $0.consentRef = "urn:uuid:\(id)"
          })
      }
      let opened = try await request(1)
      let waiting = try await request(2)
      #expect(try await camhs.call("GET", "/v1/inbox/\(opened)").status == 200)
      let withdrawn = try await school.withdrawConsent(id, reason: "They asked us to.")
      #expect(withdrawn.status == 200, "\(withdrawn.text)")
      #expect(try withdrawn.member("status") == "withdrawn")
      #expect(try AnswerSchemaTests.faults(withdrawn.bytes, by: "Consent") == [])
      let held = try await camhs.call("GET", "/v1/inbox/\(waiting)")
      #expect(held.status == 410)
      #expect(held.code == "message-held")
      for client in [school, camhs] {
        let status = try await client.call("GET", "/v1/messages/\(waiting)")
        #expect(try status.member("state") == "held")
        #expect(try AnswerSchemaTests.faults(status.bytes, by: "MessageStatus") == [])
        #expect(try await client.call("GET", "/v1/messages/\(waiting)/receipt").status == 200)
      }
      #expect(try await camhs.call("GET", "/v1/inbox/\(opened)").status == 200)
      let again = try await school.withdrawConsent(id)
      #expect(again.status == 409)
      #expect(again.code == "already-withdrawn")
      #expect(try await camhs.withdrawConsent(id).code == "withdrawal-not-allowed")
      #expect(try await gateway.client(.service).withdrawConsent(id).code == "not-found")
      #expect(try await gateway.leafCount(.held) == 1)
      #expect(try await gateway.leafCount(.consentWithdrawn) == 1)
    }
  }

  @Test func aWithdrawalInPartAndAReview() async throws {
    try await GatewayHarness.with { gateway in
      let id = try await recorded(gateway)
      let school = try gateway.client(.school)
      let one = try await school.withdrawConsent(id, item: "identifiers")
      #expect(try one.member("status") == "given")
      #expect(try one.json()["items"]?.elements.compactMap(\.string) == ["health"])
      let other = try await school.withdrawConsent(id, item: "plan")
      #expect(other.status == 400)
      #expect(try other.places() == ["pointer:/item"])
      let day = try #require(CivilDate("2100-01-01"))
      let reviewed = try await school.reviewConsent(id, until: day)
      #expect(try reviewed.member("reviewBy") == "2100-01-01")
      #expect(try await school.reviewConsent(id, until: day).status == 400)
      #expect(try await gateway.client(.camhs).reviewConsent(id, until: day).status == 404)
      for (text, places) in [
        (#"{"scope": "some"}"#, ["pointer:/scope"]),
        (#"{"scope": "recipient"}"#, ["pointer:/recipient"]),
        (#"{"scope": "all", "item": "health"}"#, ["pointer:/item"]), ("{}", ["pointer:/scope"]),
        (#"{"scope": "all", "why": 1}"#, ["pointer:"]),
      ] {
        let answer = try await school.call(
          "POST", "/v1/consents/\(id)/withdrawal",
          headers: [("Content-Type", "application/json")], body: Array(text.utf8))
        #expect(answer.status == 400, "\(text)")
        #expect(try answer.places() == places, "\(text)")
      }
    }
  }

  /// The description takes a consent when the reader does.
  @Test func theDescriptionTakesWhatTheReaderTakes() throws {
    #expect(try AnswerSchemaTests.faults(SampleConsents.bytes(), by: "NewConsent") == [])
    let words = ConsentWords(
      purposes: ["medical-education"], items: ["health", "identifiers", "views-of-parents"])
    _ = try ConsentReader.consent(SampleConsents.bytes(), words: words, limits: Limits())
    for changes in [
      [("\"givenBy\"", "\"signedBy\"")], [("in-writing", "telepathy")], [("uncle", "uncle")],
      [("signed-form", "rumour")], [("\"surname\"", "\"nickname\"")],
    ] {
      let bytes = SampleConsents.bytes(changes)
      let isDescribed = try AnswerSchemaTests.faults(bytes, by: "NewConsent").isEmpty
      let read = try? ConsentReader.consent(bytes, words: words, limits: Limits())
      #expect(isDescribed == (read != nil), "\(changes)")
    }
  }

  @Test func itemsOfMessageTypesAreWordsToo() throws {
    let words = ConsentWords(try RouteTable().schemas)
    #expect(words.items.contains("views-of-parents") && words.items.contains("health"))
    #expect(words.purposes.contains("impartial-family-support"))
  }
}
