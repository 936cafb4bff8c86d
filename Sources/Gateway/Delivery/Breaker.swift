// Whether an endpoint is tried at all just now. A dead one costs one attempt now and then, not one
// for each message that waits for it. Pure: time and chance are passed in.

import ExchangeModel

/// One endpoint's breaker: closed while it answers, open after failures in a row, and then half
/// open for a single attempt.
struct Breaker: Sendable, Equatable {
  enum State: Sendable, Equatable {
    case closed
    /// Nothing is tried before this time.
    case open(until: Timestamp)
    /// One attempt is under way; nothing else is tried before its outcome.
    case probing
  }

  /// Failures in a row that open it. Fewer than the attempts of the schedule's first minutes of
  /// one message would, so that a passing fault of one does not.
  static let tolerance = 5
  /// Seconds of the first pause and of the longest.
  static let firstPause: Int64 = 10
  static let longestPause: Int64 = 300

  private(set) var state = State.closed
  /// Failures since the last success.
  private(set) var failures = 0

  /// Whether an attempt may begin now. A pause longer than any was begun by a clock that has been
  /// put back since: it is over.
  func permits(at now: Timestamp) -> Bool {
    switch state {
    case .closed: true
    case .open(let until): until <= now || until > now.adding(seconds: RetrySchedule.longest)
    case .probing: false
    }
  }

  /// When it will next permit one; nil when it does now, or waits for an outcome.
  func opens(after now: Timestamp) -> Timestamp? {
    if case .open(let until) = state, !permits(at: now) { return until }
    return nil
  }

  /// An attempt begins, which was permitted.
  mutating func begin() {
    if case .open = state { state = .probing }
  }

  mutating func succeed() {
    failures = 0
    state = .closed
  }

  /// The endpoint failed: it was not reached, or would take nothing.
  mutating func fail(at now: Timestamp, random: UInt64) {
    failures += 1
    guard failures >= Self.tolerance || state == .probing else { return }
    let doublings = Int64(min(max(failures - Self.tolerance, 0), 5))
    let longest = min(Self.firstPause << doublings, Self.longestPause)
    // From half of it on: probes of many endpoints that died together do not come together.
    let pause = longest * 500 + Int64(random % UInt64(longest * 500 + 1))
    state = .open(until: Timestamp(milliseconds: now.milliseconds + pause))
  }

  /// The endpoint asked for a pause (Retry-After).
  mutating func pause(until time: Timestamp) {
    state = .open(until: time)
  }
}
