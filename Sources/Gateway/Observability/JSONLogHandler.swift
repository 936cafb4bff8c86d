// Structured logs: one JSON object a line, to stderr. Fixed event texts with listed fields only.
// Never writes a field that is not on the list: a name or a number of a child has no way in.

package import ExchangeModel
import Foundation
package import Logging
import Synchronization
import Validation

/// A swift-log handler that writes `{"ts":…,"level":…,"event":…,…}` lines.
package struct JSONLogHandler: LogHandler {
  /// The fields that may appear, besides `ts`, `level` and `event`.
  package static let allowedFields: Set<String> = [
    "request.id", "trace.id", "party", "message.id", "outcome", "code", "reason", "duration.ms",
    "status", "route", "method", "host", "port", "count", "size", "version", "path", "error",
    "spki", "remote", "refusal", "http.verb", "http.status", "duration.us",
  ]

  package var logLevel: Logger.Level
  package var metadata: Logger.Metadata = [:]
  private let write: @Sendable ([UInt8]) -> Void
  private let now: @Sendable () -> Timestamp

  package init(
    level: Logger.Level, now: @escaping @Sendable () -> Timestamp,
    write: @escaping @Sendable ([UInt8]) -> Void = JSONLogHandler.toStandardError
  ) {
    logLevel = level
    self.now = now
    self.write = write
  }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("ts")
    writer.string(now().description)
    writer.key("level")
    writer.string(event.level.rawValue)
    writer.key("event")
    let all = metadata.merging(event.metadata ?? [:]) { $1 }
    // The edge names its events beside a sentence for people.
    writer.string(all["event"].map { "\($0)" } ?? event.message.description)
    for (name, value) in all.sorted(by: { $0.key < $1.key })
    where Self.allowedFields.contains(name) {
      writer.key(name)
      writer.string(Self.bounded("\(value)"))
    }
    writer.endObject()
    write(writer.bytes + [0x0A])
  }

  /// Values are short by nature; a long one is cut so that a line stays one write.
  private static func bounded(_ text: String) -> String {
    text.utf8.count <= 512 ? text : String(text.prefix(256)) + "…"
  }

  /// One write to file descriptor 2, so that lines of several threads do not mix.
  package static let toStandardError: @Sendable ([UInt8]) -> Void = { bytes in
    bytes.withUnsafeBytes { buffer in
      guard let start = buffer.baseAddress else { return }
      _ = Foundation.write(2, start, buffer.count)
    }
  }
}
