// When a push that failed is tried again. Pure: chance is passed in.
// Never decides when to give up: the message's own clock does.

import Storage

/// The pauses between the attempts to push one message: at once, 5 s, 30 s, 2 min, 5 min, then
/// doubling to 4,000 s with full jitter.
struct RetrySchedule: Sendable {
  /// Seconds before the second to fifth attempt, which come on the second.
  static let first: [Int64] = [5, 30, 120, 300]
  /// Seconds of the longest pause, and of the longest that an endpoint may ask for.
  static let longest = Store.longestPause
  /// Seconds of the shortest pause once pauses are drawn: full jitter alone could draw nothing.
  static let shortest: Int64 = 5

  /// Seconds to wait after an attempt (from 1) that failed; `random` is 64 random bits.
  static func pause(after attempt: Int, random: UInt64) -> Int64 {
    if attempt <= first.count { return first[max(attempt, 1) - 1] }
    let span = ceiling(after: attempt) - shortest
    return shortest + Int64(random % UInt64(span + 1))
  }

  /// The longest pause that can be drawn after an attempt.
  static func ceiling(after attempt: Int) -> Int64 {
    guard attempt > first.count else { return first[max(attempt, 1) - 1] }
    // 600 after the fifth; four doublings reach the cap.
    let doublings = min(attempt - first.count, 4)
    return min(300 << Int64(doublings), longest)
  }
}
