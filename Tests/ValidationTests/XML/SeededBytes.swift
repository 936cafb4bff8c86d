// Seeded randomness for the XML and envelope tests, so that a failure can be run again.
// Never reads the system's generator.

/// SplitMix64.
struct SeededBytes: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  /// A text of characters that XML 1.0 allows, with those that need care more often.
  mutating func text(upTo length: Int) -> String {
    let careful: [Unicode.Scalar] = [
      "<", ">", "&", "\"", "'", "\r", "\n", "\t", "]", " ", "\u{85}", "\u{2028}", "é", "e",
      "\u{301}", "\u{FFFD}", "\u{10FFFF}", "ツ", "\u{7F}",
    ]
    var text = ""
    for _ in 0..<Int.random(in: 0...length, using: &self) {
      if Bool.random(using: &self) {
        text.unicodeScalars.append(careful.randomElement(using: &self) ?? " ")
      } else {
        text.unicodeScalars.append(Unicode.Scalar(UInt8.random(in: 0x20...0x7E, using: &self)))
      }
    }
    return text
  }

  /// Some bytes with a few of them changed, removed, doubled or cut off.
  mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
    var result = bytes
    for _ in 0..<Int.random(in: 1...4, using: &self) where !result.isEmpty {
      let at = Int.random(in: 0..<result.count, using: &self)
      switch Int.random(in: 0..<5, using: &self) {
      case 0: result[at] = UInt8.random(in: 0...255, using: &self)
      case 1: result.remove(at: at)
      case 2:
        result.insert(Array("<>&;\"'/=:!?-[]x\0".utf8).randomElement(using: &self) ?? 0, at: at)
      case 3: result.removeSubrange(at..<min(result.count, at + 9))
      default:
        let piece = Array(result[at..<min(result.count, at + 20)])
        result.insert(contentsOf: piece, at: Int.random(in: 0...result.count, using: &self))
      }
    }
    return result
  }
}
