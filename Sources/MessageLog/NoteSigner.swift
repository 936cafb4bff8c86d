// The private half of a note key: signs notes and cosigns checkpoints.
// Never appears in a log or an error: it has no description.

internal import Crypto

/// A key that signs notes, either as a log (`ed25519`) or as a witness (`cosignatureV1`).
package struct NoteSigner: Sendable {
  /// The public half.
  package let key: NoteKey
  private let seed: [UInt8]
  private let privateKey: Curve25519.Signing.PrivateKey

  /// Takes the Ed25519 seed of 32 random bytes (RFC 8032, section 5.1.5).
  package init(name: KeyName, kind: NoteKey.Kind, seed: [UInt8]) throws(LogFault) {
    guard seed.count == 32,
      let privateKey = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed),
      let key = NoteKey(
        name: name, kind: kind, publicKey: Array(privateKey.publicKey.rawRepresentation))
    else { throw .malformedKey }
    self.key = key
    self.seed = seed
    self.privateKey = privateKey
  }

  /// Reads `PRIVATE+KEY+name+<8 hex digits>+<base64 of kind and seed>`.
  package init(skey: String) throws(LogFault) {
    let text = Array(skey.utf8)
    guard text.starts(with: Self.prefix) else { throw .malformedKey }
    let (name, id, kind, seed) = try NoteKey.parts(of: Array(text.dropFirst(Self.prefix.count)))
    try self.init(name: name, kind: kind, seed: seed)
    guard key.id == id else { throw .malformedKey }
  }

  /// The private key as a text, for a file that only the gateway may read.
  package var skey: String {
    String(decoding: Self.prefix, as: UTF8.self)
      + NoteKey.text(name: key.name, id: key.id, kind: key.kind, material: seed)
  }

  /// Signs a note's text, which ends in a newline. `time` is the cosignature's, in seconds since
  /// 1970; a plain signature has none.
  package func sign(_ text: [UInt8], time: Int64 = 0) throws(LogFault) -> NoteSignature {
    guard time >= 0 else { throw .outOfRange }
    let message =
      key.kind == .cosignatureV1 ? NoteKey.cosignedMessage(text, time: time) : text
    guard let signature = try? privateKey.signature(for: message) else { throw .malformedKey }
    var bytes: [UInt8] = []
    if key.kind == .cosignatureV1 {
      bytes = (0..<8).map { UInt8(truncatingIfNeeded: time >> Int64(56 - 8 * $0)) }
    }
    return NoteSignature(name: key.name, keyID: key.id, bytes: bytes + Array(signature))
  }

  private static let prefix = Array("PRIVATE+KEY+".utf8)
}
