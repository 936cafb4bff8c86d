// Work that is done at start and then every ten minutes, such as clearing away what is past its
// time. Never what makes it so: a failed sweep is logged and made up for by the next.

import ExchangeModel
import Logging
import ServiceLifecycle
import Storage

struct Sweep: Service {
  private static let interval = Duration.seconds(600)

  /// What is logged of a sweep that did something, with how much; nil to log nothing.
  private let done: Logger.Message?
  /// What is logged of one that failed.
  private let failed: Logger.Message
  private let logger: Logger
  private let work: @Sendable () async throws -> Int

  /// - `work`: what is done; how much it was.
  init(
    done: Logger.Message? = nil, failed: Logger.Message, logger: Logger,
    work: @escaping @Sendable () async throws -> Int
  ) {
    self.done = done
    self.failed = failed
    self.logger = logger
    self.work = work
  }

  func run() async throws {
    try? await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          let count = try await work()
          if count > 0, let done { logger.info(done, metadata: ["count": "\(count)"]) }
        } catch {
          logger.error(failed, metadata: ["error": "\(type(of: error))"])
        }
        try await Task.sleep(for: Self.interval)
      }
    }
  }
}

extension Sweep {
  /// What a gateway sweeps: consents that have run out are written down, recipients of a
  /// rectification who have not said in time that they applied it are reminded once, uploads
  /// by MESH that nobody finished and tokens past their time are cleared away, and so are transfer
  /// files and entries of the lost pupil pool that were kept as long as the catalogue says.
  static func all(of store: Store, logger: Logger) -> [Sweep] {
    [
      Sweep(done: "consents.expired", failed: "consents.sweep.failed", logger: logger) {
        try await store.sweepConsents()
      },
      Sweep(failed: "rectification.sweep.failed", logger: logger) {
        // For whom no calendar gives the end of its duty: ten working days without a bank holiday
        // among them are fourteen days of the calendar.
        try await store.sweepRectifications { notified, _ in
          notified.adding(seconds: 14 * 86_400)
        }
      },
      Sweep(done: "mesh.uploads.expired", failed: "mesh.sweep.failed", logger: logger) {
        try await store.sweepMesh()
      },
      Sweep(done: "transfers.disposed", failed: "transfers.sweep.failed", logger: logger) {
        let gone = try await store.sweepTransfers()
        return gone.transfers + gone.expired + gone.files
      },
    ]
  }
}
