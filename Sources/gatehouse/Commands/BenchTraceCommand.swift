// `gatehouse bench trace`: what tracing finds, how fast, and in how much memory, on labelled data.
// Never a test: times depend on the machine. The quality figures are those of any scorer.

import ArgumentParser
import Foundation
import Gateway
import PupilTracing
import Validation

struct BenchTraceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace", abstract: "Measure tracing on a labelled set.",
    discussion: """
      Takes a folder with pool.csv, queries.csv and, for the quality figures, truth.csv
      (query_id, candidate_id). docs/tracing.md says how each figure is reckoned.
      """)

  @Argument(help: "The folder of the set.") var folder: String
  @Option(name: .customLong("schemas-folder"), help: "The schemas folder, if it is elsewhere.")
  var schemasFolder: String?
  @Flag(help: "Use the frozen model.") var frozen = false

  private static let changes = 200

  func run() async throws {
    do {
      try measure()
    } catch let fault as TraceFault {
      throw CommandFailure(.error, fault.description)
    }
  }

  private func measure() throws {
    let variants = try TraceFiles.variants(schemas: schemasFolder)
    let start = ContinuousClock.now
    var run = TraceRun(
      pool: try TraceFiles.pool(
        folder + "/pool.csv", variants: variants, below: NSTemporaryDirectory()),
      queries: folder + "/queries.csv")
    say("build seconds", (ContinuousClock.now - start) / .milliseconds(1) / 1000, 2)
    let change = try changeToSearchable(run.pool)
    if !frozen {
      let before = ContinuousClock.now
      _ = try run.learn()
      say("learning seconds", (ContinuousClock.now - before) / .milliseconds(1) / 1000, 2)
    }
    let truth = try readTruth()
    var score = TraceScore()
    var times: [Double] = []
    try run.ask { id, answer, ms in
      times.append(ms)
      score.add(answer, truth: truth[id] ?? [])
    }
    times.sort()
    print("model\t\(run.pool.model.version)")
    say("questions", Double(times.count), 0)
    say("p50 ms", percentile(times, 0.5), 3)
    say("p99 ms", percentile(times, 0.99), 3)
    say("change to searchable ms, p99", change, 3)
    if let bytes = MemoryReading.resident(of: ProcessInfo.processInfo.processIdentifier) {
      say("resident MB", Double(bytes) / 1_048_576, 1)
    }
    guard !truth.isEmpty else { return }
    say("rank 1", score.rank1, 4)
    say("rank 5", score.rank5, 4)
    say("found", score.foundShare, 4)
    say("recall at precision .99", score.recall(atPrecision: 0.99), 4)
    say("recall at precision .999", score.recall(atPrecision: 0.999), 4)
    if let alerts = score.falseAlerts(atRecall: 0.95) {
      say("false alerts at recall .95", alerts, 4)
    }
    say("calibration error", score.calibrationError, 4)
  }

  /// The milliseconds from handing over a changed pupil to having found it.
  private func changeToSearchable(_ pool: PupilPool) throws -> Double {
    var pool = pool
    var times: [Double] = []
    for number in 0..<Self.changes {
      let record = PupilRecord(
        id: "bench-change-\(number)",
        names: [PupilName(surname: "Benchmark", forename: "Changed", middle: "\(number)")],
        datesOfBirth: [BirthDate(year: 2012, month: 1 + number % 12, day: 1 + number % 28)],
        places: [PupilPlace(postcode: "SO99 9ZZ")])
      let start = ContinuousClock.now
      try pool.upsert(record)
      times.append((ContinuousClock.now - start) / .microseconds(1) / 1000)
      guard number == Self.changes - 1 else { continue }
      let answer = try pool.trace(
        TraceQuery(names: record.names, dateOfBirth: record.datesOfBirth[0]))
      guard answer.candidates.contains(where: { $0.id == record.id }) else {
        throw TraceFault("a changed pupil was not found")
      }
    }
    times.sort()
    return percentile(times, 0.99)
  }

  private func readTruth() throws -> [String: Set<String>] {
    var truth: [String: Set<String>] = [:]
    guard let data = FileManager.default.contents(atPath: folder + "/truth.csv") else { return truth }
    var rows = CSVRows()
    func add(_ fields: [String], _ line: Int) throws {
      guard line > 1 else { return }
      guard fields.count >= 2 else { throw TraceFault("truth line \(line): give two columns") }
      truth[fields[0], default: []].insert(fields[1])
    }
    try data.withUnsafeBytes { try rows.feed($0, add) }
    try rows.finish(add)
    return truth
  }

  private func percentile(_ sorted: [Double], _ part: Double) -> Double {
    sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(part * Double(sorted.count)))]
  }

  private func say(_ name: String, _ value: Double, _ decimals: Int) {
    print(name + "\t" + String(format: "%.\(decimals)f", value))
  }
}
