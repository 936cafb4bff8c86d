// Which tokens were used, for what, and how often. A token opens one request; the official client
// sends a request that got no answer once more with the same token, up to three times, so a call
// that does no harm twice may repeat itself, and nothing else. Pure: the time is passed in.

import ExchangeModel

/// The tokens of one mailbox.
struct MeshLedger: Sendable, Equatable {
  enum Verdict: Sendable, Equatable {
    /// Never seen before.
    case first
    /// The same request once more, as a client does that had no answer.
    case repeated
    /// Used before, for another request or too often.
    case used
    /// More tokens within two hours than are remembered.
    case full
  }

  private struct Use: Equatable {
    let request: String
    let until: Timestamp
    var times: Int
  }

  /// How often a request may come: once, and the client's three retries.
  static let mostTimes = 4

  private var uses: [[UInt8]: Use] = [:]
  /// No use ends before this: when it is past, the ended ones are taken out.
  private var nextEnd: Timestamp?

  var count: Int { uses.count }

  /// A token is shown for a request (its verb, path and query).
  ///
  /// - `mayRepeat`: false for what must not happen twice.
  mutating func show(
    _ token: [UInt8], for request: String, mayRepeat: Bool, until: Timestamp, at now: Timestamp,
    most: Int
  ) -> Verdict {
    if let nextEnd, nextEnd <= now { forgetEnded(at: now) }
    if var use = uses[token] {
      guard mayRepeat, use.request.utf8.elementsEqual(request.utf8), use.times < Self.mostTimes
      else { return .used }
      use.times += 1
      uses[token] = use
      return .repeated
    }
    guard uses.count < most else { return .full }
    uses[token] = Use(request: request, until: until, times: 1)
    nextEnd = nextEnd.map { min($0, until) } ?? until
    return .first
  }

  private mutating func forgetEnded(at now: Timestamp) {
    uses = uses.filter { $0.value.until > now }
    nextEnd = uses.values.map(\.until).min()
  }
}
