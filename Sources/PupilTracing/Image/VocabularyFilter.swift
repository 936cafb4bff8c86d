// Passes over most of a vocabulary without looking at the names themselves.
// Never passes over a name that could agree better than not at all (but for a few far likenesses).

struct VocabularyFilter {
  private let mine: NameMarks
  private let initial: UInt32
  private let spellings: [UInt32]
  /// A bit for the last six bits of each spelling's digest.
  private let filter: UInt64

  /// `spellings`: digests of the names that share a variant group with this one.
  init(_ mine: NameMarks, spellings: [UInt32]) {
    self.mine = mine
    self.spellings = spellings
    filter = spellings.reduce(0) { $0 | 1 << UInt64($1 & 63) }
    initial = NameMarks.first(mine.head, mine.length)
  }

  /// True when a name may resemble.
  @inline(__always)
  func mayResemble(_ number: Int, in names: Vocabulary) -> Bool {
    let head = names.heads[number]
    let length = head & 0xFF
    if mine.length <= 1 || length == 1 { return NameMarks.first(head >> 8, length) == initial }
    var gap = names.letters[number] ^ mine.letters
    gap &= gap &- 1
    gap &= gap &- 1
    gap &= gap &- 1
    gap &= gap &- 1
    if gap == 0, abs(Int32(length) - Int32(mine.length)) <= 3 { return true }
    if names.sounds[number] == mine.sound || names.canonicals[number] == mine.canonical {
      return true
    }
    let word = names.firstWords[number]
    let last = names.lastWords[number]
    if head >> 8 == mine.head || word == mine.firstWord || last == mine.firstWord { return true }
    if mine.lastWord != 0, word == mine.lastWord || last == mine.lastWord { return true }
    guard filter >> UInt64(word & 63) & 1 != 0 else { return false }
    return spellings.contains(word)
  }
}
