// The verbs of the party directory: each change is one transaction with its log leaf.
// Never removes a row: a certificate is revoked, a party suspended, and both stay on record.

package import ExchangeModel
import GRDB
import MessageLog

extension Store {
  /// Adds a party, or changes its name and role; the state of one that exists stays. Adds its
  /// certificates to those it has.
  /// Throws: `Refusal(.duplicateConflict)` when a key is already another party's.
  package func register(_ party: Party) async throws {
    try await writer.submit { context in
      let isNew = context.directory[party.urn] == nil
      try context.refuseKeys(of: party.certificates, unlessOf: party.urn)
      try context.database.execute(
        sql: """
          INSERT INTO party (urn, name, role, state, country, purposes) VALUES (?, ?, ?, ?, ?, ?)
          ON CONFLICT (urn) DO UPDATE SET name = excluded.name, role = excluded.role,
            country = excluded.country, purposes = excluded.purposes
          """,
        arguments: [
          party.urn.text, party.name, party.role.rawValue, party.state.rawValue, party.country,
          party.purposes?.joined(separator: " "),
        ])
      try context.append(
        LogEvent(
          .partyChanged,
          [
            .actor: WriteContext.gatewayOperator, .change: "registered", .country: party.country,
            .party: party.urn.text,
            .purpose: party.purposes?.joined(separator: " "), .role: party.role.rawValue,
          ]),
        subject: nil, message: nil)
      if isNew && party.state != .live {
        try context.append(
          LogEvent(
            .partyChanged,
            [
              .actor: WriteContext.gatewayOperator, .change: party.state.rawValue,
              .party: party.urn.text,
            ]),
          subject: nil, message: nil)
      }
      for certificate in party.certificates {
        try context.insert(certificate, of: party.urn)
      }
      try context.directoryChanged()
    }
  }

  /// Suspends a party or lets it speak again; effective at its next request.
  /// Throws: `Refusal(.notFound)` when there is no such party.
  package func setState(of urn: PartyURN, to state: Party.State) async throws {
    try await writer.submit { context in
      guard context.directory[urn] != nil else { throw Refusal(.notFound) }
      try context.database.execute(
        sql: "UPDATE party SET state = ? WHERE urn = ?",
        arguments: [state.rawValue, urn.text])
      try context.append(
        LogEvent(
          .partyChanged,
          [
            .actor: WriteContext.gatewayOperator, .change: state.rawValue, .party: urn.text,
          ]),
        subject: nil, message: nil)
      try context.directoryChanged()
    }
  }

  /// Adds a certificate to a party; the others stay live, so that it can rotate.
  /// Throws: `Refusal(.notFound)` for an unknown party, `Refusal(.duplicateConflict)` when the key
  /// is already another party's.
  package func register(_ certificate: PartyCertificate, of urn: PartyURN) async throws {
    try await writer.submit { context in
      guard context.directory[urn] != nil else { throw Refusal(.notFound) }
      try context.refuseKeys(of: [certificate], unlessOf: urn)
      try context.insert(certificate, of: urn)
      try context.directoryChanged()
    }
  }

  /// Revokes a certificate; effective at the next request made with it.
  /// Throws: `Refusal(.notFound)` when there is no such certificate.
  package func revoke(certificate spkiSHA256: String) async throws {
    try await writer.submit { context in
      guard let owner = context.directory.owner(of: spkiSHA256) else {
        throw Refusal(.notFound)
      }
      try context.database.execute(
        sql: "UPDATE certificate SET state = 'revoked' WHERE spki_sha256 = ?",
        arguments: [spkiSHA256])
      try context.certificateChanged(spkiSHA256, of: owner, "revoked")
      try context.directoryChanged()
    }
  }
}

extension WriteContext {
  /// Throws `Refusal(.duplicateConflict)` when one of the keys is another party's.
  fileprivate func refuseKeys(
    of certificates: [PartyCertificate], unlessOf urn: PartyURN
  ) throws {
    for certificate in certificates {
      let owner = directory.owner(of: certificate.spkiSHA256)
      guard owner == nil || owner == urn else { throw Refusal(.duplicateConflict) }
    }
  }

  /// A certificate that was revoked stays so: registering it again changes only its dates.
  fileprivate mutating func insert(
    _ certificate: PartyCertificate, of urn: PartyURN
  ) throws {
    let isNew = directory.owner(of: certificate.spkiSHA256) == nil
    try database.execute(
      sql: """
        INSERT INTO certificate (spki_sha256, party, state, not_before, not_after)
        VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (spki_sha256) DO UPDATE
        SET not_before = excluded.not_before, not_after = excluded.not_after
        """,
      arguments: [
        certificate.spkiSHA256, urn.text, certificate.state.rawValue,
        certificate.notBefore.milliseconds, certificate.notAfter.milliseconds,
      ])
    try certificateChanged(certificate.spkiSHA256, of: urn, "registered")
    if isNew && certificate.state == .revoked {
      try certificateChanged(certificate.spkiSHA256, of: urn, "revoked")
    }
  }

  fileprivate mutating func certificateChanged(
    _ spkiSHA256: String, of urn: PartyURN, _ change: String
  ) throws {
    try append(
      LogEvent(
        .certificateChanged,
        [
          .actor: Self.gatewayOperator, .certificate: spkiSHA256, .change: change,
          .party: urn.text,
        ]),
      subject: nil, message: nil)
  }
}
