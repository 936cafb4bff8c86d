// Which names go together: Kowalski with Kamila, Khan with Hamza. Learned from the pool alone, as
// a few nameless kinds of families, so that two strangers of one community are not taken for one
// child because both their names are rare in the whole pool. Never a label of a person: kinds have
// no names, are part of no answer, and are forgotten with the image.

enum NameKinds {
  static let kinds = 16
  private static let sampled = 120_000
  private static let rounds = 30
  /// A name leans on the whole pool as if it had been seen so often more.
  private static let lean: Float = 6

  /// What is kept: a byte for each kind, for each name as surname and as forename, and the kinds'
  /// shares in parts of a million.
  struct Table {
    var surnames: [UInt8] = []
    var forenames: [UInt8] = []
    var shares: [UInt32] = []
  }

  /// Probabilities of the kinds, by name.
  private struct Column {
    var shares: [Float]
    var sums: [Float]
    var seen: [Float]

    init(names: Int, _ start: (Int, Int) -> Float) {
      shares = (0..<names * kinds).map { start($0 / kinds, $0 % kinds) }
      sums = [Float](repeating: 0, count: names * kinds)
      seen = [Float](repeating: 0, count: names)
    }

    mutating func close(_ whole: [Float]) {
      for name in seen.indices {
        let at = name * kinds
        for kind in 0..<kinds {
          shares[at + kind] =
            (sums[at + kind] + lean * whole[kind]) / (seen[name] + lean)
          sums[at + kind] = 0
        }
        seen[name] = 0
      }
    }

    /// Shares as bytes, a byte a kind.
    func packed() -> [UInt8] {
      shares.map { UInt8(max(0, min(255, ($0 * 255).rounded()))) }
    }
  }

  /// Learns from the pairs of surname and forename that `eachPair` calls for; it is called twice.
  static func learn(
    names: Int, rows: Int, _ eachPair: ((Int, Int) -> Void) throws -> Void
  ) throws -> Table {
    let even = 1 / Float(kinds)
    // Any start will do that is not even; this one is the same each time.
    var surnames = Column(names: names) { name, kind in
      let own = Int(ShortHash.mix(UInt64(name)) % UInt64(kinds)) == kind
      return 0.6 * even + (own ? 0.4 : 0)
    }
    var forenames = Column(names: names) { _, _ in even }
    var whole = [Float](repeating: even, count: kinds)
    var sample: [(Int, Int)] = []
    let step = max(1, rows / sampled)
    var number = 0
    try eachPair { surname, forename in
      if number % step == 0 { sample.append((surname, forename)) }
      number += 1
    }
    for _ in 0..<rounds {
      var total = [Float](repeating: 0, count: kinds)
      for (surname, forename) in sample {
        count(surname, forename, whole, &surnames, &forenames, &total)
      }
      close(&whole, total)
      surnames.close(whole)
      forenames.close(whole)
    }
    var total = [Float](repeating: 0, count: kinds)
    try eachPair { count($0, $1, whole, &surnames, &forenames, &total) }
    close(&whole, total)
    surnames.close(whole)
    forenames.close(whole)
    return Table(
      surnames: surnames.packed(), forenames: forenames.packed(),
      shares: whole.map { UInt32(max(0, min(1, $0)) * 1_000_000) })
  }

  private static func close(_ whole: inout [Float], _ total: [Float]) {
    let sum = total.reduce(0, +)
    for kind in 0..<kinds { whole[kind] = (total[kind] + 1) / (sum + Float(kinds)) }
  }

  private static func count(
    _ surname: Int, _ forename: Int, _ whole: [Float], _ surnames: inout Column,
    _ forenames: inout Column, _ total: inout [Float]
  ) {
    let (first, second) = (surname * kinds, forename * kinds)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: kinds) { share in
      var sum: Float = 1e-30
      for kind in 0..<kinds {
        share[kind] =
          surnames.shares[first + kind] * forenames.shares[second + kind] / whole[kind]
        sum += share[kind]
      }
      for kind in 0..<kinds {
        let part = share[kind] / sum
        surnames.sums[first + kind] += part
        forenames.sums[second + kind] += part
        total[kind] += part
      }
    }
    surnames.seen[surname] += 1
    forenames.seen[forename] += 1
  }
}

/// The kinds of an image, read.
struct KindsOfNames: @unchecked Sendable {
  /// By kind; sums to one.
  typealias Shares = [Double]
  /// By role: surname, forename.
  private let names: [UnsafeBufferPointer<UInt8>]
  private let whole: Shares

  init(_ list: SectionList, names count: Int) throws {
    names = [
      try list.array(.surnameKinds, of: UInt8.self),
      try list.array(.forenameKinds, of: UInt8.self),
    ]
    let shares = try list.array(.kinds, of: UInt32.self).map { max(1e-6, Double($0) / 1e6) }
    guard names.allSatisfy({ $0.count == count * NameKinds.kinds }), shares.count == NameKinds.kinds
    else {
      throw SectionList.damaged
    }
    whole = shares.map { $0 / shares.reduce(0, +) }
  }

  /// The kinds of whoever is told of by a name: those of the names near to it.
  func shares(
    _ near: [(number: UInt32, agreement: NameAgreement)], _ counts: UnsafeBufferPointer<UInt32>,
    role: Int
  ) -> Shares {
    var sums = Shares(repeating: 0, count: NameKinds.kinds)
    var all = 0.0
    for (number, agreement) in near where agreement.level.rawValue <= NameLevel.oneEdit.rawValue {
      let weight = Double(counts[Int(number)]) * Bits.power(-Double(agreement.spread))
      guard weight > 0 else { continue }
      let at = Int(number) * NameKinds.kinds
      for kind in sums.indices { sums[kind] += weight * Double(names[role][at + kind]) }
      all += weight
    }
    let sum = sums.reduce(0, +)
    guard all > 0, sum > 0 else { return whole }
    return sums.map { $0 / sum }
  }

  /// How many times likelier these two go together than taken one by one.
  func lift(_ surname: Shares, _ forename: Shares) -> Double {
    var sum = 0.0
    for kind in whole.indices { sum += surname[kind] * forename[kind] / whole[kind] }
    return max(0.2, min(300, sum))
  }
}
