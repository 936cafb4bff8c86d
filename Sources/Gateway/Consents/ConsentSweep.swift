// Writes down, now and then, which consents have run out. Never what makes them so: the day itself
// does, in every decision.

import Logging
import ServiceLifecycle
import Storage

struct ConsentSweep: Service {
  let store: Store
  let logger: Logger

  private static let interval = Duration.seconds(600)

  func run() async throws {
    try? await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          let count = try await store.sweepConsents()
          if count > 0 { logger.info("consents.expired", metadata: ["count": "\(count)"]) }
        } catch {
          logger.error("consents.sweep.failed", metadata: ["error": "\(type(of: error))"])
        }
        try await Task.sleep(for: Self.interval)
      }
    }
  }
}
