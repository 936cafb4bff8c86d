// The parties and their certificates as one immutable value, read whole from the tables.
// Never changed in place: a change makes a new version.

package import ExchangeModel
import Foundation
import GRDB

/// Who may speak to the gateway, at one version of the tables.
package struct PartyDirectory: Sendable {
  /// Rises with every change of a party or certificate, by any process.
  package let version: Int64
  private let parties: [PartyURN: Party]
  private let owners: [String: PartyURN]

  /// The party of this name; nil when there is none.
  package subscript(_ urn: PartyURN) -> Party? { parties[urn] }

  /// All parties, by name.
  package var all: [Party] { parties.values.sorted { $0.urn < $1.urn } }

  /// Whose certificate this is, live or not; nil when it is nobody's.
  package func owner(of spkiSHA256: String) -> PartyURN? { owners[spkiSHA256] }

  /// The live party that holds the live certificate with this key, or why there is none.
  ///
  /// A certificate counts when its row is live and `now` lies within its validity: a resumed TLS
  /// session shows no certificate again, so this is asked at every request.
  package func identify(spkiSHA256: String, at now: Timestamp) -> Result<Party, Refusal> {
    guard let owner = owners[spkiSHA256], let party = parties[owner],
      let certificate = party.certificates.first(where: { $0.spkiSHA256 == spkiSHA256 })
    else { return .failure(Refusal(.certificateUnknown)) }
    guard certificate.state == .live else { return .failure(Refusal(.certificateRevoked)) }
    guard now >= certificate.notBefore else {
      return .failure(Refusal(.certificateNotYetValid))
    }
    guard now <= certificate.notAfter else { return .failure(Refusal(.certificateExpired)) }
    guard party.state == .live else { return .failure(Refusal(.partySuspended)) }
    return .success(party)
  }

  /// The keys that do not count in this directory and still might in an earlier one: they
  /// were withdrawn since, also when they were registered since.
  package func certificatesNoLongerLive(since earlier: PartyDirectory) -> [String] {
    func withdrawn(_ directory: PartyDirectory) -> Set<String> {
      var keys: Set<String> = []
      for party in directory.parties.values {
        for certificate in party.certificates
        where party.state != .live || certificate.state != .live {
          keys.insert(certificate.spkiSHA256)
        }
      }
      return keys
    }
    return withdrawn(self).subtracting(withdrawn(earlier)).sorted()
  }

  /// Reads the version alone: the cheap question whether a copy is still fresh.
  static func readVersion(_ database: Database) throws -> Int64 {
    let statement = try database.cachedStatement(sql: "SELECT version FROM directory_version")
    return try Int64.fetchOne(statement) ?? 0
  }

  /// Reads everything, or knows nobody when a row is damaged: the store can then be opened and
  /// verified, and every caller is refused.
  init(readable database: Database) throws {
    do {
      try self.init(database)
    } catch StoreFailure.corrupt {
      self.init(version: 0, parties: [:], owners: [:])
    }
  }

  /// The parties of the store in a folder, read beside a gateway that may be running; nobody when
  /// there is no store yet. Makes and changes nothing.
  ///
  /// Throws what the disk or SQLite throws.
  package static func read(from folder: String) throws -> PartyDirectory {
    let path = Store.databasePath(in: folder)
    guard FileManager.default.fileExists(atPath: path) else {
      return PartyDirectory(version: 0, parties: [:], owners: [:])
    }
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(5)
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    defer { try? queue.close() }
    return try queue.read { try PartyDirectory($0) }
  }

  private init(version: Int64, parties: [PartyURN: Party], owners: [String: PartyURN]) {
    self.version = version
    self.parties = parties
    self.owners = owners
  }

  /// Reads everything, in the transaction that `database` is in.
  init(_ database: Database) throws {
    let version = try Self.readVersion(database)
    var parties: [PartyURN: Party] = [:]
    for row in try Row.fetchAll(database, sql: "SELECT * FROM party") {
      guard let urn = PartyURN(row["urn"]), let state = Party.State(rawValue: row["state"]) else {
        throw StoreFailure.corrupt("party")
      }
      let purposes: String? = row["purposes"]
      parties[urn] = Party(
        urn: urn, name: row["name"], role: PartyRole(rawValue: row["role"]), state: state,
        country: row["country"],
        purposes: purposes?.split(separator: " ").map(String.init))
    }
    var owners: [String: PartyURN] = [:]
    let sql = "SELECT spki_sha256, party, state, not_before, not_after FROM certificate"
    for row in try Row.fetchAll(database, sql: sql) {
      guard let owner = PartyURN(row["party"]), parties[owner] != nil,
        let state = PartyCertificate.State(rawValue: row["state"])
      else { throw StoreFailure.corrupt("certificate") }
      let certificate = PartyCertificate(
        spkiSHA256: row["spki_sha256"], state: state,
        notBefore: Timestamp(milliseconds: row["not_before"]),
        notAfter: Timestamp(milliseconds: row["not_after"]))
      parties[owner]?.certificates.append(certificate)
      owners[certificate.spkiSHA256] = owner
    }
    self.init(version: version, parties: parties, owners: owners)
  }
}
