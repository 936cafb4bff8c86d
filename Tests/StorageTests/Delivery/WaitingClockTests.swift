// When somebody is told that a message waits: a table of ages, and sweeps over real rows.

import ExchangeModel
import Foundation
import Testing

@testable import Storage

@Suite struct WaitingClockTests {
  private static let start = Timestamp(milliseconds: 1_795_251_600_000)

  @Test(arguments: [
    (Priority.routine, nil as Int64?, [3600 as Int64, 86_400, 432_000]),
    (.urgent, nil, [3600, 86_400, 432_000]),
    (.immediate, nil, [900, 3600, 86_400, 432_000]),
    (.immediate, 1000, [900, 1000]),
    (.routine, 3600, [3600]),
    (.routine, 7200, [3600, 7200]),
    (.immediate, 1, [1]),
  ])
  func tellsAtTheseTimes(priority: Priority, expiry: Int64?, times: [Int64]) {
    let clock = WaitingClock(
      enteredAt: Self.start, expiresAt: expiry.map { Self.start.adding(seconds: $0) },
      priority: priority)
    var told = 0
    var seen: [Int64] = []
    while let next = clock.next(after: told) {
      #expect(clock.due(at: Timestamp(milliseconds: next.milliseconds - 1), told: told).isEmpty)
      let due = clock.due(at: next, told: told)
      #expect(due.count == 1)
      for event in due { told |= event.rawValue }
      seen.append((next.milliseconds - Self.start.milliseconds) / 1000)
      guard seen.count < 9 else { break }
    }
    #expect(seen == times)
  }

  @Test func afterAStandstillAllThatIsDueIsTold() {
    let clock = WaitingClock(enteredAt: Self.start, expiresAt: nil, priority: .immediate)
    #expect(
      clock.due(at: Self.start.adding(seconds: 90_000), told: 0) == [.alert, .hour, .day])
    #expect(clock.due(at: Self.start.adding(seconds: 90_000), told: 7) == [])
  }
}
