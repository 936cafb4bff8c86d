// Many questions to one pool, one after the other, with the time that each took.
// Learns the model from the questions first, when there are enough of them.

import Foundation
import PupilTracing

struct TraceRun {
  /// Fewer questions than this teach nothing: the frozen model serves them.
  static let leastQuestions = 100

  var pool: PupilPool
  let queries: String
  /// What the whole list says of each answer, when it was asked for.
  private var rivalry: ListRivalry?

  init(pool: PupilPool, queries: String) {
    self.pool = pool
    self.queries = queries
  }

  /// Learns from questions spread over the whole list. Returns how many were looked at.
  mutating func learn() throws -> Int {
    var total = 0
    try TraceFiles.rows(queries, list: "queries") { _, _, _, _ in total += 1 }
    guard total >= Self.leastQuestions else { return 0 }
    let step = max(1, total / ModelLearning.questions)
    var learning = ModelLearning(pool: pool)
    var progress = TraceProgress("Learning from the questions")
    var number = 0
    var looked = 0
    try TraceFiles.rows(queries, list: "queries") { columns, fields, line, share in
      defer { number += 1 }
      guard number % step == 0, !learning.isFull else { return }
      try learning.add(columns.query(fields, list: "queries", line: line))
      looked += 1
      progress.show(share, count: looked)
    }
    try learning.lookAtPool()
    Terminal.endProgress()
    pool.model = learning.learned()
    TraceFiles.giveBackMemory()
    // A list that asks for a good part of the pool tells who is whom by itself.
    let share = Double(total) / Double(max(1, pool.pupils))
    if share >= ListClaims.leastShare, total <= ListClaims.mostQuestions { try claim() }
    return looked
  }

  /// Asks the whole list once, to learn which pupils are rather other children of it.
  private mutating func claim() throws {
    var claims = ListClaims(pool: pool)
    var progress = TraceProgress("Comparing the questions")
    var number = 0
    try TraceFiles.rows(queries, list: "queries") { columns, fields, line, share in
      let query = try columns.query(fields, list: "queries", line: line)
      claims.add(try pool.trace(query), question: number)
      number += 1
      progress.show(share, count: number)
    }
    Terminal.endProgress()
    rivalry = claims.close()
  }

  /// Asks each question; calls with its id, itself, the answer and the milliseconds it took.
  func ask(
    _ body: (_ id: String, _ query: TraceQuery, _ answer: TraceAnswer, _ ms: Double) throws -> Void
  ) throws {
    var progress = TraceProgress("Tracing")
    var count = 0
    try TraceFiles.rows(queries, list: "queries") { columns, fields, line, share in
      let id = try columns.id(fields, list: "queries", line: line)
      let query = try columns.query(fields, list: "queries", line: line)
      let start = ContinuousClock.now
      let answer = try pool.trace(query)
      let ms = (ContinuousClock.now - start) / .microseconds(1) / 1000
      try body(id, query, rivalry?.weigh(answer, question: count) ?? answer, ms)
      count += 1
      progress.show(share, count: count)
    }
    Terminal.endProgress()
  }
}
