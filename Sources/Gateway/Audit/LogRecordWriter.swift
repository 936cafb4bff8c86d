// One record of the log as JSON, the same at every door.
// Never holds content of a message: an event has none.

import ExchangeModel
package import MessageLog
package import Storage
package import Validation

/// Which fields of an event are shown, and how.
package enum LogRecordWriter {
  /// Not the sender's own id, which is its choice of words and might name a child: the subject is
  /// the gateway's id of the same message.
  package static let fields = LogEvent.Field.allCases.filter { $0 != .kind && $0 != .id }

  /// One JSON object; `reason` is what one of the staff gave for it.
  package static func write(
    _ record: LogRecord, reason: String? = nil, to writer: inout JSONWriter
  ) {
    writer.beginObject()
    writer.key("index")
    writer.integer(record.index)
    writer.member("at", record.entry.at.description)
    writer.member("event", record.entry.kind.rawValue)
    if let subject = record.entry.subject { writer.member("subject", subject) }
    writer.member("commitment", "sha256:\(record.entry.commitment.hex)")
    if let event = record.event {
      writer.key("fields")
      writer.beginObject()
      for field in fields {
        if let value = event[field] { writer.member("\(field)", value) }
      }
      writer.endObject()
    }
    if let reason { writer.member("reason", reason) }
    writer.endObject()
  }
}
