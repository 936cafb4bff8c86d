// How much one party may ask for: requests in a minute, messages in a day. Whoever asks for more
// is told when to come again; nobody else notices.
// Never stops a recipient for what a sender does: each party has counts of its own.

import ExchangeModel
import Synchronization

/// A count within a window of time. A value: the time is passed in.
struct QuotaWindow: Sendable, Equatable {
  /// Seconds of a day.
  static let day: Int64 = 86_400

  let quota: Int
  /// Seconds. A window of a day is a day in UTC; any other begins with the first that is taken.
  let length: Int64
  private var startedAt: Timestamp?
  private(set) var used = 0

  init(quota: Int, length: Int64) {
    self.quota = quota
    self.length = length
  }

  /// A day's window of which some are used.
  init(quota: Int, usedToday used: Int, at now: Timestamp) {
    self.init(quota: quota, length: Self.day)
    startedAt = start(of: now)
    self.used = min(used, quota)
  }

  /// Takes one, unless none is left.
  mutating func take(at now: Timestamp) -> Bool {
    // A clock that went back begins a window too: nobody waits for a day that came twice.
    let age = startedAt.map { now.milliseconds - $0.milliseconds } ?? -1
    if age < 0 || age >= length * 1000 {
      startedAt = start(of: now)
      used = 0
    }
    guard used < quota else { return false }
    used += 1
    return true
  }

  private func start(of now: Timestamp) -> Timestamp {
    length == Self.day ? Self.midnight(of: now) : now
  }

  /// When the day of an instant began, in UTC.
  static func midnight(of now: Timestamp) -> Timestamp {
    Timestamp(milliseconds: now.day * day * 1000)
  }

  var left: Int { quota - used }

  /// Seconds until the next window, rounded up.
  func reset(at now: Timestamp) -> Int64 {
    let start = startedAt ?? start(of: now)
    return max(1, (start.milliseconds + length * 1000 - now.milliseconds + 999) / 1000)
  }
}

/// The counts of all parties.
final class PartyLimits: Sendable {
  private struct Counts {
    var requests: QuotaWindow
    var messages: QuotaWindow
  }

  /// What a party is told, as header fields.
  enum Answer: Sendable {
    case goOn([(String, String)])
    case comeAgain([(String, String)])
  }

  /// The calls that send a message; each counts as one, whatever becomes of it.
  static let sending: Set<String> = [
    "/v1/messages", "/v1/transfers", "/v1/transfers/pool/{postingId}/claims",
    "/v1/traces/{traceId}/requests", "/v1/traces/{traceId}/answer",
    "/v1/traces/{traceId}/replies", MeshDoor.base + "/{mailbox}/outbox",
  ]

  private let limits: Limits
  private let policy: String
  private let now: @Sendable () -> Timestamp
  /// What was sent today before this process began.
  private let sentToday: [PartyURN: Int]
  private let startedAt: Timestamp
  /// One entry for each registered party that has called: as many as the directory has.
  private let parties = Mutex<[PartyURN: Counts]>([:])

  /// - `sentToday`: messages admitted since midnight in UTC, by sender.
  init(
    _ limits: Limits, now: @escaping @Sendable () -> Timestamp, sentToday: [PartyURN: Int] = [:]
  ) {
    self.limits = limits
    self.now = now
    self.sentToday = sentToday
    startedAt = now()
    // draft-ietf-httpapi-ratelimit-headers-10, sections 3 and 4.
    var parts: [String] = []
    if limits.requestsPerMinute > 0 {
      parts.append("\"requests\";q=\(limits.requestsPerMinute);w=60")
    }
    if limits.messagesPerDay > 0 {
      parts.append("\"messages\";q=\(limits.messagesPerDay);w=\(QuotaWindow.day)")
    }
    policy = parts.joined(separator: ", ")
  }

  /// The routes with the limits before those that parties call. The MESH door asks by itself, once
  /// it knows whose certificate it is.
  func applied(to routes: [Route]) -> [Route] {
    guard !policy.isEmpty else { return routes }
    return routes.map { route in
      guard isLimited(route) else { return route }
      let isSending = Self.isSending(route.verb, route.template)
      return route.behind { request in self.gate(request, isSending: isSending) }
    }
  }

  /// Whether `applied` limits a route.
  func isLimited(_ route: Route) -> Bool { !policy.isEmpty && route.access == .party }

  static func isSending(_ verb: HTTPVerb, _ template: String) -> Bool {
    verb == .post && sending.contains(template)
  }

  private func gate(_ request: HTTPRequest, isSending: Bool) -> RouteGate {
    guard let party = request.party?.urn else { return .open([]) }
    switch ask(party, isSending: isSending) {
    case .goOn(let fields): return .open(fields)
    case .comeAgain(let fields):
      let refusal = Refusal(.tooManyRequests)
      return .closed(ProblemDetails.response(refusal, instance: request.id).with(fields))
    }
  }

  /// Counts one request of a party, and a message when it sends one.
  func ask(_ party: PartyURN, isSending: Bool) -> Answer {
    guard !policy.isEmpty else { return .goOn([]) }
    let now = now()
    return parties.withLock { parties in
      var counts = parties[party] ?? fresh(party)
      var wait: Int64?
      if limits.requestsPerMinute > 0, !counts.requests.take(at: now) {
        wait = counts.requests.reset(at: now)
      }
      if limits.messagesPerDay > 0, isSending, wait == nil, !counts.messages.take(at: now) {
        wait = counts.messages.reset(at: now)
      }
      parties[party] = counts
      let fields = [("RateLimit-Policy", policy), ("RateLimit", state(counts, at: now))]
      return wait.map { .comeAgain(fields + [("Retry-After", String($0))]) } ?? .goOn(fields)
    }
  }

  private func fresh(_ party: PartyURN) -> Counts {
    Counts(
      requests: QuotaWindow(quota: limits.requestsPerMinute, length: 60),
      messages: QuotaWindow(
        quota: limits.messagesPerDay, usedToday: sentToday[party] ?? 0, at: startedAt))
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
