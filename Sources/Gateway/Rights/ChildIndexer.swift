// Brings the index of children and the table of audit questions up to date now and then, so that a
// search finds little left to do. Never needed for the right answer: each search does the rest.

import Logging
import ServiceLifecycle
import Storage

struct ChildIndexer: Service {
  let store: Store
  let logger: Logger

  /// Seconds between two looks; one that finds nothing new costs one read.
  private static let interval = Duration.seconds(5)

  func run() async throws {
    try? await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        try await Task.sleep(for: Self.interval)
        do {
          try await store.indexChildren()
          try await store.indexLog()
        } catch {
          logger.error("children.index.failed", metadata: ["error": "\(type(of: error))"])
        }
      }
    }
  }
}
