// The last signed checkpoint in a file that is kept off the gateway's own disk, such as on another
// machine's share: a database put back from a backup cannot bring an older one of it along.
// Never trusted without our own key's signature.

import Foundation
package import MessageLog
package import Storage

/// The file of the setting `log.anchorFile`.
package struct LogAnchor: Sendable {
  private let path: String

  package init(path: String) { self.path = path }

  /// Throws unless the store's log begins with the tree of the file. A file that is not there says
  /// nothing; answers whether it is.
  ///
  /// Throws: `StoreFailure.logBehind`, `StoreFailure.logForked`; `WholeFile.Fault` for a file that
  /// none of these keys has signed.
  package func check(_ store: Store, keys: [NoteKey]) async throws -> Bool {
    guard let data = FileManager.default.contents(atPath: path) else { return false }
    guard let opened = try? Checkpoint.open(Array(data), logs: keys) else {
      throw WholeFile.Fault(
        description: "log.anchorFile: \(path) is not a checkpoint that this log's key has signed; "
          + "take the file away only when you know why (docs/log.md, After a restore)")
    }
    try await store.requireLog(extending: opened.checkpoint)
    return true
  }

  /// Replaces the file by a newer checkpoint.
  package func write(_ note: SignedNote) throws {
    try WholeFile.write(
      note.bytes, to: path, mode: 0o644, failpoint: .anchorBeforeRename)
  }
}
