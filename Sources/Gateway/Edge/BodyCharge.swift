// What the collected bodies of all requests weigh, so that a crowd of large ones is asked to wait
// before memory grows. Never counts a small body: ordinary messages go on beside any crowd.

import Synchronization

/// One request's part of the memory for bodies, given back when nobody holds it any more: neither
/// the connection that collects nor the task that answers, which may outlive the connection.
final class BodyCharge: Sendable {
  private let counters: EdgeCounters
  private let bytes = Atomic<Int>(0)

  init(_ counters: EdgeCounters) { self.counters = counters }

  deinit { counters.add(.bodyBytes, -bytes.load(ordering: .relaxed)) }

  /// Takes so many bytes more. False when all requests together then hold more than `most`.
  func take(_ count: Int, most: Int) -> Bool {
    bytes.add(count, ordering: .relaxed)
    return counters.add(.bodyBytes, count) <= most
  }
}
