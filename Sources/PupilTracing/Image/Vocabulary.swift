// The names of a pool as an image holds them: a probe runs over all of them and learns how each
// agrees with one known name, and how common names that agree so well are.

struct Vocabulary: @unchecked Sendable {
  let count: Int
  let letters: UnsafeBufferPointer<UInt32>
  let sounds: UnsafeBufferPointer<UInt32>
  let canonicals: UnsafeBufferPointer<UInt32>
  let firstWords: UnsafeBufferPointer<UInt32>
  let lastWords: UnsafeBufferPointer<UInt32>
  let heads: UnsafeBufferPointer<UInt32>
  private let kinds: KindsOfNames
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
    kinds = try KindsOfNames(list, names: letters.count)
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
    /// By role (surname, forename): the kinds of families it is told of.
    let kinds: [KindsOfNames.Shares]

    /// The sighting with its frequencies alone.
    var withoutNames: Sighting {
      Sighting(probe: .nobody, near: [], masses: masses, kinds: [])
    }
  }

  /// How many times likelier a stranger has both names than if they did not go together.
  func lift(surname: Sighting, forename: Sighting) -> Double {
    guard let first = surname.kinds.first, let second = forename.kinds.last else { return 1 }
    return kinds.lift(first, second)
  }

  private func sighting(
    _ probe: NameProbe, _ near: [(number: UInt32, agreement: NameAgreement)]
  ) -> Sighting {
    Sighting(
      probe: probe, near: near, masses: masses(near),
      kinds: (0..<2).map { kinds.shares(near, counts[$0], role: $0) })
  }

  func sight(_ probe: NameProbe, _ variants: NameVariants) -> Sighting {
    var near: [(number: UInt32, agreement: NameAgreement)] = []
    let spellings = variants.spellings(of: probe.form.bytes).map { ShortHash.of($0) }
    let filter = VocabularyFilter(probe.marks, spellings: spellings)
    func look(_ number: Int) {
      let agreement = probe.compare(
        text(number), sound: sounds[number], canonical: canonicals[number])
      if agreement.level != .other { near.append((UInt32(number), agreement)) }
    }
    // The sections may end anywhere: the last names are taken with some that were seen already.
    let width = VocabularyFilter.width
    guard count >= width else {
      for number in 1..<max(1, count) { look(number) }
      return sighting(probe, near)
    }
    var first = 0
    while first < count {
      let start = min(first, count - width)
      var found = filter.mayResemble(from: start, in: self)
      // Those seen already, and number 0, the empty name, are passed over.
      found &= ~0 << UInt32(max(first - start, start == 0 ? 1 : 0))
      while found != 0 {
        look(start + found.trailingZeroBitCount)
        found &= found &- 1
      }
      first += width
    }
    return sighting(probe, near)
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
