// The proof a sender keeps: that an entry is in the log, checkable without asking the log
// (C2SP tlog-proof). Never holds the entry itself.

/// An index, an inclusion proof and the signed checkpoint it leads to.
package struct TlogProof: Hashable, Sendable {
  /// Bytes of the longest proof read.
  package static let maximumBytes = SignedNote.maximumBytes + (1 << 17)

  /// Opaque data for the verifier; nobody has signed it.
  package let extra: [UInt8]?
  /// The place of the leaf, from 0.
  package let index: Int64
  /// The inclusion proof, the leaf's sibling first.
  package let hashes: [MerkleHash]
  /// The signed checkpoint, byte for byte.
  package let checkpoint: [UInt8]

  package init(
    index: Int64, hashes: [MerkleHash], checkpoint: SignedNote, extra: [UInt8]? = nil
  ) {
    self.extra = extra
    self.index = index
    self.hashes = hashes
    self.checkpoint = checkpoint.bytes
  }

  /// Reads the text of a proof. Nothing is verified yet.
  package init(_ text: [UInt8]) throws(LogFault) {
    guard text.count <= Self.maximumBytes, let split = Self.firstEmptyLine(text) else {
      throw .malformedProof
    }
    var lines = text[..<split].split(separator: 0x0A, omittingEmptySubsequences: false)[...]
    guard lines.popFirst()?.elementsEqual(Self.header) == true else { throw .malformedProof }
    var extra: [UInt8]?
    if let line = lines.first, line.starts(with: "extra ".utf8) {
      guard let bytes = Base64.decode(line.dropFirst(6)), !bytes.isEmpty else {
        throw .malformedProof
      }
      extra = bytes
      lines.removeFirst()
    }
    guard let line = lines.popFirst(), line.starts(with: "index ".utf8),
      let index = Decimal.decode(line.dropFirst(6)), lines.count <= 63
    else { throw .malformedProof }
    var hashes: [MerkleHash] = []
    for line in lines {
      guard let bytes = Base64.decode(line), let hash = MerkleHash(bytes) else {
        throw .malformedProof
      }
      hashes.append(hash)
    }
    self.extra = extra
    self.index = index
    self.hashes = hashes
    checkpoint = Array(text[(split + 2)...])
  }

  /// The text, to be stored with the extension `.tlog-proof`.
  package var text: [UInt8] {
    var text = Self.header + [0x0A]
    if let extra, !extra.isEmpty {
      text += Array("extra ".utf8) + Base64.encode(extra) + [0x0A]
    }
    text += Array("index \(index)\n".utf8)
    for hash in hashes { text += Array("\(hash.base64)\n".utf8) }
    return text + [0x0A] + checkpoint
  }

  /// Checks that the log with this key holds the entry at `index`. Answers the checkpoint that
  /// says so and the known witnesses who cosigned it; how many are enough is the caller's policy.
  package func verify(
    entry: [UInt8], log: NoteKey, witnesses: [NoteKey] = []
  ) throws(LogFault) -> (checkpoint: Checkpoint, cosignatures: [VerifiedSignature]) {
    try verify(entry: entry, logs: [log], witnesses: witnesses)
  }

  /// As above, for a log that has had several keys: one of them must have signed.
  package func verify(
    entry: [UInt8], logs: [NoteKey], witnesses: [NoteKey] = []
  ) throws(LogFault) -> (checkpoint: Checkpoint, cosignatures: [VerifiedSignature]) {
    let opened = try Checkpoint.open(checkpoint, logs: logs, witnesses: witnesses)
    try ProofVerification.inclusion(
      of: .leaf(entry), at: index, size: opened.checkpoint.size, proof: hashes,
      root: opened.checkpoint.root)
    return opened
  }

  private static let header = Array("c2sp.org/tlog-proof@v1".utf8)

  /// Where the newline before the first empty line stands.
  private static func firstEmptyLine(_ text: [UInt8]) -> Int? {
    text.indices.dropLast().first { text[$0] == 0x0A && text[$0 + 1] == 0x0A }
  }
}
