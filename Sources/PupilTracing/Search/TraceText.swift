// The reasons in words, for a person: fixed texts with their bits. Never a value of a record.

struct TraceText {
  let search: PoolSearch

  /// `+6.1` or `−1.3` (a true minus sign).
  static func signed(_ bits: Double) -> String {
    let tenths = Int((max(-999, min(999, bits)) * 10).rounded())
    let size = abs(tenths)
    return (tenths < 0 ? "\u{2212}" : "+") + "\(size / 10).\(size % 10)"
  }

  /// Reasons, strongest first; the reading of the names and the household last.
  func reasons(_ found: PoolSearch.Found, isHousehold: Bool) -> [FieldReason] {
    let evidence = found.evidence
    let weights = found.weights
    var reasons: [FieldReason] = []
    func add(_ field: FieldReason.Field, _ text: String, _ bits: Double) {
      reasons.append(FieldReason(field: field, text: text, bits: bits))
    }
    let name = weights.name
    if let finding = evidence.readings[name.reading] {
      let isSwapped = name.reading == .surnameAndForenameSwapped
      if let level = finding.surname?.level {
        add(.surname, Self.name(level, isSwapped ? "surname (swapped)" : "surname"), name.surname)
      }
      if let level = finding.forename?.level {
        let words =
          switch name.reading {
          case .asGiven: "forename"
          case .surnameAndForenameSwapped: "forename (swapped)"
          case .middleNameUsed: "middle name used as forename,"
          }
        add(.forename, Self.name(level, words), name.forename)
      }
      if let level = finding.middle?.level {
        add(.middle, Self.name(level, "middle name"), name.middle)
      }
      let rest = name.total - name.surname - name.forename - name.middle
      if rest < -0.5 {
        add(.name, rest < -4 ? "an unusual reading of the names" : "a common whole name", rest)
      }
    }
    if let level = evidence.date?.level { add(.dateOfBirth, Self.date(level), weights.date) }
    if let cell = evidence.place { add(.place, Self.place(cell), weights.place) }
    if let isSame = evidence.isSexSame {
      add(.sex, isSame ? "same sex" : "another sex", weights.sex)
    }
    if let level = evidence.upn { add(.upn, Self.upn(level), weights.upn) }
    if evidence.parents != 0 {
      add(
        .parents, evidence.parents > 5 ? "same parent" : evidence.parents > 0
          ? "parent of the same forename" : "other parents", evidence.parents)
    }
    if evidence.siblings != 0 { add(.siblings, "same brother or sister", evidence.siblings) }
    if evidence.school != 0 {
      add(.school, evidence.school > 0 ? "same school" : "another school", evidence.school)
    }
    reasons = reasons.enumerated().sorted {
      abs($0.element.bits) != abs($1.element.bits)
        ? abs($0.element.bits) > abs($1.element.bits) : $0.offset < $1.offset
    }.map(\.element)
    if isHousehold {
      add(.household, "same household, another child", weights.child - weights.household)
    }
    return reasons
  }

  static func name(_ level: NameLevel, _ field: String) -> String {
    switch level {
    case .exact: "\(field) the same"
    case .variant: "\(field) a known variant"
    case .soundsAlike: "\(field) sounds alike"
    case .oneEdit: "\(field) one slip apart"
    case .twoEdits: "\(field) two slips apart"
    case .alike: "\(field) looks alike"
    case .initial: "\(field) an initial only"
    case .shortened: "\(field) shortened"
    case .partOf: "\(field) half of a double name"
    case .extended: "\(field) with another joined to it"
    case .other: "\(field) differs"
    }
  }

  static func date(_ level: DateLevel) -> String {
    switch level {
    case .exact: "date of birth the same"
    case .swapped: "day and month of birth swapped"
    case .oneDigit: "date of birth one digit apart"
    case .transposed: "date of birth with two digits swapped"
    case .yearBeside: "year of birth one apart"
    case .firstOfMonth: "date of birth filled in as a first"
    case .otherDay: "day of birth differs"
    case .otherYear: "year of birth differs"
    case .otherMonth: "month of birth differs"
    case .sameYear: "only the year of birth agrees"
    case .other: "date of birth differs"
    }
  }

  static func place(_ cell: PlaceCell) -> String {
    switch (cell.postcode, cell.address) {
    case (.exact, .exact): "same address and postcode"
    case (.missing, .exact): "same address"
    case (.exact, .missing): "same postcode"
    case (.exact, .strong), (.exact, .half): "same postcode, nearly the same address"
    case (.exact, _): "same postcode, another address"
    case (_, .exact): "same address, another postcode"
    case (.near, _): "postcode one slip apart"
    case (_, .strong): "nearly the same address"
    case (_, .half): "an address much alike"
    case (.sameDistrict, _): "moved within the district"
    case (.sameArea, _): "moved within the area"
    default: "moved"
    }
  }

  static func upn(_ level: UPNLevel) -> String {
    switch level {
    case .exact: "same UPN"
    case .near: "UPN one slip apart"
    case .other: "another UPN"
    }
  }
}
