// The calls of tracing, described. Held to TraceRoutes.swift by a test.

import ExchangeModel

enum TraceCalls {
  static func all(_ limits: Limits) -> [DescribedCall] {
    [search, see, disclose, confirm, enquire, ask, answer, reply, load(limits)]
  }

  private static let ofReading = RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + [.notFound]
  private static let ofWriting =
    ofReading + RefusedAnswer.ofWriting + [.contentTooLarge, .traceNotAllowed]
  /// A letter is admitted like any message, and may be refused like one.
  private static let ofLetter =
    ofWriting + MessageCalls.ofAdmission.filter { !ofWriting.contains($0) } + [.contentErased]

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

  private static let traceID: DocumentValue = [
    "name": "traceId", "in": "path", "required": true, "schema": .schema("MessageID"),
    "description": "The trace's id, from the answer that made it.",
  ]

  private static func shown(_ status: Int, _ text: String) -> DescribedAnswer {
    DescribedAnswer(
      status, text, fields: status == 201 ? [.location, .cacheControl] : [.cacheControl],
      content: DescribedAnswer.json("Trace"))
  }

  private static let search = DescribedCall(
    verb: .post, path: "/v1/traces", id: "makeTrace", tag: "Tracing",
    summary: "Look for a child among the pupils of your authority",
    description: """
      For officers of Children Missing Education and their systems. Says what is known of the \
      child, or names the trace request that asks for it, and gets at most five candidates with \
      their weight in bits, the reasons for and against, and how likely it is that the child is \
      not here. Surname, forename and year of birth are shown, no more. The search and each child \
      shown are leaves of the log. Adopted children and children in a refuge are shown to a named \
      officer alone, and never found by a place.
      """,
    requestBody: body(
      "NewTrace",
      [
        "purpose": "children-missing-education", "reason": "moved-unknown",
        "officer": "cme-07",
        "child": [
          "surname": "Samplesen", "forename": "Ada", "dateOfBirth": "2012-04",
          "places": [["postcode": "SO99 9ZZ"]],
        ],
      ]),
    answers: [shown(201, "The trace with its candidates.")],
    refusals: ofWriting + [
      .purposeNotAllowed, .tooManyTraces, .messageHeld, .contentErased,
    ])

  private static let see = DescribedCall(
    verb: .get, path: "/v1/traces/{traceId}", id: "getTrace", tag: "Tracing",
    summary: "See a trace again",
    description: "For its maker alone. Each child shown is a leaf of the log again.",
    parameters: [traceID], answers: [shown(200, "The trace.")],
    refusals: ofReading + RefusedAnswer.ofWriting + [.traceNotAllowed, .purposeNotAllowed])

  private static let disclose = DescribedCall(
    verb: .post, path: "/v1/traces/{traceId}/candidates/{number}/disclosure",
    id: "discloseCandidate", tag: "Tracing", summary: "See more of a candidate",
    description: """
      One step more of a candidate, for a named officer, the trace's purpose and a stated reason; \
      each step is decided anew and is a leaf of the log. The school comes first; the address or \
      the full record once a person confirmed the candidate, were it as `possible`. Refused for \
      another child of the household, for a child whose whereabouts must stay unknown, and once \
      nobody is looked for any more.
      """,
    parameters: [
      traceID,
      [
        "name": "number", "in": "path", "required": true,
        "schema": ["type": "integer", "minimum": 1, "maximum": 5],
        "description": "The candidate's number in the trace.",
      ],
    ],
    requestBody: body("DisclosureRequest", ["scope": "school", "reason": "moved-unknown"]),
    answers: [
      DescribedAnswer(
        200, "As much as was asked for.", fields: [.cacheControl],
        content: DescribedAnswer.json("DisclosedPupil"))
    ],
    refusals: ofWriting + [
      .restrictedChild, .purposeNotAllowed, .candidateNotConfirmed, .traceClosed,
    ])

  private static let confirm = DescribedCall(
    verb: .post, path: "/v1/traces/{traceId}/confirmation", id: "confirmTrace", tag: "Tracing",
    summary: "Say whether a candidate is the child",
    description: """
      A person decides: `confirmed`, `possible` or `not-here`. A later confirmation may follow \
      only on `possible`.
      """,
    parameters: [traceID],
    requestBody: body(
      "TraceConfirmation", ["result": "confirmed", "candidate": 1, "verifiedBy": "school-roll"]),
    answers: [shown(200, "The trace.")], refusals: ofWriting + [.traceClosed])

  private static let enquire = DescribedCall(
    verb: .post, path: "/v1/traces/{traceId}/enquiries", id: "enquire", tag: "Tracing",
    summary: "Ask other authorities: do you know the child, yes or no?",
    description: """
      Compares tokens, keyed for the two parties and the day, of the UPN, of the date of birth \
      with both names, and of the date of birth with the postcode. Nothing of a child is shown. \
      `unknown` means that the party keeps no pupils with the gateway: only a request can tell.
      """,
    parameters: [traceID],
    requestBody: body("EnquiryRequest", ["parties": ["urn:gatehouse:851:cme"]]),
    answers: [
      DescribedAnswer(
        200, "All answers so far.", fields: [.cacheControl],
        content: DescribedAnswer.json("Enquiries"))
    ], refusals: ofWriting + [.purposeNotAllowed, .contentErased])

  private static let ask = DescribedCall(
    verb: .post, path: "/v1/traces/{traceId}/requests", id: "askToTrace", tag: "Tracing",
    summary: "Send the trace request to those who said yes, to others you name, or to all",
    description: """
      Sends a trace-request message to each in your name, bound together as one case. Without \
      `parties` they go to those who said yes. A broadcast goes to the officers of every other \
      authority and needs an approver. The same again has no second effect.
      """,
    parameters: [traceID],
    requestBody: body(
      "TraceRequestTerms",
      [
        "dateLastSeen": "2026-10-16", "disclosureCap": "yes-no+school", "safeToContact": "open",
      ]),
    answers: [letters(202, "What became of each.")], refusals: ofLetter)

  private static let answer = DescribedCall(
    verb: .post, path: "/v1/traces/{traceId}/answer", id: "answerTrace", tag: "Tracing",
    summary: "Answer the request that the trace was made for",
    description: """
      Sends a trace-response as the officer confirmed: a match with as much as you disclose and \
      the request's cap allows, a potential match with what differs and no place, or no match, \
      which erases the request. With a `refusalReason` it refuses.
      """,
    parameters: [traceID],
    requestBody: body(
      "TraceAnswer",
      [
        "disclose": "yes-no+school",
        "contactOfficer": ["name": "Terry Modell", "email": "cme@neighbour.example"],
      ]),
    answers: [letters(202, "The message sent.")], refusals: ofLetter)

  private static let reply = DescribedCall(
    verb: .post, path: "/v1/traces/{traceId}/replies", id: "confirmAnswer", tag: "Tracing",
    summary: "Tell who answered whether it was the right child",
    description: """
      Sends a trace-confirmation. Another child, or withdrawn, erases the request. `withdrawn` \
      without an `answer` takes back every request that is still open.
      """, parameters: [traceID],
    requestBody: body(
      "TraceReply",
      [
        "answer": "019a0000-0000-7000-8000-000000000009", "result": "confirmed",
        "verifiedBy": "school-roll",
      ]),
    answers: [letters(202, "The message sent.")], refusals: ofLetter)

  private static func letters(_ status: Int, _ text: String) -> DescribedAnswer {
    DescribedAnswer(
      status, text, fields: [.cacheControl], content: DescribedAnswer.json("SentLetters"))
  }

  private static func load(_ limits: Limits) -> DescribedCall {
    DescribedCall(
      verb: .post, path: "/v1/pupils", id: "changePupils", tag: "Tracing",
      summary: "Keep your pupils up to date for tracing",
      description: """
        One pupil a line (NDJSON), at most \(limits.pupilBatchLines), all or none. Every name, \
        date of birth and place ever sent for an id is kept as history. What is sent is sealed; \
        a trace is the only way to it, and it finds a change at once.
        """,
      requestBody: [
        "required": true,
        "content": [
          "application/x-ndjson": [
            "schema": ["type": "string"],
            "examples": [
              "invented": [
                "value": .text(
                  #"{"id":"p1","names":[{"surname":"Samplesen","forename":"Ada"}],"#
                    + #""datesOfBirth":["2012-04-03"],"sex":"F"}"#)
              ]
            ],
          ]
        ],
      ],
      answers: [
        DescribedAnswer(
          200, "How many were changed.", content: DescribedAnswer.json("PoolChanges"))
      ],
      refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + RefusedAnswer.ofWriting
        + [.contentTooLarge, .traceNotAllowed])
  }
}
