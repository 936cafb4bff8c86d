// Runs the sweep over the duties: at start, then when the next one has something to tell.
// Never sends anything itself: the sweep owes notices, and `NoticeSender` sends them.

import ExchangeModel
import Logging
import ServiceLifecycle
import Storage

struct DutyWatch: Service {
  let store: Store
  let surroundings: Surroundings
  let logger: Logger

  /// The longest time between two sweeps: a duty opened meanwhile may be told of first.
  static let longest: Int64 = 60_000
  /// The shortest, in milliseconds, whatever falls due.
  static let shortest: Int64 = 250

  func run() async throws {
    try? await cancelWhenGracefulShutdown {
      var wanted: [CalendarWanted] = []
      while !Task.isCancelled {
        var next: Timestamp?
        do {
          let sweep = try await store.sweepDuties()
          next = sweep.next
          if sweep.reminded + sweep.overdue > 0 {
            logger.notice(
              "duties.told",
              metadata: ["reminded": "\(sweep.reminded)", "overdue": "\(sweep.overdue)"])
          }
          wanted = try await tell(wanted)
        } catch is CancellationError {
          return
        } catch {
          logger.error("duties.sweep.failed", metadata: ["error": "\(type(of: error))"])
        }
        try await Task.sleep(for: .milliseconds(Self.pause(until: next, now: surroundings.now())))
      }
    }
  }

  /// Milliseconds to wait for the next sweep.
  static func pause(until next: Timestamp?, now: Timestamp) -> Int64 {
    guard let next else { return longest }
    let (left, isFar) = next.milliseconds.subtractingReportingOverflow(now.milliseconds)
    return isFar ? longest : min(longest, max(shortest, left))
  }

  /// Warns of a calendar that duties wait for, once while it is wanted.
  private func tell(_ known: [CalendarWanted]) async throws -> [CalendarWanted] {
    let wanted = try await store.calendarsWanted()
    for calendar in wanted where !known.contains(where: { $0.key == calendar.key }) {
      logger.warning(
        "calendar.missing",
        metadata: [
          "owner": "\(calendar.key.owner)", "kind": "\(calendar.key.kind)",
          "duties": "\(calendar.duties)",
        ])
    }
    return wanted
  }
}
