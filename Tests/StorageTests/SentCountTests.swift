// What was sent lately, counted from the rows: the same as a count of all of them.

import ExchangeModel
import GRDB
import Testing

@testable import Storage

@Suite struct SentCountTests {
  @Test func isTheCountOfAllRowsSinceThen() async throws {
    let test = try await TestStore.make()
    #expect(try await test.store.sent(since: test.time.now).isEmpty)
    let start = test.time.now
    for number in 1...40 {
      try await test.admit(submission("m-\(number)"))
      test.time.advance(seconds: Int64(number % 3) * 30)
    }
    let times = try await test.tool().read {
      try Int64.fetchAll($0, sql: "SELECT admitted_at FROM message")
    }
    let last = (test.time.now.milliseconds - start.milliseconds) / 1000
    for second in stride(from: -10, through: last + 10, by: 7) {
      let since = start.adding(seconds: second)
      let expected = times.count { $0 >= since.milliseconds }
      let found = try await test.store.sent(since: since)
      #expect(found[Agency.school.urn] ?? 0 == expected, "\(second)")
      #expect(found.count == (expected == 0 ? 0 : 1))
    }
  }
}
