// Which of a party's waiting messages are pushed or leased next: immediate before urgent before
// routine, oldest first, and never two of one child and sender out of order.
// Pure: rows in, a choice out.

import ExchangeModel

/// Looks at the rows of one inbox, oldest first, and chooses.
///
/// Messages are of one chain when they come from one sender and have a key of the child in common.
/// Of a chain only the oldest is eligible. An urgent one behind an older routine one of its chain
/// lends that its urgency: it overtakes the others' messages, never its own chain.
struct PushOrder {
  /// A row as far as the order needs it.
  struct Waiting: Sendable, Equatable {
    let sequence: Int64
    /// 0 immediate, 1 urgent, 2 routine.
    let urgency: Int
    /// One word for each key of the child.
    let chain: [UInt64]
    /// False while it must wait: not yet due again, leased, or under way.
    let isReady: Bool
  }

  private var rows: [Waiting] = []
  /// The rows before each in its chains, by place.
  private var before: [[Int]] = []
  private var urgency: [Int] = []
  private var last: [UInt64: Int] = [:]
  /// Eligible rows seen, whatever their urgency.
  private(set) var eligible = 0

  /// How many rows were looked at.
  var count: Int { rows.count }

  mutating func look(at row: Waiting) {
    let place = rows.count
    let earlier = Array(Set(row.chain.compactMap { last[$0] }))
    for key in row.chain { last[key] = place }
    rows.append(row)
    before.append(earlier)
    urgency.append(row.urgency)
    if earlier.isEmpty, row.isReady { eligible += 1 }
    // Each row is visited at most once for each urgency it can be lent, so two times over all.
    var lent = earlier
    while let place = lent.popLast() {
      guard urgency[place] > row.urgency else { continue }
      urgency[place] = row.urgency
      lent += before[place]
    }
  }

  /// The rows chosen, most urgent and then oldest first.
  func choice(limit: Int) -> [Waiting] {
    rows.indices
      .filter { before[$0].isEmpty && rows[$0].isReady }
      .sorted { (urgency[$0], $0) < (urgency[$1], $1) }
      .prefix(limit).map { rows[$0] }
  }

  /// The same for one worker that deals with what it is given in order: what follows in a chain
  /// may come with what is before it.
  func wholeChains(limit: Int) -> [Waiting] {
    var chosen: Set<Int> = []
    var list: [Waiting] = []
    let order = rows.indices.filter { rows[$0].isReady }
      .sorted { (urgency[$0], $0) < (urgency[$1], $1) }
    // What is before in a chain is as urgent or more (lent), and older: it stands before it here.
    for place in order where list.count < limit {
      guard before[place].allSatisfy(chosen.contains) else { continue }
      chosen.insert(place)
      list.append(rows[place])
    }
    return list
  }
}
