// The weight of one pupil as the child, and as a brother or sister of a child who is not here.
// Three classes, as in the design: the child, the child's household, a stranger (weight 0).

struct Weights: Sendable {
  var name = Weigher.NameWeight()
  var date = 0.0
  var place = 0.0
  var sex = 0.0
  var upn = 0.0
  var relations = 0.0
  /// What the gaps of the record say.
  var gaps = 0.0
  /// Bits for "this is the child" against "this is a stranger".
  var child = 0.0
  /// Bits for "this is the child's brother, sister or twin" against "this is a stranger".
  var household = 0.0
}

extension Weigher {
  func weights(_ evidence: Evidence) -> Weights {
    var weights = Weights()
    weights.name = names(evidence.readings, evidence.name)
    weights.date = evidence.date.map { date($0) } ?? 0
    weights.place = evidence.place.map { place($0, evidence.placeChance) } ?? 0
    weights.sex = evidence.isSexSame.map { sex($0) } ?? 0
    weights.upn = evidence.upn.map { upn($0) } ?? 0
    weights.relations = evidence.parents + evidence.siblings + evidence.school
    weights.gaps = gaps(evidence)
    weights.child =
      weights.name.total + weights.date + weights.place + weights.sex + weights.upn
      + weights.relations + weights.gaps
    if evidence.isNamedSibling { weights.child -= 6 }
    weights.household = household(evidence, weights)
    return weights
  }

  /// A brother or sister has the surname and the place, another forename, and a date of birth
  /// of their own: at least nine months away, or the very same.
  private func household(_ evidence: Evidence, _ weights: Weights) -> Double {
    var bits = weights.place + max(weights.relations, 0)
    let finding = evidence.readings.given
    let known = evidence.name < plan.names.count ? plan.names[evidence.name] : nil
    if let agreement = finding?.surname, let masses = known?.surname?.masses[0] {
      bits += name(agreement, masses, model.surname)
    }
    switch finding?.forename?.level {
    case .exact, .variant, .soundsAlike: bits -= 6
    case .oneEdit, .shortened, .partOf, .extended, .initial: bits -= 2
    default: break
    }
    if let agreement = evidence.date {
      let own: Double
      if agreement.level == .exact {
        own = 0.001
      } else if let days = evidence.daysApart, days < 270 {
        own = 0.1
      } else {
        own = 1
      }
      bits += Bits.log2((1 - model.twin) * own + model.twin * Bits.power(date(agreement)))
    }
    if evidence.upn == .exact { bits -= 12 }
    if evidence.isNamedSibling { bits += 6 }
    return bits
  }
}
