// The schemas of exports, rectifications and subject keys. Held to what the routes write by a test.

import ExchangeModel
import Storage

enum RightsSchemas {
  private typealias Of = DescribedSchemas

  static func all(_ limits: Limits) -> [(String, DocumentValue)] {
    [
      ("Child", child), ("SubjectExportRequest", exportRequest(limits)),
      ("SubjectExport", export), ("SubjectMessage", message), ("ConsentSummary", consent),
      ("ObjectionSummary", objection), ("RectificationSummary", summary),
      ("SubjectKeyRequest", keyRequest), ("SubjectKey", subjectKey),
      ("RectificationRequest", rectificationRequest), ("Rectification", rectification),
      ("RectifiedRecipient", recipient),
    ]
  }

  private static let child = Of.object(
    "The child that is meant: one number at least, or both names with the date of birth.",
    [
      "upn": Of.text("Unique pupil number."), "formerUpn": Of.text("An earlier one."),
      "nhsNumber": Of.text("NHS number."), "uln": Of.text("Unique learner number."),
      "uci": Of.text("Unique candidate identifier."), "surname": Of.text("Surname."),
      "forename": Of.text("Forename."),
      "dateOfBirth": Of.text("Date of birth.").with("format", "date"),
    ], optional: Set(Subject.numbers + Subject.names)
  ).with("additionalProperties", false)

  private static func exportRequest(_ limits: Limits) -> DocumentValue {
    Of.object(
      "Which child, and which page.",
      [
        "child": .schema("Child"),
        "limit": Of.count("Messages in a page.")
          .with("maximum", .number(Int64(limits.subjectPage))),
        "after": .schema("MessageID"),
      ], optional: ["limit", "after"]
    ).with("additionalProperties", false)
  }

  private static let export = Of.object(
    "What is held about a child, for a person to review.",
    [
      "producedAt": .schema("Time"),
      "producedFor": Of.text("The party's URN, or `operator`."),
      "reviewBeforeRelease": Of.truth("Always true: a person must review it."),
      "notes": Of.list("What the reviewer must know.", of: Of.text("A sentence.")),
      "searchedBy": Of.list("Which identifiers were searched by.", of: Of.text("Its name.")),
      "recipients": Of.list("Who was sent something.", of: .schema("PartyURN")),
      "messages": Of.list("In the order of arrival.", of: .schema("SubjectMessage")),
      "consents": Of.list("Consents on record.", of: .schema("ConsentSummary")),
      "objections": Of.list("Objections on record.", of: .schema("ObjectionSummary")),
      "rectifications": Of.list("Rectifications.", of: .schema("RectificationSummary")),
      "next": ["type": ["string", "null"], "description": "Where to go on; null at the end."],
    ])

  private static let message = Of.object(
    "A message about the child.",
    [
      "status": .schema("MessageStatus"),
      "title": Of.text("The title of its type."),
      "foundBy": Of.word(
        "What led to it. Compare one found by name before you release it.",
        of: ["number", "name-and-date-of-birth"]),
      "decision": .schema("Decision"),
      "disclosedWithoutConsent": Of.object(
        "The disclosure without consent on record for it, for its sender and the operator.",
        [
          "informed": Of.text("Whether the person was told."),
          "disclosesAddress": Of.truth("Whether it disclosed an address."),
          "reviewOn": Of.text("When it is reviewed.").with("format", "date"),
        ]),
      "notShared": Of.text("Why its recipient decided not to share, when it did."),
      "references": Of.object(
        "Other records that it names.",
        [
          "causationid": Of.text("The message whose data it uses."),
          "consentref": Of.text("A consent."), "correlationid": Of.text("Its thread."),
          "inreplyto": Of.text("What it answers."),
          "overrideref": Of.text("A disclosure without consent."),
        ], optional: Set(SubjectExportWriter.references)),
      "content": [
        "type": ["object", "null"], "additionalProperties": true,
        "description": "The payload in JSON; null when it is left out.",
      ],
      "contentLeftOut": Of.word(
        "Why it is left out.", of: ["not-yet-opened", "no-longer-readable"]),
    ], optional: ["contentLeftOut", "disclosedWithoutConsent", "notShared"])

  private static let consent = Of.object(
    "A consent on record, without who gave it.",
    [
      "consentId": .schema("MessageID"), "holder": .schema("PartyURN"),
      "state": Of.text("Where it stands."),
      "purposes": Of.list("What it is for.", of: Of.text("A word of the vocabulary.")),
      "items": Of.list("What it still covers.", of: Of.text("An item.")),
      "recipients": Of.list("To whom it still allows sharing.", of: .schema("PartyURN")),
      "reviewBy": Of.text("When it must be reviewed.").with("format", "date"),
    ])

  private static let objection = Of.object(
    "An objection on record.",
    [
      "messageId": .schema("MessageID"), "controller": .schema("PartyURN"),
      "interim": Of.text("What holds until it is decided."), "outcome": Of.text("The outcome."),
      "recordedAt": .schema("Time"), "isOpen": Of.truth("False once it has an outcome."),
    ], optional: ["outcome"])

  private static let summary = Of.object(
    "A rectification.",
    [
      "rectificationId": .schema("MessageID"), "requester": .schema("PartyURN"),
      "field": Of.text("What was put right."), "kind": Of.text("What was done."),
      "startedAt": .schema("Time"),
      "recipients": Of.list("Who was told.", of: .schema("PartyURN")),
    ])

  private static let keyRequest = Of.object("Which child.", ["child": .schema("Child")])
    .with("additionalProperties", false)

  private static let subjectKey = Of.object(
    "What stands for the child in a message.",
    ["subjectKey": Of.text("64 digits.").with("pattern", "^[0-9a-f]{64}$")])

  private static let rectificationRequest = Of.object(
    "What was put right. A rectification needs old and new; an erasure has no new.",
    [
      "child": .schema("Child"),
      "field": Of.text("A property's name, or its place in the payload: `/child/surname`."),
      "kind": Of.word(
        "What was done.",
        of: ["rectified", "erased", "restricted", "unrestricted", "objection-upheld"]),
      "old": Of.text("What it was."), "new": Of.text("What it is."), "reason": Of.text("Why."),
      "from": Of.text("From when.").with("format", "date-time"),
    ], optional: ["old", "new", "reason"]
  ).with("additionalProperties", false)

  private static let rectification = Of.object(
    "How far a rectification has come.",
    [
      "rectificationId": .schema("MessageID"), "field": Of.text("What was put right."),
      "kind": Of.text("What was done."), "startedAt": .schema("Time"),
      "messages": Of.count("Messages that held it."),
      "recipients": Of.list("Who has or had a copy.", of: .schema("RectifiedRecipient")),
    ])

  private static let recipient = Of.object(
    "A party that was sent the data.",
    [
      "recipient": .schema("PartyURN"),
      "state": Of.word(
        "Where it stands. `overdue`: reminded after the time limit, and still silent.",
        of: RectificationState.allCases.map(\.rawValue)),
      "notice": .schema("MessageID"), "acknowledgement": .schema("MessageID"),
      "acknowledgedAt": .schema("Time"),
      "applied": Of.truth("What it answered, where the answer came to you."),
    ], optional: ["notice", "acknowledgement", "acknowledgedAt", "applied"])
}
