// Whole stories through the API over TLS: who may share what with whom, and what the parties are
// told. Numbers are those of the analysis of the domain, section 7; others of its stories are told
// in RightsTests (8, 10) and ClockCommandTests (9).

import ExchangeModel
import Foundation
import MessageLog
import Storage
import Testing
import Validation

@testable import Gateway

@Suite("Scenarios of the grounds")
struct GroundsScenarioTests {
  private static let consentedShare =
    "consented-share/v1/examples/views-on-a-draft-plan.valid.json"

  @Test("5: a deletion on a ground of 2006 is held for review, never read as one of 2024")
  func groundOf2006() async throws {
    try await GatewayHarness.with { gateway in
      let officers = try await gateway.join(.cme)
      try await gateway.join(.gateway)
      let school = try gateway.client(.school)
      let sent = try await school.sendExample(
        "deletion-return/v1/examples/ground-of-2006.valid.json")
      #expect(sent.status == 202, "\(sent.text)")
      #expect(sent.text.contains("hold-for-review"))
      let id = try sent.member("messageId")
      #expect(try await officers.inbox() == [])
      #expect(try await officers.fetch(id).code == "message-held")
      #expect(
        try await school.call("GET", "/v1/messages/\(id)").json()["state"]?.string == "held")
      let told = try await school.wait(for: "gatehouse.rejection-notice.v1")
      #expect(told["data"]?["messageId"]?.string == id)
      #expect(told["data"]?["code"]?.string == "policy")

      try await gateway.store.release(try #require(MessageID(id)))
      #expect(try await officers.inbox() == [id])
      let seen = try await officers.fetch(id).json()
      #expect(seen["data"]?["historicGround"]?.string == "m")
      #expect(seen["data"]?["ground"] == nil)
      // One of today goes its way at once.
      for file in try SampleEnvelopes.attachments("deletion-return") {
        let bytes = try SampleEnvelopes.bytes(of: file)
        _ = try await school.call("PUT", "/v1/attachments/\(sha256(bytes))", body: bytes)
      }
      let today = try await school.sendExample(
        "deletion-return/v1/examples/at-another-school.valid.json")
      #expect(today.status == 202, "\(today.text)")
      #expect(try await officers.inbox().count == 2)
    }
  }

  /// A consent of the SEND Partnership Service for the example's recipient and items.
  private func consent(_ service: PartyClient) async throws -> String {
    let answer = try await service.recordConsent(
      Array(
        """
        {"child": {"surname": "Sampleson", "forename": "Ali", "dateOfBirth": "2012-05-06"},
         "givenBy": "Sam Sampleson", "capacity": "parental-responsibility",
         "purposes": ["impartial-family-support"],
         "items": ["name", "needs", "views-of-parents"],
         "recipients": ["urn:gatehouse:850:sen"], "method": "in-writing",
         "givenOn": "2026-01-10", "reviewBy": "2099-11-10"}
        """.utf8))
    try #require(answer.status == 201, "\(answer.text)")
    return try answer.member("id")
  }

  @Test("7: the partnership service shares with live consent alone, or by a named decision")
  func partnershipService() async throws {
    try await GatewayHarness.with { gateway in
      let service = try await gateway.join(.partnershipService)
      let casework = try await gateway.join(.sen)
      let officer = try await gateway.join(.officer)
      try await gateway.join(.gateway)
      let bare = try await service.sendExample(Self.consentedShare) { $0.consentRef = nil }
      #expect(bare.code == "consent-required", "\(bare.text)")
      let unknown = try await service.sendExample(Self.consentedShare) {
        $0.consentRef = "urn:uuid:019a0000-0000-7000-8000-000000000009"
      }
      #expect(unknown.code == "consent-required")

      // Without consent: a named lead decides, it is on record, and then it passes once.
      let id = "0b8f2c7e-5d43-4a17-9c1e-3f2a6d90b415"
      let recorded = try await service.sendExample(
        "disclosure-without-consent/v1/examples/child-at-risk.valid.json")
      #expect(recorded.status == 202, "\(recorded.text)")
      let record = try recorded.member("messageId")
      let disclosed = try await service.sendExample(Self.consentedShare, id: id) {
        $0.consentRef = nil
        $0.overrideRef = record
      }
      #expect(disclosed.status == 202, "\(disclosed.text)")
      #expect(disclosed.text.contains("record-disclosure"))
      let another = try await service.sendExample(Self.consentedShare) {
        $0.consentRef = nil
        $0.overrideRef = record
      }
      #expect(another.status == 403, "an override is for one message")
      #expect(try await officer.inbox().count == 1)
      #expect(try await gateway.leafCount(.disclosedWithoutConsent) == 1)

      // With consent, until it is withdrawn: what was read is told, what waits is recalled.
      let consent = try await consent(service)
      var ids: [String] = []
      for _ in 0..<2 {
        let sent = try await service.sendExample(Self.consentedShare) {
          $0.consentRef = consent
        }
        #expect(sent.status == 202, "\(sent.text)")
        ids.append(try sent.member("messageId"))
      }
      let (read, unread) = (try #require(ids.first), try #require(ids.last))
      #expect(try await casework.fetch(read).status == 200)
      let withdrawn = try await service.call(
        "POST", "/v1/consents/\(consent)/withdrawal",
        headers: [("Content-Type", "application/json")], body: Array(#"{"scope":"all"}"#.utf8))
      #expect(withdrawn.status == 200, "\(withdrawn.text)")
      #expect(try await casework.fetch(unread).code == "message-held")
      #expect(try await casework.fetch(read).status == 200)
      let duty = try await casework.wait(for: "gatehouse.consent-withdrawn.v1")
      #expect(duty["correlationid"]?.string == read)
      let report = try await service.wait(for: "gatehouse.rejection-notice.v1")
      #expect(report["data"]?["messageId"]?.string == unread)
      let late = try await service.sendExample(Self.consentedShare) { $0.consentRef = consent }
      #expect(late.code == "consent-not-live")
    }
  }

  @Test("A sensitive address is in no copy but one to a recipient that the release names")
  func sensitiveAddress() async throws {
    let referral = "safeguarding-referral/v1/examples/address-sensitive.valid.json"
    try await GatewayHarness.with { gateway in
      let care = try await gateway.join(.socialCare)
      let school = try gateway.client(.school)
      let masked = try await school.sendExample(referral)
      #expect(masked.status == 202, "\(masked.text)")
      for accept in ["application/cloudevents+json", "application/cloudevents+xml"] {
        let copy = try await care.call(
          "GET", "/v1/inbox/\(try masked.member("messageId"))", headers: [("Accept", accept)])
        #expect(copy.status == 200)
        for word in ["Imaginary", "SO99", "07700", "Example Infant School"] {
          #expect(!copy.text.contains(word), "\(accept): \(word)")
        }
        #expect(copy.text.contains("Testerly"))
      }
      let release = try await school.recordConsent(
        SampleConsents.bytes([
          ("\"medical-education\"", "\"safeguarding\""),
          (
            #"["health", "identifiers"]"#,
            #"["address", "family", "concern", "protection-status", "other-names", "education"]"#
          ), ("urn:gatehouse:850:ods-rw1", "urn:gatehouse:850:csc"),
          ("W850203924017", "R850412325001"), ("Quibblesworth", "Testerly"),
          ("Zebedee", "Robin"), ("2014-01-29", "2011-06-03"),
        ]))
      #expect(release.status == 201, "\(release.text)")
      let named = try await school.sendExample(referral) {
        $0.consentRef = try release.member("id")
      }
      #expect(named.status == 202, "\(named.text)")
      let whole = try await care.fetch(try named.member("messageId"))
      #expect(whole.text.contains("2 Imaginary Lane"), "\(named.text)")
    }
  }

  @Test("A party outside the EEA and a purpose it is not registered for are refused")
  func residencyAndProfile() async throws {
    let referral = "safeguarding-referral/v1/examples/bruises.valid.json"
    try await GatewayHarness.with { gateway in
      let school = try gateway.client(.school)
      try await gateway.join(.socialCare, purposes: ["children-in-need-and-care"])
      #expect(try await school.sendExample(referral).code == "purpose-not-allowed")
      try await gateway.join(.socialCare, purposes: ["safeguarding"])
      #expect(try await school.sendExample(referral).status == 202)
      try await gateway.join(.socialCare, country: "US")
      let abroad = try await school.sendExample(referral)
      #expect(abroad.code == "residency-not-allowed")
      #expect(abroad.text.contains("EEA"))
    }
  }

  @Test("A decision not to share is a record of its own, once its law is in force")
  func notToShare() async throws {
    let decision = "not-to-share-decision/v1/examples/more-harm-than-good.valid.json"
    for isInForce in [false, true] {
      try await GatewayHarness.with({ $0.inForce.informationSharingDuty = isInForce }) { gateway in
        try await gateway.join(.socialCare)
        let sent = try await gateway.client(.camhs).sendExample(decision)
        #expect(isInForce ? sent.status == 202 : sent.code == "not-in-force", "\(sent.text)")
        #expect(try await gateway.leafCount(.notShared) == (isInForce ? 1 : 0))
      }
    }
  }

  @Test("What was had for one purpose is not used onward for another that does not follow")
  func onwardUse() async throws {
    try await GatewayHarness.with { gateway in
      let service = try gateway.client(.service)
      let id = try await gateway.admitted()
      _ = try await service.fetch(id)
      try await gateway.join(.socialCare)
      let safeguarding = try await service.sendExample(
        "safeguarding-referral/v1/examples/bruises.valid.json"
      ) {
        $0.source = try Agency.service.urn()
        $0.causationID = id
      }
      #expect(safeguarding.code == "onward-use-not-allowed", "\(safeguarding.text)")
      #expect(safeguarding.text.contains("overrideref"))
      let foreign = try await service.sendExample(
        "safeguarding-referral/v1/examples/bruises.valid.json"
      ) {
        $0.source = try Agency.service.urn()
        $0.causationID = "no-such-message"
      }
      #expect(foreign.code == "onward-use-not-allowed")
    }
  }
}
