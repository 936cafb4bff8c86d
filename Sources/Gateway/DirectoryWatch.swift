// Notices changes of the party directory made by another process, and drops the connections of
// certificates that no longer count. Never the only guard: each request asks the directory again.

import ExchangeModel
import Logging
import ServiceLifecycle
import Storage

struct DirectoryWatch: Service {
  let store: Store
  let api: EdgeServer
  let logger: Logger
  /// The directory as it was before the first connection.
  let opened: PartyDirectory

  /// Milliseconds between two looks.
  private static let interval = Duration.milliseconds(200)

  func run() async throws {
    try? await cancelWhenGracefulShutdown {
      var known = opened
      while !Task.isCancelled {
        try await Task.sleep(for: Self.interval)
        do {
          let fresh = try await store.currentDirectory()
          guard fresh.version != known.version else { continue }
          for spki in fresh.certificatesNoLongerLive(since: known) {
            await api.drop(spkiSHA256: spki)
          }
          known = fresh
        } catch {
          logger.error("directory.watch.failed", metadata: ["error": "\(type(of: error))"])
        }
      }
    }
  }
}
