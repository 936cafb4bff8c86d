// The schemas of consents as they are registered, shown, withdrawn and reviewed. Held to what
// ConsentAnswers.swift writes and ConsentReader.swift takes by a test.

import ExchangeModel
import Storage

enum ConsentSchemas {
  private typealias Of = DescribedSchemas

  static func all(_ limits: Limits) -> [(String, DocumentValue)] {
    [
      ("NewConsent", newConsent(limits)), ("ConsentChild", child(limits)),
      ("ConsentEvidence", evidence), ("Consent", consent), ("ConsentChange", change),
      ("ConsentPage", page), ("ConsentWithdrawal", withdrawal(limits)),
      ("ConsentReview", review),
    ]
  }

  private static let day: DocumentValue = Of.text("A day, YYYY-MM-DD.").with("format", "date")
  private static let capacity = Of.word(
    "By what right somebody consents.", of: ConsentCapacity.allCases.map(\.rawValue))
  private static let method = Of.word("How consent was given.", of: NewConsent.methods)

  private static func text(_ description: String, _ limits: Limits) -> DocumentValue {
    Of.text(description).with("minLength", 1)
      .with("maxLength", .number(Int64(limits.consentText)))
  }

  private static func list(
    _ description: String, of items: DocumentValue, _ limits: Limits
  ) -> DocumentValue {
    Of.list(description, of: items).with("minItems", 1)
      .with("maxItems", .number(Int64(limits.consentEntries)))
  }

  private static func newConsent(_ limits: Limits) -> DocumentValue {
    Of.object(
      "A consent, or a refusal, to be recorded.",
      [
        "decision": Of.word("What the person said.", of: ["given", "refused"])
          .with("default", "given"),
        "child": .schema("ConsentChild"),
        "givenBy": text("Who consents: the full name.", limits),
        "relationship": text("What that person is to the child.", limits),
        "capacity": capacity,
        "purposes": list("What for: tokens of the vocabulary.", of: Of.text("A token."), limits),
        "items": list(
          "What may be shared: categories of data of the vocabulary, or items that a message type "
            + "lists. `address` releases a sensitive address.", of: Of.text("A token."), limits),
        "recipients": list("To whom, by name.", of: .schema("PartyURN"), limits),
        "method": method,
        "evidence": .schema("ConsentEvidence"),
        "givenOn": day,
        "reviewBy": day,
        "expiresOn": day,
        "supersedes": .schema("MessageID"),
      ], optional: ["decision", "relationship", "evidence", "expiresOn", "supersedes"]
    ).with("additionalProperties", false)
  }

  private static func child(_ limits: Limits) -> DocumentValue {
    Of.object(
      "Whom it is about: hashed at once, never told again.",
      [
        "surname": text("The surname.", limits), "forename": text("The forename.", limits),
        "dateOfBirth": day, "upn": Of.text("The unique pupil number."),
        "uln": Of.text("The unique learner number."), "nhsNumber": Of.text("The NHS number."),
      ], optional: ["upn", "uln", "nhsNumber"]
    ).with("additionalProperties", false)
  }

  private static let evidence = Of.object(
    "What bears witness to it.",
    [
      "sha256": Of.text("SHA-256 of the document or recording, in lower-case hex.")
        .with("pattern", "^[0-9a-f]{64}$"),
      "kind": Of.word("What it is.", of: ConsentEvidence.kinds),
    ]
  ).with("additionalProperties", false)

  private static let consent = Of.object(
    "A consent record. A recipient named in it sees the required members alone.",
    [
      "id": .schema("MessageID"),
      "status": Of.word(
        "How it stands now; only `given` lets anything pass.",
        of: [
          ConsentFact.State.given, .refused, .withdrawn, .expired, .superseded, .reviewOverdue,
        ].map(\.rawValue)),
      "purposes": Of.list("What for.", of: Of.text("A token of the vocabulary.")),
      "items": Of.list("What it still covers.", of: Of.text("A token.")),
      "reviewBy": day,
      "schemaVersion": Of.count("The version of the record's shape."),
      "holder": .schema("PartyURN"),
      "recipients": Of.list("Whom it still covers.", of: .schema("PartyURN")),
      "givenBy": Of.text("Who consents."),
      "relationship": Of.text("What that person is to the child."),
      "capacity": capacity,
      "method": method,
      "evidence": .schema("ConsentEvidence"),
      "givenOn": day,
      "expiresOn": day,
      "supersedes": .schema("MessageID"),
      "recordedAt": .schema("Time"),
      "history": Of.list("Oldest first.", of: .schema("ConsentChange")),
    ],
    optional: [
      "schemaVersion", "holder", "recipients", "givenBy", "relationship", "capacity", "method",
      "evidence", "givenOn", "expiresOn", "supersedes", "recordedAt", "history",
    ])

  private static let change = Of.object(
    "One line of a record's history.",
    [
      "change": Of.word("What happened.", of: ConsentChange.Kind.allCases.map(\.rawValue)),
      "scope": Of.word("How much of it.", of: ["all", "recipient", "item"]),
      "recipient": .schema("PartyURN"),
      "item": Of.text("Which item."),
      "at": .schema("Time"),
      "actor": .schema("PartyURN"),
      "reviewBy": day,
      "reason": Of.text("The words of who withdrew it."),
      "logIndex": Of.count("The index of the event's leaf in the log."),
    ], optional: ["recipient", "item", "actor", "reviewBy", "reason"])

  private static let page = Of.object(
    "A page of consents, in the order recorded.",
    [
      "consents": Of.list("Empty when you hold none.", of: .schema("Consent")),
      "next": [
        "description": "What to send as `after` for the next page; null on the last.",
        "oneOf": [.schema("MessageID"), ["type": "null"]],
      ],
    ])

  private static func withdrawal(_ limits: Limits) -> DocumentValue {
    Of.object(
      "How much is withdrawn. A scope of one recipient or one item names it.",
      [
        "scope": Of.word("How much.", of: ["all", "recipient", "item"]),
        "recipient": .schema("PartyURN"),
        "item": text("Which item.", limits),
        "reason": text("Why, in your own words; seen by who holds the record.", limits),
      ], optional: ["recipient", "item", "reason"]
    ).with("additionalProperties", false)
  }

  private static let review = Of.object(
    "The next day of review.", ["reviewBy": day]
  ).with("additionalProperties", false)
}
