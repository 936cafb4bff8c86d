// What delivery has done since the start, for the metrics. Never by party or message.

import Synchronization

/// Counts of delivery.
package final class DeliveryCounters: Sendable {
  package enum Name: String, Sendable, CaseIterable {
    case attempts, taken, refused, failed, delayed, undelivered, alerts
    case endpointsRetired = "endpoints_retired"
  }

  private let counts = Mutex<[Name: Int]>([:])

  package init() {}

  package subscript(_ name: Name) -> Int { counts.withLock { $0[name, default: 0] } }

  func add(_ name: Name, _ count: Int = 1) {
    guard count > 0 else { return }
    counts.withLock { $0[name, default: 0] += count }
  }
}
