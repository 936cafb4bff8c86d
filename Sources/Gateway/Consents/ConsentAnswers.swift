// How consent records look in JSON. Never writes who the child is: the register does not know.

import ExchangeModel
import Storage
import Validation

extension JSONWriter {
  mutating func write(_ record: ConsentRecord) {
    beginObject()
    member("id", record.id.text)
    member("status", record.state.rawValue)
    texts("purposes", record.purposes)
    texts("items", record.items)
    member("reviewBy", record.reviewBy.description)
    if let details = record.details { write(details, of: record) }
    endObject()
  }

  private mutating func write(_ details: ConsentRecord.Details, of record: ConsentRecord) {
    member("schemaVersion", ConsentRecord.schemaVersion)
    member("holder", record.holder.text)
    texts("recipients", record.recipients.map(\.text))
    member("givenBy", details.givenBy)
    if let relationship = details.relationship { member("relationship", relationship) }
    member("capacity", details.capacity)
    member("method", details.method)
    if let evidence = details.evidence {
      key("evidence")
      beginObject()
      member("sha256", evidence.sha256)
      member("kind", evidence.kind)
      endObject()
    }
    member("givenOn", details.givenOn.description)
    if let expiresOn = details.expiresOn { member("expiresOn", expiresOn.description) }
    if let supersedes = details.supersedes { member("supersedes", supersedes.text) }
    member("recordedAt", details.recordedAt.description)
    key("history")
    beginArray()
    for change in details.history { write(change) }
    endArray()
  }

  private mutating func write(_ change: ConsentChange) {
    beginObject()
    member("change", change.kind.rawValue)
    member("scope", change.scope.word)
    if case .recipient(let party) = change.scope { member("recipient", party.text) }
    if case .item(let item) = change.scope { member("item", item) }
    member("at", change.at.description)
    if let actor = change.actor { member("actor", actor.text) }
    if let reviewBy = change.reviewBy { member("reviewBy", reviewBy.description) }
    if let reason = change.reason { member("reason", reason) }
    member("logIndex", change.logIndex)
    endObject()
  }

  mutating func write(_ page: ConsentPage) {
    beginObject()
    key("consents")
    beginArray()
    for record in page.records { write(record) }
    endArray()
    key("next")
    if page.hasMore, let last = page.records.last { string(last.id.text) } else { null() }
    endObject()
  }

  private mutating func texts(_ name: String, _ values: [String]) {
    key(name)
    beginArray()
    for value in values { string(value) }
    endArray()
  }
}
