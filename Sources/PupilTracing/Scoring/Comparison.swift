// Compares one pupil with the question, field by field. Of several names, dates or places that
// were ever held, the best agreement counts.

struct Comparison {
  let plan: QueryPlan
  let figures: PoolFigures
  let variants: NameVariants
  let model: TraceModel

  /// What agrees and what does not.
  func evidence(_ record: FoldedRecord) -> Evidence {
    var evidence = Evidence()
    names(record, &evidence)
    let query = plan.query
    if query.date.isKnown {
      var best = -Double.infinity
      for date in record.dates {
        let agreement = DateAgreement.of(query.date, date)
        let bits = Bits.log2(model.date[Int(agreement.level.rawValue)]) - Double(agreement.spread)
        guard bits > best else { continue }
        best = bits
        evidence.date = agreement
        evidence.daysApart =
          query.date.isWhole && date.isWhole ? query.date.days(to: date) : nil
      }
    }
    if !record.isPlaceHidden { places(record, &evidence) }
    if let mine = query.sex, let its = record.sex { evidence.isSexSame = mine == its }
    if !query.upn.isEmpty {
      evidence.upn = record.upns.map { UPNForm.level(query.upn, $0) }
        .min { $0.rawValue < $1.rawValue }
    }
    for field in GapField.allCases where field.isMissing(in: record) {
      if record.isPlaceHidden, field == .postcode || field == .address { continue }
      evidence.gaps |= 1 << UInt8(field.rawValue)
    }
    relations(record, &evidence)
    return evidence
  }

  private func names(_ record: FoldedRecord, _ evidence: inout Evidence) {
    var best = -Double.infinity
    let weigher = Weigher(plan: plan, figures: figures, model: model)
    for (index, known) in plan.names.enumerated() {
      for held in record.names {
        let readings = readings(known, held)
        let bits = weigher.names(readings, index).total
        guard bits > best else { continue }
        best = bits
        evidence.name = index
        evidence.readings = readings
      }
    }
  }

  private func readings(
    _ known: QueryPlan.Name, _ held: FoldedRecord.Name
  ) -> NameReadings {
    let surname = NameMarks(held.surname, variants)
    let forename = NameMarks(held.forename, variants)
    func agree(
      _ sighting: Vocabulary.Sighting?, _ form: NameForm, _ marks: NameMarks
    ) -> NameAgreement? {
      guard let sighting, !form.isEmpty else { return nil }
      return form.bytes.withUnsafeBufferPointer {
        sighting.probe.agreement(with: $0, marks: marks)
      }
    }
    let middle = held.middle.isEmpty ? nil : NameMarks(held.middle, variants)
    let given = NameFinding(
      surname: agree(known.surname, held.surname, surname),
      forename: agree(known.forename, held.forename, forename),
      middle: middle.flatMap { agree(known.middle, held.middle, $0) })
    let swapped = NameFinding(
      surname: agree(known.surname, held.forename, forename),
      forename: agree(known.forename, held.surname, surname), middle: given.middle)
    let used = middle.map { middle in
      NameFinding(
        surname: given.surname, forename: agree(known.forename, held.middle, middle),
        middle: agree(known.middle, held.forename, forename))
    }
    return NameReadings(given: given, swapped: swapped, middleUsed: used)
  }

  private func places(_ record: FoldedRecord, _ evidence: inout Evidence) {
    var best = -Double.infinity
    let weigher = Weigher(plan: plan, figures: figures, model: model)
    for (index, known) in plan.query.places.enumerated() {
      for held in record.places {
        let cell = PlaceCell(
          postcode: known.postcode.level(held.postcode),
          address: plan.places[index].level(held.address))
        guard cell.isKnown else { continue }
        let chance = chance(cell, known)
        let bits = weigher.place(cell, chance)
        guard bits > best else { continue }
        best = bits
        evidence.place = cell
        evidence.placeChance = chance
      }
    }
  }

  /// log2 of how often a stranger's place agrees so.
  private func chance(_ cell: PlaceCell, _ known: FoldedRecord.Place) -> Double {
    // Of strangers with one postcode, so many live in one house; kin are counted elsewhere.
    let withinPostcode = [1, 0.05, 0.06, 0.10, 0.2, 0.6]
    var chance = figures.placeChance[cell.index]
    if cell.postcode == .exact {
      chance =
        figures.share(of: known.postcode) * withinPostcode[Int(cell.address.rawValue)]
    } else if cell.postcode == .near {
      // So many postcodes lie one slip away, each about as full as the one told.
      let neighbours = 80.0
      let beside = PlaceCell(postcode: .missing, address: cell.address)
      chance = max(chance, neighbours * figures.share(of: known.postcode)
        * (cell.address == .missing ? 1 : figures.placeChance[beside.index]))
    } else if cell.address == .exact {
      let beside = PlaceCell(postcode: cell.postcode, address: .missing)
      chance = figures.share(of: known.address) * max(0.001, figures.placeChance[beside.index])
    }
    return Bits.log2(max(chance, 1e-12))
  }

  private func relations(_ record: FoldedRecord, _ evidence: inout Evidence) {
    let query = plan.query
    if !query.school.isEmpty, !record.schools.isEmpty {
      let share = min(0.5, figures.share(ofSchool: query.school))
      evidence.school =
        record.schools.contains(query.school) ? min(8, Bits.log2(0.7 / share)) : -1.2
    }
    if !query.parents.isEmpty, !record.parents.isEmpty {
      let best = query.parents.map { parent in
        record.parents.map { Self.kin(parent, $0, variants) }.max() ?? 0
      }.max() ?? 0
      evidence.parents = best == 2 ? 7 : best == 1 ? 2.5 : -1
    }
    if !query.siblings.isEmpty {
      let shared = query.siblings.contains { mine in
        record.siblings.contains { Self.kin(mine, $0, variants) == 2 }
      }
      evidence.siblings = shared ? 6 : 0
      evidence.isNamedSibling = query.siblings.contains { mine in
        record.names.contains { Self.kin(mine, $0, variants) == 2 }
      }
    }
  }

  /// 2 when forename and surname (where both are known) are about the same, 1 for the forename.
  private static func kin(
    _ left: FoldedRecord.Name, _ right: FoldedRecord.Name, _ variants: NameVariants
  ) -> Int {
    func close(_ one: NameForm, _ other: NameForm) -> Bool {
      guard !one.isEmpty, !other.isEmpty else { return false }
      let level = NameProbe(one, variants: variants).agreement(with: other, variants).level
      return level.rawValue <= NameLevel.oneEdit.rawValue
    }
    guard close(left.forename, right.forename) else { return 0 }
    if left.surname.isEmpty || right.surname.isEmpty { return 1 }
    return close(left.surname, right.surname) ? 2 : 1
  }
}
