// The log's signing key in a file, as a C2SP note key. Never shown, never in a log line.

package import ExchangeModel
import Foundation
package import MessageLog

/// Makes and reads the file that holds the log's private key.
package enum LogKeyFile {
  /// What is wrong with the key file.
  package struct Fault: Error, Sendable, CustomStringConvertible {
    package let description: String
  }

  /// Reads the signer of the settings. Throws `Fault`.
  package static func read(_ settings: Settings) throws -> NoteSigner {
    guard let data = FileManager.default.contents(atPath: settings.logKey) else {
      throw Fault(description: "log.key: \(settings.logKey) cannot be read")
    }
    let text = String(decoding: data, as: UTF8.self)
    let line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    guard let signer = try? NoteSigner(skey: line) else {
      throw Fault(description: "log.key: \(settings.logKey) is not a note key")
    }
    guard signer.key.name.description == settings.logOrigin else {
      throw Fault(description: "log.key: the key is of another origin than log.origin")
    }
    return signer
  }

  /// Writes a new key for an origin, mode 0600, and the public key beside it in `vkeyFile`.
  /// Throws `Fault` when the origin is not a name or the file is there already.
  package static func create(
    at path: String, vkeyFile: String, origin: String, surroundings: Surroundings
  ) throws -> NoteSigner {
    guard let name = KeyName(origin),
      let signer = try? NoteSigner(name: name, kind: .ed25519, seed: surroundings.salt())
    else { throw Fault(description: "log.origin: \(origin) is not a name for a log") }
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
}
