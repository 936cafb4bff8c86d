// Counts hits of the armed failpoint. Never touched when no failpoint is armed.

import Synchronization

final class FailpointCountdown: Sendable {
  private let left: Mutex<Int>

  init(_ count: Int) { left = Mutex(count) }

  /// True at the hit that brings the count to zero.
  func isDown() -> Bool {
    left.withLock {
      $0 -= 1
      return $0 == 0
    }
  }
}
