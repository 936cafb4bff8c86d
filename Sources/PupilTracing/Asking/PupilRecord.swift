// What the pool holds of one pupil: every name, date of birth, postcode and address ever held.
// Never an identity by itself: the id is the caller's, and leads to the record a person may see.

/// One name as it was written down somewhere.
package struct PupilName: Sendable, Equatable {
  package var surname: String
  package var forename: String
  /// All further forenames, separated by spaces; empty when none is known.
  package var middle: String

  package init(surname: String, forename: String, middle: String = "") {
    self.surname = surname
    self.forename = forename
    self.middle = middle
  }
}

/// A home: postcode, address or both.
package struct PupilPlace: Sendable, Equatable {
  package var postcode: String
  package var address: String

  package init(postcode: String = "", address: String = "") {
    self.postcode = postcode
    self.address = address
  }
}

/// Sex as registers hold it (`M`, `F`); anything else is unknown and never counts.
package enum PupilSex: UInt8, Sendable {
  case female = 1
  case male = 2

  /// Reads `F`, `M`, `female`, `male`, `girl`, `boy` in any case; nil for all else.
  package init?(_ text: some StringProtocol) {
    switch text.utf8.first.map({ $0 | 0x20 }) {
    case UInt8(ascii: "f"), UInt8(ascii: "g"): self = .female
    case UInt8(ascii: "m"), UInt8(ascii: "b"): self = .male
    default: return nil
    }
  }
}

/// One pupil of the pool. The first of each list is the present value, the others are history.
package struct PupilRecord: Sendable, Equatable {
  /// The caller's key; unique in a pool.
  package var id: String
  package var upns: [String]
  package var names: [PupilName]
  package var datesOfBirth: [BirthDate]
  package var sex: PupilSex?
  package var places: [PupilPlace]
  package var parents: [PupilName]
  package var siblings: [PupilName]
  /// LAESTABs of schools attended, or any other unchanging code of a school.
  package var schools: [String]
  /// True for a child whose place must stay hidden (adopted, refuge): the place never counts,
  /// for or against, so nobody can find such a child by asking about a house.
  package var isPlaceHidden: Bool

  package init(
    id: String, upns: [String] = [], names: [PupilName] = [], datesOfBirth: [BirthDate] = [],
    sex: PupilSex? = nil, places: [PupilPlace] = [], parents: [PupilName] = [],
    siblings: [PupilName] = [], schools: [String] = [], isPlaceHidden: Bool = false
  ) {
    self.id = id
    self.upns = upns
    self.names = names
    self.datesOfBirth = datesOfBirth
    self.sex = sex
    self.places = places
    self.parents = parents
    self.siblings = siblings
    self.schools = schools
    self.isPlaceHidden = isPlaceHidden
  }
}
