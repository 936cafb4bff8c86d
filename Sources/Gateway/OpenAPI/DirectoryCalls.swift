// The calls that tell whom one may send what, described.

import ExchangeModel

enum DirectoryCalls {
  static let all = [parties, catalogue, vocabulary, schema]

  private static let parties = DescribedCall(
    verb: .get, path: "/v1/parties", id: "listParties", tag: "Directory",
    summary: "List the parties",
    description: "Every live party, by URN.",
    answers: [
      DescribedAnswer(200, "The parties.", content: DescribedAnswer.json("Parties"))
    ],
    refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofCaller)

  private static let catalogue = DescribedCall(
    verb: .get, path: "/v1/catalogue", id: "getCatalogue", tag: "Directory",
    summary: "List the message types",
    description: """
      Every message type with its routes, grounds, attachments and schemas, and whether the \
      caller's role may send or receive it. Grounds stand in lists: the first is what the gateway \
      stamps when the envelope names none.
      """,
    answers: [
      DescribedAnswer(200, "The message types.", content: DescribedAnswer.json("Catalogue"))
    ],
    refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofCaller)

  private static let vocabulary = DescribedCall(
    verb: .get, path: "/v1/vocabulary", id: "getVocabulary", tag: "Directory",
    summary: "List the words of the exchange",
    description: """
      Purposes with the categories of data that each may carry, lawful bases, special conditions, \
      legal gateways, consent rules, roles, categories of data, and which purpose may follow on \
      which. As the operator's `schemas/vocabulary.json` has it.
      """,
    answers: [
      DescribedAnswer(
        200, "The vocabulary.", fields: [.entityTag],
        content: DescribedAnswer.json("Vocabulary"))
    ],
    refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + [.notFound])

  private static let schema = DescribedCall(
    verb: .get, path: "/v1/schemas/{path}", id: "getSchema", tag: "Directory",
    summary: "Fetch a schema, an example or a message type's description",
    description: """
      A file of the catalogue. Schemas refer to each other by relative paths, so they resolve \
      here too.
      """,
    parameters: [
      [
        "name": "path", "in": "path", "required": true, "schema": ["type": "string"],
        "description": "One or more segments; write the `/` between them as it is.",
        "examples": [
          "envelope": ["value": "envelope/v1/envelope.schema.json"],
          "payload": ["value": "messages/medical-referral/v1/payload.xsd"],
        ],
      ]
    ],
    answers: [
      DescribedAnswer(
        200, "The file.", fields: [.entityTag],
        content: [
          "application/schema+json": ["schema": ["type": ["object", "boolean"]]],
          "application/json": .object([]),
          "application/xml": ["schema": ["type": "string"]],
        ])
    ],
    refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + [.notFound])
}
