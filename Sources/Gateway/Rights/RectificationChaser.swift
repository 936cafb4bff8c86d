// Reminds recipients of a rectification that have not said in time that they applied it.
// Never more than once each: after that the requester sees them as overdue.

import ExchangeModel
import Logging
import ServiceLifecycle
import Storage

struct RectificationChaser: Service {
  let store: Store
  let logger: Logger
  /// When a recipient must have acknowledged for whom no calendar gives the end of its duty.
  var due: @Sendable (_ notified: Timestamp, _ recipient: PartyURN) -> Timestamp = fortnight

  private static let interval = Duration.seconds(600)

  /// Ten working days without a bank holiday among them: fourteen days of the calendar.
  @Sendable static func fortnight(_ notified: Timestamp, _ recipient: PartyURN) -> Timestamp {
    notified.adding(seconds: 14 * 86_400)
  }

  func run() async throws {
    try? await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          try await store.sweepRectifications(due: due)
        } catch {
          logger.error("rectification.sweep.failed", metadata: ["error": "\(type(of: error))"])
        }
        try await Task.sleep(for: Self.interval)
      }
    }
  }
}
