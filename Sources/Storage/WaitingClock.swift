// When somebody is told that a message still waits for its recipient: a named person of an
// immediate one, its sender of a delay, and in the end that it is undelivered.
// Pure: the time is passed in. Never decides how often a push is tried.

import ExchangeModel

/// The clock of one wait. What was told is kept as a set of bits, so that each is told once.
struct WaitingClock: Sendable, Equatable {
  /// What is told, in the order of its time.
  enum Event: Int, CaseIterable, Sendable {
    /// To a named person: an immediate message was not taken for a quarter of an hour.
    case alert = 1
    /// To the sender: not taken for an hour.
    case hour = 2
    /// To the sender: not taken for a day.
    case day = 4
    /// To the sender: given up.
    case end = 8
  }

  /// How long a message without an `expirytime` waits: five days.
  static let longest: Int64 = 5 * 86_400

  let enteredAt: Timestamp
  let endsAt: Timestamp
  let priority: Priority

  init(enteredAt: Timestamp, expiresAt: Timestamp?, priority: Priority) {
    self.init(
      enteredAt: enteredAt, endsAt: expiresAt ?? enteredAt.adding(seconds: Self.longest),
      priority: priority)
  }

  init(enteredAt: Timestamp, endsAt: Timestamp, priority: Priority) {
    self.enteredAt = enteredAt
    self.endsAt = endsAt
    self.priority = priority
  }

  /// What is due now and was not told, earliest first.
  func due(at now: Timestamp, told: Int) -> [Event] {
    Event.allCases.filter { told & $0.rawValue == 0 && (time(of: $0).map { $0 <= now } ?? false) }
  }

  /// When there is next something to tell; nil when all was told.
  func next(after told: Int) -> Timestamp? {
    Event.allCases.filter { told & $0.rawValue == 0 }.compactMap { time(of: $0) }.min()
  }

  /// Nil when it never comes: not for this priority, or not before the end.
  private func time(of event: Event) -> Timestamp? {
    let seconds: Int64
    switch event {
    case .end: return endsAt
    case .alert where priority != .immediate: return nil
    case .alert: seconds = 900
    case .hour: seconds = 3600
    case .day: seconds = 86_400
    }
    let time = enteredAt.adding(seconds: seconds)
    return time < endsAt ? time : nil
  }
}
