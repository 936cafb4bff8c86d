// The public half of a note key, its id and its text form, the vkey (C2SP signed-note,
// tlog-cosignature). Never holds a private key.

internal import ExchangeModel
internal import Crypto

/// A key that verifies signatures of notes.
package struct NoteKey: Hashable, Sendable, CustomStringConvertible {
  /// What the key signs, as its type byte.
  package enum Kind: UInt8, Sendable {
    /// Ed25519 over the note's text.
    case ed25519 = 0x01
    /// A witness's timestamped Ed25519 cosignature of a checkpoint.
    case cosignatureV1 = 0x04
  }

  package let name: KeyName
  package let kind: Kind
  /// The Ed25519 public key, 32 bytes (RFC 8032).
  package let publicKey: [UInt8]
  /// The first four bytes of `SHA-256(name || 0x0A || kind || publicKey)`.
  package let id: UInt32

  /// Nil when the public key does not have 32 bytes.
  package init?(name: KeyName, kind: Kind, publicKey: [UInt8]) {
    guard publicKey.count == 32 else { return nil }
    self.name = name
    self.kind = kind
    self.publicKey = publicKey
    let named = MerkleHash.plain(name.bytes + [0x0A, kind.rawValue], publicKey)
    id = named.bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// Reads `name+<8 hex digits>+<base64>`. Refused when the id is not the key's.
  package init(vkey: String) throws(LogFault) {
    let (name, id, kind, publicKey) = try Self.parts(of: Array(vkey.utf8))
    guard let key = NoteKey(name: name, kind: kind, publicKey: publicKey), key.id == id else {
      throw .malformedKey
    }
    self = key
  }

  /// The vkey: the text that a verifier is given.
  package var vkey: String { Self.text(name: name, id: id, kind: kind, material: publicKey) }
  package var description: String { vkey }

  /// The time of the cosignature, or 0 for a plain signature; nil when it does not verify.
  func verify(_ signature: [UInt8], of text: [UInt8]) -> Int64? {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else {
      return nil
    }
    switch kind {
    case .ed25519:
      guard signature.count == 64 else { return nil }
      return key.isValidSignature(signature, for: text) ? 0 : nil
    case .cosignatureV1:
      guard signature.count == 72 else { return nil }
      let stamp = signature.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      guard let time = Int64(exactly: stamp) else { return nil }
      let message = Self.cosignedMessage(text, time: time)
      return key.isValidSignature(Array(signature.dropFirst(8)), for: message) ? time : nil
    }
  }

  /// What a witness signs: two lines before the checkpoint's text.
  static func cosignedMessage(_ text: [UInt8], time: Int64) -> [UInt8] {
    Array("cosignature/v1\ntime \(time)\n".utf8) + text
  }

  static func text(name: KeyName, id: UInt32, kind: Kind, material: [UInt8]) -> String {
    let idBytes = (0..<4).map { UInt8(truncatingIfNeeded: id >> UInt32(24 - 8 * $0)) }
    let bytes =
      name.bytes + [0x2B] + Hex.encode(idBytes) + [0x2B]
      + Base64.encode([kind.rawValue] + material)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The parts of a vkey, or of what follows `PRIVATE+KEY+` in a private key's text.
  static func parts(
    of text: [UInt8]
  ) throws(LogFault) -> (name: KeyName, id: UInt32, kind: Kind, material: [UInt8]) {
    // The base64 at the end may hold a plus of its own.
    let parts = text.split(separator: 0x2B, maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, let name = KeyName(parts[0]), let id = Hex.decode(parts[1]),
      id.count == 4, let coded = Base64.decode(parts[2]), let type = coded.first,
      let kind = Kind(rawValue: type), coded.count == 33
    else { throw .malformedKey }
    return (name, id.reduce(0) { $0 << 8 | UInt32($1) }, kind, Array(coded.dropFirst()))
  }
}
