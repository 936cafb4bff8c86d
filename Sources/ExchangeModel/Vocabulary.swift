// The published words of the exchange (`schemas/vocabulary.json`): what each purpose may carry, and
// which purpose may follow on which. Data: a word is added without Swift.
// Never decides anything: Policy reads it.

/// The parts of the vocabulary that decisions rest on.
package struct Vocabulary: Sendable, Equatable, Codable {
  package let purposes: [PurposeEntry]
  package let lawfulBases: [Word]
  package let specialConditions: [Word]
  package let legalGateways: [Word]
  package let consentRules: [ConsentRuleEntry]
  package let purposeCompatibility: Compatibility
  package let roles: [Word]
  package let dataCategories: [DataCategory]

  package init(
    purposes: [PurposeEntry], lawfulBases: [Word], specialConditions: [Word],
    legalGateways: [Word], consentRules: [ConsentRuleEntry],
    purposeCompatibility: Compatibility, roles: [Word], dataCategories: [DataCategory]
  ) {
    self.purposes = purposes
    self.lawfulBases = lawfulBases
    self.specialConditions = specialConditions
    self.legalGateways = legalGateways
    self.consentRules = consentRules
    self.purposeCompatibility = purposeCompatibility
    self.roles = roles
    self.dataCategories = dataCategories
  }

  /// A token with its title.
  package struct Word: Sendable, Equatable, Codable {
    package let token: String
    package let title: String
  }

  /// A purpose with the categories of data that messages for it may carry.
  package struct PurposeEntry: Sendable, Equatable, Codable {
    package let token: String
    package let title: String
    package let dataCategories: [String]
  }

  package struct ConsentRuleEntry: Sendable, Equatable, Codable {
    package let token: String
    package let wording: String
    package let allowsOverride: Bool
  }

  /// May data received under one purpose be used onward for another?
  package struct Compatibility: Sendable, Equatable, Codable {
    package enum Answer: String, Sendable, Codable {
      case allowed = "Y"
      case refused = "N"
      case freshConsent = "C"
      case safeguardingOverride = "S"
    }

    package let samePurpose: Answer
    package let unlisted: Answer
    package let table: [String: [String: Answer]]

    package init(samePurpose: Answer, unlisted: Answer, table: [String: [String: Answer]]) {
      self.samePurpose = samePurpose
      self.unlisted = unlisted
      self.table = table
    }

    /// The answer for data received under one purpose and wanted for another.
    package func answer(received: String, wanted: String) -> Answer {
      if received.utf8.elementsEqual(wanted.utf8) { return samePurpose }
      return table[received]?[wanted] ?? unlisted
    }
  }

  /// A category of data and the payload properties that hold it.
  package struct DataCategory: Sendable, Equatable, Codable {
    package let token: String
    package let title: String
    package let specialCategory: Bool
    /// Top-level properties of payloads.
    package let payloadProperties: [String]
    package let alsoIn: [Place]?

    /// A property that holds the category in one message type alone.
    package struct Place: Sendable, Equatable, Codable {
      package let messageType: String
      package let property: String
    }
  }

  /// The entry of a purpose; nil when it is not of the vocabulary.
  package func purpose(_ token: String) -> PurposeEntry? {
    purposes.first { $0.token.utf8.elementsEqual(token.utf8) }
  }

  /// The entry of a consent rule, `CN0` to `CN6`.
  package func consentRule(_ token: String) -> ConsentRuleEntry? {
    consentRules.first { $0.token.utf8.elementsEqual(token.utf8) }
  }
}
