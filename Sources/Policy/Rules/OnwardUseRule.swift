// Data received for one purpose is used for another only where the vocabulary's table says so
// (UK GDPR, Article 5(1)(b)). Never takes a message that names what its sender never had.

internal import ExchangeModel

struct OnwardUseRule: Rule {
  let name = "onward-use"
  let source =
    "UK GDPR Articles 5(1)(b) and 6(4), compatible purposes; vocabulary: which purpose may follow "
    + "on which; SEND Partnership Service policy"

  /// What using an earlier message's data in this one takes.
  enum Need: Equatable {
    /// Nothing more, for this reason.
    case nothing(String)
    case consent
    case override
    /// The earlier message was sealed, so it takes one of both.
    case consentOrOverride
    /// No record can help, for this reason.
    case impossible(String)
  }

  func evaluate(_ facts: Facts, _ terms: Terms) -> RuleOutcome {
    guard !facts.onward.isEmpty else {
      return notApplicable("The message names no earlier message, so no data is used onward.")
    }
    var reasons: [String] = []
    for earlier in facts.onward {
      let hasConsent = facts.hasConsent(terms)
      switch Self.need(of: earlier, facts, terms) {
      case .nothing(let reason):
        if !reasons.contains(reason) { reasons.append(reason) }
      case .impossible(let reason): return deny(.onwardUseNotAllowed, reason)
      case .consent where hasConsent, .consentOrOverride where hasConsent:
        reasons.append("A live consent covers the new use of the data.")
      case .override where facts.hasOverride, .consentOrOverride where facts.hasOverride:
        reasons.append("A disclosure without consent is on record for the new use of the data.")
      case .consent:
        return deny(
          .onwardUseNotAllowed,
          "\(received(earlier, terms)), and may be used for the purpose stated only with a fresh "
            + "consent that covers it; name that in consentref.")
      case .override:
        return deny(
          .onwardUseNotAllowed,
          "\(received(earlier, terms)), and may be used for the purpose stated only to keep a "
            + "child safe; first send a disclosure-without-consent message for this message's id, "
            + "then name it in overrideref.")
      case .consentOrOverride:
        return deny(
          .onwardUseNotAllowed,
          "The earlier message is sealed, so its data is used onward only with a fresh consent, "
            + "named in consentref, or a disclosure without consent, named in overrideref.")
      }
    }
    return permit(reasons.joined(separator: " "))
  }

  /// What using the data of `earlier` in this message takes.
  static func need(of earlier: OnwardFact, _ facts: Facts, _ terms: Terms) -> Need {
    guard let purpose = earlier.purpose else {
      // To answer is not to use onward, and what is answered may have come another way.
      return earlier.link == .reply
        ? .nothing("The message that it answers did not come through the exchange.")
        : .impossible(
          "The \(earlier.link.rawValue) names no message that this party sent or received here.")
    }
    if earlier.isOwn { return .nothing("The earlier message is the sender's own.") }
    if earlier.link == .reply, earlier.goesBack {
      return .nothing("The answer goes back to where the data came from.")
    }
    let wanted = facts.claims.purpose
    let words = terms.vocabulary
    switch words.purposeCompatibility.answer(received: purpose, wanted: wanted) {
    case .refused:
      return .impossible(
        "Data received for the purpose \(words.named(purpose, in: .purposes)) is not used for the "
          + "purpose stated.")
    case .freshConsent: return .consent
    case .safeguardingOverride: return .override
    case .allowed:
      // Under the seal and for the same purpose it is still the same sharing, e.g. the collation
      // that a subject access request asks for.
      let staysSealed = terms.messageType.isSealed && purpose.isSame(as: wanted)
      if earlier.wasSealed, !staysSealed { return .consentOrOverride }
      return .nothing("The data is used for the purpose it was received for, or a compatible one.")
    }
  }

  private func received(_ earlier: OnwardFact, _ terms: Terms) -> String {
    let purpose = earlier.purpose ?? Claims.unknown
    return "The data was received for the purpose \(terms.vocabulary.named(purpose, in: .purposes))"
  }
}
