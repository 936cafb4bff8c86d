// When a record of consent, or of a disclosure without it, carries a message. Asked by every rule
// that rests on one, so that none is easier to satisfy than another.
// Never tells the state of a record to a party that it does not concern.

internal import ExchangeModel

extension ConsentFact {
  /// What keeps this record from carrying the message; nil when it is live and covers all of it.
  func fault(_ vocabulary: Vocabulary) -> Fault? {
    if let fault = fault { return fault }
    var gaps: [String] = []
    if child == .other { gaps.append("the child that the message is about") }
    if !coversRecipient { gaps.append("this recipient") }
    if !coversPurpose { gaps.append("this purpose") }
    if !missingItems.isEmpty { gaps.append(items(vocabulary)) }
    guard !gaps.isEmpty else { return nil }
    return Fault(
      code: .consentDoesNotCover,
      reason: "The consent named is live, but does not name: \(gaps.joined(separator: "; ")).")
  }

  /// What keeps this record from counting at all; nil when it is live and the sender's to use.
  var fault: Fault? {
    if state == .notFound {
      return Fault(
        code: .consentRequired,
        reason: "The register has no such consent as the message names.")
    }
    // Before the state: whose consent it is not, is not told whether it still stands.
    guard isForSender else {
      return Fault(
        code: .consentDoesNotCover,
        reason: "The consent named is held by another party and does not name the sender.")
    }
    return whyNotLive.map { Fault(code: .consentNotLive, reason: $0) }
  }

  /// Why the record does not stand any more; nil when it does.
  var whyNotLive: String? {
    switch state {
    case .given, .notFound: nil
    case .refused: "Consent was asked for and refused."
    case .withdrawn: "The consent named was withdrawn."
    case .expired: "The consent named has run out."
    case .superseded: "The consent named was replaced by a later one; name that one."
    case .reviewOverdue:
      "The consent named was due for review, and nobody has confirmed it since."
    }
  }

  /// True when the record releases a sensitive address to this recipient: the other items of the
  /// message need not be in it.
  var isRelease: Bool {
    fault == nil && child != .other && coversRecipient && coversPurpose && releasesAddress
  }

  /// The missing items by their titles; those that are not words of the vocabulary are counted
  /// and not named, since a payload may say anything.
  private func items(_ vocabulary: Vocabulary) -> String {
    let titles = missingItems.compactMap { vocabulary.title($0, in: .dataCategories) }
    let others = missingItems.count - titles.count
    var parts = titles
    if others > 0 { parts.append("\(others) \(titles.isEmpty ? "" : "other ")item(s)") }
    return "these items of the message: " + .row(parts)
  }
}

extension DisclosureFact {
  /// What keeps this record from standing in for consent; nil when it does.
  var fault: Fault? {
    if state == .notFound {
      return failed("The gateway has no such record of a disclosure without consent.")
    }
    guard isForSender else {
      return failed("The disclosure without consent named was recorded by another party.")
    }
    guard coversMessage else {
      return failed(
        "The disclosure without consent named was recorded for another message than this one.")
    }
    guard state == .onRecord else {
      return failed(
        "The disclosure without consent named was due for review, and nobody has confirmed it "
          + "since.")
    }
    return nil
  }

  private func failed(_ reason: String) -> Fault {
    Fault(code: .overrideNotOnRecord, reason: reason)
  }
}

extension Facts {
  /// True when the message names a disclosure without consent that stands.
  var hasOverride: Bool { disclosure.map { $0.fault == nil } ?? false }

  /// True when the message names a consent that is live and covers all of it.
  func hasConsent(_ terms: Terms) -> Bool {
    consent.map { $0.fault(terms.vocabulary) == nil } ?? false
  }
}

extension Terms {
  /// True when the consent rule of the type knows disclosures without consent.
  var allowsOverride: Bool {
    vocabulary.consentRule(messageType.consentRule)?.allowsOverride ?? false
  }
}
