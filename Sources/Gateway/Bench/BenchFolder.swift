// The throw-away folder of one bench step: a CA, two parties, a fresh database, the settings.
// Never used twice: an index on random ids makes a second run slower than the first.

package import ExchangeModel
import Foundation
import Policy
import Storage
import Validation

/// A gateway's folder with a school that may refer to an Inclusion Support Service.
package struct BenchFolder: Sendable {
  static let sender = (urn: "urn:gatehouse:850:4321", role: "school")
  static let recipient = (urn: "urn:gatehouse:850:iss", role: "inclusion-support-service")

  package let path: String
  let surroundings: Surroundings

  package var settingsFile: String { path + "/gatehouse.json" }
  /// Where the database lies, whose disk is measured.
  package var data: String { path + "/data" }
  var authority: String { path + "/ca.pem" }
  var certificate: String { path + "/school.pem" }
  var key: String { path + "/school.key.pem" }
  var log: String { path + "/gatehouse.log" }

  /// Makes the folder below `parent`, with a name of its own.
  ///
  /// Throws: `CertificateFault`, SQLite's and the file system's errors.
  package init(
    below parent: String, schemas: String, surroundings: Surroundings
  ) async throws {
    path = parent + "/gatehouse-bench-" + String(surroundings.random(), radix: 36)
    self.surroundings = surroundings
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let now = surroundings.now()
    let signer = try CertificateFiles.createAuthority(
      directory: path, name: "Gatehouse bench authority", surroundings: surroundings)
    _ = try CertificateFiles.issue(
      .server(at: now), by: signer, certificateFile: path + "/server.pem",
      keyFile: path + "/server.key.pem", surroundings: surroundings)
    _ = try LogKeyFile.create(
      at: path + "/log.key.pem", vkeyFile: path + "/log.vkey", origin: "gatehouse.example/bench",
      surroundings: surroundings)
    try Data(Self.settings(schemas: schemas)).write(to: URL(fileURLWithPath: settingsFile))
    let store = try Store(
      directory: data, surroundings: surroundings, access: Policy.decideAccess,
      due: Policy.reckonDue)
    try await register(Self.recipient, "iss", by: signer, in: store)
    let spki = try await register(Self.sender, "school", by: signer, in: store)
    try await upload(by: spki, to: store)
    try store.close()
  }

  /// The SHA-256 of the school's key.
  func senderSPKI() throws -> String {
    guard let summary = try CertificateFiles.inspect(certificate).first else {
      throw BenchFault("the school's certificate cannot be read")
    }
    return summary.spkiSHA256
  }

  /// Takes the folder away with all that is in it.
  package func remove() { try? FileManager.default.removeItem(atPath: path) }

  /// Issues a party's certificate and registers both. Returns the key's SHA-256.
  @discardableResult
  private func register(
    _ party: (urn: String, role: String), _ name: String, by signer: CertificateAuthority,
    in store: Store
  ) async throws -> String {
    guard let urn = PartyURN(party.urn) else { throw BenchFault("not a party URN: \(party.urn)") }
    let summary = try CertificateFiles.issue(
      .party(urn, at: surroundings.now()), by: signer, certificateFile: "\(path)/\(name).pem",
      keyFile: "\(path)/\(name).key.pem", surroundings: surroundings)
    try await store.register(
      Party(
        urn: urn, name: "Bench \(name)", role: PartyRole(rawValue: party.role),
        certificates: [
          PartyCertificate(
            spkiSHA256: summary.spkiSHA256, notBefore: summary.notBefore,
            notAfter: summary.notAfter)
        ]))
    return summary.spkiSHA256
  }

  /// Stores what every referral names, as if the school had uploaded it.
  private func upload(by spkiSHA256: String, to store: Store) async throws {
    guard let urn = PartyURN(Self.sender.urn) else { return }
    for (digest, bytes) in BenchReferral.attachments {
      let partial = try store.attachments.openPartial(digest, by: urn, at: 0)
      try bytes.withUnsafeBytes { try partial.append($0) }
      try await store.keep(partial, as: digest, by: spkiSHA256)
    }
  }

  private static func settings(schemas: String) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("schemas", schemas)
    writer.key("listen")
    writer.beginObject()
    writer.member("port", 0)
    writer.endObject()
    writer.key("admin")
    writer.null()
    writer.key("limits")
    writer.beginObject()
    // One party sends all of the load.
    writer.member("requestsPerMinute", 0)
    writer.endObject()
    writer.key("log")
    writer.beginObject()
    writer.member("origin", "gatehouse.example/bench")
    writer.endObject()
    writer.endObject()
    return writer.bytes
  }
}
