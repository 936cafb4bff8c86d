// The party directory as last read, shared by the store and its writer.
// Never goes back to an older version.

import Synchronization

final class DirectoryCache: Sendable {
  private let known: Mutex<PartyDirectory>

  init(_ directory: PartyDirectory) { known = Mutex(directory) }

  var latest: PartyDirectory { known.withLock { $0 } }

  func remember(_ directory: PartyDirectory) {
    known.withLock { if $0.version < directory.version { $0 = directory } }
  }
}
