// The recipient's calls, described: list, fetch in either format, acknowledge.

import ExchangeModel

enum InboxCalls {
  static func all(_ limits: Limits) -> [DescribedCall] {
    [list(limits), fetch, acknowledge]
  }

  private static func list(_ limits: Limits) -> DescribedCall {
    DescribedCall(
      verb: .get, path: "/v1/inbox", id: "listInbox", tag: "Inbox",
      summary: "List the messages that wait for you",
      description: """
        The caller's inbox, oldest first, addressing only. A message stays until it is \
        acknowledged. With `wait`, an empty inbox is answered when a message comes or the time is \
        over.
        """,
      parameters: [
        .query(
          "limit", "Messages in a page.",
          [
            "type": "integer", "minimum": 1, "maximum": .number(Int64(limits.inboxPage)),
            "default": .number(Int64(min(100, limits.inboxPage))),
          ]),
        .query(
          "after", "The `next` of the page before; leave it out for the first.",
          .schema("MessageID")),
        .query(
          "wait", "Seconds to wait for the first message.",
          [
            "type": "integer", "minimum": 0, "maximum": .number(limits.longPollSeconds),
            "default": 0,
          ]),
      ],
      answers: [
        DescribedAnswer(
          200, "A page, empty when nothing waits.", fields: [.cacheControl],
          content: DescribedAnswer.json("InboxPage"))
      ],
      refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + [.badParameter])
  }

  private static let fetch = DescribedCall(
    verb: .get, path: "/v1/inbox/{messageId}", id: "fetchMessage", tag: "Inbox",
    summary: "Fetch a message",
    description: """
      The envelope with its payload, in the format that `Accept` asks for and otherwise in the \
      sender's; the grounds for sharing are stamped on it as the gateway resolved them. For its \
      recipient alone, before and after acknowledging. Each fetch is written to the log.
      """,
    parameters: [.parameter("messageId")],
    answers: [
      DescribedAnswer(
        200, "The envelope.", fields: [.vary, .cacheControl],
        content: MessageCalls.envelope(example: nil))
    ],
    refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + RefusedAnswer.ofWriting
      + [.notFound, .notAcceptable, .messageHeld, .contentErased])

  private static let acknowledge = DescribedCall(
    verb: .post, path: "/v1/inbox/{messageId}/acknowledgement", id: "acknowledgeMessage",
    tag: "Inbox", summary: "Say that you took a message, or why not",
    description: """
      The sender learns it, and the message leaves the inbox. Saying the same again is safe; \
      saying otherwise is refused, for the first outcome stands.
      """,
    parameters: [.parameter("messageId")],
    requestBody: [
      "required": true,
      "content": [
        "application/json": [
          "schema": .schema("Acknowledgement"),
          "examples": [
            "taken": ["value": ["outcome": "taken"]],
            "refused": ["value": ["outcome": "refused", "reason": "not-ours"]],
          ],
        ]
      ],
    ],
    answers: [
      DescribedAnswer(
        200, "Where the message stands now.", content: DescribedAnswer.json("MessageStatus"))
    ],
    refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + RefusedAnswer.ofWriting
      + [.notFound, .contentTooLarge, .alreadyAcknowledged, .messageHeld, .contentErased])
}
