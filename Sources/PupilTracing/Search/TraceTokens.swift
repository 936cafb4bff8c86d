// The strong tokens by which another authority may be asked "do you know this child?" before any
// name is told. Pure bytes: whoever holds the day's key turns them into keyed digests, and only
// those leave. Never a disclosure by itself, and never reversible without the key.

package enum TraceTokens {
  /// What a token is made of, its first byte.
  private enum Kind: UInt8 {
    case upn = 1, names, dateAndPostcode, forenameAndDistrict, surnameAndDistrict, namesAndDistrict
  }
  private static let namesPerPupil = 4

  /// The tokens of a question or a pupil. Each is strong by itself: the UPN; the sounds of surname
  /// and forename, in either order and by each word of a double surname, with the date of birth;
  /// the date with the postcode; and within a postcode district the date with one name, or both
  /// names with the year. Two records of one child share one or more as a rule; strangers seldom
  /// do. Name variants have no part in it: what is stored must not depend on a list that grows.
  /// Sorted, distinct.
  package static func bytes(of record: PupilRecord) -> [[UInt8]] {
    let folded = FoldedRecord(record)
    var tokens: Set<[UInt8]> = []
    for upn in folded.upns where upn.count == upnBytes {
      tokens.insert([Kind.upn.rawValue] + upn)
    }
    let places = folded.isPlaceHidden ? [] : folded.places.filter { !$0.postcode.isEmpty }
    for date in folded.dates where date.isWhole {
      let born = date.packed
      for name in folded.names.prefix(namesPerPupil) { add(name, born, places, &tokens) }
      for place in places {
        tokens.insert(head(.dateAndPostcode, born) + place.postcode.bytes)
      }
    }
    return tokens.sorted { $0.lexicographicallyPrecedes($1) }
  }

  private static let upnBytes = 13

  private static func add(
    _ name: FoldedRecord.Name, _ born: UInt32, _ places: [FoldedRecord.Place],
    _ tokens: inout Set<[UInt8]>
  ) {
    let surnames = Set(([name.surname.joined] + name.surname.words.map { Array($0) }).map(sound))
      .filter { !$0.isEmpty }
    let forename = name.forename.words.first.map { sound(Array($0)) } ?? []
    for surname in surnames {
      if !forename.isEmpty {
        // In the order of their bytes, so that swapped names make the same token.
        let pair = [surname, forename].sorted { $0.lexicographicallyPrecedes($1) }
        let names = pair[0] + ([0] as [UInt8]) + pair[1]
        tokens.insert(head(.names, born) + names)
        for place in places {
          tokens.insert(head(.namesAndDistrict, born >> 14) + district(place) + names)
        }
      }
    }
    for place in places {
      for surname in surnames {
        tokens.insert(head(.surnameAndDistrict, born) + district(place) + surname)
      }
      if !forename.isEmpty {
        tokens.insert(head(.forenameAndDistrict, born) + district(place) + forename)
      }
    }
  }

  private static func district(_ place: FoldedRecord.Place) -> [UInt8] {
    place.postcode.bytes.prefix(place.postcode.district) + ([0] as [UInt8])
  }

  private static func head(_ kind: Kind, _ date: UInt32) -> [UInt8] {
    [kind.rawValue] + LittleEndian.bytes([date])
  }

  private static func sound(_ name: [UInt8]) -> [UInt8] {
    name.count > 1 ? PhoneticKey.of(name) : []
  }
}
