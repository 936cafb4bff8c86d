// What the store tells about messages: values for listings, timelines and fetches.
// Only `StoredMessage` holds content, and reading one is a log event.

package import ExchangeModel

/// One message as an inbox lists it: addressing only.
package struct MessageSummary: Sendable, Equatable {
  package let messageID: MessageID
  package let source: PartyURN
  package let recipient: PartyURN
  package let id: String
  package let type: String
  package let purpose: Purpose
  package let priority: Priority
  package let admittedAt: Timestamp
  /// Bytes of the envelope as received.
  package let size: Int64
}

/// A page of an inbox, oldest first.
package struct InboxPage: Sendable, Equatable {
  package let messages: [MessageSummary]
  /// Whether there are more; go on after the last message's id.
  package let hasMore: Bool
}

/// A message with its content, as it was received.
package struct StoredMessage: Sendable {
  package let summary: MessageSummary
  package let format: ContentFormat
  package let received: [UInt8]
  package let decision: Decision
}

/// Where a message stands (ARCHITECTURE.md, table of states).
package enum MessageState: String, Sendable {
  case awaiting, taken, refused, held
  /// Given up, and its sender told; it can still be taken unless it expired.
  case undelivered
}

/// How the wait for a recipient ended.
enum WaitEnding: String, Sendable {
  /// Its sender was told; the recipient may still take it.
  case reported
  /// Its time is over: it is not handed out any more.
  case expired
}

/// What the recipient's system said.
package struct Acknowledgement: Sendable, Equatable {
  package enum Outcome: String, Sendable { case taken, refused }

  package let outcome: Outcome
  /// Why it was refused: a code of `reasons`; nil when taken.
  package let reason: String?
  /// The recipient's own words to the sender; may be personal, so never logged.
  package let detail: String?
  /// The role of the person who opened it, as its recipient's system says; nil when it does not.
  package let openedBy: String?

  /// The reasons a recipient may give, each with whether sending again can help.
  package static let reasons: [String: Bool] = [
    "wrong-person": false, "not-ours": false, "duplicate-case": false, "cannot-read": false,
    "incomplete": false, "temporarily-unable": true, "other": false,
  ]

  package init(outcome: Outcome, reason: String?, detail: String?, openedBy: String? = nil) {
    self.outcome = outcome
    self.reason = reason
    self.detail = detail
    self.openedBy = openedBy
  }
}

/// One line of a message's timeline.
package struct TimelineEntry: Sendable, Equatable {
  /// The log event's kind, e.g. `admitted`, `read`, `acknowledged`.
  package let event: String
  package let at: Timestamp
  package let logIndex: Int64
}

/// A message's state and timeline, for its sender and recipient.
package struct MessageStatus: Sendable {
  package let summary: MessageSummary
  package let state: MessageState
  package let acknowledgement: Acknowledgement?
  package let timeline: [TimelineEntry]
}
