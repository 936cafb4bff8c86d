// The statement that a log's key is followed by another, signed by both: whoever trusts one of
// them can come to trust the other. Never a checkpoint: its first line is no origin.

package import ExchangeModel

/// An old key, the key that follows it, and when.
package struct KeyRotation: Hashable, Sendable {
  package let old: NoteKey
  package let new: NoteKey
  package let at: Timestamp

  private static let heading = "gatehouse log key rotation v1"

  /// Refused when the two are not different keys of one log.
  package init(old: NoteKey, new: NoteKey, at: Timestamp) throws(LogFault) {
    guard old.name == new.name, old != new, old.kind == .ed25519, new.kind == .ed25519 else {
      throw .malformedKey
    }
    self.old = old
    self.new = new
    self.at = at
  }

  /// Reads a note and checks both signatures.
  package init(note: [UInt8]) throws(LogFault) {
    let note = try SignedNote(note)
    let lines = String(decoding: note.text, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    guard lines.count == 5, lines[0].utf8.elementsEqual(Self.heading.utf8),
      lines[1].hasPrefix("old "), lines[2].hasPrefix("new "), lines[3].hasPrefix("time "),
      let at = Timestamp(rfc3339: String(lines[3].dropFirst(5)))
    else { throw .malformedStatement }
    try self.init(
      old: NoteKey(vkey: String(lines[1].dropFirst(4))),
      new: NoteKey(vkey: String(lines[2].dropFirst(4))), at: at)
    guard text == note.text else { throw .malformedStatement }
    guard try note.verify([old, new]).count == 2 else { throw .noKnownSignature }
  }

  /// The text that both keys sign.
  package var text: [UInt8] {
    Array("\(Self.heading)\nold \(old.vkey)\nnew \(new.vkey)\ntime \(at)\n".utf8)
  }

  /// The note, signed by both.
  package static func signed(
    from old: NoteSigner, to new: NoteSigner, at: Timestamp
  ) throws(LogFault) -> SignedNote {
    let text = try KeyRotation(old: old.key, new: new.key, at: at).text
    return try SignedNote(text: text, signatures: [old.sign(text), new.sign(text)])
  }

  /// The keys that one comes to trust who trusts some, by these notes; those that do not hold are
  /// passed over, since they give trust to nobody.
  package static func trusted(from given: [NoteKey], by notes: [[UInt8]]) -> [NoteKey] {
    let rotations = notes.compactMap { try? KeyRotation(note: $0) }
    var trusted = given
    var isGrowing = true
    while isGrowing {
      isGrowing = false
      for rotation in rotations {
        let pair = [rotation.old, rotation.new]
        guard pair.contains(where: trusted.contains) else { continue }
        for key in pair where !trusted.contains(key) {
          trusted.append(key)
          isGrowing = true
        }
      }
    }
    return trusted
  }
}
