// The words of an audit question as its doors take them, the command's options and the members of a
// body alike. Never says what a value was.

package import ExchangeModel
import MessageLog
package import Storage

/// Reads an audit question's fields by their names.
package struct AuditFields {
  /// The names of all fields that are texts.
  package static let names = [
    "message", "party", "source", "recipient", "actor", "event", "type", "purpose", "basis",
    "decision", "code", "from", "to",
  ]

  /// A field that cannot be taken, and what to give.
  package struct Fault: Error, Sendable {
    package let name: String
    package let remedy: String
  }

  package private(set) var query = AuditQuery()
  package private(set) var faults: [Fault] = []

  /// Reads each field that is there.
  package init(_ values: [String: String]) {
    query.message = read("message", values, "Give a message's id.") { MessageID($0) }
    let urn = "Give a party's URN: urn:gatehouse:<la>:<slug>."
    query.party = read("party", values, urn) { PartyURN($0) }
    query.source = read("source", values, urn) { PartyURN($0) }
    query.recipient = read("recipient", values, urn) { PartyURN($0) }
    query.actor = values["actor"]
    query.kind = read("event", values, Self.oneOf(LogEvent.Kind.allCases.map(\.rawValue))) {
      LogEvent.Kind(rawValue: $0)
    }
    query.type = values["type"]
    query.purpose = values["purpose"]
    query.basis = values["basis"]
    query.decision = read("decision", values, "Give permit or deny.") {
      Decision.Verdict(rawValue: $0)
    }
    query.code = read("code", values, "Give a refusal's code; /problems/CODE explains each.") {
      RefusalCode(rawValue: $0)
    }
    let time = "Give a day (2026-11-21) or a time (2026-11-21T09:00:00Z)."
    query.from = read("from", values, time) { Self.time($0, isEnd: false) }
    query.to = read("to", values, time) { Self.time($0, isEnd: true) }
  }

  private mutating func read<Value>(
    _ name: String, _ values: [String: String], _ remedy: String, _ parse: (String) -> Value?
  ) -> Value? {
    guard let text = values[name] else { return nil }
    guard let value = parse(text) else {
      faults.append(Fault(name: name, remedy: remedy))
      return nil
    }
    return value
  }

  /// A time, or a day: its beginning, or with `isEnd` its end, so that the day is in.
  package static func time(_ text: String, isEnd: Bool) -> Timestamp? {
    if let time = Timestamp(rfc3339: text) { return time }
    guard let day = Timestamp(rfc3339: text + "T00:00:00Z") else { return nil }
    return isEnd ? day.adding(seconds: 86_400) : day
  }

  package static func oneOf(_ words: [String]) -> String {
    "Give one of \(words.joined(separator: ", "))."
  }

  /// What somebody must give of themselves, and why they ask.
  package static let roles = oneOf(StaffRole.allCases.map(\.rawValue))
  package static let purposes = oneOf(StaffPurpose.allCases.map(\.rawValue))
  package static let reason =
    "Say why, in \(StaffReason.textBytes.lowerBound) to \(StaffReason.textBytes.upperBound) "
    + "characters on one line."
}
