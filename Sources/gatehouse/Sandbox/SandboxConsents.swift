// The consents that the examples beside the schemas rest on, all invented, under the ids that the
// examples name. Never part of a real gateway.

import ExchangeModel
import Storage

/// One consent of the sandbox.
struct SandboxConsent: Sendable {
  /// A UUID version 7 of 10 November 2026.
  let id: String
  let holder: String
  let purpose: String
  let items: [String]
  let recipients: [String]

  static let all: [SandboxConsent] = [
    // The SEND Partnership Service tells SEN casework what a family thinks of a plan.
    .init(
      1, "800:sps", "impartial-family-support", ["name", "needs", "views-of-parents"],
      ["850:sen"]),
    // A school passes a family on to the SEND Partnership Service.
    .init(
      2, "850:4321", "impartial-family-support", ["family", "special-needs"], ["800:sps"]),
    // A school asks the hospital, which answers the school.
    .init(
      3, "850:4321", "medical-education",
      ["health", "identifiers", "attendance", "education", "special-needs"],
      ["850:ods-rw1", "850:4321"]),
    // Three that examples withdraw: wholly, for one recipient, for one item.
    .init(
      4, "800:sps", "impartial-family-support", ["name", "needs", "case-notes"], ["850:sen"]),
    .init(
      5, "800:sps", "impartial-family-support", ["name", "needs"], ["850:sen", "850:4321"]),
    .init(
      6, "800:sps", "impartial-family-support", ["name", "needs", "case-notes"], ["850:sen"]),
  ]

  private init(
    _ number: Int, _ holder: String, _ purpose: String, _ items: [String],
    _ recipients: [String]
  ) {
    id = "01a1c4e6-7500-7000-8000-00000000000\(number)"
    self.holder = "urn:gatehouse:" + holder
    self.purpose = purpose
    self.items = items
    self.recipients = recipients.map { "urn:gatehouse:" + $0 }
  }

  /// Days before today on which it was given, and after it on which it is to be reviewed.
  private static let daysSinceGiven: Int64 = 11
  private static let daysToReview: Int64 = 365

  /// Puts all of them on record, those that are there already left as they are.
  static func register(in store: Store, today: CivilDate) async throws {
    let day = today.daysSinceEpoch
    for sample in all {
      guard let id = MessageID(sample.id), let holder = PartyURN(sample.holder) else { continue }
      var consent = NewConsent(
        capacity: .parentalResponsibility, purposes: [sample.purpose], items: sample.items,
        recipients: sample.recipients.compactMap { PartyURN($0) }, method: "in-writing",
        givenOn: CivilDate(daysSinceEpoch: day - daysSinceGiven),
        reviewBy: CivilDate(daysSinceEpoch: day + daysToReview))
      consent.givenBy = "Sam Sampleson"
      consent.relationship = "parent"
      consent.child = [
        "upn": "W850203924017", "nhsNumber": "9990000018", "surname": "Sampleson",
        "forename": "Ali", "dateOfBirth": "2014-01-29",
      ]
      try await store.seed(consent, as: id, heldBy: holder)
    }
  }
}
