// What the log's key states about a file of exported records: its digest and what it covers.
// Never a checkpoint: its first line is no origin.

/// The statement beside an export.
package struct ExportManifest: Hashable, Sendable {
  /// The name of the file, without folder.
  package let file: String
  /// The SHA-256 of the file in lower-case hex.
  package let sha256: String
  /// Records in the file.
  package let records: Int64
  /// The leaves looked at: from the first up to, and without, the end.
  package let leaves: Range<Int64>
  /// The times asked for, RFC 3339; `-` where none was given.
  package let from: String
  package let to: String
  /// The tree that those leaves are in.
  package let checkpoint: Checkpoint

  private static let heading = "gatehouse log export v1"

  package init(
    file: String, sha256: String, records: Int64, leaves: Range<Int64>, from: String, to: String,
    checkpoint: Checkpoint
  ) {
    self.file = file
    self.sha256 = sha256
    self.records = records
    self.leaves = leaves
    self.from = from
    self.to = to
    self.checkpoint = checkpoint
  }

  /// Reads a note and checks that one of the log's keys signed it.
  package init(note: [UInt8], logs: [NoteKey]) throws(LogFault) {
    let note = try SignedNote(note)
    let signers = try note.verify(logs).map(\.key)
    let lines = String(decoding: note.text, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    func value(_ index: Int, _ name: String) throws(LogFault) -> String {
      guard lines[index].hasPrefix(name + " ") else { throw .malformedStatement }
      return String(lines[index].dropFirst(name.utf8.count + 1))
    }
    guard lines.count == 11, lines[0].utf8.elementsEqual(Self.heading.utf8) else {
      throw .malformedStatement
    }
    let ends = try value(4, "leaves").split(separator: " ").map { Decimal.decode($0.utf8) }
    guard ends.count == 2, let first = ends[0], let end = ends[1], first <= end,
      let records = Decimal.decode(try value(3, "records").utf8),
      let origin = KeyName(try value(7, "origin")),
      let size = Decimal.decode(try value(8, "size").utf8),
      let root = MerkleHash(base64: try value(9, "root"))
    else { throw .malformedStatement }
    self.init(
      file: try value(1, "file"), sha256: try value(2, "sha256"), records: records,
      leaves: first..<end, from: try value(5, "from"), to: try value(6, "to"),
      checkpoint: Checkpoint(origin: origin, size: size, root: root))
    guard text == note.text else { throw .malformedStatement }
    guard signers.contains(where: { $0.name == origin }) else { throw .wrongOrigin }
  }

  /// The text that the log's key signs.
  package var text: [UInt8] {
    let lines = [
      Self.heading, "file \(file)", "sha256 \(sha256)", "records \(records)",
      "leaves \(leaves.lowerBound) \(leaves.upperBound)", "from \(from)", "to \(to)",
      "origin \(checkpoint.origin)", "size \(checkpoint.size)", "root \(checkpoint.root.base64)",
    ]
    return Array((lines.joined(separator: "\n") + "\n").utf8)
  }
}
