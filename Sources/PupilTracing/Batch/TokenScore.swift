// Measures the strong tokens: how many children they find, and whom else they hit.
// Holds the tokens of the questions alone, so that a pool of any size passes by.

package struct TokenScore: Sendable {
  private struct Question: Sendable {
    var truth: Set<String>
    var isFound = false
    var others: Set<String> = []
  }
  /// Others that one question may hit before they are counted no further.
  private static let othersLimit = 1000

  private var questions: [Question] = []
  private var asked: [[UInt8]: [Int32]] = [:]

  package init() {}

  /// Adds a question; `truth` holds the ids that are the child, none when it is not in the pool.
  package mutating func ask(_ query: TraceQuery, truth: Set<String>) {
    let number = Int32(questions.count)
    questions.append(Question(truth: truth))
    let record = PupilRecord(
      id: "", upns: query.upn.isEmpty ? [] : [query.upn], names: query.names,
      datesOfBirth: query.isDateDoubtful ? [] : [query.dateOfBirth], places: query.places)
    for token in TraceTokens.bytes(of: record) { asked[token, default: []].append(number) }
  }

  /// Lets a pupil of the pool pass by.
  package mutating func pass(_ record: PupilRecord) {
    for token in TraceTokens.bytes(of: record) {
      for number in asked[token] ?? [] {
        let at = Int(number)
        if questions[at].truth.contains(record.id) {
          questions[at].isFound = true
        } else if questions[at].others.count < Self.othersLimit {
          questions[at].others.insert(record.id)
        }
      }
    }
  }

  private var there: [Question] { questions.filter { !$0.truth.isEmpty } }

  /// Share of the children in the pool to whom their question says yes.
  package var recall: Double {
    Double(there.count { $0.isFound }) / Double(max(1, there.count))
  }

  /// Other children that a question about a child in the pool hits, on average.
  package var others: Double {
    Double(there.reduce(0) { $0 + $1.others.count }) / Double(max(1, there.count))
  }

  /// Share of the questions about children not in the pool that hit somebody; nil without any.
  package var notThere: Double? {
    let away = questions.filter { $0.truth.isEmpty }
    guard !away.isEmpty else { return nil }
    return Double(away.count { !$0.others.isEmpty }) / Double(away.count)
  }
}
