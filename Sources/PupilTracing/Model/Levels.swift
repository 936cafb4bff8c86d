// The graded levels at which two values of a field may agree. Their order is part of the model's
// version: levels are added at the end or the version's name changes.

/// How a known name agrees with a name of a record, best first.
package enum NameLevel: UInt8, Sendable, CaseIterable {
  case exact, variant, soundsAlike, oneEdit, twoEdits, alike, initial, shortened, partOf, extended
  case other
}

/// How a known date of birth agrees with a record's.
package enum DateLevel: UInt8, Sendable, CaseIterable {
  case exact, swapped, oneDigit, transposed, yearBeside, firstOfMonth, otherDay, otherYear
  case otherMonth, sameYear, other
}

/// How postcodes agree.
package enum PostcodeLevel: UInt8, Sendable, CaseIterable {
  case missing, exact, near, sameDistrict, sameArea, other
}

/// How addresses agree.
package enum AddressLevel: UInt8, Sendable, CaseIterable {
  case missing, exact, strong, half, weak, other
}

/// How UPNs agree.
package enum UPNLevel: UInt8, Sendable, CaseIterable {
  case exact, near, other
}

/// By which reading of the names a candidate was weighed.
package enum NameReading: UInt8, Sendable, CaseIterable {
  case asGiven, surnameAndForenameSwapped, middleNameUsed
}

/// Postcode and address together: who moved changed both, so they are one field.
struct PlaceCell: Equatable, Sendable {
  static let count = PostcodeLevel.allCases.count * AddressLevel.allCases.count
  let postcode: PostcodeLevel
  let address: AddressLevel

  var index: Int { Int(postcode.rawValue) * AddressLevel.allCases.count + Int(address.rawValue) }
  var isKnown: Bool { postcode != .missing || address != .missing }
}
