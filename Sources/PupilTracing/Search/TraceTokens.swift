// The strong tokens by which another authority may be asked "do you know this child?" before any
// name is told. Pure bytes: whoever holds the day's key turns them into keyed digests, and only
// those leave. Never a disclosure by itself, and never reversible without the key.

package enum TraceTokens {
  /// What a token is made of, its first byte.
  private enum Kind: UInt8 {
    case upn = 1, names, dateAndPostcode
  }
  private static let namesPerPupil = 4

  /// The tokens of a question or a pupil: UPN; date of birth with the sounds of surname and
  /// forename, in both orders and by each word of a double surname; date of birth with postcode.
  /// Two records of one child share one or more; strangers very seldom do. Sorted, distinct.
  package static func bytes(of record: PupilRecord, variants: NameVariants) -> [[UInt8]] {
    let folded = FoldedRecord(record)
    var tokens: Set<[UInt8]> = []
    for upn in folded.upns { tokens.insert([Kind.upn.rawValue] + upn) }
    for date in folded.dates where date.isWhole {
      for name in folded.names.prefix(namesPerPupil) where !name.forename.isEmpty {
        let surnames = [name.surname.joined] + name.surname.words.map { Array($0) }
        let forename = sound(name.forename.words.first.map { Array($0) } ?? [], variants)
        for surname in Set(surnames) where surname.count > 1 {
          // In the order of their bytes, so that swapped names make the same token.
          let pair = [sound(surname, variants), forename].sorted {
            $0.lexicographicallyPrecedes($1)
          }
          tokens.insert(head(.names, date) + pair[0] + ([0] as [UInt8]) + pair[1])
        }
      }
      guard !folded.isPlaceHidden else { continue }
      for place in folded.places where !place.postcode.isEmpty {
        tokens.insert(head(.dateAndPostcode, date) + place.postcode.bytes)
      }
    }
    return tokens.sorted { $0.lexicographicallyPrecedes($1) }
  }

  private static func head(_ kind: Kind, _ date: BirthDate) -> [UInt8] {
    [kind.rawValue] + LittleEndian.bytes([date.packed])
  }

  /// The sound of a name's leading variant, so that Kate and Katherine make one token.
  private static func sound(_ name: [UInt8], _ variants: NameVariants) -> [UInt8] {
    PhoneticKey.of(variants.leader(of: name))
  }
}
