// The schemas of receipts, decisions, inbox pages, timelines and acknowledgements. Held to what
// JSONAnswers.swift writes by a test.

import ExchangeModel
import Storage

enum AnswerSchemas {
  private typealias Of = DescribedSchemas

  static func all(_ limits: Limits) -> [(String, DocumentValue)] {
    [
      ("Receipt", receipt), ("Decision", decision), ("Grounds", grounds),
      ("RuleOutcome", ruleOutcome), ("Obligation", obligation), ("InboxPage", inboxPage),
      ("InboxLease", inboxLease),
      ("MessageSummary", messageSummary), ("MessageStatus", messageStatus),
      ("TimelineEntry", timelineEntry), ("Acknowledgement", acknowledgement(limits)),
      ("RecordedAcknowledgement", recordedAcknowledgement),
    ]
  }

  private static let receipt = Of.object(
    "What a sender gets for a message that was admitted: a promise, with its place in the log.",
    [
      "messageId": .schema("MessageID"),
      "source": .schema("PartyURN"),
      "id": Of.text("The sender's own id, from the envelope."),
      "admittedAt": .schema("Time"),
      "decision": .schema("Decision"),
      "log": Of.object(
        "Where the admission stands in the message log.",
        [
          "index": Of.count("The leaf's index, from 0."),
          "size": Of.count("A size of the tree that covers it."),
          "proof": Of.text("Where to fetch the proof.").with("format", "uri-reference"),
        ]),
    ])

  private static let decision = Of.object(
    "Why the message may be shared: every rule that was asked, and what it said.",
    [
      "verdict": Of.word("One rule that denies is enough to deny.", of: ["permit", "deny"]),
      "grounds": .schema("Grounds"),
      "rules": Of.list("In the order asked.", of: .schema("RuleOutcome")),
      "obligations": Of.list("What is to be done because of it.", of: .schema("Obligation")),
      "policyVersion": Of.text("The version of the rules."),
      "catalogueVersion": Of.text("The version of the catalogue."),
    ])

  private static let grounds = Of.object(
    "The grounds for sharing as they were resolved from the envelope and the message type.",
    [
      "purpose": Of.text("A word of the published vocabulary."),
      "lawfulBasis": Of.text("The UK GDPR Article 6 ground."),
      "specialCondition": Of.text("The Article 9 or DPA 2018 Schedule 1 condition."),
      "legalGateway": Of.text("The statutory power to share."),
    ], optional: ["specialCondition", "legalGateway"])

  private static let ruleOutcome = Of.object(
    "What one rule said.",
    [
      "rule": Of.text("The rule's name."),
      "verdict": Of.word("Its say.", of: ["permit", "deny", "not-applicable"]),
      "source": Of.text("The statute, notice or clause it comes from."),
      "reason": Of.text("Why, in plain English."),
    ])

  private static let obligation = Of.object(
    "Something to do because the message was permitted.",
    ["kind": Of.text("What, e.g. `retain`."), "detail": Of.text("How, by which rule.")])

  private static let inboxPage = Of.object(
    "A page of an inbox, oldest first.",
    [
      "messages": Of.list("Empty when nothing waits.", of: .schema("MessageSummary")),
      "next": [
        "description": "What to send as `after` for the next page; null on the last.",
        "oneOf": [.schema("MessageID"), ["type": "null"]],
      ],
    ])

  private static let inboxLease = Of.object(
    "Messages that one worker has for a while.",
    [
      "lease": [
        "description": "The lease's name; null when nothing was there.",
        "oneOf": [.schema("MessageID"), ["type": "null"]],
      ],
      "until": .schema("Time"),
      "messages": Of.list("In the order to deal with them.", of: .schema("MessageSummary")),
    ])

  private static let messageSummary = Of.object(
    "A message that waits: its addressing, without content.",
    [
      "messageId": .schema("MessageID"),
      "source": .schema("PartyURN"),
      "type": Of.text("The message type, as in the catalogue."),
      "purpose": Of.text("Why it is shared."),
      "priority": .schema("Priority"),
      "admittedAt": .schema("Time"),
      "size": Of.count("Bytes of the envelope as it was sent."),
    ])

  private static let messageStatus = Of.object(
    "Where a message stands and what happened to it.",
    [
      "messageId": .schema("MessageID"),
      "source": .schema("PartyURN"),
      "id": Of.text("The sender's own id, from the envelope."),
      "recipient": .schema("PartyURN"),
      "type": Of.text("The message type, as in the catalogue."),
      "purpose": Of.text("Why it is shared."),
      "priority": .schema("Priority"),
      "admittedAt": .schema("Time"),
      "state": Of.word(
        "Waiting for the recipient, or what the recipient said.",
        of: [MessageState.awaiting, .taken, .refused, .held, .undelivered].map(\.rawValue)),
      "acknowledgement": .schema("RecordedAcknowledgement"),
      "timeline": Of.list("Oldest first.", of: .schema("TimelineEntry")),
    ], optional: ["acknowledgement"])

  private static let timelineEntry = Of.object(
    "One event in a message's life.",
    [
      "event": Of.text("What happened, e.g. `admitted`, `read`, `acknowledged`."),
      "at": .schema("Time"),
      "logIndex": Of.count("The index of the event's leaf in the log."),
    ])

  private static let reason = Of.word(
    "Why the recipient would not take it.", of: Acknowledgement.reasons.keys.sorted())

  private static func acknowledgement(_ limits: Limits) -> DocumentValue {
    let outcome = Of.word("Whether the message was taken.", of: ["taken", "refused"])
    let bytes = limits.acknowledgementDetail
    let detail = Of.text("Your own words to the sender, never logged; at most \(bytes) bytes.")
      .with("maxLength", .number(Int64(bytes)))
    return Of.object(
      "What the recipient's system says of a message. A refusal needs a reason.",
      ["outcome": outcome, "reason": reason, "detail": detail, "openedBy": openedBy],
      optional: ["reason", "detail", "openedBy"]
    )
    .with("additionalProperties", false)
    .with("if", ["properties": ["outcome": ["const": "refused"]]])
    .with("then", ["required": ["reason"], "not": ["required": ["openedBy"]]])
    .with("else", ["not": ["required": ["reason"]]])
  }

  private static let openedBy = Of.text(
    "The role of the person who opened it, never a name; may be said after `taken` as well."
  )
  .with("pattern", "^[a-z][a-z0-9]*(-[a-z0-9]+)*$")
  .with("maxLength", .number(Int64(RoleToken.longest)))

  private static let recordedAcknowledgement = Of.object(
    "What the recipient's system said.",
    [
      "outcome": Of.word("Whether the message was taken.", of: ["taken", "refused"]),
      "reason": reason,
      "retryable": Of.truth("With a reason: true when sending again may help."),
      "detail": Of.text("The recipient's own words."),
      "openedBy": openedBy,
    ], optional: ["reason", "retryable", "detail", "openedBy"])
}
