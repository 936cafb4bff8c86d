// Every distinct name of a pool once, with its marks and how often it occurs in which place.
// Common names come early in any list, so small numbers are common names: kind to caches.

struct VocabularyWriter {
  private let variants: NameVariants
  private var slots: [UInt32]
  private(set) var marks: [NameMarks] = []
  private(set) var ends: [UInt32] = [0]
  private(set) var texts: [UInt8] = []
  private(set) var surnames: [UInt32] = []
  private(set) var forenames: [UInt32] = []
  private(set) var middles: [UInt32] = []

  var count: Int { marks.count }

  init(variants: NameVariants) {
    self.variants = variants
    slots = [UInt32](repeating: .max, count: 1 << 12)
    // Number 0 is the empty name, which never speaks.
    _ = number(of: NameForm(folded: []))
  }

  /// The number of a name, new or known.
  mutating func number(of form: NameForm) -> UInt32 {
    let mask = UInt64(slots.count - 1)
    var slot = ShortHash.long(form.bytes) & mask
    while slots[Int(slot)] != .max {
      let known = slots[Int(slot)]
      if text(known).elementsEqual(form.bytes) { return known }
      slot = (slot + 1) & mask
    }
    let number = UInt32(marks.count)
    slots[Int(slot)] = number
    marks.append(NameMarks(form, variants))
    texts += form.bytes
    ends.append(UInt32(texts.count))
    surnames.append(0)
    forenames.append(0)
    middles.append(0)
    if marks.count * 2 > slots.count { grow() }
    return number
  }

  mutating func count(surname: UInt32, forename: UInt32, middle: UInt32) {
    surnames[Int(surname)] += 1
    forenames[Int(forename)] += 1
    middles[Int(middle)] += 1
  }

  private func text(_ number: UInt32) -> ArraySlice<UInt8> {
    texts[Int(ends[Int(number)])..<Int(ends[Int(number) + 1])]
  }

  private mutating func grow() {
    slots = [UInt32](repeating: .max, count: slots.count * 4)
    let mask = UInt64(slots.count - 1)
    for number in 0..<UInt32(marks.count) {
      var slot = ShortHash.long(text(number)) & mask
      while slots[Int(slot)] != .max { slot = (slot + 1) & mask }
      slots[Int(slot)] = number
    }
  }
}
