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

  /// Pauses, in multiples of the time that the writer was kept: admissions come first.
  private static let rest = 3

  func run() async throws {
    try? await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        try await Task.sleep(for: Self.interval)
        do {
          try await store.indexChildren(rest: Self.rest)
          try await store.indexLog(rest: Self.rest)
        } catch {
          logger.error("children.index.failed", metadata: ["error": "\(type(of: error))"])
        }
      }
    }
  }
}
