// Delivery's counts and what waits, as Prometheus text (0.0.4). Never by party or message.

import ExchangeModel
import Storage

/// The text of `/metrics`.
struct DeliveryMetrics: Sendable {
  let store: Store
  let counters: DeliveryCounters

  func text() async throws -> String {
    let waiting = try await store.waiting()
    let now = store.now()
    var lines: [String] = []
    func metric(_ name: String, _ kind: String, _ help: String, _ value: String) {
      lines += ["# HELP \(name) \(help)", "# TYPE \(name) \(kind)", "\(name) \(value)"]
    }
    for name in DeliveryCounters.Name.allCases {
      metric(
        "gatehouse_delivery_\(name.rawValue)_total", "counter", Self.help(name),
        String(counters[name]))
    }
    metric(
      "gatehouse_waiting_messages", "gauge", "Messages in inboxes, not given up.",
      String(waiting.messages))
    let age = waiting.oldest.map { max(0, now.milliseconds - $0.milliseconds) / 1000 } ?? 0
    metric(
      "gatehouse_waiting_oldest_seconds", "gauge", "How long the oldest of them has waited.",
      String(age))
    return lines.joined(separator: "\n") + "\n"
  }

  private static func help(_ name: DeliveryCounters.Name) -> String {
    switch name {
    case .attempts: "Attempts to push a message."
    case .taken: "Pushes that the recipient took."
    case .refused: "Pushes that the recipient refused with a reason."
    case .failed: "Attempts that failed and are made again."
    case .delayed: "Senders told of a delay."
    case .undelivered: "Messages given up."
    case .alerts: "Alerts of immediate messages not taken."
    case .endpointsRetired: "Endpoints that said they are gone."
    }
  }
}
