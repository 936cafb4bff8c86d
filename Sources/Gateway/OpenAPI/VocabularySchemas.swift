// The schemas of the vocabulary, as `GET /v1/vocabulary` serves it. Held to `vocabulary.json` by a
// test.

enum VocabularySchemas {
  private typealias Of = DescribedSchemas

  static let all: [(String, DocumentValue)] = [
    ("Vocabulary", vocabulary), ("VocabularyPurpose", purpose), ("VocabularyWord", word),
    ("ConsentRule", consentRule), ("PurposeCompatibility", compatibility),
    ("DataCategory", dataCategory),
  ]

  private static let vocabulary = Of.object(
    "The words that messages claim, and what each allows.",
    [
      "title": Of.text("Its name."), "version": Of.count("Its version."),
      "description": Of.text("What it is for."),
      "purposes": Of.list("What data may be shared for.", of: .schema("VocabularyPurpose")),
      "lawfulBases": Of.list("UK GDPR, Article 6.", of: .schema("VocabularyWord")),
      "specialConditions": Of.list("UK GDPR, Article 9.", of: .schema("VocabularyWord")),
      "legalGateways": Of.list("Statutory powers.", of: .schema("VocabularyWord")),
      "consentRules": Of.list("When consent is needed.", of: .schema("ConsentRule")),
      "purposeCompatibility": .schema("PurposeCompatibility"),
      "roles": Of.list("What parties are.", of: .schema("VocabularyWord")),
      "dataCategories": Of.list("Kinds of data.", of: .schema("DataCategory")),
    ], optional: ["title", "version", "description"])

  private static let purpose = Of.object(
    "A purpose.",
    [
      "token": Of.text("The word."), "title": Of.text("Its name, for people."),
      "code": Of.text("The catalogue's code."),
      "dpvBroadMatch": Of.text("The broader term of the W3C's Data Privacy Vocabulary."),
      "basis": Of.text("What it rests on, in words."),
      "lawfulBases": words("Lawful bases that it may rest on."),
      "specialConditions": words("Special conditions that it may rest on."),
      "dataCategories": words("Categories of data that a message for it may carry."),
    ], optional: ["code", "dpvBroadMatch", "basis", "lawfulBases", "specialConditions"])

  private static let word = Of.object(
    "A word.",
    [
      "token": Of.text("The word."), "title": Of.text("Its name, for people."),
      "code": Of.text("The catalogue's code."), "statute": Of.text("The law."),
      "provision": Of.text("The place in the law."), "remark": Of.text("A remark."),
      "asPrinted": Of.text("As the agencies' notices print it."),
      "appropriatePolicyDocument": Of.truth("Whether it needs a policy document."),
      "inForce": .object([]),
    ],
    optional: [
      "code", "statute", "provision", "remark", "asPrinted", "appropriatePolicyDocument", "inForce",
    ])

  private static let consentRule = Of.object(
    "A consent rule.",
    [
      "token": Of.text("The word, `CN0` to `CN6`."), "wording": Of.text("What it asks."),
      "envelopeNeeds": words("Attributes that the envelope needs."),
      "allowsOverride": Of.truth("Whether a disclosure without consent may take its place."),
    ], optional: ["envelopeNeeds"])

  private static let answer = Of.word(
    "Allowed, refused, with fresh consent, with a safeguarding override.",
    of: ["Y", "N", "C", "S"])

  private static let compatibility = Of.object(
    "May data received under one purpose be used onward for another?",
    [
      "description": Of.text("How to read it."),
      "outcomes": ["type": "object", "additionalProperties": ["type": "string"]],
      "samePurpose": answer, "unlisted": answer,
      "table": [
        "type": "object", "description": .text("By the purpose received, then the one wanted."),
        "additionalProperties": ["type": "object", "additionalProperties": answer],
      ],
    ], optional: ["description", "outcomes"])

  private static let dataCategory = Of.object(
    "A category of data.",
    [
      "token": Of.text("The word."), "title": Of.text("Its name, for people."),
      "specialCategory": Of.truth("Whether UK GDPR, Article 9 applies to it."),
      "payloadProperties": words("Top-level properties of payloads that hold it."),
      "alsoIn": Of.list(
        "Properties that hold it in one message type alone.",
        of: Of.object(
          "One of them.",
          [
            "messageType": Of.text("The message type's slug."),
            "property": Of.text("The property."),
          ])),
    ], optional: ["alsoIn"])

  private static func words(_ description: String) -> DocumentValue {
    Of.list(description, of: ["type": "string"])
  }
}
