// What an operator sets: one JSON file, read whole, every fault named at once.
// Never holds a secret: keys are named by file and read by who needs them.

package import ExchangeModel
import Foundation
package import MessageLog
import Validation

/// The gateway's settings, with paths made absolute against the file's folder.
package struct Settings: Sendable {
  /// Where the API listens.
  package var host = "127.0.0.1"
  /// TCP port; 0 takes a free one.
  package var port = 8443
  /// The names a request's Host field may give, without port.
  package var names = ["localhost"]
  /// The admin listener, plain HTTP on loopback. Nil for none.
  package var adminHost = "127.0.0.1"
  package var adminPort: Int? = 9443
  package var certificate = "server.pem"
  package var key = "server.key.pem"
  /// The CA that party certificates must chain to.
  package var clientAuthority = "ca.pem"
  /// `1.3` or `1.2`.
  package var minimumTLS = "1.3"
  package var data = "data"
  package var schemas = "schemas"
  /// The log's name, a schemeless URL (C2SP tlog-checkpoint, origin).
  package var logOrigin = "localhost/gatehouse"
  package var logKey = "log.key.pem"
  /// Leaves before this one need not be served (C2SP tlog-tiles, Pruning); 0 serves all.
  package var logMinimumIndex: Int64 = 0
  /// A file off this machine's disk that keeps the last signed checkpoint; nil for none.
  package var logAnchorFile: String?
  package var witnesses: [WitnessSetting] = []
  /// How many witnesses must have cosigned what is served.
  package var logQuorum = 0
  /// The key that this gateway cosigns others' logs with; nil when it is no witness.
  package var witnessKey: String?
  /// Keys of the logs that it cosigns.
  package var witnessedLogs: [NoteKey] = []
  /// The MESH door.
  package var mesh = MeshSettings()
  package var logLevel = "info"
  /// Law that is enacted and not yet commenced: off until it is.
  package var inForce = Facts.InForce()
  package var limits = Limits()

  package init() {}
}

/// Faults of a settings file, all of them.
package struct SettingsFault: Error, Sendable, CustomStringConvertible {
  package let path: String
  package let issues: [ValidationIssue]

  package var description: String {
    issues.map { issue in
      let line = issue.line.map { ":\($0)" } ?? ""
      return "\(path)\(line): \(issue.place): \(issue.message)"
    }.joined(separator: "\n")
  }
}

extension Settings {
  /// Reads a settings file. Throws `SettingsFault` naming every unknown or ill-formed setting.
  package init(file path: String) throws {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw SettingsFault(
        path: path,
        issues: [
          ValidationIssue(
            place: "", line: nil, rule: "file", message: "The file cannot be read; is it there?")
        ])
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    try self.init(bytes: Array(data), name: path, folder: folder)
  }

  /// Reads settings from bytes; relative paths are of `folder`.
  package init(bytes: [UInt8], name: String, folder: String) throws {
    self.init()
    var reader: SettingsReader
    do {
      reader = try SettingsReader(bytes)
    } catch {
      throw SettingsFault(path: name, issues: [error.issue])
    }
    reader.string("/listen/host", &host)
    reader.integer("/listen/port", in: 0...65535, &port)
    reader.strings("/listen/names", &names)
    reader.string("/admin/host", &adminHost)
    var admin = adminPort ?? 0
    reader.integer("/admin/port", in: 0...65535, &admin)
    adminPort = reader.isNull("/admin") ? nil : admin
    reader.path("/tls/certificate", folder, &certificate)
    reader.path("/tls/key", folder, &key)
    reader.path("/tls/clientAuthority", folder, &clientAuthority)
    reader.choice("/tls/minimumVersion", ["1.3", "1.2"], &minimumTLS)
    reader.path("/data", folder, &data)
    reader.path("/schemas", folder, &schemas)
    reader.string("/log/origin", &logOrigin)
    reader.path("/log/key", folder, &logKey)
    var minimumIndex = 0
    reader.integer("/log/minimumIndex", in: 0...Int.max, &minimumIndex)
    logMinimumIndex = Int64(minimumIndex)
    reader.optionalPath("/log/anchorFile", folder, &logAnchorFile)
    reader.witnesses("/log/witnesses", folder, &witnesses)
    reader.integer("/log/quorum", in: 0...max(0, witnesses.count), &logQuorum)
    reader.optionalPath("/witness/key", folder, &witnessKey)
    reader.witnessedLogs("/witness/logs", &witnessedLogs)
    reader.mesh("/mesh", folder, &mesh)
    reader.choice(
      "/logging/level", ["trace", "debug", "info", "notice", "warning", "error"], &logLevel)
    reader.integer("/limits/envelopeBytes", in: 1024...(64 << 20), &limits.envelopeBytes)
    reader.integer("/limits/attachmentBytes", in: 0...(1 << 40), &limits.attachmentBytes)
    reader.integer("/limits/connections", in: 1...1_000_000, &limits.connections)
    reader.bool("/law/informationSharingDuty", &inForce.informationSharingDuty)
    let issues = reader.finish()
    guard issues.isEmpty else { throw SettingsFault(path: name, issues: issues) }
  }

  /// The settings as JSON members, with nothing secret: what `gatehouse check` prints.
  package var redacted: [(name: String, value: String)] {
    [
      ("listen", "\(host):\(port)"), ("names", names.joined(separator: ", ")),
      ("admin", adminPort.map { "\(adminHost):\($0)" } ?? "none"),
      ("tls.certificate", certificate), ("tls.key", "\(key) (not shown)"),
      ("tls.clientAuthority", clientAuthority), ("tls.minimumVersion", minimumTLS),
      ("data", data), ("schemas", schemas), ("log.origin", logOrigin),
      ("log.key", "\(logKey) (not shown)"), ("log.minimumIndex", String(logMinimumIndex)),
      ("log.anchorFile", logAnchorFile ?? "none"),
      ("log.witnesses", witnesses.map { "\($0.name) \($0.url)" }.joined(separator: ", ")),
      ("log.quorum", String(logQuorum)),
      ("witness.key", witnessKey.map { "\($0) (not shown)" } ?? "none"),
      ("witness.logs", witnessedLogs.map(\.name.description).joined(separator: ", ")),
      ("mesh.secrets", mesh.secrets.map { "\($0) (not shown)" } ?? "none"),
      ("mesh.mailboxes", mesh.mailboxes.map { "\($0.id) \($0.party)" }.joined(separator: ", ")),
      ("mesh.workflows", mesh.workflows.map { "\($0.id) \($0.type)" }.joined(separator: ", ")),
      ("mesh.opaque", mesh.opaque.map(\.id).joined(separator: ", ")),
      ("logging.level", logLevel),
      ("limits.envelopeBytes", String(limits.envelopeBytes)),
      ("limits.attachmentBytes", String(limits.attachmentBytes)),
      ("limits.connections", String(limits.connections)),
      ("law.informationSharingDuty", String(inForce.informationSharingDuty)),
    ]
  }
}
