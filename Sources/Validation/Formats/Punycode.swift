// Punycode (RFC 3492), which A-labels are written in.
// Never traps on overflow: labels are at most 63 octets, and every step is checked.

enum Punycode {
  private static let base = 36
  private static let tMin = 1
  private static let tMax = 26

  private static func adapt(_ delta: Int, _ points: Int, isFirst: Bool) -> Int {
    var delta = isFirst ? delta / 700 : delta / 2
    delta += delta / points
    var k = 0
    while delta > ((base - tMin) * tMax) / 2 {
      delta /= base - tMin
      k += base
    }
    return k + (base - tMin + 1) * delta / (delta + 38)
  }

  private static func threshold(_ k: Int, _ bias: Int) -> Int {
    min(max(k - bias, tMin), tMax)
  }

  /// The scalars of a label's part after `xn--`; nil when it is not Punycode.
  static func decoded(_ text: [UInt8]) -> [Unicode.Scalar]? {
    var result: [Unicode.Scalar] = []
    var index = 0
    if let hyphen = text.lastIndex(of: UInt8(ascii: "-")) {
      result = text[..<hyphen].map { Unicode.Scalar($0) }
      index = hyphen + 1
    }
    var n = 128
    var i = 0
    var bias = 72
    while index < text.count {
      let old = i
      var weight = 1
      var k = base
      while true {
        guard index < text.count, let digit = value(text[index]) else { return nil }
        index += 1
        i += digit * weight
        let t = threshold(k, bias)
        if digit < t { break }
        weight *= base - t
        k += base
        guard weight < 1 << 40, i < 1 << 48 else { return nil }
      }
      bias = adapt(i - old, result.count + 1, isFirst: old == 0)
      n += i / (result.count + 1)
      i %= result.count + 1
      guard n <= 0x10FFFF, let scalar = Unicode.Scalar(UInt32(n)) else { return nil }
      result.insert(scalar, at: i)
      i += 1
    }
    return result
  }

  private static func value(_ byte: UInt8) -> Int? {
    if byte.isDigit { return Int(byte) - 0x30 + 26 }
    return byte.isLetter ? Int(byte | 0x20) - 0x61 : nil
  }

  private static func character(_ digit: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: digit < 26 ? digit + 0x61 : digit - 26 + 0x30)
  }

  /// A label in Punycode, without `xn--`; nil for more than 63 scalars.
  static func encoded(_ label: [Unicode.Scalar]) -> [UInt8]? {
    guard label.count <= 63 else { return nil }
    var result = label.filter(\.isASCII).map { UInt8(truncatingIfNeeded: $0.value) }
    let basic = result.count
    if basic > 0 { result.append(UInt8(ascii: "-")) }
    var n = 128
    var delta = 0
    var bias = 72
    var handled = basic
    while handled < label.count {
      guard let next = label.map({ Int($0.value) }).filter({ $0 >= n }).min() else { return nil }
      delta += (next - n) * (handled + 1)
      n = next
      for scalar in label {
        let value = Int(scalar.value)
        if value < n { delta += 1 }
        guard value == n else { continue }
        var rest = delta
        var k = base
        while true {
          let t = threshold(k, bias)
          if rest < t { break }
          result.append(character(t + (rest - t) % (base - t)))
          rest = (rest - t) / (base - t)
          k += base
        }
        result.append(character(rest))
        bias = adapt(delta, handled + 1, isFirst: handled == basic)
        delta = 0
        handled += 1
      }
      delta += 1
      n += 1
    }
    return result
  }
}
