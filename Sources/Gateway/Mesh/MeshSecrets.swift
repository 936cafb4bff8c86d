// The MESH door's secrets, from a file of their own: `{"sharedKey": …, "mailboxes": {ID: …}}`.
// Never printed, never logged, never part of the settings.

import ExchangeModel
import Foundation
import Validation

/// The shared key and the passwords of the mailboxes.
struct MeshSecrets: Sendable {
  let sharedKey: [UInt8]
  private let passwords: [String: String]

  /// Bytes of a file of secrets.
  private static let mostBytes = 4 << 20

  init(sharedKey: [UInt8], passwords: [String: String]) {
    self.sharedKey = sharedKey
    self.passwords = passwords
  }

  func password(of mailbox: String) -> String? { passwords[mailbox] }

  /// Reads the file that the settings name; nil when there are no mailboxes.
  ///
  /// Throws `MeshSecretsFault`, which names the file and the remedy.
  static func read(_ settings: MeshSettings) throws(MeshSecretsFault) -> MeshSecrets? {
    guard !settings.mailboxes.isEmpty else { return nil }
    guard let path = settings.secrets else {
      throw MeshSecretsFault(path: "", text: "mesh.secrets names no file")
    }
    func fault(_ text: String) -> MeshSecretsFault { MeshSecretsFault(path: path, text: text) }
    // The file itself: a link to it says nothing of who may read it.
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let attributes = try? FileManager.default.attributesOfItem(atPath: target)
    guard let mode = attributes?[.posixPermissions] as? Int,
      let data = FileManager.default.contents(atPath: target)
    else { throw fault("cannot be read") }
    // A credential of the service manager may be readable by its group, by the world never.
    guard mode & 0o007 == 0 else {
      throw fault("can be read by anybody on this machine; chmod 600")
    }
    guard data.count <= mostBytes,
      let root = try? JSONDocument.parse(Array(data)).root,
      let key = root["sharedKey"]?.utf8, !key.isEmpty
    else { throw fault("is not {\"sharedKey\": …, \"mailboxes\": {…}}") }
    var passwords: [String: String] = [:]
    for mailbox in settings.mailboxes {
      guard let password = root["mailboxes"]?[mailbox.id]?.string, !password.isEmpty else {
        throw fault("has no password for the mailbox \(mailbox.id)")
      }
      passwords[mailbox.id] = password
    }
    return MeshSecrets(sharedKey: key, passwords: passwords)
  }
}

/// A file of secrets that cannot be used.
struct MeshSecretsFault: Error, CustomStringConvertible {
  let path: String
  let text: String

  var description: String { "mesh.secrets: \(path) \(text)" }
}
