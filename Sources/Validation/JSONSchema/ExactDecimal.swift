// Exact comparison and divisibility of JSON numbers, digit by digit on their text.
// Never rounds and never converts to floating point; never allocates but for huge divisors.

/// A number's text read as ±0.d₁d₂d₃… × 10^magnitude, d₁ not zero. The pointer must outlive it.
struct ExactDecimal {
  let isNegative: Bool
  let isZero: Bool
  let magnitude: Int
  private let digits: UnsafeBufferPointer<UInt8>

  /// Reads a number that satisfies JSON's grammar, its exponent within the parser's limit.
  init(_ text: UnsafeBufferPointer<UInt8>) {
    isNegative = text.first == UInt8(ascii: "-")
    var point: Int?
    var first: Int?
    var last = 0
    var end = text.count
    for index in text.indices {
      let byte = text[index]
      switch byte {
      case UInt8(ascii: "."): point = index
      case UInt8(ascii: "1")...UInt8(ascii: "9"):
        if first == nil { first = index }
        last = index
      case UInt8(ascii: "e"), UInt8(ascii: "E"): end = index
      default: break
      }
      if end != text.count { break }
    }
    guard let first else {
      isZero = true
      magnitude = 0
      digits = UnsafeBufferPointer(rebasing: text[0..<0])
      return
    }
    isZero = false
    digits = UnsafeBufferPointer(rebasing: text[first...last])
    let whole = point ?? end
    // Places between the first digit and the point; the point itself is not a place.
    let places = whole > first ? whole - first : whole - first + 1
    magnitude = places + Self.exponent(UnsafeBufferPointer(rebasing: text[end...]))
  }

  private static func exponent(_ text: UnsafeBufferPointer<UInt8>) -> Int {
    var value = 0
    var isNegative = false
    for byte in text {
      switch byte {
      case UInt8(ascii: "-"): isNegative = true
      case 0x30...0x39: value = min(value * 10 + Int(byte - 0x30), 1 << 32)
      default: break
      }
    }
    return isNegative ? -value : value
  }

  /// Significant digits, from the first that is not zero to the last.
  var digitCount: Int {
    digits.count - (digits.contains(UInt8(ascii: ".")) ? 1 : 0)
  }

  /// True for a whole number, however written: `1`, `1.0`, `10e-1`.
  var isInteger: Bool { isZero || digitCount <= magnitude }

  /// The value as a number of things; nil when it is negative or not whole, large ones saturate.
  var asCount: Int? {
    if isZero { return 0 }
    guard isInteger, !isNegative else { return nil }
    if magnitude > 9 { return Int(Int32.max) }
    var value = 0
    for byte in digits where byte != UInt8(ascii: ".") { value = value * 10 + Int(byte - 0x30) }
    for _ in digitCount..<max(digitCount, magnitude) { value *= 10 }
    return value
  }

  /// -1, 0 or 1 as `left` is less than, equal to or greater than `right`.
  static func compare(_ left: ExactDecimal, _ right: ExactDecimal) -> Int {
    if left.isZero { return right.isZero ? 0 : (right.isNegative ? 1 : -1) }
    if right.isZero { return left.isNegative ? -1 : 1 }
    if left.isNegative != right.isNegative { return left.isNegative ? -1 : 1 }
    let order = compareMagnitudes(left, right)
    return left.isNegative ? -order : order
  }

  private static func compareMagnitudes(_ left: ExactDecimal, _ right: ExactDecimal) -> Int {
    if left.magnitude != right.magnitude { return left.magnitude < right.magnitude ? -1 : 1 }
    var one = left.digits.makeIterator()
    var two = right.digits.makeIterator()
    while true {
      var a = one.next()
      if a == UInt8(ascii: ".") { a = one.next() }
      var b = two.next()
      if b == UInt8(ascii: ".") { b = two.next() }
      if a == nil, b == nil { return 0 }
      let (x, y) = (a ?? 0x30, b ?? 0x30)
      if x != y { return x < y ? -1 : 1 }
    }
  }

  /// Mixes the value, not its spelling, into a hash.
  func hash(into hasher: inout Hasher) {
    hasher.combine(isZero)
    if isZero { return }
    hasher.combine(isNegative)
    hasher.combine(magnitude)
    for byte in digits where byte != UInt8(ascii: ".") { hasher.combine(byte) }
  }

  /// True when this is a whole multiple of a divisor that is greater than zero.
  ///
  /// With a·10^x and b·10^y, neither a nor b ending in zero: for y > x, b·10^(y-x) would have to
  /// divide a, which does not end in zero; otherwise a·10^(x-y) mod b decides.
  func isMultiple(of divisor: ExactDecimal) -> Bool {
    if isZero { return true }
    if divisor.isZero { return false }
    let zeros = (magnitude - digitCount) - (divisor.magnitude - divisor.digitCount)
    if zeros < 0 { return false }
    if divisor.digitCount > 18 { return isMultipleSlowly(of: divisor, zeros: zeros) }
    var small: UInt64 = 0
    for byte in divisor.digits where byte != UInt8(ascii: ".") {
      small = small * 10 + UInt64(byte - 0x30)
    }
    // small < 10¹⁸, so that ten times a remainder and a digit fit 64 bits.
    var remainder: UInt64 = 0
    for byte in digits where byte != UInt8(ascii: ".") {
      remainder = (remainder * 10 + UInt64(byte - 0x30)) % small
    }
    for _ in 0..<zeros where remainder != 0 { remainder = remainder * 10 % small }
    return remainder == 0
  }

  /// Long division in decimal, for divisors of more than 18 digits (64 at most, by the limits).
  private func isMultipleSlowly(of divisor: ExactDecimal, zeros: Int) -> Bool {
    let small = divisor.digits.filter { $0 != UInt8(ascii: ".") }.map { Int($0) - 0x30 }
    var remainder = [Int](repeating: 0, count: small.count + 1)
    func feed(_ digit: Int) {
      remainder.removeFirst()
      remainder.append(digit)
      let padded = [0] + small
      while !remainder.lexicographicallyPrecedes(padded) {
        for place in padded.indices.reversed() {
          remainder[place] -= padded[place]
          if remainder[place] < 0, place > 0 {
            remainder[place] += 10
            remainder[place - 1] -= 1
          }
        }
      }
    }
    for byte in digits where byte != UInt8(ascii: ".") { feed(Int(byte) - 0x30) }
    for _ in 0..<zeros where remainder.contains(where: { $0 != 0 }) { feed(0) }
    return !remainder.contains { $0 != 0 }
  }
}
