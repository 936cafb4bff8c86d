// From what was found to what is answered: an outcome, and at most five pupils with reasons.
// Never offers as the child a pupil who is likelier to be a brother or sister.

struct Answering {
  let search: PoolSearch
  let model: TraceModel

  /// Posteriors and margins of the outcomes (the five words of the SUI matcher).
  static let match = 0.95
  static let possible = 0.5
  static let shown = 0.02

  func answer() throws -> TraceAnswer {
    let found = search.found
    let posterior = try search.posterior()
    let text = TraceText(search: search)
    var children: [TraceCandidate] = []
    var household: [TraceCandidate] = []
    for index in found.indices {
      let bits = posterior.bits[index]
      let isKin = isHousehold(found[index]) || isKinOfFirst(index)
      guard children.count < TraceLimits.candidates || household.count < 2 else { break }
      if isKin ? household.count >= TraceLimits.candidates : bits < search.pool.leastBits {
        continue
      }
      let candidate = TraceCandidate(
        id: found[index].record.id, reading: isKin ? .household : .child, bits: bits,
        posterior: posterior.candidates[index],
        reasons: text.reasons(found[index], isHousehold: isKin))
      if isKin { household.append(candidate) } else { children.append(candidate) }
    }
    let offered = children.prefix(TraceLimits.candidates)
    let all = offered + household.prefix(TraceLimits.candidates - offered.count)
    return TraceAnswer(
      outcome: TraceOutcome(offering: offered.map(\.posterior)), candidates: Array(all),
      notHere: posterior.notHere,
      modelVersion: model.version, isExhaustive: search.isExhaustive)
  }

  /// True when the findings speak rather for another child of the household.
  private func isHousehold(_ found: PoolSearch.Found) -> Bool {
    let weights = found.weights
    let share = search.pool.image.figures.kin
    let kin = Bits.log2((1 - model.here) * max(0.001, model.sibling * share))
    let child = Bits.log2(model.here)
    // Without a shared place or kin nothing says that there is one household.
    guard found.evidence.isNamedSibling || weights.place > 3 || weights.relations > 3 else {
      return false
    }
    return kin + weights.household > child + weights.child
  }

  /// True when the first of the list explains the question much better, and this pupil lives where
  /// the first does under another forename: a twin, a brother or a sister of the child.
  private func isKinOfFirst(_ index: Int) -> Bool {
    guard index > 0, let first = search.found.first else { return false }
    let other = search.found[index]
    return other.evidence.readings.given?.forename?.level == .other
      && other.evidence.upn != .exact && first.weights.child > other.weights.child + 3
      && other.record.places.contains { first.record.places.contains($0) }
  }
}
