// The order of handing over, by examples and by seeded random inboxes.

import ExchangeModel
import Testing

@testable import Storage

@Suite struct PushOrderTests {
  private typealias Row = PushOrder.Waiting

  private static func row(
    _ sequence: Int64, _ urgency: Int, _ chain: [UInt64] = [], isReady: Bool = true
  ) -> Row {
    Row(sequence: sequence, urgency: urgency, chain: chain, isReady: isReady)
  }

  private static func choice(_ rows: [Row], limit: Int = 100) -> [Int64] {
    var order = PushOrder()
    for row in rows { order.look(at: row) }
    return order.choice(limit: limit).map(\.sequence)
  }

  @Test func urgentOvertakesOthersButNotItsOwnChain() {
    let rows = [
      Self.row(1, 2), Self.row(2, 2, [7]), Self.row(3, 1), Self.row(4, 0, [7]), Self.row(5, 2, [8]),
    ]
    // 4 waits for 2, and lends it its urgency.
    #expect(Self.choice(rows) == [2, 3, 1, 5])
    #expect(Self.choice(rows, limit: 1) == [2])
  }

  @Test func whatWaitsHoldsBackItsChainAlone() {
    let rows = [
      Self.row(1, 2, [7], isReady: false), Self.row(2, 2, [7]), Self.row(3, 2, [8]),
    ]
    #expect(Self.choice(rows) == [3])
  }

  @Test func urgencyIsLentThroughSeveralChains() {
    let rows = [
      Self.row(1, 2), Self.row(2, 2, [7]), Self.row(3, 2, [9]), Self.row(4, 2, [7, 9]),
      Self.row(5, 0, [9]),
    ]
    #expect(Self.choice(rows) == [2, 3, 1])
  }

  @Test(arguments: 1...200 as ClosedRange<UInt64>)
  func neverTwoOfAChainAndNeverOutOfOrder(seed: UInt64) {
    var state = seed &* 0x9E37_79B9_7F4A_7C15
    func draw(_ bound: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % bound
    }
    let rows = (0..<40).map { place in
      Self.row(
        Int64(place), Int(draw(3)), (0..<draw(3)).map { _ in draw(6) }, isReady: draw(5) > 0)
    }
    let chosen = Self.choice(rows)
    var seen: Set<UInt64> = []
    for row in rows {
      let isFirst = seen.isDisjoint(with: row.chain)
      #expect(chosen.contains(row.sequence) == (isFirst && row.isReady), "seed \(seed)")
      seen.formUnion(row.chain)
    }
    // What is more urgent in its own right comes before what is less so and lends from nobody.
    let free = chosen.filter { rows[Int($0)].chain.isEmpty }
    let urgencies = free.map { rows[Int($0)].urgency }
    #expect(urgencies == urgencies.sorted(), "seed \(seed)")
  }
}
