// Clears away, now and then, uploads that nobody finished and tokens past their time. Never a
// message: what was admitted is no upload any more.

import Logging
import ServiceLifecycle
import Storage

struct MeshSweep: Service {
  let store: Store
  let logger: Logger

  private static let interval = Duration.seconds(600)

  func run() async throws {
    try? await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          let count = try await store.sweepMesh()
          if count > 0 { logger.info("mesh.uploads.expired", metadata: ["count": "\(count)"]) }
        } catch {
          logger.error("mesh.sweep.failed", metadata: ["error": "\(type(of: error))"])
        }
        try await Task.sleep(for: Self.interval)
      }
    }
  }
}
