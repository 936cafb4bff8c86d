// One known name, made ready to be compared with very many: how does this child's name, if it is
// the one recorded there, come to be told as we were told it?
// Never allocates a comparison; safe to share between threads.

/// A level of agreement and how improbable this very outcome is within it.
struct NameAgreement: Equatable, Sendable {
  let level: NameLevel
  /// Bits by which this outcome is rarer than its level; for `.other` nothing, the name's own
  /// frequency takes its place.
  let spread: Float

  static let other = NameAgreement(level: .other, spread: 0)
}

/// The quick marks of a name, by which most of a vocabulary is passed over.
struct NameMarks: Equatable, Sendable {
  /// A bit for each letter that occurs.
  let letters: UInt32
  let sound: UInt32
  let canonical: UInt32
  /// Digests of the first and the last word.
  let firstWord: UInt32
  let lastWord: UInt32
  /// The first three bytes.
  let head: UInt32
  /// Letters without what parts words.
  let length: UInt32

  init(_ form: NameForm, _ variants: NameVariants) {
    let joined = form.joined
    letters = joined.reduce(0) { $0 | 1 << (UInt32($1 & 0x1F)) }
    sound = ShortHash.of(PhoneticKey.of(joined), seed: 1)
    canonical = form.isEmpty ? 0 : variants.canonical(form)
    let words = form.words
    firstWord = words.first.map { ShortHash.of($0) } ?? 0
    lastWord = words.count > 1 ? (words.last.map { ShortHash.of($0) } ?? 0) : 0
    head = joined.prefix(3).reduce(0) { $0 << 8 | UInt32($1) }
    length = UInt32(joined.count)
  }

  /// The first letter of a head.
  @inline(__always)
  static func first(_ head: UInt32, _ length: UInt32) -> UInt32 {
    length >= 3 ? head >> 16 : length == 2 ? head >> 8 : head
  }
}

struct NameProbe: Sendable {
  let form: NameForm
  let joined: [UInt8]
  let marks: NameMarks
  private let spellings: [[UInt8]]
  private let isSplit: Bool
  private let pattern: EditPattern

  /// A probe for no name, where only frequencies are kept.
  static let nobody = NameProbe(NameForm(folded: []), variants: .none)

  init(_ form: NameForm, variants: NameVariants) {
    self.form = form
    joined = form.joined
    marks = NameMarks(form, variants)
    spellings = Array(variants.spellings(of: form.bytes))
    isSplit = form.bytes.contains(UInt8(ascii: "-"))
    pattern = EditPattern(joined)
  }

  /// Compares with a folded name of a record.
  func agreement(with other: UnsafeBufferPointer<UInt8>, marks theirs: NameMarks) -> NameAgreement {
    compare(other, sound: theirs.sound, canonical: theirs.canonical)
  }

  func agreement(with form: NameForm, _ variants: NameVariants) -> NameAgreement {
    let theirs = NameMarks(form, variants)
    return form.bytes.withUnsafeBufferPointer { agreement(with: $0, marks: theirs) }
  }

  func compare(
    _ other: UnsafeBufferPointer<UInt8>, sound: UInt32, canonical: UInt32
  ) -> NameAgreement {
    guard other.contains(UInt8(ascii: "-")) else {
      return compare(other, joined: other, isSplit: false, sound, canonical)
    }
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: other.count) { space in
      var count = 0
      for byte in other where byte != UInt8(ascii: "-") {
        space[count] = byte
        count += 1
      }
      let joined = UnsafeBufferPointer(start: space.baseAddress, count: count)
      return compare(other, joined: joined, isSplit: true, sound, canonical)
    }
  }

  private func compare(
    _ whole: UnsafeBufferPointer<UInt8>, joined theirs: UnsafeBufferPointer<UInt8>,
    isSplit isTheirsSplit: Bool, _ sound: UInt32, _ canonical: UInt32
  ) -> NameAgreement {
    joined.withUnsafeBufferPointer { ours in
      if ours.count == theirs.count, ours.elementsEqual(theirs) {
        return NameAgreement(level: .exact, spread: 0)
      }
      if ours.isEmpty || theirs.isEmpty { return .other }
      if canonical == marks.canonical || spellings.contains(where: { whole.elementsEqual($0) }) {
        return NameAgreement(level: .variant, spread: Float(Spread.variant))
      }
      if ours.count == 1 || theirs.count == 1 {
        guard ours.first == theirs.first else { return .other }
        let spread = ours.count == 1 ? 0 : Spread.initialOfRecord
        return NameAgreement(level: .initial, spread: Float(spread))
      }
      return misspelt(ours, theirs, sound)
        ?? words(whole, isSplit: isTheirsSplit) ?? shortened(ours, theirs) ?? .other
    }
  }

  private func misspelt(
    _ ours: UnsafeBufferPointer<UInt8>, _ theirs: UnsafeBufferPointer<UInt8>, _ sound: UInt32
  ) -> NameAgreement? {
    let longer = max(ours.count, theirs.count)
    let limit = longer >= 8 ? 3 : longer >= 5 ? 2 : 1
    let edits = pattern.edits(theirs, limit: limit)
    let isAlike = sound == marks.sound
    if edits == 1 {
      // A slip that also keeps the sound has two causes; the likelier one names it.
      return isAlike
        ? NameAgreement(level: .soundsAlike, spread: Float(Spread.soundsAlike))
        : NameAgreement(level: .oneEdit, spread: Float(Spread.oneEdit(longer)))
    }
    if isAlike, longer >= 3, edits <= limit || longer >= 5 {
      return NameAgreement(
        level: .soundsAlike, spread: Float(Spread.soundsAlike + (edits == 2 ? 2 : 4)))
    }
    if edits == 2, limit >= 2 {
      return NameAgreement(level: .twoEdits, spread: Float(Spread.twoEdits(longer)))
    }
    if edits <= limit
      || (longer >= 7 && ours.first == theirs.first && abs(ours.count - theirs.count) <= 3
        && EditDistance.jaroWinkler(ours, theirs) >= 0.9)
    {
      return NameAgreement(level: .alike, spread: Float(Spread.alike))
    }
    return nil
  }

  private func words(
    _ whole: UnsafeBufferPointer<UInt8>, isSplit isTheirsSplit: Bool
  ) -> NameAgreement? {
    guard isSplit || isTheirsSplit else { return nil }
    return form.bytes.withUnsafeBufferPointer { ours in
      for theirs in NameWords(whole) where theirs.count > 2 {
        for mine in NameWords(ours)
        where mine.count == theirs.count && ours[mine].elementsEqual(whole[theirs]) {
          return isTheirsSplit && (!isSplit || whole.count > ours.count)
            ? NameAgreement(level: .partOf, spread: Float(Spread.partOf))
            : NameAgreement(level: .extended, spread: Float(Spread.extended))
        }
      }
      return nil
    }
  }

  private func shortened(
    _ ours: UnsafeBufferPointer<UInt8>, _ theirs: UnsafeBufferPointer<UInt8>
  ) -> NameAgreement? {
    let shorter = min(ours.count, theirs.count)
    guard shorter >= 3, (0..<shorter).allSatisfy({ ours[$0] == theirs[$0] }) else { return nil }
    let spread = ours.count < theirs.count ? Spread.shortened : Spread.shortened + 3
    return NameAgreement(level: .shortened, spread: Float(spread))
  }
}

/// The places of a name's words, without making arrays.
private struct NameWords: Sequence, IteratorProtocol {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var at = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  mutating func next() -> Range<Int>? {
    let hyphen = UInt8(ascii: "-")
    while at < bytes.count, bytes[at] == hyphen { at += 1 }
    guard at < bytes.count else { return nil }
    let start = at
    while at < bytes.count, bytes[at] != hyphen { at += 1 }
    return start..<at
  }
}
