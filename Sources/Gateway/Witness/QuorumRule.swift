// How many of which witnesses must have cosigned a checkpoint.
// Never verifies: what is on a published note was verified when it was taken.

package import MessageLog

/// So many of these.
package struct QuorumRule: Sendable {
  package let witnesses: [NoteKey]
  /// Cosignatures needed; 0 for none.
  package let needed: Int

  package static let none = QuorumRule(witnesses: [], needed: 0)

  package init(witnesses: [NoteKey], needed: Int) {
    self.witnesses = witnesses
    self.needed = needed
  }

  /// How many of the witnesses have a cosignature on a note of ours.
  package func count(in note: SignedNote) -> Int {
    witnesses.count { key in
      note.signatures.contains { $0.keyID == key.id && $0.name == key.name }
    }
  }

  package func isMet(by note: SignedNote) -> Bool { count(in: note) >= needed }
}
