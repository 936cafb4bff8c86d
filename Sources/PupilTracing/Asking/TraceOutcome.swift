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
}
