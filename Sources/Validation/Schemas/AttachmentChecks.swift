// Checks the documents a payload names against what its message type says may and must go with it.
// Never looks at a document's bytes: the attachment store checks digest and size.
import ExchangeModel

/// The attachment rules of one message type.
struct AttachmentChecks {
  private let rules: [MessageType.AttachmentRule]
  private let most: Int

  init(_ messageType: MessageType, limits: Limits) {
    rules = messageType.attachments
    most = limits.attachmentsPerMessage
  }

  /// Faults, with JSON Pointers into the payload. Where the schema itself asks for a kind with
  /// `contains`, it is told there; this names it again by its word.
  func issues(of attachments: [AttachmentReference]) -> [ValidationIssue] {
    var issues: [ValidationIssue] = []
    for rule in rules
    where rule.isRequired && !attachments.contains(where: { Self.same($0.kind, rule.kind) }) {
      issues.append(
        issue("/attachments", "attachment-required", "Attach a document of kind \(rule.kind)."))
    }
    if attachments.count > most {
      issues.append(issue("/attachments", "maxItems", "At most \(most) documents go with it."))
    }
    for attachment in attachments.prefix(most) {
      guard let rule = rules.first(where: { Self.same($0.kind, attachment.kind) }) else {
        let kinds = rules.isEmpty ? "none" : rules.map(\.kind).joined(separator: ", ")
        issues.append(
          issue(
            "/attachments/\(attachment.position)/kind", "attachment-kind",
            "Documents of this kind do not go with this message. Those that do: \(kinds)."))
        continue
      }
      if !rule.mediaTypes.contains(where: { Self.same($0, attachment.mediaType) }) {
        let types = rule.mediaTypes.joined(separator: ", ")
        issues.append(
          issue(
            "/attachments/\(attachment.position)/mediaType", "attachment-media-type",
            "A document of kind \(rule.kind) must be one of: \(types)."))
      }
    }
    return issues
  }

  private static func same(_ left: String, _ right: String) -> Bool {
    left.utf8.elementsEqual(right.utf8)
  }

  private func issue(_ place: String, _ rule: String, _ message: String) -> ValidationIssue {
    ValidationIssue(place: place, line: nil, rule: rule, message: message)
  }
}
