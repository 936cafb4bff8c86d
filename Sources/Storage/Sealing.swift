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
    secret = try SecretFile(file).read(mayMake: mayMake, surroundings)
  }

  /// True while a store holds nothing that a lost secret would make unreadable.
  static func isUnused(_ database: Database) throws -> Bool {
    let sql = """
      SELECT EXISTS (SELECT 1 FROM message WHERE is_sealed = 1) OR EXISTS (SELECT 1 FROM consent)
        OR EXISTS (SELECT 1 FROM staff_act)
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
}
