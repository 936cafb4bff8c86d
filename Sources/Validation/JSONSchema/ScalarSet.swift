// Sets of Unicode scalars as sorted ranges, and the classes that patterns may name.
// Never depends on a locale: ECMA-262 classes are ASCII, Unicode properties are the standard's.
import Synchronization

/// Scalar values in sorted, disjoint, non-adjacent ranges.
struct ScalarSet: Equatable, Sendable {
  private(set) var ranges: [ClosedRange<UInt32>] = []

  static let largest: UInt32 = 0x10FFFF
  static let digits = ScalarSet([0x30...0x39])
  static let word = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
  /// WhiteSpace and LineTerminator (ECMA-262, sections 12.2 and 12.3).
  static let space = ScalarSet([
    0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029,
    0x202F...0x202F, 0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
  ])
  /// What `.` does not match.
  static let lineEnds = ScalarSet([0x0A...0x0A, 0x0D...0x0D, 0x2028...0x2029])

  init(_ ranges: [ClosedRange<UInt32>] = []) {
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = self.ranges.last, range.lowerBound <= last.upperBound &+ 1 {
        let end = max(last.upperBound, range.upperBound)
        self.ranges[self.ranges.count - 1] = last.lowerBound...end
      } else {
        self.ranges.append(range)
      }
    }
  }

  var inverted: ScalarSet {
    var result: [ClosedRange<UInt32>] = []
    var next: UInt32 = 0
    for range in ranges {
      if range.lowerBound > next { result.append(next...(range.lowerBound - 1)) }
      next = range.upperBound + 1
    }
    if next <= Self.largest { result.append(next...Self.largest) }
    return ScalarSet(result)
  }

  func union(_ other: ScalarSet) -> ScalarSet { ScalarSet(ranges + other.ranges) }

  func contains(_ value: UInt32) -> Bool {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < value { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].lowerBound <= value
  }

  private static let known = Mutex<[String: ScalarSet]>([:])

  /// The set of `\p{…}`: a general category, or one of the binary properties. Nil when unknown.
  static func property(_ name: String) -> ScalarSet? {
    if let cached = known.withLock({ $0[name] }) { return cached }
    guard let test = UnicodeProperty.test(named: name) else { return nil }
    var ranges: [ClosedRange<UInt32>] = []
    var start: UInt32?
    for value in 0...(largest + 1) {
      // Surrogates are no scalars; they are in no set but break no range either.
      let holds = Unicode.Scalar(value).map(test) ?? false
      if holds, start == nil { start = value }
      if !holds, let first = start {
        ranges.append(first...(value - 1))
        start = nil
      }
    }
    let set = ScalarSet(ranges)
    known.withLock { $0[name] = set }
    return set
  }
}
