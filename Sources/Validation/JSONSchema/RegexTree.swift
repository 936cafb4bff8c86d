// A pattern as a tree, and why a pattern cannot be used.

/// A fault in a pattern. Patterns stand in our schemas, so the reason may quote them.
struct RegexError: Error, Equatable {
  let reason: String
}

/// What a pattern says, before it becomes a machine.
indirect enum RegexTree {
  case set(ScalarSet)
  case sequence([RegexTree])
  case alternatives([RegexTree])
  /// `most` nil is without end. Greedy or lazy makes no difference to whether a text matches.
  case repeated(RegexTree, least: Int, most: Int?)
  case start
  case end
  /// `\b`, or `\B` when negated.
  case wordBoundary(isNegated: Bool)
  /// Valid ECMA-262 that no machine of bounded size can run: lookaround and backreferences.
  case notRegular(String)
}
