// An envelope as received, with its payload parsed once and the way back to its places.
// Made by EnvelopeReader alone.
package import ExchangeModel

/// An envelope whose attributes are well formed. Its payload is parsed but not yet checked
/// against the schema of its type.
package struct ReadEnvelope: Sendable {
  /// The payload's parsed form, in the payload's own format.
  package enum Content: Sendable {
    case json(JSONNode)
    case xml(XMLElement)
  }

  package let envelope: Envelope
  /// The format of the envelope itself.
  package let format: ContentFormat
  package let content: Content
  private let lines: Lines

  /// How a line of the payload becomes a line of the envelope.
  enum Lines: Sendable {
    /// The payload is part of the envelope's document.
    case same
    /// The payload stands in a JSON string, so all of it is on one line.
    case fixed(Int)
    /// The payload is a text of its own that starts on this line.
    case from(Int)
  }

  init(envelope: Envelope, format: ContentFormat, content: Content, lines: Lines) {
    self.envelope = envelope
    self.format = format
    self.content = content
    self.lines = lines
  }

  /// An issue of the payload, told in places and lines of the envelope.
  ///
  /// The issue's place is a JSON Pointer from the payload's value, or a path that starts with
  /// the payload's root element. `/child/upn` becomes `/data/child/upn` in a JSON envelope;
  /// `/medicalReferral/child/upn` becomes `/event/data/medicalReferral/child/upn` in an XML one.
  package func located(_ issue: ValidationIssue) -> ValidationIssue {
    let prefix = format == .json ? "/data" : "/event/data"
    return ValidationIssue(
      place: prefix + issue.place, line: lines.inEnvelope(issue.line), rule: issue.rule,
      message: issue.message)
  }
}

extension ReadEnvelope.Lines {
  func inEnvelope(_ line: Int?) -> Int? {
    switch self {
    case .same: line
    case .fixed(let fixed): fixed
    case .from(let first): line.map { first + $0 - 1 }
    }
  }
}
