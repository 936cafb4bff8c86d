// The register of endpoints: each change is one transaction with its log leaf.
// Never logs a URL or a secret.

import Crypto
package import ExchangeModel
import Foundation
import GRDB
import MessageLog

extension Store {
  /// Seconds that a replaced secret or key goes on signing beside its successor, unless told
  /// otherwise: a day.
  package static let overlap: Int64 = 86_400

  /// Sets a party's endpoint; what waits for it is pushed from now on. `secret` is kept when
  /// given; else one is made when there is none.
  /// - Returns: the secret when it is new.
  ///
  /// Throws: `Refusal(.notFound)` when there is no such party.
  @discardableResult
  package func set(_ endpoint: Endpoint, secret: [UInt8]? = nil) async throws -> [UInt8]? {
    let sealing = sealing
    return try await writer.submit { context in
      guard context.directory[endpoint.party] != nil else { throw Refusal(.notFound) }
      try context.database.execute(
        sql: """
          INSERT INTO endpoint (party, url, format, pins, authorities, state, reason, changed_at)
          VALUES (?, ?, ?, ?, ?, 'live', NULL, ?)
          ON CONFLICT (party) DO UPDATE SET url = excluded.url, format = excluded.format,
            pins = excluded.pins, authorities = excluded.authorities, state = 'live',
            reason = NULL, changed_at = excluded.changed_at
          """,
        arguments: [
          endpoint.party.text, endpoint.url, endpoint.format.rawValue,
          endpoint.pins.joined(separator: " "), endpoint.authorities, context.now.milliseconds,
        ])
      try context.endpointChanged(endpoint.party, "set")
      context.woken.insert(endpoint.party)
      // What failed before is tried at once at the new place.
      try context.database.execute(
        sql: "UPDATE inbox SET push_at = 0 WHERE recipient = ? AND ended IS NULL",
        arguments: [endpoint.party.text])
      let has = try Bool.fetchOne(
        context.database, sql: "SELECT EXISTS (SELECT 1 FROM endpoint_secret WHERE party = ?)",
        arguments: [endpoint.party.text])
      guard secret != nil || has == false else { return nil }
      return try context.replaceSecret(
        of: endpoint.party, by: secret, overlap: Self.overlap, sealing)
    }
  }

  /// Retires a party's endpoint: nothing more is pushed to it; what waits can be pulled.
  /// Throws: `Refusal(.notFound)` when it has none.
  package func retireEndpoint(of party: PartyURN, because reason: String) async throws {
    try await writer.submit { try $0.retireEndpoint(of: party, because: reason) }
  }

  /// Makes a new secret, or takes the one given; the one before signs beside it for `overlap`
  /// seconds.
  /// Throws: `Refusal(.notFound)` when the party has no endpoint.
  package func rotateSecret(
    of party: PartyURN, to secret: [UInt8]? = nil, overlap: Int64 = Store.overlap
  ) async throws -> [UInt8] {
    let sealing = sealing
    return try await writer.submit { context in
      guard try EndpointTable.find(party, in: context.database) != nil else {
        throw Refusal(.notFound)
      }
      return try context.replaceSecret(of: party, by: secret, overlap: overlap, sealing)
    }
  }

  /// The endpoint of a party, live or retired; nil when it never had one.
  package func endpoint(of party: PartyURN) async throws -> Endpoint? {
    try await pool.read { try EndpointTable.find(party, in: $0) }
  }

  /// All endpoints, by party.
  package func endpoints() async throws -> [Endpoint] {
    try await pool.read { database in
      try Row.fetchAll(database, sql: "SELECT * FROM endpoint ORDER BY party")
        .map(EndpointTable.endpoint)
    }
  }

  /// The secrets that sign for a party now, newest first.
  package func endpointSecrets(of party: PartyURN) async throws -> [EndpointSecret] {
    let now = surroundings.now()
    let sealing = sealing
    return try await pool.read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT secret_id, sealed, ends_at FROM endpoint_secret
          WHERE party = ? AND (ends_at IS NULL OR ends_at > ?) ORDER BY secret_id DESC LIMIT 8
          """, arguments: [party.text, now.milliseconds])
      return try rows.map { row in
        let ends: Int64? = row["ends_at"]
        return EndpointSecret(
          id: row["secret_id"],
          bytes: Array(try sealing.open(row["sealed"], as: EndpointTable.sealName(party))),
          endsAt: ends.map(Timestamp.init(milliseconds:)))
      }
    }
  }

  /// The keys that sign every push now, newest first; the first is made when there is none.
  package func signingKeys() async throws -> [SigningKey] {
    let sealing = sealing
    let now = surroundings.now()
    let found = try await pool.read {
      try EndpointTable.signingKeys(at: now, in: $0, sealing)
    }
    guard !found.contains(where: { $0.endsAt == nil }) else { return found }
    return try await rotateSigningKey(onlyIfNone: true)
  }

  /// Makes a new key; the one before signs beside it for `overlap` seconds.
  @discardableResult
  package func rotateSigningKey(
    overlap: Int64 = Store.overlap, onlyIfNone: Bool = false
  ) async throws -> [SigningKey] {
    let sealing = sealing
    return try await writer.submit { context in
      let present = try EndpointTable.signingKeys(
        at: context.now, in: context.database, sealing)
      if onlyIfNone, present.contains(where: { $0.endsAt == nil }) { return present }
      let key = try Curve25519.Signing.PrivateKey(
        rawRepresentation: context.surroundings.salt())
      try context.database.execute(
        sql: "UPDATE signing_key SET ends_at = ? WHERE ends_at IS NULL",
        arguments: [context.now.adding(seconds: overlap).milliseconds])
      try context.database.execute(
        sql: "INSERT INTO signing_key (public, sealed, made_at) VALUES (?, ?, ?)",
        arguments: [
          key.publicKey.rawRepresentation,
          try sealing.seal(key.rawRepresentation, as: EndpointTable.signingKeyName),
          context.now.milliseconds,
        ])
      try context.append(
        LogEvent(
          .endpointChanged,
          [
            .change: "signing-key",
            .digest: Hex.text(SHA256.hash(data: key.publicKey.rawRepresentation)),
          ]), subject: nil, message: nil)
      return try EndpointTable.signingKeys(at: context.now, in: context.database, sealing)
    }
  }
}

/// Reads the tables of endpoints.
enum EndpointTable {
  static let signingKeyName = "signing-key"

  static func sealName(_ party: PartyURN) -> String { "endpoint:" + party.text }

  static func find(_ party: PartyURN, in database: Database) throws -> Endpoint? {
    let statement = try database.cachedStatement(sql: "SELECT * FROM endpoint WHERE party = ?")
    return try Row.fetchOne(statement, arguments: [party.text]).map(endpoint)
  }

  static func isLive(_ party: PartyURN, in database: Database) throws -> Bool {
    let statement = try database.cachedStatement(
      sql: "SELECT EXISTS (SELECT 1 FROM endpoint WHERE party = ? AND state = 'live')")
    return try Bool.fetchOne(statement, arguments: [party.text]) ?? false
  }

  static func endpoint(_ row: Row) throws -> Endpoint {
    let pins: String = row["pins"]
    guard let party = PartyURN(row["party"]), let format = ContentFormat(rawValue: row["format"]),
      let state = Endpoint.State(rawValue: row["state"])
    else { throw StoreFailure.corrupt("endpoint") }
    return Endpoint(
      party: party, url: row["url"], format: format,
      pins: pins.split(separator: " ").map(String.init), authorities: row["authorities"],
      state: state, reason: row["reason"],
      changedAt: Timestamp(milliseconds: row["changed_at"]))
  }

  static func signingKeys(
    at now: Timestamp, in database: Database, _ sealing: Sealing
  ) throws -> [SigningKey] {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT key_id, public, sealed, ends_at FROM signing_key
        WHERE ends_at IS NULL OR ends_at > ? ORDER BY key_id DESC LIMIT 8
        """, arguments: [now.milliseconds])
    return try rows.map { row in
      let ends: Int64? = row["ends_at"]
      let publicKey: Data = row["public"]
      return SigningKey(
        id: row["key_id"], seed: Array(try sealing.open(row["sealed"], as: signingKeyName)),
        publicKey: Array(publicKey), endsAt: ends.map(Timestamp.init(milliseconds:)))
    }
  }
}

extension WriteContext {
  mutating func retireEndpoint(of party: PartyURN, because reason: String) throws {
    guard let endpoint = try EndpointTable.find(party, in: database) else {
      throw Refusal(.notFound)
    }
    guard endpoint.state == .live else { return }
    try database.execute(
      sql: "UPDATE endpoint SET state = 'retired', reason = ?, changed_at = ? WHERE party = ?",
      arguments: [reason, now.milliseconds, party.text])
    try endpointChanged(party, "retired", because: reason)
  }

  fileprivate mutating func endpointChanged(
    _ party: PartyURN, _ change: String, because reason: String? = nil
  ) throws {
    try append(
      LogEvent(.endpointChanged, [.change: change, .party: party.text, .reason: reason]),
      subject: nil, message: nil)
  }

  fileprivate mutating func replaceSecret(
    of party: PartyURN, by given: [UInt8]?, overlap: Int64, _ sealing: Sealing
  ) throws -> [UInt8] {
    let secret = given ?? surroundings.salt()
    try database.execute(
      sql: "UPDATE endpoint_secret SET ends_at = ? WHERE party = ? AND ends_at IS NULL",
      arguments: [now.adding(seconds: overlap).milliseconds, party.text])
    try database.execute(
      sql: "INSERT INTO endpoint_secret (party, sealed, made_at) VALUES (?, ?, ?)",
      arguments: [
        party.text, try sealing.seal(Data(secret), as: EndpointTable.sealName(party)),
        now.milliseconds,
      ])
    try database.execute(
      sql: "UPDATE endpoint SET changed_at = max(changed_at + 1, ?) WHERE party = ?",
      arguments: [now.milliseconds, party.text])
    try endpointChanged(party, "secret")
    return secret
  }
}
