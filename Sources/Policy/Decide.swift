// The decision about one message: may it be shared, by whom, with whom, why (DESIGN 5, promise 2).
// Pure: the same facts give the same decision for ever. Never sees a payload, a clock or a store.

package import ExchangeModel

/// The version of the rules below, kept with each decision so that it can be made again. Raised
/// whenever a rule, its order or its texts change.
package let version = "3"

/// Asks every rule, in fixed order, and answers with all of their outcomes.
///
/// One rule that denies denies the message; the first that does so names the refusal. Obligations
/// are given with a permit only.
package func decide(_ facts: Facts, under terms: Terms) -> Decision {
  var outcomes: [RuleOutcome] = []
  outcomes.reserveCapacity(rules.count)
  for rule in rules { outcomes.append(rule.evaluate(facts, terms)) }
  let isDenied = outcomes.contains { $0.verdict == .deny }
  return Decision(
    rules: outcomes, obligations: isDenied ? [] : obligations(of: facts, terms),
    grounds: grounds(of: facts, terms), policyVersion: version,
    catalogueVersion: facts.claims.catalogueVersion)
}

/// What the facts are measured by: the message type and the vocabulary of one catalogue version.
package struct Terms: Sendable {
  package let messageType: MessageType
  package let vocabulary: Vocabulary

  package init(messageType: MessageType, vocabulary: Vocabulary) {
    self.messageType = messageType
    self.vocabulary = vocabulary
  }
}

/// All rules, in the order in which they are asked and shown.
let rules: [any Rule] = [
  PartiesRule(), MessageTypeVersionRule(), RouteRule(), ResidencyRule(), PurposeRule(),
  ClaimRule.lawfulBasis, ClaimRule.specialCondition, ClaimRule.legalGateway,
  DataCategoriesRule(), ConsentRule(), OverrideRule(), OnwardUseRule(), WithdrawalRule(),
  SensitiveAddressRule(), DisclosureCapRule(), ObjectionRule(), InformationSharingDutyRule(),
  PublicationRule(), ReviewRule(), DutyClocksRule(), ExpiryRule(),
]
