// The recipient's calls, described: list, fetch in either format, acknowledge.

import ExchangeModel

enum InboxCalls {
  static func all(_ limits: Limits) -> [DescribedCall] {
    [list(limits), fetch, acknowledge, lease(limits), renewLease(limits), endLease]
  }

  private static func list(_ limits: Limits) -> DescribedCall {
    DescribedCall(
      verb: .get, path: "/v1/inbox", id: "listInbox", tag: "Inbox",
      summary: "List the messages that wait for you",
      description: """
        The caller's inbox, oldest first, addressing only. A message stays until it is \
        acknowledged. With `wait`, an empty inbox is answered when a message comes or the time is \
        over.

        With `Accept: text/event-stream` the answer is a stream of Server-Sent Events: one event \
        for each message, its line of the listing as `data` and its id as `id`, a comment now and \
        then as a sign of life. It ends after a while; come back with `Last-Event-ID`. A message \
        that was held and then released keeps its old place: look at the list from its start now \
        and then.
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
        [
          "name": "Last-Event-ID", "in": "header", "required": false,
          "description": "For a stream: the id of the last event that was seen.",
          "schema": .schema("MessageID"),
        ],
      ],
      answers: [
        DescribedAnswer(
          200, "A page, empty when nothing waits; or a stream of events.",
          fields: [.cacheControl],
          content: DescribedAnswer.json("InboxPage").with(
            "text/event-stream",
            ["schema": ["type": "string", "description": "Server-Sent Events."]]))
      ],
      refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + [.badParameter])
  }

  private static func lease(_ limits: Limits) -> DescribedCall {
    DescribedCall(
      verb: .post, path: "/v1/inbox/leases", id: "leaseMessages", tag: "Inbox",
      summary: "Take the next messages for one of several workers",
      description: """
        Hands out the next messages, the most urgent and then the oldest first, such that no other \
        lease has them until this one runs out or is given back. Messages about one child from one \
        sender are leased in order: all that come next to one worker, or none while another has an \
        earlier one. Fetch and acknowledge each as ever. What is not acknowledged in time is \
        leased again, so a slow worker may see that a message was dealt with by another; a \
        worker that needs longer renews its lease in time.
        """,
      parameters: [
        .query(
          "limit", "Messages in the lease.",
          [
            "type": "integer", "minimum": 1, "maximum": .number(Int64(limits.leasedMessages)),
            "default": .number(Int64(min(10, limits.leasedMessages))),
          ]),
        seconds(limits, "How long the lease lasts."),
        .query(
          "wait", "Seconds to wait for the first message.",
          [
            "type": "integer", "minimum": 0, "maximum": .number(limits.longPollSeconds),
            "default": 0,
          ]),
      ],
      answers: [
        DescribedAnswer(
          200, "The lease; its name is null when nothing was there.", fields: [.cacheControl],
          content: DescribedAnswer.json("InboxLease"))
      ],
      refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + RefusedAnswer.ofWriting
        + [.badParameter])
  }

  private static func seconds(_ limits: Limits, _ meaning: String) -> DocumentValue {
    .query(
      "seconds", meaning,
      [
        "type": "integer", "minimum": 1, "maximum": .number(limits.leaseSeconds), "default": 60,
      ])
  }

  private static let leaseID: DocumentValue = [
    "name": "leaseId", "in": "path", "required": true,
    "description": "The name of the lease.", "schema": .schema("MessageID"),
  ]

  private static func renewLease(_ limits: Limits) -> DescribedCall {
    DescribedCall(
      verb: .post, path: "/v1/inbox/leases/{leaseId}/renewal", id: "renewLease", tag: "Inbox",
      summary: "Let a lease last longer",
      description: """
        The lease lasts so many seconds from now, whatever was left of it. A lease that has run \
        out, or of which every message was acknowledged, is not found: lease again.
        """,
      parameters: [leaseID, seconds(limits, "How long the lease lasts from now on.")],
      answers: [
        DescribedAnswer(
          200, "The lease, with the messages that are still in it.", fields: [.cacheControl],
          content: DescribedAnswer.json("InboxLease"))
      ],
      refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + RefusedAnswer.ofWriting
        + [.badParameter, .notFound])
  }

  private static let endLease = DescribedCall(
    verb: .delete, path: "/v1/inbox/leases/{leaseId}", id: "endLease", tag: "Inbox",
    summary: "Give a lease back",
    description: "What of it was not acknowledged can be leased again at once.",
    parameters: [leaseID],
    answers: [DescribedAnswer(204, "Given back.")],
    refusals: RefusedAnswer.ofEdge + RefusedAnswer.ofCaller + RefusedAnswer.ofWriting
      + [.notFound])

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
      + [.notFound, .notAcceptable, .messageHeld, .expired, .contentErased])

  private static let acknowledge = DescribedCall(
    verb: .post, path: "/v1/inbox/{messageId}/acknowledgement", id: "acknowledgeMessage",
    tag: "Inbox", summary: "Say that you took a message, or why not",
    description: """
      The sender learns it, and the message leaves the inbox; a refusal reaches the sender as a \
      message too. Saying the same again is safe; saying otherwise is refused, for the first \
      outcome stands. `openedBy` says which role has opened it, at once or later: where the \
      message type asks for that within a time limit, the limit is then met.
      """,
    parameters: [.parameter("messageId")],
    requestBody: [
      "required": true,
      "content": [
        "application/json": [
          "schema": .schema("Acknowledgement"),
          "examples": [
            "taken": ["value": ["outcome": "taken"]],
            "opened": [
              "value": ["outcome": "taken", "openedBy": "designated-safeguarding-lead"]
            ],
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
      + [
        .notFound, .contentTooLarge, .alreadyAcknowledged, .messageHeld, .expired, .contentErased,
      ])
}
