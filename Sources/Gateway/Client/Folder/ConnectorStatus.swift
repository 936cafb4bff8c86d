// How the connector fares: one line for a person, and `status.json` for a program that watches.
// Never holds a file's name: case systems name files after children.

package import ExchangeModel
import Foundation
import Validation

/// The state that the status line tells.
package struct ConnectorStatus: Sendable, Equatable {
  package enum State: String, Sendable {
    case starting
    case connected
    /// The gateway does not answer, or asks to wait.
    case waiting
    case stopped
  }

  package var state = State.starting
  /// Messages sent, received and quarantined since the start.
  package var sent = 0
  package var received = 0
  package var quarantined = 0
  /// Files in `outbox` at the last look.
  package var outbox = 0
  /// What is wrong, for a person; nil when nothing is.
  package var problem: String?
  /// When the gateway last answered.
  package var lastAnswer: Timestamp?

  package init() {}

  /// The line for a terminal.
  package var line: String {
    let counts =
      "\(sent) sent, \(received) received, \(outbox) waiting, \(quarantined) quarantined"
    let text = "\(state.rawValue): \(counts)"
    return problem.map { "\(text) - \($0)" } ?? text
  }

  /// The same as JSON, on one line.
  package var json: String { String(decoding: bytes.dropLast(), as: UTF8.self) }

  /// The JSON as it stands in `status.json`.
  var bytes: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("state", state.rawValue)
    for (name, value) in [
      ("sent", sent), ("received", received), ("quarantined", quarantined), ("outbox", outbox),
    ] {
      writer.key(name)
      writer.integer(Int64(value))
    }
    if let lastAnswer { writer.member("lastAnswer", lastAnswer.description) }
    if let problem { writer.member("problem", problem) }
    writer.endObject()
    return writer.bytes + [0x0A]
  }
}
