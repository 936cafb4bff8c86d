// What the deciding rooms may know of a payload, taken from it once, when it was checked.
// Never stored as it is: `identifiers` are personal and are turned into keyed hashes at once.

/// What a payload holds, in words of the vocabulary, and what it tells the gateway to do.
package struct ContentFacts: Sendable, Equatable {
  /// The categories of data in it: tokens of the vocabulary, sorted.
  package var dataCategories: [String]
  /// True when it says of an address that it must not be known (`addressSensitive`).
  package var hasSensitiveAddress: Bool
  /// The child's identifiers by the names of the descriptor's `childIdentifiers`. Personal.
  package var identifiers: [String: String]
  /// The identifiers of each pupil of an attached transfer file, by the same names. Personal.
  package var filePupils: [[String: String]] = []
  /// The items at the descriptor's `consentItems`; nil where it has none.
  package var consentItems: [String]?
  /// True when it holds something that a person must look at before it is delivered.
  package var needsReview: Bool
  /// What the message does to a register; nil for most.
  package var effect: MessageEffect?

  package init(
    dataCategories: [String] = [], hasSensitiveAddress: Bool = false,
    identifiers: [String: String] = [:], consentItems: [String]? = nil,
    needsReview: Bool = false, effect: MessageEffect? = nil
  ) {
    self.dataCategories = dataCategories
    self.hasSensitiveAddress = hasSensitiveAddress
    self.identifiers = identifiers
    self.consentItems = consentItems
    self.needsReview = needsReview
    self.effect = effect
  }
}

/// What an admitted message does to the gateway's registers, with what it needs for that.
package enum MessageEffect: Sendable, Equatable {
  /// A disclosure without consent is on record: the id (CloudEvents `id`) of the message that
  /// discloses, whether the person was told, whether an address is disclosed, and the day of
  /// review.
  case disclosureWithoutConsent(
    messageID: String, informed: String, disclosesAddress: Bool, reviewOn: CivilDate)
  /// A consent is withdrawn, wholly, for one recipient or for one item.
  case consentWithdrawal(consent: String, scope: WithdrawalScope)
  /// It was decided not to share: the request that it answers and the coded reason.
  case notToShare(request: String, reason: String)
  /// An objection: `restrict` or `continue-with-reason`, and the outcome when there is one.
  case objection(interim: String, outcome: String?)
  /// Something becomes public: the kinds of identity found in its texts, e.g. `upn`; and the words
  /// pairs that may be names, for the store to compare with those it knows. Personal.
  case publication(findings: [String], possibleNames: [[String]])
  /// A transfer file goes its way.
  case transfer(TransferClaim)
  /// A transfer file goes into the lost pupil pool. Personal until it is stored.
  case lostPupilPosting(LostPupilPosting)
  /// The pool is searched for the child of the message.
  case lostPupilSearch
  /// A file of the pool is claimed; the child's UPN is among the message's identifiers.
  case lostPupilClaim(LostPupilClaim)
  /// A case takes a step.
  case caseStep(CaseStep)
}

/// How much of a consent is withdrawn.
package enum WithdrawalScope: Sendable, Equatable, Hashable {
  case all
  case recipient(PartyURN)
  case item(String)
}
