// The policy's answer about one message: permit or deny, rule by rule.
// A value: making one has no effect. Never holds content of the message.

/// What `Policy.decide` answers.
package struct Decision: Sendable, Hashable, Codable {
  package enum Verdict: String, Sendable, Codable { case permit, deny }

  /// Deny wins: one rule that denies denies the message.
  package var verdict: Verdict { rules.contains { $0.verdict == .deny } ? .deny : .permit }
  /// Every rule that was asked, in order, with its outcome; no rule is silent.
  package let rules: [RuleOutcome]
  /// What must be done because of this decision.
  package let obligations: [Obligation]
  /// The grounds as resolved from the message type and the envelope, stamped on delivery.
  package let grounds: Grounds
  /// The version of the rules and of the catalogue used, so that it can be replayed.
  package let policyVersion: String
  package let catalogueVersion: String

  package init(
    rules: [RuleOutcome], obligations: [Obligation], grounds: Grounds, policyVersion: String,
    catalogueVersion: String
  ) {
    self.rules = rules
    self.obligations = obligations
    self.grounds = grounds
    self.policyVersion = policyVersion
    self.catalogueVersion = catalogueVersion
  }

  /// The code of the first rule that denied; nil when permitted.
  package var refusalCode: RefusalCode? {
    rules.first { $0.verdict == .deny }?.refusalCode
  }
}

/// One rule's say.
package struct RuleOutcome: Sendable, Hashable, Codable {
  package enum Verdict: String, Sendable, Codable {
    case permit, deny
    /// The rule has nothing to say about a message of this kind.
    case notApplicable = "not-applicable"
  }

  /// The rule's name, e.g. `route`.
  package let rule: String
  package let verdict: Verdict
  /// The statute, notice or design clause that the rule comes from.
  package let source: String
  /// Plain English, for a parent or an auditor. Fixed text and vocabulary only.
  package let reason: String
  /// `RefusalCode` raw value when it denied.
  package let code: String?

  package init(
    rule: String, verdict: Verdict, source: String, reason: String, code: RefusalCode? = nil
  ) {
    self.rule = rule
    self.verdict = verdict
    self.source = source
    self.reason = reason
    self.code = code?.rawValue
  }

  package var refusalCode: RefusalCode? { code.flatMap(RefusalCode.init(rawValue:)) }
}

/// Something to do because a message was permitted, e.g. `retain`, `tell-family`.
package struct Obligation: Sendable, Hashable, Codable {
  /// The kinds that the gateway itself acts on; all others are for the two parties.
  package static let maskKind = "mask"
  package static let holdForReviewKind = "hold-for-review"

  package let kind: String
  package let detail: String

  package init(kind: String, detail: String) {
    self.kind = kind
    self.detail = detail
  }
}

/// The purpose, basis, condition and gateway as they stand after resolution.
package struct Grounds: Sendable, Hashable, Codable {
  package var purpose: String
  package var lawfulBasis: String
  package var specialCondition: String?
  package var legalGateway: String?

  package init(
    purpose: String, lawfulBasis: String, specialCondition: String?, legalGateway: String?
  ) {
    self.purpose = purpose
    self.lawfulBasis = lawfulBasis
    self.specialCondition = specialCondition
    self.legalGateway = legalGateway
  }
}
