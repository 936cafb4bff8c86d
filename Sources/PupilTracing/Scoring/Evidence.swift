// What was found when one pupil was compared with the question: levels, not yet weights, so that
// another model can weigh the same findings again.

struct NameFinding: Sendable {
  var surname: NameAgreement?
  var forename: NameAgreement?
  var middle: NameAgreement?
}

/// The readings of two names; nil where the names do not allow one.
struct NameReadings: Sendable {
  var given: NameFinding?
  var swapped: NameFinding?
  var middleUsed: NameFinding?

  subscript(_ reading: NameReading) -> NameFinding? {
    switch reading {
    case .asGiven: given
    case .surnameAndForenameSwapped: swapped
    case .middleNameUsed: middleUsed
    }
  }
}

struct Evidence: Sendable {
  /// Which of the question's names was compared.
  var name = 0
  var readings = NameReadings()
  var date: DateAgreement?
  /// Days between the two dates when both are whole.
  var daysApart: Int?
  var place: PlaceCell?
  /// log2 of how often a stranger agrees so in the place.
  var placeChance = 0.0
  var isSexSame: Bool?
  var upn: UPNLevel?
  /// A bit for each `GapField` that the record lacks.
  var gaps: UInt8 = 0
  /// Bits of parents, siblings and school, which no model learns.
  var parents = 0.0
  var siblings = 0.0
  var school = 0.0
  /// True when the question names this pupil as a brother or sister of the child.
  var isNamedSibling = false
}
