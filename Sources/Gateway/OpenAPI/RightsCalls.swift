// The calls under the child's rights, described: exports, rectifications, subject keys.

import ExchangeModel

enum RightsCalls {
  static func all(_ limits: Limits) -> [DescribedCall] {
    [export(limits), subjectKey, rectify, rectification]
  }

  private static let ofWriting =
    RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + RefusedAnswer.ofWriting + [.contentTooLarge]

  private static func body(_ schema: String, _ example: DocumentValue) -> DocumentValue {
    [
      "required": true,
      "content": [
        "application/json": [
          "schema": .schema(schema), "examples": ["invented": ["value": example]],
        ]
      ],
    ]
  }

  private static let child: DocumentValue = [
    "surname": "Samplesen", "forename": "Ada", "dateOfBirth": "2012-04-03",
  ]

  private static func export(_ limits: Limits) -> DescribedCall {
    DescribedCall(
      verb: .post, path: "/v1/subject-exports", id: "exportSubject", tag: "Rights",
      summary: "See what you sent and received about a child",
      description: """
        For a request of access (UK GDPR, Article 15): the messages that the caller sent or \
        received about one child, with their grounds, timelines and content. A message that the \
        caller has not opened yet is listed without its content. A person must review it before \
        anything is released. Names alone are refused, since two children may share them. At most \
        \(limits.subjectPage) messages in a page; each call is written to the log, without the \
        child.
        """,
      requestBody: body("SubjectExportRequest", ["child": child]),
      answers: [
        DescribedAnswer(
          200, "A page, in the order of arrival.", fields: [.cacheControl],
          content: DescribedAnswer.json("SubjectExport"))
      ],
      refusals: ofWriting + [.badParameter])
  }

  private static let subjectKey = DescribedCall(
    verb: .post, path: "/v1/subject-keys", id: "makeSubjectKey", tag: "Rights",
    summary: "Get the key that stands for a child in a message",
    description: """
      A keyed hash of the strongest identifier given: upn, formerUpn, nhsNumber, uln, uci, else \
      names with date of birth. It is the same whether or not the gateway has heard of the child. \
      Each call is written to the log, without the child.
      """,
    requestBody: body("SubjectKeyRequest", ["child": child]),
    answers: [
      DescribedAnswer(
        200, "The key.", fields: [.cacheControl], content: DescribedAnswer.json("SubjectKey"))
    ],
    refusals: ofWriting)

  private static let rectify = DescribedCall(
    verb: .post, path: "/v1/rectifications", id: "startRectification", tag: "Rights",
    summary: "Tell all who were sent something that it was put right",
    description: """
      UK GDPR, Article 19. Finds each message that the caller sent about the child and that held \
      the field, and owes a rectification-notice to each party that has or had a copy, in the \
      caller's name. Those that do not acknowledge in time are reminded once. The same request \
      again is the same rectification.
      """,
    requestBody: body(
      "RectificationRequest",
      [
        "child": child, "field": "surname", "kind": "rectified", "old": "Samplesen",
        "new": "Sampleson", "from": "2026-11-16T09:30:00Z",
      ]),
    answers: [
      DescribedAnswer(
        202, "Begun: the notices are owed, and will be sent.", fields: [.location],
        content: DescribedAnswer.json("Rectification")),
      DescribedAnswer(
        200, "Begun before by the same request.", fields: [.location],
        content: DescribedAnswer.json("Rectification")),
    ],
    refusals: ofWriting + [.routeNotAllowed, .unknownMessageType])

  private static let rectification = DescribedCall(
    verb: .get, path: "/v1/rectifications/{rectificationId}", id: "getRectification",
    tag: "Rights", summary: "See who has put it right",
    description: "Each recipient with its state, for the party that asked for it alone.",
    parameters: [
      [
        "name": "rectificationId", "in": "path", "required": true,
        "schema": .schema("MessageID"), "description": "Its id, from the answer that began it.",
      ]
    ],
    answers: [
      DescribedAnswer(
        200, "How far it has come.", fields: [.cacheControl],
        content: DescribedAnswer.json("Rectification"))
    ],
    refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + [.notFound])
}
