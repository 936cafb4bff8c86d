// Consents and messages that rest on them, all invented, for the tests of the register.

import ExchangeModel
import Foundation
import GRDB
import Testing

@testable import Storage

extension Agency {
  static let portal = Agency("urn:gatehouse:850:parent-portal", role: "parent-portal", digit: "d")
  static let farPortal = Agency(
    "urn:gatehouse:851:family-portal", role: "family-portal", digit: "e")
}

/// A type that asks for consent, one that is sealed besides, and those that act on the register.
extension SampleTypes {
  static let share = type("consented-share", ["consentRule": "CN1"])
  static let sealed = type(
    "sealed-share", ["consentRule": "CN1", "sensitivity": "SEALED"])
  static let withdrawal = type(
    "consent-withdrawn", ["consentRule": "CN1", "effect": "consent-withdrawal"])
  static let disclosure = type(
    "disclosure-without-consent",
    ["consentRule": "CN4", "effect": "disclosure-without-consent"])
  static let notToShare = type("not-to-share-decision", ["effect": "not-to-share"])
  static let safeguarding = type("safeguarding-referral", ["consentRule": "CN4"])
}

enum SampleConsent {
  static let child = [
    "upn": "W850203924017", "surname": "Sampleson", "forename": "Ali",
    "dateOfBirth": "2014-01-29",
  ]

  static func day(_ text: String) throws -> CivilDate { try #require(CivilDate(text)) }

  /// The school's record of 10 November 2026: health and special needs to ISS and CME.
  static func make(_ change: (inout NewConsent) throws -> Void = { _ in }) throws -> NewConsent {
    var consent = NewConsent(
      capacity: .parentalResponsibility, purposes: ["medical-education"],
      items: ["health", "special-needs"], recipients: [Agency.iss.urn, Agency.cme.urn],
      method: "in-writing", givenOn: try day("2026-11-10"), reviewBy: try day("2027-05-10"))
    consent.givenBy = "Quillon Hushhush"
    consent.relationship = "grandparent"
    consent.child = child
    try change(&consent)
    return consent
  }

  /// What a message with these items carries.
  static func content(_ items: [String] = ["health"], child: [String: String] = child)
    -> ContentFacts
  {
    ContentFacts(dataCategories: items, identifiers: child)
  }
}

extension TestStore {
  /// A store with portals too, and a consent of the school's.
  static func withConsent(
    _ change: (inout NewConsent) throws -> Void = { _ in }
  ) async throws -> (TestStore, ConsentRecord) {
    let test = try await make()
    for agency in [Agency.portal, .farPortal] {
      try await test.store.register(agency.party())
    }
    let record = try await test.store.record(try SampleConsent.make(change), by: Agency.school.spki)
    return (test, record)
  }

  /// Admits a message that rests on a consent.
  @discardableResult
  func share(
    _ id: String, _ consent: ConsentRecord, to recipient: Agency = .iss,
    items: [String] = ["health"], type: MessageType = SampleTypes.share
  ) async throws -> Receipt {
    try await admit(
      submission(
        id, to: recipient.urn, facts: SampleConsent.content(items), type: type
      ) { $0.consentRef = "urn:uuid:" + consent.id.text })
  }

  /// The notices on record: kind, recipient, about.
  func notices() throws -> [[String]] {
    try tool().read { database in
      try Row.fetchAll(database, sql: "SELECT kind, recipient, about FROM notice ORDER BY 1, 2, 3")
        .map { [$0["kind"], $0["recipient"], $0["about"] ?? ""] }
    }
  }

  func state(_ receipt: Receipt) async throws -> MessageState {
    try await store.status(of: receipt.messageID, for: Agency.school.spki).state
  }
}
