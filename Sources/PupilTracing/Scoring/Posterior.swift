// How probable each pupil is to be the child, and that the child is not in the pool: as one of
// nobody's kin, or as an unlisted brother or sister of somebody found. All together make one.

struct Posterior {
  /// By candidate, in the order given.
  private(set) var candidates: [Double] = []
  /// Log-odds in bits of each candidate against "not here", whoever else is there.
  private(set) var bits: [Double] = []
  private(set) var notHere = 1.0

  var best: Double { candidates.max() ?? 0 }

  /// `kin`: the share of pupils with a brother or sister in the pool.
  init(_ weights: [Weights], pupils: Double, kin share: Double, model: TraceModel) {
    let prior = Bits.log2(model.here / pupils)
    let sibling = max(0.001, model.sibling * share)
    let kin = Bits.log2((1 - model.here) * sibling / pupils)
    var away = (1 - model.here) * (1 - sibling)
    for weight in weights { away += Bits.power(min(900, kin + weight.household)) }
    away = max(away, 1e-300)
    bits = weights.map { min(900, prior + $0.child) - Bits.log2(away) }
    // Scaled by the greatest, so that nothing overflows.
    let top = max(0, bits.max() ?? 0)
    let shares = bits.map { Bits.power($0 - top) }
    let none = Bits.power(-top)
    let sum = shares.reduce(none, +)
    candidates = shares.map { $0 / sum }
    notHere = none / sum
  }

  /// Records of one child do not rule each other out: each gets what the others have, as far as
  /// they are of one child. `same`: how likely each is of one child with the first of all.
  mutating func share(_ same: [Int: Double], first: Int) {
    let alone = candidates
    func likeness(_ one: Int, _ other: Int) -> Double {
      one == other
        ? 1 : (one == first ? 1 : same[one] ?? 0) * (other == first ? 1 : same[other] ?? 0)
    }
    let all = [first] + same.keys.sorted()
    for one in all {
      candidates[one] = min(1, all.reduce(0) { $0 + alone[$1] * likeness(one, $1) })
    }
  }
}
