// A party and its certificates, as the directory knows them. Never a person.

/// An agency or team that sends and receives.
package struct Party: Sendable, Equatable, Codable {
  package enum State: String, Sendable, Codable { case live, suspended }

  package let urn: PartyURN
  /// The agency's name, for people.
  package var name: String
  package var role: PartyRole
  package var state: State
  /// ISO 3166-1 alpha-2: where the party processes what it is sent.
  package var country: String
  /// The purposes that the party is registered for; nil: those of its role in the catalogue.
  package var purposes: [String]?
  package var certificates: [PartyCertificate]

  package init(
    urn: PartyURN, name: String, role: PartyRole, state: State = .live, country: String = "GB",
    purposes: [String]? = nil, certificates: [PartyCertificate] = []
  ) {
    self.urn = urn
    self.name = name
    self.role = role
    self.state = state
    self.country = country
    self.purposes = purposes
    self.certificates = certificates
  }
}

/// A certificate registered for a party; several may be live at once, for rotation.
package struct PartyCertificate: Sendable, Equatable, Codable {
  package enum State: String, Sendable, Codable { case live, revoked }

  /// SHA-256 of the certificate's SubjectPublicKeyInfo (RFC 5280, 4.1.2.7), in lower-case hex.
  package let spkiSHA256: String
  package var state: State
  package var notBefore: Timestamp
  package var notAfter: Timestamp

  package init(
    spkiSHA256: String, state: State = .live, notBefore: Timestamp, notAfter: Timestamp
  ) {
    self.spkiSHA256 = spkiSHA256
    self.state = state
    self.notBefore = notBefore
    self.notAfter = notAfter
  }
}

extension PartyURN: Codable {
  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let urn = PartyURN(text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "not a party URN"))
    }
    self = urn
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}

extension Timestamp: Codable {
  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let time = Timestamp(rfc3339: text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "not an RFC 3339 date-time"))
    }
    self = time
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension PartyRole: Codable {}

extension CivilDate: Codable {
  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let date = CivilDate(text) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "not a date YYYY-MM-DD"))
    }
    self = date
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
