// How far two folded names are apart, on bytes: edits with swapped neighbours counted as one, and
// Jaro-Winkler. Never allocates in the inner loops; names are at most 64 bytes.

enum EditDistance {
  /// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment), or
  /// `limit + 1` when it is more than `limit`. Symmetric.
  static func edits(
    _ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>, limit: Int
  ) -> Int {
    let (n, m) = (left.count, right.count)
    if abs(n - m) > limit { return limit + 1 }
    if n == 0 || m == 0 { return max(n, m) }
    guard n <= 64, m <= 64 else { return limit + 1 }
    return withUnsafeTemporaryAllocation(of: Int32.self, capacity: 3 * (m + 1)) { rows in
      var older = 0
      var old = m + 1
      var new = 2 * (m + 1)
      for j in 0...m { rows[old + j] = Int32(j) }
      for i in 1...n {
        rows[new] = Int32(i)
        var least = Int32(i)
        for j in 1...m {
          let cost: Int32 = left[i - 1] == right[j - 1] ? 0 : 1
          var value = min(
            rows[old + j] + 1, rows[new + j - 1] + 1, rows[old + j - 1] + cost)
          if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
            value = min(value, rows[older + j - 2] + 1)
          }
          rows[new + j] = value
          least = min(least, value)
        }
        if least > Int32(limit) { return limit + 1 }
        (older, old, new) = (old, new, older)
      }
      return min(Int(rows[old + m]), limit + 1)
    }
  }

  static func edits(_ left: [UInt8], _ right: [UInt8], limit: Int) -> Int {
    left.withUnsafeBufferPointer { left in
      right.withUnsafeBufferPointer { edits(left, $0, limit: limit) }
    }
  }

  /// Jaro-Winkler similarity from 0 to 1 (prefix scale 0.1, at most four letters). Its matching is
  /// greedy, so that the two orders of the arguments may differ a little.
  static func jaroWinkler(
    _ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>
  ) -> Double {
    let (n, m) = (left.count, right.count)
    guard n > 0, m > 0, n <= 64, m <= 64 else { return n == m && n == 0 ? 1 : 0 }
    let reach = max(0, max(n, m) / 2 - 1)
    var taken: UInt64 = 0
    var found: UInt64 = 0
    var common = 0
    for i in 0..<n {
      var j = max(0, i - reach)
      let end = min(m - 1, i + reach)
      while j <= end {
        if taken & (1 << UInt64(j)) == 0, left[i] == right[j] {
          taken |= 1 << UInt64(j)
          found |= 1 << UInt64(i)
          common += 1
          break
        }
        j += 1
      }
    }
    guard common > 0 else { return 0 }
    var swaps = 0
    var j = 0
    for i in 0..<n where found & (1 << UInt64(i)) != 0 {
      while taken & (1 << UInt64(j)) == 0 { j += 1 }
      if left[i] != right[j] { swaps += 1 }
      j += 1
    }
    let c = Double(common)
    let jaro = (c / Double(n) + c / Double(m) + (c - Double(swaps / 2)) / c) / 3
    var prefix = 0
    while prefix < min(4, n, m), left[prefix] == right[prefix] { prefix += 1 }
    return jaro + Double(prefix) * 0.1 * (1 - jaro)
  }
}

/// One name made ready to count edits to very many: the same count as `EditDistance.edits`, in a
/// few operations a letter (Hyyrö's bit vectors, with swapped neighbours).
struct EditPattern: Sendable {
  /// For each byte where it stands in the name.
  private let places: [UInt64]
  private let count: Int
  private let name: [UInt8]

  init(_ name: [UInt8]) {
    self.name = name
    count = name.count
    var places = [UInt64](repeating: 0, count: 256)
    for (index, byte) in name.prefix(64).enumerated() {
      places[Int(byte)] |= 1 << UInt64(index)
    }
    self.places = places
  }

  /// Edits to another name, or `limit + 1` when there are more.
  func edits(_ other: UnsafeBufferPointer<UInt8>, limit: Int) -> Int {
    if abs(count - other.count) > limit { return limit + 1 }
    guard count > 0, count <= 64, other.count <= 64 else {
      return name.withUnsafeBufferPointer { EditDistance.edits($0, other, limit: limit) }
    }
    return places.withUnsafeBufferPointer { places in
      let last = UInt64(1) << UInt64(count - 1)
      var (up, down, here, before) = (UInt64.max, UInt64(0), UInt64(0), UInt64(0))
      var edits = count
      for byte in other {
        let match = places[Int(byte)]
        let swap = ((~here & match) << 1) & before
        here = (((match & up) &+ up) ^ up) | match | down | swap
        var right = down | ~(here | up)
        let left = here & up
        if right & last != 0 { edits += 1 }
        if left & last != 0 { edits -= 1 }
        right = right << 1 | 1
        up = left << 1 | ~(here | right)
        down = right & here
        before = match
      }
      return min(edits, limit + 1)
    }
  }
}
