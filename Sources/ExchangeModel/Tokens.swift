// The published words a message claims by name: purpose, lawful basis, condition, gateway, role.
// They are open sets: the vocabulary and the message types are data, so no case is listed here.

/// A word of a published vocabulary, compared byte for byte.
package protocol VocabularyToken: RawRepresentable, Hashable, Sendable, CustomStringConvertible
where RawValue == String {
  init(rawValue: String)
}

extension VocabularyToken {
  package var description: String { rawValue }

  // String's own equality takes canonically equivalent texts for one: a Kelvin sign for a K.
  package static func == (left: Self, right: Self) -> Bool {
    left.rawValue.utf8.elementsEqual(right.rawValue.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    for byte in rawValue.utf8 { hasher.combine(byte) }
  }
}

/// Why data is shared: a token of the published vocabulary, e.g. `medical-education`.
package struct Purpose: VocabularyToken {
  package let rawValue: String
  package init(rawValue: String) { self.rawValue = rawValue }
}

/// The UK GDPR Article 6 ground, e.g. `uk-gdpr:A6-1-e`.
package struct LawfulBasis: VocabularyToken {
  package let rawValue: String
  package init(rawValue: String) { self.rawValue = rawValue }
}

/// The Article 9 or DPA 2018 Schedule 1 condition, e.g. `dpa2018:sch1-6`.
package struct SpecialCondition: VocabularyToken {
  package let rawValue: String
  package init(rawValue: String) { self.rawValue = rawValue }
}

/// The statutory power to share, e.g. `ea1996-s19`.
package struct LegalGateway: VocabularyToken {
  package let rawValue: String
  package init(rawValue: String) { self.rawValue = rawValue }
}

/// What kind of agency or team a party is, e.g. `school`, `inclusion-support-service`.
package struct PartyRole: VocabularyToken {
  package let rawValue: String
  package init(rawValue: String) { self.rawValue = rawValue }
}

/// How soon a message must be seen (DESIGN 4.1).
package enum Priority: String, Sendable, CaseIterable {
  case routine, urgent, immediate
}

/// The two formats an envelope and a payload may have.
package enum ContentFormat: String, Sendable, CaseIterable {
  case json, xml

  /// The media type of an envelope in this format (CloudEvents 1.0 JSON and XML formats).
  package var envelopeMediaType: String { "application/cloudevents+\(rawValue)" }

  /// The media type of a bare payload in this format.
  package var payloadMediaType: String { "application/\(rawValue)" }

  /// What a document seems to be: XML when its first character is `<`, JSON otherwise.
  package init(lookingAt bytes: some Sequence<UInt8>) {
    self = bytes.first { $0 > 0x20 } == 0x3C ? .xml : .json
  }
}
