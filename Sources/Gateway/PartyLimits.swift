// How much one party may ask for: requests in a minute, messages in a day. Whoever asks for more
// is told when to come again; nobody else notices.
// Never stops a recipient for what a sender does: each party has counts of its own.

import ExchangeModel
import Synchronization

/// A count within a window of time. A value: the time is passed in.
struct QuotaWindow: Sendable, Equatable {
  let quota: Int
  /// Seconds.
  let length: Int64
  private var startedAt: Timestamp?
  private(set) var used = 0

  init(quota: Int, length: Int64) {
    self.quota = quota
    self.length = length
  }

  /// Takes one, unless none is left.
  mutating func take(at now: Timestamp) -> Bool {
    // A clock that went back begins a window too: nobody waits for a day that came twice.
    let age = startedAt.map { now.milliseconds - $0.milliseconds } ?? -1
    if age < 0 || age >= length * 1000 {
      startedAt = now
      used = 0
    }
    guard used < quota else { return false }
    used += 1
    return true
  }

  var left: Int { quota - used }

  /// Seconds until the next window, rounded up.
  func reset(at now: Timestamp) -> Int64 {
    guard let startedAt else { return length }
    return max(1, (startedAt.milliseconds + length * 1000 - now.milliseconds + 999) / 1000)
  }
}

/// The counts of all parties.
final class PartyLimits: Sendable {
  private struct Counts {
    var requests: QuotaWindow
    var messages: QuotaWindow
  }

  private let limits: Limits
  private let policy: String
  private let now: @Sendable () -> Timestamp
  /// One entry for each registered party that has called: as many as the directory has.
  private let parties = Mutex<[PartyURN: Counts]>([:])

  init(_ limits: Limits, now: @escaping @Sendable () -> Timestamp) {
    self.limits = limits
    self.now = now
    // draft-ietf-httpapi-ratelimit-headers-10, sections 3 and 4.
    var parts: [String] = []
    if limits.requestsPerMinute > 0 {
      parts.append("\"requests\";q=\(limits.requestsPerMinute);w=60")
    }
    if limits.messagesPerDay > 0 {
      parts.append("\"messages\";q=\(limits.messagesPerDay);w=86400")
    }
    policy = parts.joined(separator: ", ")
  }

  private enum Answer {
    case goOn(String)
    case comeAgain(String, seconds: Int64)
  }

  /// The routes with the limits before those that parties call.
  func applied(to routes: [Route]) -> [Route] {
    guard !policy.isEmpty else { return routes }
    return routes.map { route in
      guard route.access == .party else { return route }
      let isSending = route.verb == .post && route.template.utf8.elementsEqual("/v1/messages".utf8)
      return route.behind { request in self.check(request, isSending: isSending) }
    }
  }

  private func check(_ request: HTTPRequest, isSending: Bool) -> RouteGate {
    guard let party = request.party?.urn else { return .open([]) }
    switch take(party, isSending: isSending, at: now()) {
    case .goOn(let state): return .open([("RateLimit-Policy", policy), ("RateLimit", state)])
    case .comeAgain(let state, let seconds):
      var response = ProblemDetails.response(Refusal(.tooManyRequests), instance: request.id)
      response.fields["Retry-After"] = String(seconds)
      response.fields["RateLimit-Policy"] = policy
      response.fields["RateLimit"] = state
      return .closed(response)
    }
  }

  private func take(_ party: PartyURN, isSending: Bool, at now: Timestamp) -> Answer {
    parties.withLock { parties in
      var counts =
        parties[party]
        ?? Counts(
          requests: QuotaWindow(quota: limits.requestsPerMinute, length: 60),
          messages: QuotaWindow(quota: limits.messagesPerDay, length: 86_400))
      var wait: Int64?
      if limits.requestsPerMinute > 0, !counts.requests.take(at: now) {
        wait = counts.requests.reset(at: now)
      }
      if limits.messagesPerDay > 0, isSending, wait == nil, !counts.messages.take(at: now) {
        wait = counts.messages.reset(at: now)
      }
      parties[party] = counts
      let state = state(counts, at: now)
      return wait.map { .comeAgain(state, seconds: $0) } ?? .goOn(state)
    }
  }

  private func state(_ counts: Counts, at now: Timestamp) -> String {
    var parts: [String] = []
    if limits.requestsPerMinute > 0 {
      parts.append(
        "\"requests\";r=\(counts.requests.left);t=\(counts.requests.reset(at: now))")
    }
    if limits.messagesPerDay > 0 {
      parts.append(
        "\"messages\";r=\(counts.messages.left);t=\(counts.messages.reset(at: now))")
    }
    return parts.joined(separator: ", ")
  }
}
