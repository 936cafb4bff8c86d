// A list of children is more than its questions: a pupil who is surely one child of the list is not
// also another, and the pupils who remain are fewer. Told from the answers to the whole list alone.
// Never used for a single question, nor where a list asks for the same children again and again.

/// Who of a list is probably which pupil. Give it each answer once, then weigh them again.
package struct ListClaims: Sendable {
  /// Below this share of the pool a list says too little about it to be worth the time.
  package static let leastShare = 0.02
  /// Longer lists would need too much memory.
  package static let mostQuestions = 200_000
  private static let firm = 0.95
  private static let worthKeeping = 0.02
  /// Lists in which more of the firm answers than this meet in one pupil are left as they are.
  private static let mostTwice = 0.05

  private struct Claim: Sendable {
    var question: Int
    var probability: Double
  }
  /// By id of a pupil: the two best claims.
  private var claims: [String: [Claim]] = [:]
  private let pupils: Double

  package init(pool: PupilPool) { pupils = pool.figuresOfPupils }

  /// Takes note of an answer.
  package mutating func add(_ answer: TraceAnswer, question: Int) {
    for one in answer.offered where one.posterior > Self.worthKeeping {
      var known = claims[one.id] ?? []
      known.append(Claim(question: question, probability: one.posterior))
      known.sort { $0.probability > $1.probability }
      claims[one.id] = Array(known.prefix(2))
    }
  }

  /// Of the pupils firmly claimed, the share that is so twice; and the share of the pool claimed.
  package func close() -> ListRivalry? {
    var firm = 0.0
    var twice = 0.0
    var claimed = 0.0
    for known in claims.values {
      guard let first = known.first else { continue }
      claimed += first.probability
      guard first.probability > Self.firm else { continue }
      firm += 1
      if known.count > 1, known[1].probability > Self.firm { twice += 1 }
    }
    let again = max(1e-4, (twice + 0.5) / (firm + 1))
    guard firm > 0, again < Self.mostTwice else { return nil }
    return ListRivalry(claims: self, again: again, free: max(0.01, 1 - claimed / pupils))
  }

  /// The best claim of any other question to a pupil.
  fileprivate func rival(_ id: String, besides question: Int) -> Double {
    claims[id]?.first { $0.question != question }?.probability ?? 0
  }
}

/// What a whole list says of each of its answers.
package struct ListRivalry: Sendable {
  fileprivate let claims: ListClaims
  fileprivate let again: Double
  fileprivate let free: Double

  /// The answer in the light of all others.
  package func weigh(_ answer: TraceAnswer, question: Int) -> TraceAnswer {
    let offered = answer.offered
    guard !offered.isEmpty else { return answer }
    let factors = offered.map { one in
      (1 - claims.rival(one.id, besides: question) * (1 - again)) / free
    }
    let sum = offered.reduce(0) { $0 + $1.posterior }
    let shared = zip(offered, factors).reduce(0) { $0 + $1.0.posterior * $1.1 }
    let mean = sum > 0 ? shared / sum : 1
    let here = max(0, 1 - answer.notHere)
    let notHere = answer.notHere / max(1e-300, answer.notHere + here * mean)
    let scale = here > 0 && mean > 0 ? (1 - notHere) / here / mean : 1
    var children = zip(offered, factors).map { one, factor in
      TraceCandidate(
        id: one.id, reading: one.reading, bits: one.bits + Bits.log2(factor),
        posterior: min(1, one.posterior * factor * scale),
        reasons: one.reasons + [Self.reason(factor)])
    }
    children.sort { $0.bits != $1.bits ? $0.bits > $1.bits : $0.id < $1.id }
    return TraceAnswer(
      outcome: TraceOutcome(offering: children.map(\.posterior)),
      candidates: children + answer.candidates.filter { $0.reading == .household },
      notHere: notHere, modelVersion: answer.modelVersion, isExhaustive: answer.isExhaustive)
  }

  private static func reason(_ factor: Double) -> FieldReason {
    let bits = Bits.log2(factor)
    return FieldReason(
      field: .list,
      text: bits < 0 ? "rather another child of the list" : "no other child of the list",
      bits: bits)
  }
}
