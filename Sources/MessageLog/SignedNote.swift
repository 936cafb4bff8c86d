// A text with signatures under it, as logs and witnesses exchange them (C2SP signed-note).
// Never believes a text before `verify` has found a known key's signature.

/// One signature line: who is said to have signed, and the signature.
package struct NoteSignature: Hashable, Sendable {
  package let name: KeyName
  package let keyID: UInt32
  /// What follows the key's id: for Ed25519 64 bytes, for a cosignature a time and 64 bytes.
  package let bytes: [UInt8]

  /// The line, with its newline.
  package var line: [UInt8] {
    let id = (0..<4).map { UInt8(truncatingIfNeeded: keyID >> UInt32(24 - 8 * $0)) }
    return SignedNote.dash + name.bytes + [0x20] + Base64.encode(id + bytes) + [0x0A]
  }
}

/// A signature that has been checked.
package struct VerifiedSignature: Hashable, Sendable {
  package let key: NoteKey
  /// Seconds since 1970 that a cosignature states; 0 for a plain signature.
  package let time: Int64

  package init(key: NoteKey, time: Int64) {
    self.key = key
    self.time = time
  }
}

/// A note: its text, which ends in a newline, and its signatures.
package struct SignedNote: Hashable, Sendable {
  /// Bytes of the longest note read; sixteen post-quantum signatures would fit.
  package static let maximumBytes = 1 << 18
  /// Signatures of a note read.
  package static let maximumSignatures = 100

  static let dash = Array("\u{2014} ".utf8)

  package let text: [UInt8]
  package var signatures: [NoteSignature]

  /// A note to be signed. Refused when the text is not one: it ends in a newline and holds no
  /// other control characters.
  package init(text: [UInt8], signatures: [NoteSignature] = []) throws(LogFault) {
    guard text.last == 0x0A, Self.isClean(text) else { throw .malformedNote }
    self.text = text
    self.signatures = signatures
  }

  /// Reads a note. Its signatures are not checked yet.
  package init(_ note: [UInt8]) throws(LogFault) {
    guard note.count <= Self.maximumBytes, note.last == 0x0A, Self.isClean(note),
      let split = Self.lastEmptyLine(note)
    else { throw .malformedNote }
    text = Array(note[..<split])
    let lines = note[(split + 1)...].dropLast()
      .split(separator: 0x0A, omittingEmptySubsequences: false)
    guard lines.count <= Self.maximumSignatures else { throw .malformedNote }
    var found: [NoteSignature] = []
    for line in lines { found.append(try Self.signature(line)) }
    signatures = found
  }

  /// The whole note.
  package var bytes: [UInt8] { text + [0x0A] + signatures.flatMap(\.line) }

  /// Checks the signatures of the known keys; those of others are ignored. Refused when a known
  /// key's signature fails, or when there is none. Answers each key once.
  package func verify(_ keys: [NoteKey]) throws(LogFault) -> [VerifiedSignature] {
    var verified: [VerifiedSignature] = []
    for signature in signatures {
      for key in keys where key.id == signature.keyID && key.name == signature.name {
        guard let time = key.verify(signature.bytes, of: text) else { throw .badSignature }
        if !verified.contains(where: { $0.key == key }) {
          verified.append(VerifiedSignature(key: key, time: time))
        }
      }
    }
    guard !verified.isEmpty else { throw .noKnownSignature }
    return verified
  }

  private static func isClean(_ bytes: [UInt8]) -> Bool {
    bytes.allSatisfy { $0 >= 0x20 || $0 == 0x0A }
      && String(validating: bytes, as: UTF8.self) != nil
  }

  /// Where the last empty line stands: the text is what comes before.
  private static func lastEmptyLine(_ note: [UInt8]) -> Int? {
    var place = note.count - 1
    while place > 0 {
      if note[place] == 0x0A, note[place - 1] == 0x0A { return place }
      place -= 1
    }
    return nil
  }

  private static func signature(_ line: ArraySlice<UInt8>) throws(LogFault) -> NoteSignature {
    guard line.starts(with: dash) else { throw .malformedNote }
    let parts = line.dropFirst(dash.count)
      .split(separator: 0x20, omittingEmptySubsequences: false)
    guard parts.count == 2, let name = KeyName(parts[0]), let coded = Base64.decode(parts[1]),
      coded.count > 4
    else { throw .malformedNote }
    let id = coded.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    return NoteSignature(name: name, keyID: id, bytes: Array(coded.dropFirst(4)))
  }
}
