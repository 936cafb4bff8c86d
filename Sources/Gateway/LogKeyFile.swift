// The log's signing keys in a file, as C2SP note keys, one a line: the first signs and names the
// log, those after it sign too while they are being replaced. Never shown, never in a log line.

package import ExchangeModel
import Foundation
package import MessageLog

/// The keys that sign the log.
package struct LogSigners: Sendable {
  /// The log's key.
  package let current: NoteSigner
  /// Keys that it follows and that still sign, so that whoever knows only those can verify.
  package let retiring: [NoteSigner]

  package init(_ current: NoteSigner, retiring: [NoteSigner] = []) {
    self.current = current
    self.retiring = retiring
  }

  package var all: [NoteSigner] { [current] + retiring }
  /// The public halves.
  package var keys: [NoteKey] { all.map(\.key) }
}

/// Makes, reads and changes the file that holds the log's private keys.
package enum LogKeyFile {
  /// What is wrong with the key file.
  package struct Fault: Error, Sendable, CustomStringConvertible {
    package let description: String
  }

  /// The credential that is looked for when the setting's file is not there.
  private static let credential = "log.key"

  /// Where the keys are: the file of the settings, or where there is none, systemd's credential
  /// `log.key`.
  package static func path(
    _ settings: Settings,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> String {
    guard !FileManager.default.fileExists(atPath: settings.logKey),
      let folder = environment["CREDENTIALS_DIRECTORY"], folder.hasPrefix("/"),
      FileManager.default.fileExists(atPath: folder + "/" + credential)
    else { return settings.logKey }
    return folder + "/" + credential
  }

  /// Reads the signer of the settings. Throws `Fault`.
  package static func read(_ settings: Settings) throws -> NoteSigner {
    try readAll(settings).current
  }

  /// Reads all signers of the settings. Throws `Fault`.
  package static func readAll(_ settings: Settings) throws -> LogSigners {
    let path = path(settings)
    let signers = try readAll(at: path, setting: "log.key")
    guard signers.all.allSatisfy({ $0.key.name.description == settings.logOrigin }) else {
      throw Fault(description: "log.key: the key is of another origin than log.origin")
    }
    return signers
  }

  /// Reads the signers of a file of the log's own kind. Throws `Fault`.
  package static func readAll(at path: String, setting: String) throws -> LogSigners {
    let signers = try lines(of: path, setting)
    guard let first = signers.first, signers.allSatisfy({ $0.key.kind == .ed25519 }) else {
      throw Fault(description: "\(setting): \(path) is not a note key")
    }
    return LogSigners(first, retiring: Array(signers.dropFirst()))
  }

  /// Reads a witness's signer. Throws `Fault`.
  package static func readWitness(at path: String) throws -> NoteSigner {
    let signers = try lines(of: path, "witness.key")
    guard signers.count == 1, signers[0].key.kind == .cosignatureV1 else {
      throw Fault(
        description: "witness.key: \(path) is not a witness's key; make one with "
          + "`gatehouse log key create --witness`")
    }
    return signers[0]
  }

  private static func lines(of path: String, _ setting: String) throws -> [NoteSigner] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Fault(description: "\(setting): \(path) cannot be read")
    }
    let lines = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
    do {
      return try lines.map { try NoteSigner(skey: String($0)) }
    } catch {
      throw Fault(description: "\(setting): \(path) is not a note key")
    }
  }

  /// Writes a new key for an origin, mode 0600, and the public key beside it in `vkeyFile`.
  /// Throws `Fault` when the origin is not a name or the file is there already.
  package static func create(
    at path: String, vkeyFile: String, origin: String, kind: NoteKey.Kind = .ed25519,
    surroundings: Surroundings
  ) throws -> NoteSigner {
    let signer = try make(origin: origin, kind: kind, surroundings: surroundings)
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw Fault(description: "log.key: \(path) cannot be made, or is there already")
    }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    try file.write(contentsOf: Data((signer.skey + "\n").utf8))
    try file.synchronize()
    try Data((signer.key.vkey + "\n").utf8).write(to: URL(fileURLWithPath: vkeyFile))
    return signer
  }

  /// A new key that is in no file yet.
  package static func make(
    origin: String, kind: NoteKey.Kind = .ed25519, surroundings: Surroundings
  ) throws -> NoteSigner {
    guard let name = KeyName(origin),
      let signer = try? NoteSigner(name: name, kind: kind, seed: surroundings.salt())
    else { throw Fault(description: "log.origin: \(origin) is not a name for a log") }
    return signer
  }

  /// Writes these keys in place of those of a file, and their public halves; both as a whole.
  package static func replace(at path: String, vkeyFile: String, by signers: LogSigners) throws {
    try WholeFile.write(
      Array(signers.all.map { $0.skey + "\n" }.joined().utf8), to: path, mode: 0o600)
    try WholeFile.write(
      Array(signers.keys.map { $0.vkey + "\n" }.joined().utf8), to: vkeyFile, mode: 0o644)
  }
}
