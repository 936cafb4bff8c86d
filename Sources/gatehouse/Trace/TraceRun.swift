// Many questions to one pool, one after the other, with the time that each took.
// Learns the model from the questions first, when there are enough of them.

import Foundation
import PupilTracing

struct TraceRun {
  /// Fewer questions than this teach nothing: the frozen model serves them.
  static let leastQuestions = 100

  var pool: PupilPool
  let queries: String

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
    Terminal.endProgress()
    pool.model = learning.learned()
    return looked
  }

  /// Asks each question; calls with its id, the answer and the milliseconds it took.
  func ask(_ body: (_ id: String, _ answer: TraceAnswer, _ ms: Double) throws -> Void) throws {
    var progress = TraceProgress("Tracing")
    var count = 0
    try TraceFiles.rows(queries, list: "queries") { columns, fields, line, share in
      let id = try columns.id(fields, list: "queries", line: line)
      let query = try columns.query(fields, list: "queries", line: line)
      let start = ContinuousClock.now
      let answer = try pool.trace(query)
      let ms = (ContinuousClock.now - start) / .microseconds(1) / 1000
      try body(id, answer, ms)
      count += 1
      progress.show(share, count: count)
    }
    Terminal.endProgress()
  }
}
