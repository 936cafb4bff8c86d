// How a date of birth comes to be told when the child's recorded date is another.
// Never rejects a partial date: what is unknown is left out of the comparison.

/// A level and how improbable this very date is within it, in bits.
struct DateAgreement: Equatable, Sendable {
  let level: DateLevel
  let spread: Float

  /// Agreement of the date as told with the date as recorded; both must be known.
  static func of(_ told: BirthDate, _ held: BirthDate) -> DateAgreement {
    of(told, held, told.digits ^ held.digits)
  }

  /// The same, with the differing digits known.
  static func of(
    _ told: BirthDate, _ held: BirthDate, _ difference: @autoclosure () -> UInt32
  ) -> DateAgreement {
    if told.packed == held.packed { return whole(.exact, 1) }
    guard told.isWhole, held.isWhole else { return partial(told, held) }
    let sameDay = told.day == held.day
    let sameMonth = told.month == held.month
    let sameYear = told.year == held.year
    if sameYear, told.day == held.month, told.month == held.day { return whole(.swapped, 1) }
    // A first of a month, and a first of January, are what forms are filled with.
    if sameYear, told.day == 1, sameMonth || told.month == 1 { return whole(.firstOfMonth, 2) }
    if sameDay, sameMonth, abs(told.year - held.year) == 1 { return whole(.yearBeside, 2) }
    let (different, isTransposed) = digits(told, held, difference())
    if different == 1 { return whole(.oneDigit, 24) }
    if different == 2, isTransposed { return whole(.transposed, 5) }
    if sameYear, sameMonth { return whole(.otherDay, 30) }
    if sameDay, sameMonth { return whole(.otherYear, 30) }
    if sameDay, sameYear { return whole(.otherMonth, 11) }
    if sameYear { return whole(.sameYear, 365) }
    return whole(.other, 1)
  }

  private static let spreads: [Float] = (0...400).map { Float(Bits.log2(Double(max(1, $0)))) }

  private static func whole(_ level: DateLevel, _ outcomes: Int) -> DateAgreement {
    DateAgreement(level: level, spread: spreads[outcomes])
  }

  /// Compares what both know.
  private static func partial(_ told: BirthDate, _ held: BirthDate) -> DateAgreement {
    func same(_ left: Int, _ right: Int) -> Bool? { left == 0 || right == 0 ? nil : left == right }
    let year = same(told.year, held.year)
    let month = same(told.month, held.month)
    let day = same(told.day, held.day)
    switch (year, month, day) {
    case (false?, _, _):
      if abs(told.year - held.year) == 1, month != false, day != false {
        return whole(.yearBeside, 2)
      }
      return whole(.other, 1)
    case (_, false?, false?): return whole(.sameYear, 300)
    case (_, false?, _): return whole(.otherMonth, 11)
    case (_, _, false?): return whole(.otherDay, 30)
    default: return whole(.exact, 1)
    }
  }

  /// Differing digits of `yyyymmdd`, and whether two neighbours are swapped.
  private static func digits(
    _ left: BirthDate, _ right: BirthDate, _ difference: UInt32
  ) -> (Int, Bool) {
    // A bit for each digit that differs.
    var bits = difference | difference >> 1
    bits = (bits | bits >> 2) & 0x1111_1111
    let count = bits.nonzeroBitCount
    guard count == 2, bits & bits << 4 != 0 else { return (count, false) }
    let shift = UInt32(bits.trailingZeroBitCount)
    let (a, b) = (left.digits >> shift & 0xFF, right.digits >> shift & 0xFF)
    return (count, a == (b >> 4 | b << 4) & 0xFF)
  }
}

extension BirthDate {
  /// `yyyymmdd`, four bits a digit.
  var digits: UInt32 {
    var rest = UInt32(truncatingIfNeeded: year * 10_000 + month * 100 + day)
    var digits: UInt32 = 0
    for shift in stride(from: UInt32(0), to: 32, by: 4) {
      digits |= (rest % 10) << shift
      rest /= 10
    }
    return digits
  }
}
