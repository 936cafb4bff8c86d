// Passes over most of a vocabulary without looking at the names themselves.
// Never passes over a name that could agree better than not at all (but for a few far likenesses).

struct VocabularyFilter {
  /// Names looked at in one go.
  static let width = 16
  private typealias Lanes = SIMD16<UInt32>

  private let mine: NameMarks
  private let initial: UInt32
  private let spellings: [UInt32]

  /// `spellings`: digests of the names that share a variant group with this one.
  init(_ mine: NameMarks, spellings: [UInt32]) {
    self.mine = mine
    self.spellings = spellings
    initial = NameMarks.first(mine.head, mine.length)
  }

  /// A bit for each of the names from `first` on that may resemble. Arithmetic alone, no masks: it
  /// becomes vector instructions of any processor.
  @inline(__always)
  func mayResemble(from first: Int, in names: Vocabulary) -> UInt32 {
    let heads = Self.lanes(names.heads, first)
    let lengths = heads & 0xFF
    // The first letter stands in the highest byte that is in use.
    let long = (heads &>> 24) ^ initial
    let short = Self.differ(lengths ^ 2) | Self.differ((heads &>> 16) ^ initial)
    let single = Self.differ(lengths ^ 1) | Self.differ((heads &>> 8) ^ initial)
    if mine.length <= 1 { return Self.bits(Self.differ(long) & short & single) }
    let letters = Self.lanes(names.letters, first)
    let me = Lanes(repeating: mine.letters)
    // Two slips at most: two letters of mine that are not theirs, two of theirs that are not mine.
    var gap = letters & ~me
    gap &= gap &- 1
    gap &= gap &- 1
    var more = me & ~letters
    more &= more &- 1
    more &= more &- 1
    let apart = lengths &+ 2 &- mine.length
    var miss = Self.differ(gap | more) | apart | (4 &- apart)
    miss &= Self.differ(Self.lanes(names.sounds, first) ^ mine.sound)
    miss &= Self.differ(Self.lanes(names.canonicals, first) ^ mine.canonical)
    miss &= Self.differ((heads &>> 8) ^ mine.head)
    let word = Self.lanes(names.firstWords, first)
    let last = Self.lanes(names.lastWords, first)
    miss &= Self.differ(word ^ mine.firstWord) & Self.differ(last ^ mine.firstWord)
    if mine.lastWord != 0 {
      miss &= Self.differ(word ^ mine.lastWord) & Self.differ(last ^ mine.lastWord)
    }
    for spelling in spellings { miss &= Self.differ(word ^ spelling) }
    return Self.bits(miss & single)
  }

  /// The highest bit of each lane that is not zero.
  @inline(__always)
  private static func differ(_ lanes: Lanes) -> Lanes { lanes | (0 &- lanes) }

  @inline(__always)
  private static func lanes(_ values: UnsafeBufferPointer<UInt32>, _ first: Int) -> Lanes {
    UnsafeRawPointer(values.baseAddress.unsafelyUnwrapped + first)
      .loadUnaligned(as: Lanes.self)
  }

  /// A bit for each lane whose highest bit is not set.
  @inline(__always)
  private static func bits(_ miss: Lanes) -> UInt32 {
    ((0 &- (~miss &>> 31)) & places).wrappedSum()
  }

  private static let places = Lanes(
    1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768)
}
