// A question made ready for one pool: each known name has seen the vocabulary, each date the
// calendar of the pool. What is here does not depend on the model.

struct QueryPlan: Sendable {
  struct Name: Sendable {
    let surname: Vocabulary.Sighting?
    let forename: Vocabulary.Sighting?
    let middle: Vocabulary.Sighting?
    /// Bits by which the whole name is commoner than its parts would make it (Muhammad Khan).
    let together: Double
    /// The same, were surname and forename told the wrong way round.
    let togetherSwapped: Double
  }

  let query: FoldedQuery
  let names: [Name]
  let places: [AddressProbe]
  /// By date of the image: how the date told agrees with it; empty when no date was told.
  let dates: [DateAgreement]
  /// By level: how likely a random date is told as this one by it.
  let dateMasses: [Double]

  init(_ query: FoldedQuery, image: PupilImage, variants: NameVariants) {
    self.query = query
    var seen: [NameForm: Vocabulary.Sighting] = [:]
    func sight(_ form: NameForm) -> Vocabulary.Sighting? {
      guard !form.isEmpty else { return nil }
      if let known = seen[form] { return known }
      let sighting = image.vocabulary.sight(NameProbe(form, variants: variants), variants)
      seen[form] = sighting
      return sighting
    }
    names = query.names.map { name in
      let surname = sight(name.surname)
      let forename = sight(name.forename)
      return Name(
        surname: surname, forename: forename, middle: sight(name.middle),
        together: Self.together(name.surname, surname, name.forename, forename, image),
        togetherSwapped: Self.together(name.forename, forename, name.surname, surname, image))
    }
    places = query.places.map { AddressProbe($0.address) }
    let figures = image.figures
    var masses = [Double](repeating: 0, count: DateLevel.allCases.count)
    if query.date.isKnown {
      let told = query.date
      let digits = told.digits
      dates = zip(image.dates, image.dateDigits).map { date, its in
        date.isKnown
          ? DateAgreement.of(told, date, digits ^ its) : DateAgreement(level: .other, spread: 0)
      }
      for (agreement, share) in zip(dates, figures.dates) where agreement.level != .other {
        masses[Int(agreement.level.rawValue)] += share * Bits.power(-Double(agreement.spread))
      }
      // Days that nobody of the pool was born on are dates of birth all the same.
      let days = Double(max(365, figures.dates.count))
      masses[0] = 0.8 * masses[0] + 0.2 / days
    } else {
      dates = []
    }
    dateMasses = masses
  }

  /// Where the model keeps what a gap of this field says.
  func gap(_ field: GapField) -> Int {
    let isKnown =
      switch field {
      case .surname: query.names.contains { !$0.surname.isEmpty }
      case .forename: query.names.contains { !$0.forename.isEmpty }
      case .date: query.date.isKnown
      case .postcode: query.places.contains { !$0.postcode.isEmpty }
      case .address: query.places.contains { !$0.address.isEmpty }
      }
    return field.rawValue + (isKnown ? 0 : GapField.allCases.count)
  }

  /// What a model needs to weigh again, without what only a search needs.
  init(keeping plan: QueryPlan) {
    query = plan.query
    names = plan.names.map { name in
      Name(
        surname: name.surname?.withoutNames, forename: name.forename?.withoutNames,
        middle: name.middle?.withoutNames, together: name.together,
        togetherSwapped: name.togetherSwapped)
    }
    places = []
    dates = []
    dateMasses = plan.dateMasses
  }

  /// By so many bits more a stranger has both names than the one and the other: because the two
  /// go together, and because this whole name is a common one besides.
  private static func together(
    _ surname: NameForm, _ first: Vocabulary.Sighting?, _ forename: NameForm,
    _ second: Vocabulary.Sighting?, _ image: PupilImage
  ) -> Double {
    guard let first, let second else { return 0 }
    // Few namesakes prove little: as many again as `trust` must be there before they count.
    let trust = 3.0
    let lift = image.vocabulary.lift(surname: first, forename: second)
    let expected = first.masses[0][0] * second.masses[1][0] * image.figures.pupils * lift
    let more = (image.figures.namesakes(surname, forename) + trust) / (expected + trust)
    return Bits.log2(lift) + max(0, Bits.log2(more))
  }
}
