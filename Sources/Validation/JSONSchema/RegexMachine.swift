// The machine of a pattern: Thompson's construction, states with labelled and empty moves.
// Never larger than its limit: counted repetition is written out, and refused beyond it.

/// A nondeterministic machine over Unicode scalars.
struct RegexMachine {
  enum State {
    case match
    /// Moves over a scalar of the set with this number.
    case set(Int, next: Int)
    case split(Int, Int)
    case assertion(Assertion, next: Int)
  }

  enum Assertion { case start, end, wordBoundary, notWordBoundary }

  /// What is known around a position when assertions are decided.
  struct Place {
    var isStart: Bool
    var isEnd: Bool
    var isAfterWord: Bool
    var isBeforeWord: Bool
  }

  private static let largest = 20_000

  private(set) var states: [State] = [.match]
  private(set) var sets: [ScalarSet] = []
  private(set) var first = 0
  private(set) var hasWordBoundary = false

  init(_ tree: RegexTree) throws(RegexError) { first = try build(tree, 0) }

  /// Adds the states for a tree that go on to `next`; answers where they begin.
  private mutating func build(_ tree: RegexTree, _ next: Int) throws(RegexError) -> Int {
    switch tree {
    case .set(let set):
      let number = sets.firstIndex(of: set) ?? sets.count
      if number == sets.count { sets.append(set) }
      return try add(.set(number, next: next))
    case .sequence(let parts):
      var next = next
      for part in parts.reversed() { next = try build(part, next) }
      return next
    case .alternatives(let branches):
      var result: Int?
      for branch in branches.reversed() {
        let begin = try build(branch, next)
        result =
          try result.map { other throws(RegexError) in try add(.split(begin, other)) }
          ?? begin
      }
      return result ?? next
    case .repeated(let inner, let least, let most):
      return try buildRepeated(inner, least, most, next)
    case .start: return try add(.assertion(.start, next: next))
    case .end: return try add(.assertion(.end, next: next))
    case .wordBoundary(let isNegated):
      hasWordBoundary = true
      return try add(.assertion(isNegated ? .notWordBoundary : .wordBoundary, next: next))
    case .notRegular(let what):
      throw RegexError(reason: "\(what) is not supported: patterns must run in linear time")
    }
  }

  private mutating func buildRepeated(
    _ inner: RegexTree, _ least: Int, _ most: Int?, _ next: Int
  ) throws(RegexError) -> Int {
    var end = next
    if let most {
      for _ in 0..<(most - least) {
        let begin = try build(inner, end)
        // Every optional copy may leave for `next` at once, not through the copies after it.
        end = try add(.split(begin, next))
      }
    } else {
      let loop = try add(.split(0, next))
      states[loop] = .split(try build(inner, loop), next)
      end = loop
    }
    for _ in 0..<least { end = try build(inner, end) }
    return end
  }

  private mutating func add(_ state: State) throws(RegexError) -> Int {
    guard states.count < Self.largest else { throw RegexError(reason: "the pattern is too large") }
    states.append(state)
    return states.count - 1
  }

  /// All states reached from some without consuming anything, deciding assertions at `place`.
  func closure(_ start: [Int], at place: Place) -> [Int] {
    var seen = Set<Int>()
    var waiting = start
    while let number = waiting.popLast() {
      guard seen.insert(number).inserted else { continue }
      switch states[number] {
      case .match, .set: break
      case .split(let one, let two): waiting += [two, one]
      case .assertion(let assertion, let next):
        let isBoundary = place.isAfterWord != place.isBeforeWord
        let holds =
          switch assertion {
          case .start: place.isStart
          case .end: place.isEnd
          case .wordBoundary: isBoundary
          case .notWordBoundary: !isBoundary
          }
        if holds { waiting.append(next) }
      }
    }
    return seen.sorted()
  }
}
