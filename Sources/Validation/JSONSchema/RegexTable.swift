// A pattern as a table: one look-up a character. Made once, whole, within a bound.

struct RegexTable: Sendable {
  /// What a state is known by: machine states before their closure, and what stands before.
  private struct Key: Hashable {
    var states: [Int]
    var isStart: Bool
    var isAfterWord: Bool
  }

  private static let accepted: UInt16 = 1
  private static let dead: UInt16 = 0

  /// The next state by state and symbol; 0 cannot match any more, 1 has matched.
  private let moves: [UInt16]
  /// Whether the text may end in a state.
  private let ends: [Bool]
  private let width: Int

  /// Nil when the table would have more than `largest` states or take too long to make.
  init?(_ machine: RegexMachine, _ alphabet: RegexAlphabet, largest: Int, effort: Int) {
    width = alphabet.count
    var moves = [UInt16](repeating: Self.dead, count: width)
    moves += [UInt16](repeating: Self.accepted, count: width)
    var ends = [false, true]
    var keys: [Key] = []
    var known: [Key: UInt16] = [:]
    func number(_ key: Key) -> UInt16 {
      if let state = known[key] { return state }
      let state = UInt16(truncatingIfNeeded: keys.count + 2)
      keys.append(key)
      known[key] = state
      return state
    }
    _ = number(Key(states: [machine.first], isStart: true, isAfterWord: false))
    var work = 0
    var done = 0
    while done < keys.count {
      let key = keys[done]
      done += 1
      if keys.count > largest { return nil }
      var place = RegexMachine.Place(
        isStart: key.isStart, isEnd: true, isAfterWord: key.isAfterWord, isBeforeWord: false)
      ends.append(machine.closure(key.states, at: place).contains(0))
      place.isEnd = false
      var closures: [Bool: [Int]] = [:]
      for symbol in 0..<width {
        place.isBeforeWord = alphabet.isWord[symbol]
        let reached = closures[place.isBeforeWord] ?? machine.closure(key.states, at: place)
        closures[place.isBeforeWord] = reached
        work += reached.count + 1
        if work > effort { return nil }
        guard reached.first != 0 else {
          moves.append(Self.accepted)
          continue
        }
        let next = Self.step(reached, alphabet.members[symbol], machine)
        let isDead = next.count == 1 && !Self.canRestart(machine)
        moves.append(
          isDead
            ? Self.dead
            : number(Key(states: next, isStart: false, isAfterWord: place.isBeforeWord)))
      }
    }
    self.moves = moves
    self.ends = ends
  }

  /// The machine states after a symbol. The first is always among them: a match may begin later.
  private static func step(_ reached: [Int], _ sets: Set<Int>, _ machine: RegexMachine) -> [Int] {
    var next: Set<Int> = [machine.first]
    for number in reached {
      if case .set(let set, let target) = machine.states[number], sets.contains(set) {
        next.insert(target)
      }
    }
    return next.sorted()
  }

  /// False for a pattern that begins with `^` on every path: it can only match from the start.
  private static func canRestart(_ machine: RegexMachine) -> Bool {
    for isAfterWord in [false, true] {
      for isBeforeWord in [false, true] {
        let place = RegexMachine.Place(
          isStart: false, isEnd: true, isAfterWord: isAfterWord, isBeforeWord: isBeforeWord)
        for number in machine.closure([machine.first], at: place) {
          switch machine.states[number] {
          case .match, .set: return true
          default: break
          }
        }
      }
    }
    return false
  }

  func matches(_ text: UnsafeBufferPointer<UInt8>, _ alphabet: RegexAlphabet) -> Bool {
    var state = 2
    var position = 0
    while position < text.count {
      let symbol = alphabet.symbol(text, &position)
      state = Int(moves[state &* width &+ symbol])
      if state < 2 { return state == 1 }
    }
    return ends[state]
  }
}
