// The strong keys of a pupil and of a question: what two registers must share for a yes. Keyed
// hashes at rest; across authorities they are asked as tokens of the day.
// Never made of a name alone or a place alone: many children share those.

import Crypto
import ExchangeModel
import PupilTracing

/// Which identifiers together are strong enough to say yes by themselves.
enum StrongKeys {
  /// UPN; date of birth with both names as they sound, either way round; date of birth with the
  /// postcode, unless the place is hidden.
  static func texts(
    upns: [String], names: [PupilName], dates: [BirthDate], places: [PupilPlace]
  ) -> [(kind: String, value: [UInt8])] {
    var found: [(String, [UInt8])] = []
    for upn in upns {
      let folded = letters(upn)
      if folded.count == 13 { found.append(("upn", folded)) }
    }
    for date in dates where date.isWhole {
      let born = Array(date.text.utf8)
      for name in names {
        let surname = sound(name.surname)
        let forename = sound(name.forename)
        guard !surname.isEmpty, !forename.isEmpty else { continue }
        // Sorted, so that a swapped pair is the same pair.
        let pair = [surname, forename].sorted { $0.lexicographicallyPrecedes($1) }
        found.append(("born-names", born + [0x7C] + pair[0] + [0x7C] + pair[1]))
      }
      for place in places {
        let postcode = letters(place.postcode)
        if postcode.count >= 5 { found.append(("born-postcode", born + [0x7C] + postcode)) }
      }
    }
    return found
  }

  static func texts(of record: PupilRecord) -> [(kind: String, value: [UInt8])] {
    texts(
      upns: record.upns, names: record.names, dates: record.datesOfBirth,
      places: record.isPlaceHidden ? [] : record.places)
  }

  static func texts(of query: TraceQuery) -> [(kind: String, value: [UInt8])] {
    texts(
      upns: query.upn.isEmpty ? [] : [query.upn], names: query.names,
      dates: query.isDateDoubtful ? [] : [query.dateOfBirth], places: query.places)
  }

  /// Letters and digits in capitals.
  private static func letters(_ text: String) -> [UInt8] {
    text.utf8.compactMap { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A: byte
      case 0x61...0x7A: byte - 0x20
      default: nil
      }
    }
  }

  /// How a name sounds, roughly: its first letter and the codes of its consonants (after Soundex,
  /// over the folded letters of every alphabet that folds to Latin ones).
  static func sound(_ name: String) -> [UInt8] {
    var code: [UInt8] = []
    var last: UInt8 = 0
    for letter in ChildKeys.folded(name) {
      let sound: UInt8
      switch letter {
      case UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "p"), UInt8(ascii: "v"): sound = 1
      case UInt8(ascii: "c"), UInt8(ascii: "g"), UInt8(ascii: "j"), UInt8(ascii: "k"),
        UInt8(ascii: "q"), UInt8(ascii: "s"), UInt8(ascii: "x"), UInt8(ascii: "z"):
        sound = 2
      case UInt8(ascii: "d"), UInt8(ascii: "t"): sound = 3
      case UInt8(ascii: "l"): sound = 4
      case UInt8(ascii: "m"), UInt8(ascii: "n"): sound = 5
      case UInt8(ascii: "r"): sound = 6
      case UInt8(ascii: "h"), UInt8(ascii: "w"): continue
      default: sound = 0
      }
      if code.isEmpty {
        code.append(letter)
      } else if sound != 0, sound != last {
        code.append(sound + 0x30)
      }
      last = sound
      if code.count == 6 { break }
    }
    return code
  }
}

/// The tokens in which a question crosses from one party to another: an HMAC of each strong key
/// under a key of the two parties and the day. Of two days, or two pairs, nobody can tell that they
/// mean one child, and without the gateway's secret nobody can make them.
struct DayTokens: Sendable {
  private let key: SymmetricKey

  /// - `day`: days since 1970 in UTC.
  init(asker: PartyURN, asked: PartyURN, day: Int64, keys: ChildKeys) {
    let pair = Array("\(asker.text)|\(asked.text)|\(day)".utf8)
    key = SymmetricKey(data: keys.poolKey("pair-of-the-day", pair).bytes)
  }

  /// The token of a strong key.
  func token(of key: ChildKey) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: key.bytes, using: self.key).prefix(16))
  }
}
