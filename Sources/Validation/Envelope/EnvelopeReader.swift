// Bytes to an envelope, in either format; every fault is listed, not the first.
// Never guesses: an attribute that is not in the profile is refused by name.
package import ExchangeModel

/// Reads envelopes of the closed profile (DESIGN 4.1, schemas/envelope/v1).
package enum EnvelopeReader {
  /// Reads one envelope.
  ///
  /// Throws `malformed-envelope` with every fault, each with its place, line and remedy; where
  /// the bytes are no document at all, with that one fault.
  package static func read(
    _ bytes: [UInt8], format: ContentFormat, limits: Limits = Limits()
  ) throws(Refusal) -> ReadEnvelope {
    do {
      switch format {
      case .json:
        let document = try JSONDocument.parse(bytes, limits: limits)
        return try finish(EnvelopeJSONReader.read(document.root, limits: limits))
      case .xml:
        let document = try XMLDocument.parse(bytes, limits: limits)
        return try finish(EnvelopeXMLReader.read(document, limits: limits))
      }
    } catch let malformed as MalformedDocument {
      throw Refusal(.malformedEnvelope, issues: [malformed.issue])
    } catch let refusal as Refusal {
      throw refusal
    } catch {
      throw Refusal(.malformedEnvelope)
    }
  }

  /// What a format's reader found.
  struct Findings {
    var draft: EnvelopeDraft
    var content: (payload: Payload, parsed: ReadEnvelope.Content, lines: ReadEnvelope.Lines)?
  }

  private static func finish(_ findings: Findings) throws(Refusal) -> ReadEnvelope {
    guard let content = findings.content,
      let envelope = findings.draft.envelope(content.payload)
    else { throw Refusal(.malformedEnvelope, issues: findings.draft.issues) }
    return ReadEnvelope(
      envelope: envelope, format: findings.draft.format, content: content.parsed,
      lines: content.lines)
  }
}

/// The payload inside the other format: its own faults, told in places of the envelope.
extension EnvelopeDraft {
  mutating func addEmbedded(_ malformed: MalformedDocument, lines: ReadEnvelope.Lines) {
    let issue = malformed.issue
    add(
      ValidationIssue(
        place: place("data") + issue.place, line: lines.inEnvelope(issue.line), rule: issue.rule,
        message: issue.message))
  }
}
