// What an administrator asks of the log, and the answer: values that every door shares, the
// command, the admin listener and a console. Never holds content of a message.

package import ExchangeModel
package import MessageLog

/// Which leaves are asked for; what is nil or false does not narrow.
package struct AuditQuery: Sendable {
  /// The child that it is about. Turned into keyed hashes and not kept.
  package var child: Subject?
  package var message: MessageID?
  /// A party, in whatever part; or in one.
  package var party: PartyURN?
  package var source: PartyURN?
  package var recipient: PartyURN?
  /// Who did it: a party, or an account of the staff.
  package var actor: String?
  package var kind: LogEvent.Kind?
  /// A CloudEvents type.
  package var type: String?
  /// The purpose of sharing, or of a look by staff.
  package var purpose: String?
  package var basis: String?
  package var decision: Decision.Verdict?
  package var code: RefusalCode?
  /// Disclosures without consent alone.
  package var overridesOnly = false
  /// Reads of content, looks at the log, searches, exports and openings alone.
  package var viewsOnly = false
  /// From this time on, and before that one.
  package var from: Timestamp?
  package var to: Timestamp?

  package init() {}

  /// What the log says of the question: which conditions, with words of ours and no other, so that
  /// whatever was typed into it is in no event.
  var scope: String {
    var parts: [String] = []
    func add(_ name: String, _ value: String?) {
      if let value { parts.append("\(name)=\(value)") }
    }
    if child != nil { parts.append("child") }
    add("message", message?.text)
    add("party", party?.text)
    add("source", source?.text)
    add("recipient", recipient?.text)
    if let actor { add("actor", PartyURN(actor)?.text ?? "staff") }
    add("event", kind?.rawValue)
    if type != nil { parts.append("type") }
    if purpose != nil { parts.append("purpose") }
    if basis != nil { parts.append("basis") }
    add("decision", decision?.rawValue)
    add("code", code?.rawValue)
    if overridesOnly { parts.append("overrides") }
    if viewsOnly { parts.append("views") }
    if from != nil || to != nil { parts.append("time") }
    return parts.isEmpty ? "all" : parts.joined(separator: " ")
  }
}

/// One leaf of the answer.
package struct AuditRecord: Sendable {
  package let record: LogRecord
  /// Why one of the staff did it, in their own words; nil for anything else.
  package let reason: String?
}

/// A page of the answer, in the order of the log; of a child or message, message by message, each
/// in the order of the log.
package struct AuditPage: Sendable {
  package let records: [AuditRecord]
  /// Where to go on; nil at the end. A page may be short, or empty, and have one: so much was
  /// looked through.
  package let next: AuditCursor?
}

/// Where the next page begins, and where the answer ends: leaves written since the first page are
/// for another question, so that no page misses or repeats one.
package struct AuditCursor: Sendable, Equatable, CustomStringConvertible {
  /// Leaves before this one are in the answer.
  let end: Int64
  /// The message that the last record was of; 0 where the order is the log's.
  let message: Int64
  /// The leaf of the last record.
  let leaf: Int64

  init(end: Int64, message: Int64, leaf: Int64) {
    self.end = end
    self.message = message
    self.leaf = leaf
  }

  /// Reads what `description` wrote; nil when it is nothing of the kind.
  package init?(_ text: String) {
    guard text.utf8.count <= 64 else { return nil }
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { part in
      part.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int64(part) : nil
    }
    guard parts.count == 3, numbers.count == 3, numbers[2] < Int64.max, numbers[1] < Int64.max
    else { return nil }
    self.init(end: numbers[0], message: numbers[1], leaf: numbers[2])
  }

  package var description: String { "\(end)-\(message)-\(leaf)" }
}
