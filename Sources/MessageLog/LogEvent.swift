// What happened, in words: the readable side of a leaf, kept beside the log and not in it.
// Never content of a message and never a person: identifiers of parties and vocabulary only.

/// One event with its fields. Its canonical bytes, with a salt, are what a leaf commits to.
package struct LogEvent: Hashable, Sendable {
  /// The kinds of event that get a leaf.
  package enum Kind: String, Sendable, CaseIterable {
    case admitted, refused, delivered, undelivered, held, released, expired, read, acknowledged
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

  /// Each field by its name. A name that is only canonically equivalent finds one too, and is then
  /// refused, because it is not written again as it was.
  private static let fields = Dictionary(
    Field.allCases.map { ("\($0)", $0) }, uniquingKeysWith: { first, _ in first })

  /// Each field's name as it stands in the text, with quotes and colon.
  private static let names: [[UInt8]] = Field.allCases.map { Array("\"\($0)\":".utf8) }
}
