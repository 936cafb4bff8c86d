// What happened, in words: the readable side of a leaf, kept beside the log and not in it.
// Never content of a message and never a person: identifiers of parties and vocabulary only.

/// One event with its fields. Its canonical bytes, with a salt, are what a leaf commits to.
package struct LogEvent: Hashable, Sendable {
  /// The kinds of event that get a leaf.
  package enum Kind: String, Sendable, CaseIterable {
    case admitted, refused, delivered, undelivered, held, released, expired, read, acknowledged
    case opened
    case deliveryAttempted = "delivery-attempted"
    case deliveryFailed = "delivery-failed"
    case deliveryDelayed = "delivery-delayed"
    case alertRaised = "alert-raised"
    case endpointChanged = "endpoint-changed"
    case attachmentStored = "attachment-stored"
    case attachmentRead = "attachment-read"
    case partyChanged = "party-changed"
    case certificateChanged = "certificate-changed"
    case consentRecorded = "consent-recorded"
    case consentWithdrawn = "consent-withdrawn"
    case disclosedWithoutConsent = "disclosed-without-consent"
    case notShared = "not-shared"
    case objectionRecorded = "objection-recorded"
    case decisionAsked = "decision-asked"
    case dutyMet = "duty-met"
    case dutyOverdue = "duty-overdue"
    case calendarChanged = "calendar-changed"
    case catalogueChanged = "catalogue-changed"
    case noticeOwed = "notice-owed"
    case subjectExported = "subject-exported"
    case rectificationStarted = "rectification-started"
    case searched
    case caseChanged = "case-changed"
    case pupilsChanged = "pupils-changed"
    case pupilShown = "pupil-shown"
    case traceConfirmed = "trace-confirmed"
    case administratorActed = "administrator-acted"
    case disposed
    case logOpened = "log-opened"
    /// The operator's staff opened a message's content.
    case contentOpened = "content-opened"
  }

  /// The fields an event may have, in the order of their names (RFC 8785, section 3.2.3).
  package enum Field: Int, Sendable, CaseIterable {
    case actor, attachment, attempt, basis, catalogueVersion, certificate, change, clock, code
    case consent, contentDigest, correlation, count, country, decision, digest, duty, facts
    case gateway, id, kind, messageID, notice, outcome, override, party, policyVersion, purpose
    case reason, recipient
    case role, rule, scope, source, type, verdict
  }

  package let kind: Kind
  // One place for each field.
  private var values: [String?]

  package init(_ kind: Kind) {
    self.kind = kind
    values = Array(repeating: nil, count: Field.allCases.count)
    values[Field.kind.rawValue] = kind.rawValue
  }

  /// A field's value; `kind` is fixed.
  package subscript(_ field: Field) -> String? {
    get { values[field.rawValue] }
    set { if field != .kind { values[field.rawValue] = newValue } }
  }

  /// One JSON object of strings with sorted keys and no spaces (RFC 8785).
  package var canonicalBytes: [UInt8] {
    var text = CanonicalText(capacity: 512)
    var separator = UInt8(ascii: "{")
    for (name, value) in zip(Self.names, values) {
      guard let value else { continue }
      text.append(separator)
      text.append(name)
      text.string(value)
      separator = UInt8(ascii: ",")
    }
    text.append(UInt8(ascii: "}"))
    return text.bytes
  }

  /// Reads canonical bytes; refused when an event would not have written them so.
  package init(canonicalBytes bytes: [UInt8]) throws(LogFault) {
    if let event = Self.plain(bytes) {
      self = event
      return
    }
    var reader = CanonicalReader(bytes)
    var found: [(name: String, value: String)] = []
    guard reader.take("{") else { throw .malformedEntry }
    repeat {
      guard let name = reader.string(), reader.take(":"), let value = reader.string() else {
        throw .malformedEntry
      }
      found.append((name, value))
    } while reader.take(",")
    guard reader.take("}"), reader.isAtEnd,
      let kind = found.first(where: { $0.name == "kind" }).flatMap({ Kind(rawValue: $0.value) })
    else { throw .malformedEntry }
    self.init(kind)
    for (name, value) in found {
      guard let field = Self.fields[name] else { throw .malformedEntry }
      self[field] = value
    }
    guard canonicalBytes == bytes else { throw .malformedEntry }
  }

  /// Reads what has no escapes, which nearly every event is: names in their order, so that writing
  /// it again would give the same bytes. Nil when it is something else, or nothing at all.
  private static func plain(_ bytes: [UInt8]) -> LogEvent? {
    var values = [String?](repeating: nil, count: names.count)
    let isWhole = bytes.withUnsafeBufferPointer { bytes -> Bool in
      var place = 0
      var field = 0
      while place < bytes.count {
        guard bytes[place] == (place == 0 ? UInt8(ascii: "{") : UInt8(ascii: ",")) else {
          // The last byte, and nothing after it.
          return place > 0 && bytes[place] == UInt8(ascii: "}") && place == bytes.count - 1
        }
        place += 1
        while field < names.count, !bytes[place...].starts(with: names[field]) { field += 1 }
        guard field < names.count else { return false }
        place += names[field].count
        guard place < bytes.count, bytes[place] == 0x22 else { return false }
        let start = place + 1
        place = start
        while place < bytes.count, bytes[place] != 0x22 {
          guard bytes[place] >= 0x20, bytes[place] != 0x5C else { return false }
          place += 1
        }
        guard place < bytes.count,
          let value = String(validating: bytes[start..<place], as: UTF8.self)
        else { return false }
        values[field] = value
        field += 1
        place += 1
      }
      return false
    }
    guard isWhole, let kind = values[Field.kind.rawValue].flatMap({ Kind(rawValue: $0) }) else {
      return nil
    }
    var event = LogEvent(kind)
    event.values = values
    return event
  }

  /// Each field by its name. A name that is only canonically equivalent finds one too, and is then
  /// refused, because it is not written again as it was.
  private static let fields = Dictionary(
    Field.allCases.map { ("\($0)", $0) }, uniquingKeysWith: { first, _ in first })

  /// Each field's name as it stands in the text, with quotes and colon.
  private static let names: [[UInt8]] = Field.allCases.map { Array("\"\($0)\":".utf8) }
}
