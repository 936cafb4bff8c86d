// The listing of cases, described, with its schemas. Held to CaseRoutes.swift by a test.

import ExchangeModel
import Storage

enum CaseCalls {
  private typealias Of = DescribedSchemas

  static func all(_ limits: Limits) -> [DescribedCall] {
    [
      DescribedCall(
        verb: .get, path: "/v1/cases", id: "listCases", tag: "Cases",
        summary: "List the cases that you are a party of",
        description: """
          A case is what messages make of it: a referral of a missing child, a return of a \
          deletion or a new pupil, a trace. Its keeper sees its state; others as much of it as \
          they were told. Newest first.
          """,
        parameters: [
          .query(
            "kind", "Cases of one kind.",
            ["type": "string", "enum": .texts(CaseKind.allCases.map(\.rawValue))]),
          .query(
            "limit", "Cases in a page.",
            [
              "type": "integer", "minimum": 1, "maximum": .number(Int64(limits.casePage)),
              "default": .number(Int64(min(100, limits.casePage))),
            ]),
          .query(
            "after", "The `next` of the page before; leave it out for the first.",
            ["type": "string"]),
        ],
        answers: [
          DescribedAnswer(
            200, "A page, empty when there is none.", fields: [.cacheControl],
            content: DescribedAnswer.json("CasePage"))
        ],
        refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + [.badParameter]),
      DescribedCall(
        verb: .get, path: "/v1/cases/{caseId}", id: "getCase", tag: "Cases",
        summary: "See how a case stands",
        description: """
          Its messages as far as the caller sent or received them, and for a trace who was asked, \
          when, and what came back. Who the child is stands in the messages alone.
          """,
        parameters: [
          [
            "name": "caseId", "in": "path", "required": true, "schema": .schema("MessageID"),
            "description": "The id of the message that opened it.",
          ]
        ],
        answers: [
          DescribedAnswer(
            200, "The case.", fields: [.cacheControl], content: DescribedAnswer.json("Case"))
        ],
        refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + [.notFound]),
    ]
  }

  static let schemas: [(String, DocumentValue)] = [
    ("CasePage", page), ("Case", exchangeCase), ("CaseMessage", step), ("AskedParty", asked),
  ]

  private static let page = Of.object(
    "A page of cases, newest first, without their messages.",
    [
      "cases": Of.list("Empty when there is none.", of: .schema("Case")),
      "next": [
        "description": "What to send as `after` for the next page; null on the last.",
        "type": ["string", "null"],
      ],
    ])

  private static let exchangeCase = Of.object(
    "A case.",
    [
      "caseId": .schema("MessageID"),
      "kind": Of.word("What it is about.", of: CaseKind.allCases.map(\.rawValue)),
      "keeper": .schema("PartyURN"), "isOwn": Of.truth("True when you keep it."),
      "state": Of.text(
        "How it stands: for a missing child `referred`, then the status that its officers told, "
          + "of which others see `open`, `found` or `closed`; for a deletion `proposed`, "
          + "`historic-ground`, `checked-by-la`, `challenged`, `deleted` or `withdrawn`; for a new "
          + "pupil `returned`; for a trace the state of the question that got furthest."),
      "openedAt": .schema("Time"), "changedAt": .schema("Time"),
      "messages": Of.list("Those that you sent or received.", of: .schema("CaseMessage")),
      "asked": Of.list("Of a trace: who was asked.", of: .schema("AskedParty")),
      "traceId": .schema("MessageID"),
      "enquiries": Of.list(
        "Of your own trace: what others said, yes or no, before.", of: .schema("Enquiry")),
    ], optional: ["messages", "asked", "traceId", "enquiries"])

  private static let step = Of.object(
    "A message in a case.",
    [
      "messageId": .schema("MessageID"), "step": Of.text("The slug of its type."),
      "source": .schema("PartyURN"), "recipient": .schema("PartyURN"), "at": .schema("Time"),
      "outcome": Of.text("What it says of the case."), "answers": .schema("MessageID"),
    ], optional: ["outcome", "answers"])

  private static let asked = Of.object(
    "A party that was asked whether it knows the child.",
    [
      "messageId": .schema("MessageID"), "asked": .schema("PartyURN"), "askedAt": .schema("Time"),
      "cap": Of.word("The most asked for.", of: DisclosureCap.allCases.map(\.rawValue)),
      "state": Of.word(
        "What came back.",
        of: [
          "open", "expired", "answered-no-match", "answered-potential", "answered-match",
          "confirmed", "wrong-child", "refused", "withdrawn",
        ]),
      "dueAt": .schema("Time"),
      "reminded": Of.word("What its parties were reminded of last.", of: ["due", "overdue"]),
      "answer": .schema("MessageID"), "answeredAt": .schema("Time"),
      "erasedAt": .schema("Time"),
    ], optional: ["dueAt", "reminded", "answer", "answeredAt", "erasedAt"])
}
