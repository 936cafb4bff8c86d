// How receipts, listings and timelines look in JSON (DESIGN 4.3). Never writes content.

import ExchangeModel
import Storage
import Validation

extension JSONWriter {
  mutating func member(_ name: String, _ value: String) {
    key(name)
    string(value)
  }

  mutating func member(_ name: String, _ value: Int64) {
    key(name)
    integer(value)
  }

  /// A receipt, with its decision's JSON made before.
  mutating func write(_ receipt: Receipt, decision: [UInt8]) {
    beginObject()
    member("messageId", receipt.messageID.text)
    member("source", receipt.source.text)
    member("id", receipt.id)
    member("admittedAt", receipt.admittedAt.description)
    key("decision")
    raw(decision)
    key("log")
    beginObject()
    member("index", receipt.logIndex)
    member("size", receipt.logSize)
    member("proof", "/v1/messages/\(receipt.messageID)/receipt")
    endObject()
    endObject()
  }

  mutating func write(_ decision: Decision) {
    beginObject()
    member("verdict", decision.verdict.rawValue)
    key("grounds")
    beginObject()
    member("purpose", decision.grounds.purpose)
    member("lawfulBasis", decision.grounds.lawfulBasis)
    if let condition = decision.grounds.specialCondition {
      member("specialCondition", condition)
    }
    if let gateway = decision.grounds.legalGateway { member("legalGateway", gateway) }
    endObject()
    key("rules")
    beginArray()
    for rule in decision.rules {
      beginObject()
      member("rule", rule.rule)
      member("verdict", rule.verdict.rawValue)
      member("source", rule.source)
      member("reason", rule.reason)
      endObject()
    }
    endArray()
    key("obligations")
    beginArray()
    for obligation in decision.obligations {
      beginObject()
      member("kind", obligation.kind)
      member("detail", obligation.detail)
      endObject()
    }
    endArray()
    member("policyVersion", decision.policyVersion)
    member("catalogueVersion", decision.catalogueVersion)
    endObject()
  }

  mutating func write(_ message: MessageSummary) {
    beginObject()
    member("messageId", message.messageID.text)
    member("source", message.source.text)
    member("type", message.type)
    member("purpose", message.purpose.rawValue)
    member("priority", message.priority.rawValue)
    member("admittedAt", message.admittedAt.description)
    member("size", message.size)
    endObject()
  }

  mutating func write(_ lease: InboxLease) {
    beginObject()
    key("lease")
    if let id = lease.id { string(id.text) } else { null() }
    member("until", lease.until.description)
    key("messages")
    beginArray()
    for message in lease.messages { write(message) }
    endArray()
    endObject()
  }

  mutating func write(_ page: InboxPage) {
    beginObject()
    key("messages")
    beginArray()
    for message in page.messages {
      write(message)
    }
    endArray()
    key("next")
    if page.hasMore, let last = page.messages.last {
      string(last.messageID.text)
    } else {
      null()
    }
    endObject()
  }

  mutating func write(_ status: MessageStatus) {
    let summary = status.summary
    beginObject()
    member("messageId", summary.messageID.text)
    member("source", summary.source.text)
    member("id", summary.id)
    member("recipient", summary.recipient.text)
    member("type", summary.type)
    member("purpose", summary.purpose.rawValue)
    member("priority", summary.priority.rawValue)
    member("admittedAt", summary.admittedAt.description)
    member("state", status.state.rawValue)
    if let acknowledgement = status.acknowledgement {
      key("acknowledgement")
      beginObject()
      member("outcome", acknowledgement.outcome.rawValue)
      if let reason = acknowledgement.reason {
        member("reason", reason)
        key("retryable")
        bool(Acknowledgement.reasons[reason] ?? false)
      }
      if let detail = acknowledgement.detail { member("detail", detail) }
      if let role = acknowledgement.openedBy { member("openedBy", role) }
      endObject()
    }
    key("timeline")
    beginArray()
    for entry in status.timeline {
      beginObject()
      member("event", entry.event)
      member("at", entry.at.description)
      member("logIndex", entry.logIndex)
      endObject()
    }
    endArray()
    endObject()
  }
}
