// The names of a pool as an image holds them: a probe runs over all of them and learns how each
// agrees with one known name, and how common names that agree so well are.

struct Vocabulary: @unchecked Sendable {
  let count: Int
  private let letters: UnsafeBufferPointer<UInt32>
  private let sounds: UnsafeBufferPointer<UInt32>
  private let canonicals: UnsafeBufferPointer<UInt32>
  private let firstWords: UnsafeBufferPointer<UInt32>
  private let lastWords: UnsafeBufferPointer<UInt32>
  private let heads: UnsafeBufferPointer<UInt32>
  private let counts: [UnsafeBufferPointer<UInt32>]
  private let ends: UnsafeBufferPointer<UInt32>
  private let texts: UnsafeBufferPointer<UInt8>
  /// By role: all names counted, and how often a name turns up that was not seen before.
  private let totals: [Double]
  private let novelties: [Double]

  init(_ list: SectionList) throws {
    letters = try list.array(.letters, of: UInt32.self)
    sounds = try list.array(.sounds, of: UInt32.self)
    canonicals = try list.array(.canonicals, of: UInt32.self)
    firstWords = try list.array(.firstWords, of: UInt32.self)
    lastWords = try list.array(.lastWords, of: UInt32.self)
    heads = try list.array(.heads, of: UInt32.self)
    counts = [
      try list.array(.surnameCounts, of: UInt32.self),
      try list.array(.forenameCounts, of: UInt32.self),
      try list.array(.middleCounts, of: UInt32.self),
    ]
    ends = try list.array(.textEnds, of: UInt32.self)
    texts = try list.array(.texts, of: UInt8.self)
    count = letters.count
    let roles = counts
    let size = letters.count
    guard count > 0, ends.count == count + 1, ends.first == 0,
      ends.last.map({ Int($0) }) == texts.count,
      [sounds, canonicals, firstWords, lastWords, heads].allSatisfy({ $0.count == size }),
      roles.allSatisfy({ $0.count == size }),
      zip(ends, ends.dropFirst()).allSatisfy({ $0 <= $1 && $1 - $0 <= NameForm.byteLimit })
    else { throw SectionList.damaged }
    var totals: [Double] = []
    var novelties: [Double] = []
    for role in roles {
      var total = 0.0
      var single = 0.0
      var kinds = 0.0
      // Number 0 is the empty name.
      for number in 1..<max(1, role.count) where role[number] > 0 {
        total += Double(role[number])
        kinds += 1
        if role[number] == 1 { single += 1 }
      }
      totals.append(max(total, 1))
      // Good and Turing: as much of the next name is new as was seen once; spread over as many
      // unseen names again.
      novelties.append((single + 1) / max(total, 1) / (2 * kinds + 1000))
    }
    self.totals = totals
    self.novelties = novelties
  }

  func text(_ number: Int) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: texts[Int(ends[number])..<Int(ends[number + 1])])
  }

  /// How one name stands to the vocabulary.
  struct Sighting: Sendable {
    let probe: NameProbe
    /// Names that agree better than not at all.
    let near: [(number: UInt32, agreement: NameAgreement)]
    /// By role and level: how likely a random name is told as this one by this level.
    let masses: [[Double]]

    /// The sighting with its frequencies alone.
    var withoutNames: Sighting { Sighting(probe: probe, near: [], masses: masses) }
  }

  func sight(_ probe: NameProbe, _ variants: NameVariants) -> Sighting {
    var near: [(number: UInt32, agreement: NameAgreement)] = []
    let extra = variants.spellings(of: probe.form.bytes)
    let extraHashes = HashFilter(extra.map { ShortHash.of($0) })
    let mine = probe.marks
    let first = NameMarks.first(mine.head, mine.length)
    // Raw pointers: this loop runs over every name of the pool for every name asked for.
    guard let letters = letters.baseAddress, let sounds = sounds.baseAddress,
      let canonicals = canonicals.baseAddress, let firstWords = firstWords.baseAddress,
      let lastWords = lastWords.baseAddress, let heads = heads.baseAddress
    else { return Sighting(probe: probe, near: [], masses: masses([])) }
    for number in 1..<max(1, count) {
      // Each edit changes at most two letters' presence: clear four bits, and nothing may be left.
      var gap = letters[number] ^ mine.letters
      gap &= gap &- 1
      gap &= gap &- 1
      gap &= gap &- 1
      gap &= gap &- 1
      let head = heads[number]
      let word = firstWords[number]
      let last = lastWords[number]
      var isNear = gap == 0 && abs(Int32(head & 0xFF) &- Int32(mine.length)) <= 3
      isNear = isNear || sounds[number] == mine.sound || canonicals[number] == mine.canonical
      isNear = isNear || head >> 8 == mine.head || word == mine.firstWord || word == mine.lastWord
      isNear = isNear || (last != 0 && (last == mine.firstWord || last == mine.lastWord))
      isNear = isNear || ((mine.length == 1 || head & 0xFF == 1)
        && NameMarks.first(head >> 8, head & 0xFF) == first)
      guard isNear || (!extraHashes.isEmpty && extraHashes.contains(word)) else { continue }
      let agreement = probe.compare(
        text(number), sound: sounds[number], canonical: canonicals[number])
      if agreement.level != .other { near.append((UInt32(number), agreement)) }
    }
    return Sighting(probe: probe, near: near, masses: masses(near))
  }

  private func masses(_ near: [(number: UInt32, agreement: NameAgreement)]) -> [[Double]] {
    counts.indices.map { role in
      var masses = [Double](repeating: 0, count: NameLevel.allCases.count)
      for (number, agreement) in near {
        let seen = counts[role][Int(number)]
        guard seen > 0 else { continue }
        masses[Int(agreement.level.rawValue)] +=
          Double(seen) / totals[role] * Bits.power(-Double(agreement.spread))
      }
      masses[0] += novelties[role]
      return masses
    }
  }
}

/// A few digests to be looked for among many: a bit table in front of the set.
private struct HashFilter {
  private var bits: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
  private let hashes: Set<UInt32>
  let isEmpty: Bool

  init(_ hashes: [UInt32]) {
    self.hashes = Set(hashes)
    isEmpty = hashes.isEmpty
    for hash in hashes {
      let bit = UInt64(1) << UInt64(hash & 63)
      switch hash >> 6 & 3 {
      case 0: bits.0 |= bit
      case 1: bits.1 |= bit
      case 2: bits.2 |= bit
      default: bits.3 |= bit
      }
    }
  }

  @inline(__always)
  func contains(_ hash: UInt32) -> Bool {
    let word =
      switch hash >> 6 & 3 {
      case 0: bits.0
      case 1: bits.1
      case 2: bits.2
      default: bits.3
      }
    return word >> UInt64(hash & 63) & 1 != 0 && hashes.contains(hash)
  }
}
