// The parameters by which a pool is searched: how often a child's field is recorded in each way,
// and how likely a child is here at all. How common values are is the pool's business, not the
// model's. The frozen default serves single questions; a batch may learn its own from it.

/// Probabilities of the levels when the two records are of one child. Each list sums to one.
package struct TraceModel: Sendable, Equatable {
  package var surname: [Double]
  package var forename: [Double]
  package var middle: [Double]
  package var date: [Double]
  /// By `PlaceCell.index`; within what is known of both.
  package var place: [Double]
  package var upn: [Double]
  package var sexSame: Double
  /// By `NameReading`.
  package var reading: [Double]
  /// Probability that the child asked for is in the pool at all.
  package var here: Double
  /// How much likelier than any pupil a child who is not here has a brother or sister who is.
  package var sibling: Double
  /// By `GapField`, first where the question knows the field, then where it does not: how many
  /// times likelier than a stranger's the child's own record lacks it.
  package var gaps: [Double]
  /// Share of twins among siblings.
  package var twin: Double
  /// Share of records whose child has another record in the pool.
  package var twice: Double

  /// What registers of children look like before anything was learnt: choices from the literature
  /// of record linkage and from how such data is typed, not from any one set.
  package static let standard = TraceModel(
    surname: [0.83, 0.014, 0.016, 0.036, 0.008, 0.004, 0.002, 0.004, 0.012, 0.008, 0.066],
    forename: [0.80, 0.060, 0.022, 0.040, 0.008, 0.004, 0.010, 0.016, 0.008, 0.006, 0.026],
    middle: [0.82, 0.030, 0.015, 0.030, 0.006, 0.004, 0.035, 0.005, 0.015, 0.010, 0.030],
    date: [0.89, 0.016, 0.024, 0.006, 0.008, 0.010, 0.012, 0.006, 0.006, 0.006, 0.016],
    place: Self.standardPlace(),
    upn: [0.93, 0.05, 0.02], sexSame: 0.99, reading: [0.955, 0.012, 0.033],
    here: 0.7, sibling: 0.5, gaps: [Double](repeating: 1, count: 10), twin: 0.03,
    twice: 0.01)

  /// Postcodes and addresses agree together or not at all, more or less.
  private static func standardPlace() -> [Double] {
    let rows: [[Double]] = [
      // missing exact strong half weak other
      [0.000, 0.080, 0.015, 0.008, 0.007, 0.090],  // no postcode
      [0.200, 0.150, 0.025, 0.008, 0.004, 0.008],  // exact
      [0.020, 0.015, 0.003, 0.001, 0.001, 0.001],  // near
      [0.020, 0.003, 0.001, 0.002, 0.004, 0.016],  // same district
      [0.040, 0.002, 0.001, 0.004, 0.010, 0.040],  // same area
      [0.120, 0.005, 0.002, 0.005, 0.020, 0.070],  // other
    ]
    let all = rows.flatMap { $0 }
    let sum = all.reduce(0, +)
    return all.map { max($0, 0.0002) / sum }
  }

  /// Sixteen hexadecimal digits that change when any parameter changes. Names a model in log
  /// records; no secret hangs on it.
  package var version: String {
    var hash: UInt64 = 1
    let single = [sexSame, here, sibling, twin, twice]
    for value in surname + forename + middle + date + place + upn + reading + gaps + single {
      hash = ShortHash.mix(hash ^ UInt64(bitPattern: Int64((value * 1e9).rounded())))
    }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }
}

/// How much less likely one particular outcome of a level is than the level itself, in bits: a
/// name has some two hundred misspellings by one edit, but one spelling.
enum Spread {
  static let variant = 2.0
  static let soundsAlike = 4.5
  static let alike = 21.0
  static let shortened = 2.5
  static let partOf = 1.0
  static let extended = 10.0
  static let initialOfRecord = 4.0

  /// One edit, by the longer name's letters: half of the edits are made by the common causes.
  static func oneEdit(_ letters: Int) -> Double { 3.8 + Bits.log2(Double(max(letters, 2))) }
  static func twoEdits(_ letters: Int) -> Double { 2 * oneEdit(letters) - 1 }
}
