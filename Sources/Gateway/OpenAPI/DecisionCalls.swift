// Asking before sending, described.

import ExchangeModel

enum DecisionCalls {
  private typealias Of = DescribedSchemas

  static func all(_ limits: Limits) -> [DescribedCall] {
    [
      DescribedCall(
        verb: .post, path: "/v1/decisions", id: "explainDecision", tag: "Messages",
        summary: "Ask how a message would be decided",
        description: """
          Takes the same bodies as `POST /v1/messages` and answers with the decision that the \
          message would get now: every rule with its reason and source, and what would have to be \
          done. Nothing of the message is stored; that the question was asked is logged. \
          Attachments are not looked for. Whoever may not send such a message to that recipient \
          is told nothing of what the registers hold. The answer is no promise: a consent may be \
          withdrawn before the message is sent. At most \(limits.envelopeBytes) bytes.
          """,
        requestBody: [
          "required": true,
          "description": "The envelope, its payload in `data`.",
          "content": MessageCalls.envelope(
            example: "/v1/schemas/messages/medical-referral/v1/examples/year-9-fatigue.valid"),
        ],
        answers: [
          DescribedAnswer(
            200, "The decision, whether it permits or denies.", fields: [.cacheControl],
            content: DescribedAnswer.json("ExplainedDecision"))
        ],
        refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + RefusedAnswer.ofWriting + [
          .unsupportedMediaType, .contentTooLarge, .malformedEnvelope, .senderMismatch,
          .unknownMessageType, .payloadInvalid,
        ])
    ]
  }

  static let schemas: [(String, DocumentValue)] = [
    ("ExplainedDecision", explained), ("ForeseenRefusal", refusal),
  ]

  private static let explained = Of.object(
    "How a message would be decided now.",
    [
      "verdict": Of.word("The decision's verdict.", of: ["permit", "deny"]),
      "refusal": .schema("ForeseenRefusal"),
      "decision": .schema("Decision"),
    ], optional: ["refusal"])

  private static let refusal = Of.object(
    "What the message would be refused with; only when it would be.",
    [
      "code": .schema("RefusalCode"),
      "title": Of.text("What is wrong."),
      "detail": Of.text("What to do about it."),
      "retryable": Of.truth("True when the same message may be admitted later."),
    ])
}
