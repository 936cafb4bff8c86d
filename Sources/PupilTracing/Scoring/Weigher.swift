// Turns findings into bits (Fellegi and Sunter): how much more likely this agreement is when the
// two are one child than when they are strangers. The chance of a stranger is that of this very
// value in this very pool; the chance of the child is the model's.

struct Weigher {
  let plan: QueryPlan
  let figures: PoolFigures
  let model: TraceModel

  /// What the names weigh, in all and by field of the best reading.
  struct NameWeight {
    var total = 0.0
    var reading = NameReading.asGiven
    var surname = 0.0
    var forename = 0.0
    var middle = 0.0
    /// By `NameReading`, for learning: which reading it was.
    var shares: [Double] = [1, 0, 0]
  }

  /// How likely this name is told of anybody in the pool, however it came to be told so.
  func anybody(_ masses: [Double], _ levels: [Double]) -> Double {
    var sum = 0.0
    for level in 0..<levels.count - 1 { sum += levels[level] * masses[level] }
    return max(sum, 1e-300) / (1 - levels[levels.count - 1])
  }

  /// Bits of one agreement: told by this level from the recorded name, against told by anybody.
  func name(_ agreement: NameAgreement, _ masses: [Double], _ levels: [Double]) -> Double {
    let share = levels[Int(agreement.level.rawValue)]
    // Who is called by quite another name is called by one as often told as this: it cancels.
    let other = levels[levels.count - 1]
    if agreement.level == .other { return Bits.log2(other) }
    // And whoever resembles may have taken the name by chance.
    return Bits.log2(
      share / anybody(masses, levels) * Bits.power(-Double(agreement.spread)) + other)
  }

  /// Bits by which the two names, told in this order, are likelier told of anybody than taken one
  /// by one: strangers' names are swapped as well.
  private func order(_ known: QueryPlan.Name) -> Double {
    guard let surname = known.surname, let forename = known.forename else { return 0 }
    let share = model.reading[Int(NameReading.surnameAndForenameSwapped.rawValue)]
    let given =
      anybody(surname.masses[0], model.surname) * anybody(forename.masses[1], model.forename)
    let swapped =
      anybody(surname.masses[1], model.forename) * anybody(forename.masses[0], model.surname)
      * Bits.power(known.togetherSwapped)
    return max(0, Bits.log2(1 - share + share * swapped / max(given, 1e-300)))
  }

  func names(_ readings: NameReadings, _ index: Int) -> NameWeight {
    guard index < plan.names.count else { return NameWeight() }
    let known = plan.names[index]
    let order = order(known)
    var weights: [NameWeight] = []
    var sum = 0.0
    for reading in NameReading.allCases {
      guard let finding = readings[reading] else { continue }
      var weight = NameWeight()
      weight.reading = reading
      if let agreement = finding.surname, let masses = known.surname?.masses[0] {
        weight.surname = name(agreement, masses, model.surname)
      }
      if let agreement = finding.forename, let masses = known.forename?.masses[1] {
        weight.forename = name(agreement, masses, model.forename)
      }
      if let agreement = finding.middle, let masses = known.middle?.masses[2] {
        weight.middle = name(agreement, masses, model.middle)
      }
      var share = model.reading[Int(reading.rawValue)]
      if reading == .asGiven, readings.middleUsed == nil {
        share += model.reading[Int(NameReading.middleNameUsed.rawValue)]
      }
      weight.total =
        weight.surname + weight.forename + weight.middle + Bits.log2(share) - order
        - together(finding, known)
      sum += Bits.power(weight.total)
      weights.append(weight)
    }
    guard var best = weights.max(by: { $0.total < $1.total }) else { return NameWeight() }
    best.shares = [0, 0, 0]
    for weight in weights {
      best.shares[Int(weight.reading.rawValue)] = Bits.power(weight.total) / max(sum, 1e-300)
    }
    best.total = Bits.log2(sum)
    return best
  }

  /// Where both names agree, a whole name that is common takes back what its parts promised.
  private func together(_ finding: NameFinding, _ known: QueryPlan.Name) -> Double {
    guard let surname = finding.surname, let forename = finding.forename,
      surname.level != .other, forename.level != .other
    else { return 0 }
    return known.together
  }

  func date(_ agreement: DateAgreement) -> Double {
    let share = model.date[Int(agreement.level.rawValue)]
    var ratio = share
    if agreement.level != .other {
      ratio *= Bits.power(-Double(agreement.spread)) / anybody(plan.dateMasses, model.date)
    }
    return Bits.log2(plan.query.isDateDoubtful ? 0.5 * ratio + 0.5 : ratio)
  }

  /// The bits of each date of the image, in its order.
  func dates() -> [Double] {
    let bits = DateLevel.allCases.map { date(DateAgreement(level: $0, spread: 0)) }
    return plan.dates.map { agreement in
      // Of a doubtful date the parts do not add up, so it is reckoned each time.
      plan.query.isDateDoubtful
        ? date(agreement) : bits[Int(agreement.level.rawValue)] - Double(agreement.spread)
    }
  }

  /// `chance`: log2 of a stranger's agreeing so.
  func place(_ cell: PlaceCell, _ chance: Double) -> Double {
    let bits = Bits.log2(model.place[cell.index] / placeShare(cell)) - chance
    // To have moved far never speaks for a child, however few of the pool live elsewhere.
    let isElsewhere =
      cell.postcode == .other
      && (cell.address == .missing || cell.address == .weak || cell.address == .other)
    return isElsewhere ? min(0, bits) : bits
  }

  /// The model's share of cells of which as much is known.
  private func placeShare(_ cell: PlaceCell) -> Double {
    let width = AddressLevel.allCases.count
    var sum = 0.0
    for index in model.place.indices {
      let hasPostcode = index / width > 0
      let hasAddress = index % width > 0
      if hasPostcode == (cell.postcode != .missing), hasAddress == (cell.address != .missing) {
        sum += model.place[index]
      }
    }
    return max(sum, 1e-9)
  }

  /// What it says that the record lacks a field, or has it: as a rule little, but some lists never
  /// lose what they once had.
  func gaps(_ evidence: Evidence) -> Double {
    var bits = 0.0
    for field in GapField.allCases {
      let share = figures.gaps[field.rawValue]
      let times = model.gaps[plan.gap(field)]
      guard times != 1, share > 0, share < 1 else { continue }
      let own = times * share / (1 - share + times * share)
      bits +=
        evidence.gaps >> UInt8(field.rawValue) & 1 != 0
        ? Bits.log2(own / share) : Bits.log2((1 - own) / (1 - share))
    }
    return max(-8, min(8, bits))
  }

  func sex(_ isSame: Bool) -> Double {
    Bits.log2(2 * (isSame ? model.sexSame : 1 - model.sexSame))
  }

  func upn(_ level: UPNLevel) -> Double {
    // Two children with one UPN are as rare as mistakes; a near one has about a hundred ways.
    let chance: Double =
      switch level {
      case .exact: Bits.log2(0.002 / figures.pupils)
      case .near: -13
      case .other: 0
      }
    return Bits.log2(model.upn[Int(level.rawValue)]) - chance
  }
}
