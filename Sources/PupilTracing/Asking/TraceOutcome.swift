// What a trace answers. Never an identity: a person confirms.

/// The five outcomes of a trace (the vocabulary of the Department for Education's SUI matcher).
package enum TraceOutcome: String, Sendable, CaseIterable {
  /// One child, at a posterior of at least 0.95 and well clear of the next.
  case match
  /// One child may be meant; a person must look.
  case possible
  /// Somebody resembles the child, too little to be proposed.
  case lowConfidence = "low-confidence"
  /// Several children fit about equally well.
  case several
  /// Nobody here.
  case none

  /// The outcome of the posteriors of those who are offered, best first.
  package init(offering posteriors: [Double]) {
    guard let first = posteriors.first, first >= Answering.shown else {
      self = .none
      return
    }
    let together = posteriors.reduce(0, +)
    let hasRivals = posteriors.dropFirst().contains { $0 >= 0.2 * first }
    if first >= Answering.match {
      self = .match
    } else if hasRivals, together >= Answering.possible {
      self = .several
    } else {
      self = first >= Answering.possible ? .possible : .lowConfidence
    }
  }
}
