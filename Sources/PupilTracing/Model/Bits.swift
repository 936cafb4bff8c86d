// Logarithms to base 2 and back: the pure rooms have no Foundation, and no C library.
// Accurate to about 1e-12, which is far more than any weight needs.

enum Bits {
  /// log2 of a positive number; a very negative weight for 0 and below.
  static func log2(_ value: Double) -> Double {
    guard value > 0 else { return -1000 }
    guard value.isFinite else { return 1000 }
    var exponent = Double(value.exponent)
    var part = value.significand
    if part > 1.414_213_562_373_095 {
      part /= 2
      exponent += 1
    }
    let t = (part - 1) / (part + 1)
    let s = t * t
    var sum = 1.0 / 15
    for k in [13.0, 11, 9, 7, 5, 3, 1] { sum = sum * s + 1 / k }
    return exponent + 2 * t * sum * 1.442_695_040_888_963_4
  }

  /// 2 to the power of `bits`; 0 below -1000, and finite for all input.
  static func power(_ bits: Double) -> Double {
    guard bits > -1000 else { return 0 }
    let bits = min(bits, 1000)
    let whole = bits.rounded()
    let x = (bits - whole) * 0.693_147_180_559_945_3
    var sum = 1.0
    for k in [12.0, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1] { sum = 1 + sum * x / k }
    return Double(sign: .plus, exponent: Int(whole), significand: 1) * sum
  }
}
