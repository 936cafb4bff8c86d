// Learns a model from questions to which nobody knows the answers (expectation and maximisation):
// who is probably meant is weighed with the model so far, and how those agree makes the next.
// Never strays far on little evidence: the model it starts from counts like so many answers.

/// Gathers questions and what was found for them, then learns.
package struct ModelLearning: Sendable {
  /// Questions that one learning looks at; more teach nothing new and cost memory.
  package static let questions = 1500
  /// Answers that the model it starts from counts for, per field.
  static let priorAnswers = 40.0
  private static let rounds = 12
  private static let candidates = 8

  private struct Case: Sendable {
    let plan: QueryPlan
    let evidence: [Evidence]
  }
  private let pool: PupilPool
  private var cases: [Case] = []
  /// Pupils of the pool, asked as if each were looked for beside itself.
  private var pupils: [Case] = []
  private static let pupilsAsked = 200

  package init(pool: PupilPool) { self.pool = pool }

  package var isFull: Bool { cases.count >= Self.questions }

  /// Looks at one question. Throws `TraceFault` when the image cannot be read.
  package mutating func add(_ query: TraceQuery) throws {
    guard !isFull else { return }
    let search = try pool.search(query)
    cases.append(
      Case(
        plan: search.plan.withoutPool,
        evidence: search.found.prefix(Self.candidates).map(\.evidence)))
  }

  /// Looks at some pupils of the pool, to learn how many stand in it twice.
  package mutating func lookAtPool() throws {
    let image = pool.image
    let asked = min(Self.pupilsAsked, image.rowCount)
    let rows = (0..<asked).map { UInt32(image.rowCount / asked * $0) }
    for record in try image.records(rows) {
      let search = try pool.search(FoldedQuery(record))
      let others = search.found.filter { !$0.record.id.utf8.elementsEqual(record.id.utf8) }
      pupils.append(
        Case(
          plan: search.plan.withoutPool,
          evidence: others.prefix(Self.candidates).map(\.evidence)))
    }
  }

  /// The model after some rounds.
  package func learned() -> TraceModel {
    var model = pool.model
    guard !cases.isEmpty else { return model }
    for _ in 0..<Self.rounds { model = step(model) }
    model.twice = twice(model)
    return model
  }

  /// The share of pupils whose child has another record.
  private func twice(_ model: TraceModel) -> Double {
    let weights = pupils.map { one in
      let weigher = Weigher(plan: one.plan, figures: pool.image.figures, model: model)
      return one.evidence.map { weigher.weights($0) }
    }
    var model = model
    for _ in 0..<Self.rounds {
      model.here = model.twice
      let sum = weights.reduce(0) { sum, one in
        sum + 1
          - Posterior(
            one, pupils: pool.figuresOfPupils, kin: pool.image.figures.kin, model: model
          ).notHere
      }
      let prior = TraceModel.standard.twice * 10
      model.twice = max(0.0005, min(0.98, (sum + prior) / (Double(weights.count) + 10)))
    }
    return model.twice
  }

  private func step(_ model: TraceModel) -> TraceModel {
    var counts = LevelCounts(
      prior: pool.model, answers: Self.priorAnswers, gaps: pool.image.figures.gaps)
    for one in cases {
      let weigher = Weigher(plan: one.plan, figures: pool.image.figures, model: model)
      let weights = one.evidence.map { weigher.weights($0) }
      let posterior = Posterior(
        weights, pupils: pool.figuresOfPupils, kin: pool.image.figures.kin,
        model: model)
      counts.add(here: 1 - posterior.notHere)
      for index in weights.indices where posterior.candidates[index] > 0.005 {
        counts.add(
          one.evidence[index], weights[index].name.shares, posterior.candidates[index], one.plan)
      }
    }
    return counts.model(like: model)
  }
}

/// Expected counts of levels among those who are meant.
struct LevelCounts {
  private var surname: [Double]
  private var forename: [Double]
  private var middle: [Double]
  private var date: [Double]
  private var place: [Double]
  private var upn: [Double]
  private var sex: [Double]
  private var reading: [Double]
  private var here: [Double]

  private var gapsSeen: [Double]
  private var gapsOf: [Double]
  private let gapShares: [Double]

  init(prior model: TraceModel, answers: Double, gaps: [Double]) {
    gapShares = gaps + gaps
    gapsOf = gapShares.map { _ in answers }
    gapsSeen = gapShares.map { $0 * answers }
    surname = model.surname.map { $0 * answers }
    forename = model.forename.map { $0 * answers }
    middle = model.middle.map { $0 * answers }
    date = model.date.map { $0 * answers }
    place = model.place.map { $0 * answers }
    upn = model.upn.map { $0 * answers }
    sex = [(1 - model.sexSame) * answers, model.sexSame * answers]
    reading = model.reading.map { $0 * answers }
    here = [(1 - model.here) * 10, model.here * 10]
  }

  mutating func add(here share: Double) {
    here[1] += share
    here[0] += 1 - share
  }

  mutating func add(
    _ evidence: Evidence, _ shares: [Double], _ weight: Double, _ plan: QueryPlan
  ) {
    for field in GapField.allCases {
      gapsOf[plan.gap(field)] += weight
      if evidence.gaps >> UInt8(field.rawValue) & 1 != 0 { gapsSeen[plan.gap(field)] += weight }
    }
    for kind in NameReading.allCases {
      let index = Int(kind.rawValue)
      let share = shares[index] * weight
      guard share > 0.001, let finding = evidence.readings[kind] else { continue }
      reading[index] += share
      if let level = finding.surname?.level { surname[Int(level.rawValue)] += share }
      if let level = finding.forename?.level { forename[Int(level.rawValue)] += share }
      // A middle name that is compared with a forename says nothing of middle names.
      if kind != .middleNameUsed, let level = finding.middle?.level {
        middle[Int(level.rawValue)] += share
      }
    }
    if let level = evidence.date?.level { date[Int(level.rawValue)] += weight }
    if let cell = evidence.place { place[cell.index] += weight }
    if let isSame = evidence.isSexSame { sex[isSame ? 1 : 0] += weight }
    if let level = evidence.upn { upn[Int(level.rawValue)] += weight }
  }

  func model(like old: TraceModel) -> TraceModel {
    func shares(_ counts: [Double]) -> [Double] {
      let sum = counts.reduce(0, +)
      return counts.map { max($0 / sum, 1e-6) }
    }
    var model = old
    model.surname = shares(surname)
    model.forename = shares(forename)
    model.middle = shares(middle)
    model.date = shares(date)
    model.place = shares(place)
    model.upn = shares(upn)
    model.sexSame = shares(sex)[1]
    model.reading = shares(reading)
    model.gaps = gapShares.indices.map { index in
      let share = gapShares[index]
      guard share > 1e-4, share < 0.9999 else { return 1 }
      let own = max(1e-4, min(0.9999, gapsSeen[index] / gapsOf[index]))
      return own * (1 - share) / (share * (1 - own))
    }
    model.here = max(0.02, min(0.98, shares(here)[1]))
    return model
  }
}

extension QueryPlan {
  /// The plan without what only a search needs: small enough to keep thousands.
  var withoutPool: QueryPlan { QueryPlan(keeping: self) }
}
