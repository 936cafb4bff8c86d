// What can be wrong with a proof, a note, a key, a tile or an entry. Fixed texts: nothing of what
// was read is repeated, so a fault can be shown and logged.

/// Why something of the log was not accepted.
package enum LogFault: Error, Sendable, Hashable, CustomStringConvertible {
  case malformedNote
  case malformedKey
  case malformedCheckpoint
  case malformedProof
  case malformedTile
  case malformedEntry
  case malformedRequest
  case malformedStatement
  case malformedPolicy
  case entryTooLong
  /// A known key's signature does not verify.
  case badSignature
  /// No signature of a known key is there.
  case noKnownSignature
  /// The checkpoint is of another log.
  case wrongOrigin
  /// The index or a size lies outside of the tree.
  case outOfRange
  /// The proof is longer or shorter than its index and sizes ask for.
  case wrongProofLength
  /// The hashes do not lead to the root.
  case rootMismatch
  /// The store lacks a full tile that the tree's size says there is.
  case missingTile(level: Int, index: Int64)

  package var description: String {
    switch self {
    case .malformedNote: "The text is not a signed note."
    case .malformedKey: "The key is not a note key, or its id does not belong to it."
    case .malformedCheckpoint: "The note's text is not a checkpoint."
    case .malformedProof: "The text is not a tlog-proof."
    case .malformedTile: "The tile does not have the width that the tree's size asks for."
    case .malformedEntry: "The entry is not in its canonical form."
    case .malformedRequest: "The text is not an add-checkpoint request."
    case .malformedStatement: "The note's text is not a statement of the kind expected."
    case .malformedPolicy: "The text is not a log policy."
    case .entryTooLong: "The entry is longer than 65,535 bytes."
    case .badSignature: "A signature of a known key does not verify."
    case .noKnownSignature: "No signature is of a known key."
    case .wrongOrigin: "The checkpoint is of another log."
    case .outOfRange: "The index or size lies outside of the tree."
    case .wrongProofLength: "The proof has the wrong number of hashes."
    case .rootMismatch: "The hashes do not lead to the signed root."
    case .missingTile(let level, let index): "Tile \(index) of level \(level) is missing."
    }
  }
}
