// Runs the sweep over what waits, and tells the alerts that it owes to the configured hook.
// Never puts anything personal into an alert: ids, URNs and times.

import ExchangeModel
import Logging
import NIOCore
import ServiceLifecycle
import Storage
import Validation

struct WaitingWatch: Service {
  let store: Store
  let settings: PushSettings
  let authority: String?
  let surroundings: Surroundings
  let counters: DeliveryCounters
  let logger: Logger

  /// Between two sweeps in milliseconds, whatever is due.
  private static let shortest: Int64 = 250
  private static let longest: Int64 = 5000
  /// Alerts told in one round.
  private static let round = 16
  /// Seconds between two tries of an alert, and tries after which the log alone has it.
  private static let pause: Int64 = 60
  private static let mostAttempts = 60

  func run() async throws {
    let resolver = AddressResolver()
    let hook = hookClient(resolver)
    try? await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        var next: Timestamp?
        do {
          next = try await sweep()
          try await tellAlerts(hook)
        } catch is CancellationError {
          return
        } catch {
          logger.error("waiting.sweep.failed", metadata: ["error": "\(type(of: error))"])
        }
        let left = next.map { $0.milliseconds - surroundings.now().milliseconds }
        let pause = min(Self.longest, max(Self.shortest, left ?? Self.longest))
        try await Task.sleep(for: .milliseconds(pause))
      }
    }
    hook?.close()
    await resolver.close()
  }

  private func sweep() async throws -> Timestamp? {
    let sweep = try await store.sweepWaiting()
    counters.add(.delayed, sweep.delayed)
    counters.add(.undelivered, sweep.undelivered)
    counters.add(.alerts, sweep.alerts)
    if sweep.delayed > 0 {
      logger.notice("deliveries.delayed", metadata: ["count": "\(sweep.delayed)"])
    }
    if sweep.undelivered > 0 {
      logger.warning("deliveries.given-up", metadata: ["count": "\(sweep.undelivered)"])
    }
    return sweep.next
  }

  private func tellAlerts(_ hook: EndpointClient?) async throws {
    for alert in try await store.alertsDue(limit: Self.round) {
      if alert.attempts == 0 {
        logger.critical(
          "alert.immediate-not-taken",
          metadata: [
            "message.id": "\(alert.messageID)", "party": "\(alert.recipient)",
          ])
      }
      let wasTold = await tell(alert, hook)
      // If we crash here the hook may hear of it twice.
      Failpoint.hit(.alertBeforeRow)
      let isLast = alert.attempts + 1 >= Self.mostAttempts
      if !wasTold && isLast {
        logger.error("alert.given-up", metadata: ["message.id": "\(alert.messageID)"])
      }
      let again = surroundings.now().adding(seconds: Self.pause)
      try await store.alertTried(alert.messageID, again: wasTold || isLast ? nil : again)
    }
  }

  /// True when somebody was told: the hook, or the log where there is none.
  private func tell(_ alert: OwedAlert, _ hook: EndpointClient?) async -> Bool {
    guard let hook else { return settings.alertHook == nil }
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("alert", "immediate-not-taken")
    writer.member("messageId", alert.messageID.text)
    writer.member("recipient", alert.recipient.text)
    writer.member("type", alert.type)
    writer.member("raisedAt", alert.raisedAt.description)
    writer.endObject()
    let answer = try? await hook.post(
      [("Content-Type", "application/json")], body: writer.bytes, within: .seconds(10))
    return (200...299).contains(answer?.status ?? 0)
  }

  private func hookClient(_ resolver: AddressResolver) -> EndpointClient? {
    guard let url = settings.alertHook else { return nil }
    let client = try? EndpointClient(
      url: url, pins: [], trust: authority.map { .authorities($0) } ?? .system, identity: nil,
      permitted: AddressGuard(allowed: settings.allowedNetworks), resolver: resolver)
    if client == nil { logger.error("alert.hook.unusable") }
    return client
  }
}
