// What a log asks of a witness: a checkpoint and the proof that it extends the one the witness saw
// last (C2SP tlog-witness, add-checkpoint). Never verifies: the witness does.

/// The body of `POST …/add-checkpoint`.
package struct WitnessRequest: Hashable, Sendable {
  /// Proof lines a request may have.
  package static let maximumHashes = 63
  /// Bytes of the longest request read.
  package static let maximumBytes = 64 << 10

  /// The size of the tree that the witness saw last, as the log believes; 0 for none.
  package let oldSize: Int64
  /// The consistency proof from there; empty from 0 and to the same size.
  package let hashes: [MerkleHash]
  /// The signed checkpoint, byte for byte.
  package let checkpoint: [UInt8]

  package init(oldSize: Int64, hashes: [MerkleHash], checkpoint: [UInt8]) {
    self.oldSize = oldSize
    self.hashes = hashes
    self.checkpoint = checkpoint
  }

  /// Reads a body. Nothing is verified yet.
  package init(_ body: [UInt8]) throws(LogFault) {
    guard body.count <= Self.maximumBytes,
      let split = body.indices.dropLast().first(where: {
        body[$0] == 0x0A && body[$0 + 1] == 0x0A
      })
    else { throw .malformedRequest }
    var lines = body[..<split].split(separator: 0x0A, omittingEmptySubsequences: false)[...]
    guard let first = lines.popFirst(), first.starts(with: "old ".utf8),
      let oldSize = Decimal.decode(first.dropFirst(4)), lines.count <= Self.maximumHashes
    else { throw .malformedRequest }
    var hashes: [MerkleHash] = []
    for line in lines {
      guard let bytes = Base64.decode(line), let hash = MerkleHash(bytes) else {
        throw .malformedRequest
      }
      hashes.append(hash)
    }
    self.init(oldSize: oldSize, hashes: hashes, checkpoint: Array(body[(split + 2)...]))
  }

  /// The text of the body.
  package var text: [UInt8] {
    var text = Array("old \(oldSize)\n".utf8)
    for hash in hashes { text += Array("\(hash.base64)\n".utf8) }
    return text + [0x0A] + checkpoint
  }

  /// The size that a witness names in a refusal (`text/x.tlog.size`): decimal and a newline.
  /// Nil when it is not that.
  package static func size(fromConflict body: [UInt8]) -> Int64? {
    guard body.last == 0x0A else { return nil }
    return Decimal.decode(body.dropLast())
  }

  /// The signature lines of a witness's answer that verify over a checkpoint's text with this key;
  /// those of others are left out (C2SP tlog-witness: they are ignored).
  ///
  /// Throws: `LogFault.noKnownSignature` when none is of the key, `LogFault.badSignature`.
  package static func cosignatures(
    _ answer: [UInt8], on text: [UInt8], by key: NoteKey
  ) throws(LogFault) -> [NoteSignature] {
    let note = try SignedNote(text + [0x0A] + answer)
    // A time of zero would be no statement about a time at all.
    guard try note.verify([key]).contains(where: { $0.time > 0 }) else { throw .noKnownSignature }
    return note.signatures.filter { $0.name == key.name && $0.keyID == key.id }
  }
}
