// Invented children and messages about them, for the tests of the rights.

import ExchangeModel

@testable import Storage

/// An invented child; the numbers are of synthetic ranges.
enum Child {
  static let ada = [
    "upn": "H801200001001", "surname": "Samplesen", "forename": "Ada",
    "dateOfBirth": "2012-04-03",
  ]
  /// The same names and day, another number.
  static let otherAda = [
    "upn": "G80120000101A", "surname": "Samplesen", "forename": "Ada",
    "dateOfBirth": "2012-04-03",
  ]
  static let bo = ["nhsNumber": "9990000018", "surname": "Testby", "forename": "Bo"]

  static func subject(_ identifiers: [String: String]) -> Subject {
    guard let subject = Subject(identifiers) else { preconditionFailure("a subject") }
    return subject
  }

  static let adaByNumber = subject(["upn": "H801200001001"])
}

/// A message about a child.
func message(
  _ id: String, about child: [String: String] = Child.ada, from source: Agency = .school,
  to recipient: Agency = .iss, type: MessageType = SampleTypes.referral,
  content: String = "{\"sample\":true}", effect: MessageEffect? = nil,
  alter: (inout Envelope) -> Void = { _ in }
) -> Submission {
  submission(
    id, from: source, to: recipient.urn, content: content,
    facts: ContentFacts(identifiers: child, effect: effect), type: type, alter: alter)
}

extension SampleTypes {
  static let objection = type("objection", ["effect": "objection"])
  static let sealedShare = type("consented-share", ["sensitivity": "SEALED"])
  static let publication = type("practice-review-publication", ["effect": "publication"])
  static let notice = type("rectification-notice")
  static let noticeWithClock = type(
    "rectification-notice",
    [
      "expectedReplies": [
        [
          "type": "gatehouse.rectification-acknowledgement.v1",
          "within": ["count": 3, "unit": "calendar-day"] as [String: Any],
        ] as [String: Any]
      ]
    ])
  static let settlement = type("rectification-acknowledgement")
}

extension TestStore {
  /// Ids of the messages that an asker's export has, page by page.
  func exported(
    _ subject: Subject, for asker: ExportAsker = .gatewayOperator, limit: Int = 100
  ) async throws -> [String] {
    var ids: [String] = []
    var cursor: MessageID?
    repeat {
      let page = try await store.subjectPage(of: subject, for: asker, after: cursor, limit: limit)
      ids += page.messages.map(\.status.summary.id)
      cursor = page.next
    } while cursor != nil
    return ids
  }

  /// Sends the rectification notices that are due as the gateway does, and returns their messages
  /// with their recipients.
  func sendNotices(
    type: MessageType = SampleTypes.notice
  ) async throws -> [(recipient: PartyURN, message: MessageID)] {
    var sent: [(PartyURN, MessageID)] = []
    for notice in try await store.noticesDue(limit: 100) {
      guard let source = notice.source else { continue }
      let agency = Agency.all.first { $0.urn == source } ?? .school
      let owed = submission(
        "notice-\(notice.id)", from: agency, to: notice.recipient,
        facts: ContentFacts(identifiers: ["subjectKey": notice.detail["subjectKey"] ?? ""]),
        type: type)
      let receipt = try await admit(
        Submission(
          envelope: owed.envelope, claims: owed.claims, content: owed.content,
          messageType: owed.messageType, received: owed.received, format: owed.format,
          priority: owed.priority, expiresAt: nil, attachments: [], sender: .notice(notice.id)))
      try await store.noticeSent(notice.id, as: receipt.messageID)
      sent.append((notice.recipient, receipt.messageID))
    }
    return sent
  }
}
