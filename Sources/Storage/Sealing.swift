// What only two parties may read is kept as ciphertext (AES-256-GCM): the content of sealed
// messages, and who gave a consent. A copy of the database alone tells nobody what it is.
// Never gives out its key, and never uses a nonce twice knowingly: each is random.

import Crypto
import ExchangeModel
import Foundation
import GRDB

/// Seals and opens bytes. The secret lies in a file of its own beside the database.
struct Sealing: Sendable {
  /// Bytes that sealing adds: a nonce of 12 and a tag of 16.
  static let overhead = 28

  private let secret: SymmetricKey
  private let surroundings: Surroundings

  /// Reads the secret, or makes it when the store holds nothing sealed yet.
  /// Throws: `StoreFailure.corrupt` when it is damaged or lost.
  init(file: String, mayMake: Bool, surroundings: Surroundings) throws {
    self.surroundings = surroundings
    if let data = FileManager.default.contents(atPath: file) {
      guard data.count == 32 else { throw StoreFailure.corrupt("sealing.key") }
      secret = SymmetricKey(data: data)
      return
    }
    guard mayMake else { throw StoreFailure.corrupt("sealing.key") }
    try Self.write(Data(surroundings.salt()), to: file)
    // Another process may have been quicker: its key is the one that counts.
    guard let data = FileManager.default.contents(atPath: file), data.count == 32 else {
      throw StoreFailure.unsafeSetting("sealing.key")
    }
    secret = SymmetricKey(data: data)
  }

  /// True while a store holds nothing that a lost secret would make unreadable.
  static func isUnused(_ database: Database) throws -> Bool {
    let sql = """
      SELECT EXISTS (SELECT 1 FROM message WHERE is_sealed = 1) OR EXISTS (SELECT 1 FROM consent)
      """
    return try !(Bool.fetchOne(database, sql: sql) ?? true)
  }

  /// Seals bytes under a name, which must be given again to open them.
  func seal(_ bytes: Data, as name: String) throws -> Data {
    var nonce: [UInt8] = []
    for _ in 0..<2 { withUnsafeBytes(of: surroundings.random()) { nonce += $0 } }
    let box = try AES.GCM.seal(
      bytes, using: secret, nonce: AES.GCM.Nonce(data: nonce.prefix(12)),
      authenticating: Data(name.utf8))
    guard let combined = box.combined else { throw StoreFailure.corrupt("sealed") }
    return combined
  }

  /// Opens what was sealed under this name. Throws `StoreFailure.corrupt` when it was not.
  func open(_ sealed: Data, as name: String) throws -> Data {
    do {
      let box = try AES.GCM.SealedBox(combined: sealed)
      return try AES.GCM.open(box, using: secret, authenticating: Data(name.utf8))
    } catch {
      throw StoreFailure.corrupt("sealed")
    }
  }

  /// The content of a message as it goes into its row.
  func stored(_ received: Data, of messageID: MessageID, isSealed: Bool) throws -> Data {
    isSealed ? try seal(received, as: messageID.text) : received
  }

  /// The content of a message as it was received: the one way from a row to its content.
  func received(_ stored: Data, of messageID: String, isSealed: Bool) throws -> Data {
    isSealed ? try open(stored, as: messageID) : stored
  }

  /// Written whole, synced, and then given its name, so that no crash leaves half a key.
  private static func write(_ key: Data, to file: String) throws {
    let draft = file + ".\(ProcessInfo.processInfo.processIdentifier)"
    unlink(draft)
    let descriptor = Foundation.open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FileFailure(operation: "open", code: errno) }
    let written = key.withUnsafeBytes { bytes in
      Foundation.write(descriptor, bytes.baseAddress, bytes.count)
    }
    let isWhole = written == key.count && fsync(descriptor) == 0
    let code = errno
    Foundation.close(descriptor)
    defer { unlink(draft) }
    guard isWhole else { throw FileFailure(operation: "write", code: code) }
    guard link(draft, file) == 0 || errno == EEXIST else {
      throw FileFailure(operation: "link", code: errno)
    }
    let folder = Foundation.open((file as NSString).deletingLastPathComponent, O_RDONLY | O_CLOEXEC)
    guard folder >= 0 else { throw FileFailure(operation: "open", code: errno) }
    defer { Foundation.close(folder) }
    guard fsync(folder) == 0 else { throw FileFailure(operation: "sync", code: errno) }
  }
}
