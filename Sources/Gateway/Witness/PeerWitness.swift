// This gateway as a witness of other gateways' logs (C2SP tlog-witness): checks the signature of a
// checkpoint, and cosigns it when it extends the last one on record.
// Never cosigns for an origin that the settings do not name.

import Crypto
import ExchangeModel
package import MessageLog
package import Storage

/// The witness's side.
package struct PeerWitness: Sendable {
  private let store: Store
  /// Nil when this gateway is no witness: then every log is unknown.
  private let signer: NoteSigner?
  /// The keys of each log, by origin.
  private let logs: [String: [NoteKey]]

  package init(store: Store, signer: NoteSigner? = nil, logs: [NoteKey] = []) {
    self.store = store
    self.signer = signer
    self.logs = Dictionary(grouping: logs) { $0.name.description }
  }

  /// Judges a request. Throws the refusal for one that is malformed (400), of an unknown log (404),
  /// not signed by the log (403) or not an extension (422).
  func add(_ body: [UInt8]) async throws -> WitnessVerdict {
    guard let request = try? WitnessRequest(body),
      let note = try? SignedNote(request.checkpoint),
      let checkpoint = try? Checkpoint(text: note.text)
    else { throw Refusal(.badRequest) }
    guard let signer, let keys = logs[checkpoint.origin.description] else {
      throw Refusal(.notFound)
    }
    guard let log = try? note.verify(keys).first?.key else {
      throw Refusal(.checkpointNotSigned)
    }
    guard request.oldSize <= checkpoint.size else { throw Refusal(.badRequest) }
    let verdict = try await store.witness(checkpoint, note: note, log: log, request: request) {
      try signer.sign($0, time: $1)
    }
    if verdict == .inconsistent { throw Refusal(.checkpointInconsistent) }
    return verdict
  }

  /// The checkpoint cosigned last for the log whose origin has this SHA-256, in lower-case hex.
  func checkpoint(ofOriginNamed name: String) async throws -> [UInt8]? {
    let origin = logs.keys.first { Hex.text(SHA256.hash(data: Array($0.utf8))) == name }
    guard signer != nil, let origin else { return nil }
    return try await store.witnessedLog(origin)?.checkpoint
  }
}
