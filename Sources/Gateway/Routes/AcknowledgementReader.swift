// Reads a recipient's acknowledgement: `{"outcome":"taken"}` or
// `{"outcome":"refused","reason":CODE,"detail":TEXT}`. Never guesses a reason.

import ExchangeModel
import Storage
import Validation

enum AcknowledgementReader {
  /// Throws `Refusal(.badRequest)` naming every fault.
  static func read(_ bytes: [UInt8], limits: Limits) throws(Refusal) -> Acknowledgement {
    let root: JSONNode
    do {
      root = try JSONDocument.parse(bytes, limits: limits).root
    } catch {
      throw Refusal(.badRequest, issues: [error.issue])
    }
    var issues: [ValidationIssue] = []
    func fault(_ place: String, _ rule: String, _ message: String) {
      issues.append(
        ValidationIssue(
          place: place, line: (root[String(place.dropFirst())] ?? root).line, rule: rule,
          message: message))
    }
    if root.kind != .object { fault("", "type", "Send a JSON object.") }
    let allowed = ["outcome", "reason", "detail", "openedBy"]
    if root.members.contains(where: { !allowed.contains($0.key) }) {
      fault("", "additionalProperties", "Send outcome, reason, detail and openedBy only.")
    }
    let outcome = root["outcome"]?.string.flatMap(Acknowledgement.Outcome.init(rawValue:))
    if outcome == nil { fault("/outcome", "enum", "Say taken or refused.") }
    let reason = root["reason"]?.string
    let reasons = Acknowledgement.reasons.keys.sorted().joined(separator: ", ")
    if outcome == .refused, reason.flatMap({ Acknowledgement.reasons[$0] }) == nil {
      fault("/reason", "enum", "Say why: one of \(reasons).")
    }
    if outcome == .taken, root["reason"] != nil {
      fault("/reason", "not", "Leave the reason out when the message was taken.")
    }
    let openedBy = root["openedBy"]?.string
    if root["openedBy"] != nil, !(openedBy.map(RoleToken.isRole) ?? false) || outcome == .refused {
      fault(
        "/openedBy", "pattern",
        "Name the role of who opened a message that was taken, such as "
          + "designated-safeguarding-lead; never a person.")
    }
    let detail = root["detail"]?.string
    if root["detail"] != nil, detail.map({ $0.utf8.count > limits.acknowledgementDetail }) ?? true {
      fault(
        "/detail", "maxLength",
        "Send a text of at most \(limits.acknowledgementDetail) bytes.")
    }
    guard issues.isEmpty, let outcome else { throw Refusal(.badRequest, issues: issues) }
    return Acknowledgement(outcome: outcome, reason: reason, detail: detail, openedBy: openedBy)
  }
}
