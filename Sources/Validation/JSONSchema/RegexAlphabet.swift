// The symbols a pattern tells apart: scalars that all its sets treat alike are one symbol.
// Never fails on bytes that are not UTF-8: the parser has checked them, and decoding stays inside.

struct RegexAlphabet: Sendable {
  /// The symbol of each ASCII byte.
  private let ascii: [UInt16]
  /// Where each run of one symbol begins, sorted, and the symbol.
  private let starts: [UInt32]
  private let symbols: [UInt16]
  /// The numbers of the sets each symbol is in.
  let members: [Set<Int>]
  /// Whether a symbol's scalars are word characters, as `\b` means it.
  let isWord: [Bool]

  var count: Int { members.count }

  init(_ machine: RegexMachine) {
    var edges: Set<UInt32> = [0]
    let sets = machine.sets + (machine.hasWordBoundary ? [ScalarSet.word] : [])
    for set in sets {
      for range in set.ranges {
        edges.insert(range.lowerBound)
        edges.insert(range.upperBound + 1)
      }
    }
    var known: [Set<Int>: UInt16] = [:]
    var members: [Set<Int>] = []
    var starts: [UInt32] = []
    var symbols: [UInt16] = []
    for edge in edges.sorted() where edge <= ScalarSet.largest {
      let inside = Set(sets.indices.filter { sets[$0].contains(edge) })
      let symbol = known[inside] ?? UInt16(truncatingIfNeeded: members.count)
      if known[inside] == nil {
        known[inside] = symbol
        members.append(inside)
      }
      starts.append(edge)
      symbols.append(symbol)
    }
    self.members = members
    self.starts = starts
    self.symbols = symbols
    let word = machine.sets.count
    isWord = members.map { machine.hasWordBoundary && $0.contains(word) }
    ascii = (0..<128).map { Self.symbol(UInt32($0), starts, symbols) }
  }

  private static func symbol(_ value: UInt32, _ starts: [UInt32], _ symbols: [UInt16]) -> UInt16 {
    var low = 0
    var high = starts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= value { low = middle } else { high = middle }
    }
    return symbols[low]
  }

  /// The symbol at a position of the text, and moves past it.
  @inline(__always)
  func symbol(_ text: UnsafeBufferPointer<UInt8>, _ position: inout Int) -> Int {
    let byte = text[position]
    position &+= 1
    if byte < 0x80 { return Int(ascii[Int(byte)]) }
    return slowSymbol(byte, text, &position)
  }

  private func slowSymbol(
    _ first: UInt8, _ text: UnsafeBufferPointer<UInt8>, _ position: inout Int
  ) -> Int {
    let length = first >= 0xF0 ? 3 : (first >= 0xE0 ? 2 : 1)
    var value = UInt32(first) & (0x3F >> UInt32(length))
    for _ in 0..<length where position < text.count {
      value = value << 6 | UInt32(text[position] & 0x3F)
      position &+= 1
    }
    return Int(Self.symbol(value, starts, symbols))
  }
}
