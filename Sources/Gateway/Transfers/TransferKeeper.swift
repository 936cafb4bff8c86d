// Runs the sweep over transfer files and the lost pupil pool: what the gateway has kept long enough
// goes. Never decides how long that is: the catalogue does.

import Logging
import ServiceLifecycle
import Storage

struct TransferKeeper: Service {
  let store: Store
  let logger: Logger

  private static let interval = Duration.seconds(600)

  func run() async throws {
    try? await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          let sweep = try await store.sweepTransfers()
          if sweep != TransferSweep() {
            logger.notice(
              "transfers.disposed",
              metadata: [
                "transfers": "\(sweep.transfers)", "expired": "\(sweep.expired)",
                "files": "\(sweep.files)",
              ])
          }
        } catch {
          logger.error("transfers.sweep.failed", metadata: ["error": "\(type(of: error))"])
        }
        try await Task.sleep(for: Self.interval)
      }
    }
  }
}
