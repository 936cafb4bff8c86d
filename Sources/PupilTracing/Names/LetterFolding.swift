// Letters of any writing folded to `a`–`z`: what NFKD and dropping marks would give, and besides
// it what NFKD leaves (Polish ł, Danish ø, German ß, Turkish ı, Icelandic þ ð, Croatian đ), and
// Cyrillic and Greek spelt in Latin. The standard library has no decomposition and pure rooms
// have no Foundation, so it is a table. Letters of other scripts keep a byte of their own above
// 127: such names still compare with each other.

enum LetterFolding {
  /// Latin spellings, each followed by the letters that fold to it.
  private static let latin: [(String, String)] = [
    ("a", "àáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặªⱥ"), ("b", "ḃḅḇƀɓ"), ("c", "çćĉċčḉƈȼ"),
    ("d", "ďđḋḍḏḑḓɗð"), ("e", "èéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệəɛǝ"), ("f", "ḟƒ"),
    ("g", "ĝğġģǧǵḡɠǥ"), ("h", "ĥħȟḣḥḧḩḫẖ"), ("i", "ìíîïĩīĭįıǐȉȋḭḯỉịɨ"), ("j", "ĵǰ"),
    ("k", "ķǩḱḳḵƙĸ"), ("l", "ĺļľŀłḷḹḻḽƚ"), ("m", "ḿṁṃ"), ("n", "ñńņňŉŋǹṅṇṉṋɲƞ"),
    ("o", "òóôõöøōŏőơǒǫǭǿȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợºɔ"), ("p", "ṕṗƥ"), ("q", "ʠ"),
    ("r", "ŕŗřȑȓṙṛṝṟ"), ("s", "śŝşšșſṡṣṥṧṩ"), ("t", "ţťŧțṫṭṯṱẗƭ"),
    ("u", "ùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữựʉ"), ("v", "ṽṿʋ"), ("w", "ŵẁẃẅẇẉẘƿ"), ("x", "ẋẍ"),
    ("y", "ýÿŷȳẏẙỳỵỷỹƴ"), ("z", "źżžẑẓẕƶȥʒǯ"), ("ae", "æǣǽ"), ("oe", "œ"), ("ss", "ßẞ"),
    ("th", "þ"), ("ij", "ĳ"), ("dz", "ǆǳ"), ("lj", "ǉ"), ("nj", "ǌ"), ("ff", "ﬀ"), ("fi", "ﬁ"),
    ("fl", "ﬂ"), ("ffi", "ﬃ"), ("ffl", "ﬄ"), ("st", "ﬅﬆ"),
    ("a", "аαά"), ("b", "бβ"), ("v", "в"), ("g", "гґγ"), ("d", "дђδ"), ("e", "еэєёεέηή"),
    ("zh", "ж"), ("z", "зζ"), ("i", "иіїιίϊΐ"), ("y", "йыυύϋΰ"), ("k", "кќκ"), ("l", "лλ"),
    ("m", "мμ"), ("n", "нν"), ("o", "оοόωώ"), ("p", "пπ"), ("r", "рρ"), ("s", "сσς"), ("t", "тτ"),
    ("u", "уў"), ("f", "фφ"), ("kh", "хχ"), ("ts", "ц"), ("ch", "ч"), ("sh", "ш"), ("sch", "щ"),
    ("yu", "ю"), ("ya", "я"), ("", "ъь"), ("j", "ј"), ("lj", "љ"), ("nj", "њ"), ("c", "ћ"),
    ("dz", "џѕ"), ("dj", "ѓ"), ("th", "θ"), ("x", "ξ"), ("ps", "ψ"),
  ]

  /// Spellings of the scalars from U+0080 to U+1FFF and of the ligatures.
  private static let table: [UInt32: [UInt8]] = {
    var table: [UInt32: [UInt8]] = [:]
    for (spelling, letters) in latin {
      for letter in letters.unicodeScalars {
        table[letter.value] = Array(spelling.utf8)
        // `İ` lower-cases to two scalars; the first is what counts.
      }
    }
    return table
  }()

  /// What one scalar stands for.
  enum Fold {
    case letters([UInt8])
    /// Left out without parting the name: a combining mark, an apostrophe, a soft hyphen.
    case nothing
    /// Parts two words: a space, a hyphen, anything else.
    case gap
  }

  static func fold(_ scalar: Unicode.Scalar) -> Fold {
    let value = scalar.value
    switch value {
    case 0x61...0x7A, 0x30...0x39: return .letters([UInt8(value)])
    case 0x41...0x5A: return .letters([UInt8(value | 0x20)])
    case 0x27, 0x60, 0xAD, 0xB4, 0x2BC, 0x2BB, 0x2018, 0x2019, 0x300...0x36F, 0x64B...0x65F,
      0x200B...0x200F, 0x2E:
      return .nothing
    case 0xFF21...0xFF3A: return .letters([UInt8(value - 0xFF21 + 0x61)])
    case 0xFF41...0xFF5A: return .letters([UInt8(value - 0xFF41 + 0x61)])
    case ..<0x80: return .gap
    default:
      let lower = scalar.properties.lowercaseMapping.unicodeScalars.first ?? scalar
      if lower.value < 0x80 { return .letters([UInt8(lower.value)]) }
      if let known = table[lower.value] { return .letters(known) }
      switch scalar.properties.generalCategory {
      case .lowercaseLetter, .uppercaseLetter, .otherLetter, .titlecaseLetter, .modifierLetter:
        return .letters([0x80 | UInt8(lower.value & 0x7F)])
      case .nonspacingMark, .spacingMark, .enclosingMark: return .nothing
      default: return .gap
      }
    }
  }

  /// Words of `a`–`z`, `0`–`9` and bytes above 127, parted by hyphens; `limit` bytes at most.
  static func fold(_ text: String, limit: Int = TraceLimits.textBytes) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(limit, text.utf8.count))
    var isParted = false
    func put(_ byte: UInt8) {
      guard bytes.count < limit else { return }
      if isParted, !bytes.isEmpty { bytes.append(UInt8(ascii: "-")) }
      isParted = false
      bytes.append(byte)
    }
    for scalar in text.unicodeScalars.prefix(limit * 2) {
      switch scalar.value {
      // Most letters by far: no enum, no array.
      case 0x61...0x7A, 0x30...0x39: put(UInt8(truncatingIfNeeded: scalar.value))
      case 0x41...0x5A: put(UInt8(truncatingIfNeeded: scalar.value | 0x20))
      default:
        switch fold(scalar) {
        case .letters(let letters): for letter in letters { put(letter) }
        case .nothing: break
        case .gap: isParted = true
        }
      }
    }
    if bytes.count > limit { bytes.removeLast(bytes.count - limit) }
    return bytes
  }
}
