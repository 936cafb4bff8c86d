// The listing of duties, described, with its schemas. Held to DutyRoutes.swift by a test.

import ExchangeModel
import Storage

enum DutyCalls {
  private typealias Of = DescribedSchemas

  static func all(_ limits: Limits) -> [DescribedCall] {
    [
      DescribedCall(
        verb: .get, path: "/v1/duties", id: "listDuties", tag: "Duties",
        summary: "List the replies that you owe, or that are owed to you",
        description: """
          A message type may await replies, some within a time limit. Each reply that a message of \
          yours awaits, or that you owe, is a duty. It is met by a message of its type that names \
          the first one in `inreplyto` (or `correlationid`, or `causationid`). Days are counted \
          by the school's calendar and the authority's; `calendarMissing` says that neither a \
          due time nor a reminder can be given until the gateway's operator has that calendar. \
          Oldest first.
          """,
        parameters: [
          .query(
            "side", "Whether you owe the reply, or it is owed to you.",
            words(Duty.Side.allCases.map(\.rawValue), default: Duty.Side.owedByMe.rawValue)),
          .query(
            "state", "`open` are all that are not settled; the overdue ones are among them.",
            words(Duty.State.allCases.map(\.rawValue), default: Duty.State.open.rawValue)),
          .query(
            "limit", "Duties in a page.",
            [
              "type": "integer", "minimum": 1, "maximum": .number(Int64(limits.dutyPage)),
              "default": .number(Int64(min(100, limits.dutyPage))),
            ]),
          .query(
            "after", "The `next` of the page before; leave it out for the first.",
            ["type": "string"]),
        ],
        answers: [
          DescribedAnswer(
            200, "A page, empty when nothing is owed.", fields: [.cacheControl],
            content: DescribedAnswer.json("DutyPage"))
        ],
        refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + [.badParameter])
    ]
  }

  static let schemas: [(String, DocumentValue)] = [("DutyPage", page), ("Duty", duty)]

  private static func words(_ words: [String], default value: String) -> DocumentValue {
    ["type": "string", "enum": .texts(words), "default": .text(value)]
  }

  private static let page = Of.object(
    "A page of duties, oldest first.",
    [
      "duties": Of.list("Empty when nothing is owed.", of: .schema("Duty")),
      "next": [
        "description": "What to send as `after` for the next page; null on the last.",
        "type": ["string", "null"],
      ],
    ])

  private static let duty = Of.object(
    "A reply that is owed, or was.",
    [
      "dutyId": Of.text("The message's id, a dot, and the reply's place among those it awaits."),
      "messageId": .schema("MessageID"),
      "messageType": Of.text("The type of the message that awaits the reply."),
      "replyTypes": Of.list("Any one of these settles it.", of: ["type": "string"]),
      "owedBy": .schema("PartyURN"),
      "owedTo": .schema("PartyURN"),
      "openedAt": .schema("Time"),
      "dueAt": .schema("Time"),
      "state": Of.word(
        "Still open, past its time, met, or lapsed because the message was refused.",
        of: Duty.State.allCases.map(\.rawValue)),
      "clock": Of.object(
        "The time limit, when there is one.",
        [
          "count": Of.count("How many."),
          "unit": Of.word(
            "Of what.", of: ["school-day", "working-day", "calendar-day", "hour", "month"]),
        ]),
      "calendarMissing": Of.truth("True while the due time waits for a calendar."),
      "calendar": Of.object(
        "The calendar that it waits for.",
        [
          "kind": Of.word("Of which days.", of: CalendarKey.Kind.allCases.map(\.rawValue)),
          "owner": Of.text("A school's URN, or `la:` and an authority's code."),
        ]),
      "metBy": .schema("MessageID"),
      "endedAt": .schema("Time"),
    ], optional: ["dueAt", "clock", "calendar", "metBy", "endedAt"])
}
