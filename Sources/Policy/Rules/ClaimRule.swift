// What the message rests on in law: its lawful basis, the condition for special category data and
// the statutory power to share. One shape for all three: a claim must be one that the type has,
// and where none is stated, the type's first applies. Never takes a claim that the type lacks.

internal import ExchangeModel

/// A rule about one claim of the envelope.
struct ClaimRule: Rule {
  let name: String
  let source: String
  /// What the claim is, for reasons, e.g. `lawful basis`.
  let noun: String
  let code: RefusalCode
  let list: WordList
  /// Why the type may have none; nil where it must have one.
  let mayLack: String?
  let claimed: @Sendable (Claims) -> String?
  let allowed: @Sendable (MessageType) -> [String]
  /// The one that applies where none is stated.
  var standing: @Sendable ([String], Facts) -> String? = { allowed, _ in allowed.first }

  func evaluate(_ facts: Facts, _ terms: Terms) -> RuleOutcome {
    let allowed = allowed(terms.messageType)
    let words = terms.vocabulary
    guard let claim = claimed(facts.claims) else {
      guard let standing = standing(allowed, facts) else {
        return mayLack.map { notApplicable($0) }
          ?? deny(code, "This type of message has no \(noun) on record.")
      }
      return permit(
        "No \(noun) is stated; the type's own applies: \(words.named(standing, in: list)).")
    }
    guard allowed.allows(claim) else {
      return deny(
        code,
        allowed.isEmpty
          ? "This type of message rests on no \(noun); leave it out."
          : "This type of message rests on another \(noun): \(words.listed(allowed, in: list)).")
    }
    return permit(
      "This type of message rests on the \(noun) stated: \(words.named(claim, in: list)).")
  }

  /// There must be a lawful basis for sharing (UK GDPR, Article 6).
  static let lawfulBasis = ClaimRule(
    name: "lawful-basis", source: "UK GDPR Article 6; message catalogue: basis of the type",
    noun: "lawful basis", code: .lawfulBasisNotAllowed, list: .lawfulBases, mayLack: nil,
    claimed: \.lawfulBasis, allowed: \.lawfulBases)

  /// The condition for special category data, such as health (UK GDPR, Article 9; DPA 2018,
  /// Schedule 1).
  static let specialCondition = ClaimRule(
    name: "special-condition",
    source: "UK GDPR Article 9 and Data Protection Act 2018 Schedule 1; message catalogue",
    noun: "condition for special category data", code: .specialConditionNotAllowed,
    list: .specialConditions, mayLack: "This type of message carries no special category data.",
    claimed: \.specialCondition, allowed: \.specialConditions)

  /// The statutory power or duty to share that the message rests on.
  static let legalGateway = ClaimRule(
    name: "legal-gateway",
    source: "The statutory power or duty named; message catalogue: legal powers of the type",
    noun: "legal gateway", code: .legalGatewayNotAllowed, list: .legalGateways,
    mayLack: "This type of message needs no statutory power of its own.",
    claimed: \.legalGateway, allowed: \.legalGateways, standing: standingGateway)
}
