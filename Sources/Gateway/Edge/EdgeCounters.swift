// What the edge has done since it started, for /metrics and tests. Never decides anything.

import Synchronization

/// Counters of one server, readable at any time from any thread.
package final class EdgeCounters: Sendable {
  private let values: [Counter]

  /// What is counted.
  package enum Name: Int, Sendable, CaseIterable {
    /// Connections open now.
    case connections
    case connectionsAccepted
    /// Bytes of large bodies held now.
    case bodyBytes
    /// Turned away at the cap.
    case connectionsOverCap
    case handshakesRefused
    /// New or resumed.
    case handshakesCompleted
    case requests
    /// Answers with 4xx and 5xx.
    case answersRefused
    case answersFailed
    /// Connections or requests cut off at a deadline.
    case deadlines
    /// Connections dropped because their certificate was suspended.
    case dropped
  }

  private final class Counter: Sendable {
    let value = Atomic<Int>(0)
  }

  init() {
    values = Name.allCases.map { _ in Counter() }
  }

  /// The present value.
  package subscript(_ name: Name) -> Int {
    values[name.rawValue].value.load(ordering: .relaxed)
  }

  /// Adds and gives the value after.
  @discardableResult
  func add(_ name: Name, _ amount: Int = 1) -> Int {
    values[name.rawValue].value.add(amount, ordering: .relaxed).newValue
  }
}
