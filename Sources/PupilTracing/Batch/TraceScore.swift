// Measures answers against known truth, strictly: a false candidate of equal weight counts as
// ranked above, and every question counts once more with its true record left out.

package struct TraceScore: Sendable {
  private var asks: [(top: Double, isTrue: Bool)] = []
  private var found = 0
  private var first = 0
  private var five = 0
  private var matched = 0
  private var unmatched: [(top: Double, group: String)] = []
  private var groups: [String: (asked: Int, first: Int)] = [:]
  private var bins = [(sum: Double, hits: Double)](repeating: (0, 0), count: 10)
  private var binned = 0.0

  package init() {}

  /// Adds an answer; `truth` holds the ids that are the child, none when it is not in the pool.
  /// `group`: any word by which figures are also reckoned apart; empty for none.
  package mutating func add(_ answer: TraceAnswer, truth: Set<String>, group: String = "") {
    let offered = answer.offered
    let best = offered.filter { truth.contains($0.id) }.map(\.bits).max()
    let falses = offered.filter { !truth.contains($0.id) }
    let rival = falses.map(\.bits).max() ?? -.infinity
    if let top = offered.first { bin(top.posterior, truth.contains(top.id)) }
    guard !truth.isEmpty else {
      unmatched.append((rival, group))
      asks.append((rival, false))
      return
    }
    matched += 1
    groups[group, default: (0, 0)].asked += 1
    if let best {
      let rank = 1 + falses.count { $0.bits >= best }
      found += 1
      first += rank == 1 ? 1 : 0
      groups[group, default: (0, 0)].first += rank == 1 ? 1 : 0
      five += rank <= 5 ? 1 : 0
    }
    asks.append((max(best ?? -.infinity, rival), best.map { $0 > rival } ?? false))
    asks.append((rival, false))
    if let top = falses.first { bin(top.posterior, false) }
  }

  private mutating func bin(_ probability: Double, _ isTrue: Bool) {
    let index = max(0, min(9, Int(probability * 10)))
    bins[index].sum += probability
    bins[index].hits += isTrue ? 1 : 0
    binned += 1
  }

  private func share(_ count: Int) -> Double { Double(count) / Double(max(1, matched)) }
  package var rank1: Double { share(first) }
  package var rank5: Double { share(five) }
  package var foundShare: Double { share(found) }

  /// Expected calibration error of the first candidate's probability, in ten bins.
  package var calibrationError: Double {
    bins.reduce(0) { $0 + abs($1.sum - $1.hits) } / max(1, binned)
  }

  /// The greatest share of findable children accepted at this precision or a better one.
  package func recall(atPrecision precision: Double) -> Double {
    var best = 0.0
    for point in curve where point.precision >= precision { best = max(best, point.recall) }
    return best
  }

  /// Share of the questions without an answer that are answered all the same, at the weight which
  /// finds this share of the others, of one group if one is named; nil without such questions.
  package func falseAlerts(atRecall recall: Double, group: String? = nil) -> Double? {
    let asked = unmatched.filter { group == nil || $0.group == group }
    guard !asked.isEmpty, let point = curve.first(where: { $0.recall >= recall }) else {
      return nil
    }
    return Double(asked.count { $0.top >= point.bits }) / Double(asked.count)
  }

  /// By group: how many findable children were asked for, and the share found first.
  package var rank1ByGroup: [(group: String, asked: Int, rank1: Double)] {
    groups.filter { $0.value.asked > 0 }
      .map { ($0.key, $0.value.asked, Double($0.value.first) / Double($0.value.asked)) }
      .sorted { $0.group < $1.group }
  }

  private var curve: [(bits: Double, recall: Double, precision: Double)] {
    let sorted = asks.filter { $0.top > -.infinity }.sorted { $0.top > $1.top }
    var points: [(bits: Double, recall: Double, precision: Double)] = []
    var hits = 0.0
    var index = 0
    while index < sorted.count {
      let bits = sorted[index].top
      while index < sorted.count, sorted[index].top == bits {
        hits += sorted[index].isTrue ? 1 : 0
        index += 1
      }
      points.append((bits, hits / Double(max(1, matched)), hits / Double(index)))
    }
    return points
  }
}
