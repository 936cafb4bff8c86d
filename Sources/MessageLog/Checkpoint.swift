// A log's statement of its size and root (C2SP tlog-checkpoint).
// Never signs by itself: that the tree extends the last one signed is for the caller to know.

/// The origin, size and root of a log.
package struct Checkpoint: Hashable, Sendable {
  /// The log's name; also the name of its key.
  package let origin: KeyName
  /// Leaves in the tree.
  package let size: Int64
  package let root: MerkleHash

  package init(origin: KeyName, size: Int64, root: MerkleHash) {
    self.origin = origin
    self.size = size
    self.root = root
  }

  /// Reads the text of a note. Extension lines are allowed, as the format says, and not kept.
  package init(text: [UInt8]) throws(LogFault) {
    let lines = text.split(separator: 0x0A, omittingEmptySubsequences: false)
    // The text ends in a newline, so the last part is empty and no other may be.
    guard lines.count >= 4, lines.last?.isEmpty == true,
      lines.dropLast().allSatisfy({ !$0.isEmpty }), let origin = KeyName(lines[0]),
      let size = Decimal.decode(lines[1]), let bytes = Base64.decode(lines[2]),
      let root = MerkleHash(bytes)
    else { throw .malformedCheckpoint }
    self.init(origin: origin, size: size, root: root)
  }

  /// The text to sign: three lines.
  package var text: [UInt8] {
    origin.bytes + Array("\n\(size)\n\(root.base64)\n".utf8)
  }

  /// The checkpoint as a note signed by the log.
  package func signed(by signer: NoteSigner) throws(LogFault) -> SignedNote {
    try signed(by: [signer])
  }

  /// The checkpoint as a note signed by every one of the log's keys: while a key is being replaced
  /// there are two. Refused when a key has another name than the origin.
  package func signed(by signers: [NoteSigner]) throws(LogFault) -> SignedNote {
    var signatures: [NoteSignature] = []
    for signer in signers {
      guard signer.key.name == origin, signer.key.kind == .ed25519 else { throw .wrongOrigin }
      signatures.append(try signer.sign(text))
    }
    return try SignedNote(text: text, signatures: signatures)
  }

  /// Reads a note and checks that the log signed it, and every cosignature of a known witness.
  /// Answers the checkpoint and the witnesses whose cosignatures are there.
  package static func open(
    _ note: [UInt8], log: NoteKey, witnesses: [NoteKey] = []
  ) throws(LogFault) -> (checkpoint: Checkpoint, cosignatures: [VerifiedSignature]) {
    try open(note, logs: [log], witnesses: witnesses)
  }

  /// As above, for a log that has had several keys: one of them must have signed.
  package static func open(
    _ note: [UInt8], logs: [NoteKey], witnesses: [NoteKey] = []
  ) throws(LogFault) -> (checkpoint: Checkpoint, cosignatures: [VerifiedSignature]) {
    let note = try SignedNote(note)
    let verified = try note.verify(logs + witnesses)
    let signers = verified.map(\.key).filter { $0.kind == .ed25519 && logs.contains($0) }
    guard !signers.isEmpty else { throw .noKnownSignature }
    let checkpoint = try Checkpoint(text: note.text)
    guard signers.contains(where: { $0.name == checkpoint.origin }) else { throw .wrongOrigin }
    return (checkpoint, verified.filter { $0.key.kind == .cosignatureV1 })
  }
}
