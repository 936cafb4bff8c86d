// One record of the log as JSON, as a line for a person, and as a row of a table (RFC 4180).
// Never holds content of a message: an event has none.

import ExchangeModel
import Foundation
import Gateway
import MessageLog
import Storage
import Validation

enum LogRecordText {
  private static let fields = LogRecordWriter.fields

  /// The names of the table's columns.
  static let header =
    (["index", "at", "event", "subject"] + fields.map { "\($0)" }).joined(separator: ",") + "\r\n"

  /// One JSON object.
  static func json(_ record: LogRecord, reason: String? = nil) -> [UInt8] {
    var writer = JSONWriter()
    LogRecordWriter.write(record, reason: reason, to: &writer)
    return writer.bytes
  }

  /// Columns for a terminal.
  static func line(_ record: LogRecord) -> String {
    let details = fields.compactMap { field in
      record.event?[field].map { "\(field)=\($0)" }
    }
    let rest = record.event == nil ? "(shredded)" : details.joined(separator: " ")
    return [
      String(record.index), record.entry.at.description, record.entry.kind.rawValue,
      record.entry.subject ?? "-", rest,
    ].joined(separator: "\t")
  }

  /// A row of the table. A cell that a spreadsheet would take for a formula begins with an
  /// apostrophe.
  static func row(_ record: LogRecord) -> String {
    let cells: [String?] =
      [
        String(record.index), record.entry.at.description, record.entry.kind.rawValue,
        record.entry.subject,
      ] + fields.map { record.event?[$0] }
    return cells.map(cell).joined(separator: ",") + "\r\n"
  }

  private static func cell(_ text: String?) -> String {
    guard let text else { return "" }
    let first = text.utf8.first ?? 0
    let guarded = "=+-@\t\r".utf8.contains(first) ? "'" + text : text
    guard guarded.utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return guarded }
    return "\"" + guarded.replacingOccurrences(of: "\"", with: "\"\"") + "\""
  }
}
