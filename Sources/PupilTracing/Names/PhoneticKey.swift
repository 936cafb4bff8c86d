// A key that names share when they sound alike to an English ear, whatever language they come
// from: Kowalski and Cowalsky, Hussain and Husein, Siobhan stays by itself (variants know it).
// Ours, not Soundex: vowels count for little, doubled letters and h after a consonant for none.

enum PhoneticKey {
  /// Consonants in order, a leading vowel as `a`; at most 10 bytes. Takes folded letters alone.
  static func of(_ name: [UInt8]) -> [UInt8] {
    var key: [UInt8] = []
    key.reserveCapacity(10)
    var index = 0
    func at(_ offset: Int) -> UInt8 {
      index + offset < name.count ? name[index + offset] : 0
    }
    func put(_ code: UInt8) {
      guard key.count < 10, key.last != code else { return }
      key.append(code)
    }
    if name.count > 2 {
      let (first, second) = (name[0], name[1])
      let isSilent =
        (second == UInt8(ascii: "n")
          && (first == UInt8(ascii: "k") || first == UInt8(ascii: "g")))
        || (first == UInt8(ascii: "w") && second == UInt8(ascii: "r"))
        || (first == UInt8(ascii: "p") && (second == UInt8(ascii: "t")))
      if isSilent { index = 1 }
    }
    while index < name.count {
      let letter = name[index]
      let next = at(1)
      index += 1
      switch letter {
      case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"),
        UInt8(ascii: "u"), UInt8(ascii: "y"):
        if key.isEmpty { put(UInt8(ascii: "a")) }
      case UInt8(ascii: "h"):
        if index == 1 { put(letter) }
      case UInt8(ascii: "-"): break
      default:
        let (code, length) = consonant(letter, next, at(1))
        if code != 0 { put(code) }
        index += length - 1
      }
    }
    return key
  }

  /// The sound of a consonant and how many letters it takes; 0 is silent.
  private static func consonant(_ letter: UInt8, _ next: UInt8, _ third: UInt8) -> (UInt8, Int) {
    let h = UInt8(ascii: "h")
    switch letter {
    case UInt8(ascii: "p") where next == h: return (UInt8(ascii: "f"), 2)
    case UInt8(ascii: "s") where next == UInt8(ascii: "c") && third == h:
      return (UInt8(ascii: "s"), 3)
    case UInt8(ascii: "s") where next == h || next == UInt8(ascii: "z"):
      return (UInt8(ascii: "s"), 2)
    case UInt8(ascii: "c") where next == h: return (UInt8(ascii: "c"), 2)
    case UInt8(ascii: "c") where next == UInt8(ascii: "z"): return (UInt8(ascii: "c"), 2)
    case UInt8(ascii: "c") where next == UInt8(ascii: "k"): return (UInt8(ascii: "k"), 2)
    case UInt8(ascii: "c")
    where next == UInt8(ascii: "e") || next == UInt8(ascii: "i") || next == UInt8(ascii: "y"):
      return (UInt8(ascii: "s"), 1)
    case UInt8(ascii: "c"), UInt8(ascii: "q"): return (UInt8(ascii: "k"), 1)
    case UInt8(ascii: "k") where next == h: return (UInt8(ascii: "k"), 2)
    case UInt8(ascii: "g") where next == h:
      return third == UInt8(ascii: "t") ? (0, 2) : (UInt8(ascii: "g"), 2)
    case UInt8(ascii: "t") where next == h: return (UInt8(ascii: "t"), 2)
    case UInt8(ascii: "d") where next == h: return (UInt8(ascii: "d"), 2)
    case UInt8(ascii: "b") where next == h: return (UInt8(ascii: "b"), 2)
    case UInt8(ascii: "z"): return (UInt8(ascii: "s"), 1)
    case UInt8(ascii: "w"): return (UInt8(ascii: "v"), 1)
    case UInt8(ascii: "x"): return (UInt8(ascii: "x"), 1)
    default: return (letter, 1)
    }
  }
}
