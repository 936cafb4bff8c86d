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
      (query_id, candidate_id). A file tags.csv (query_id and words) tells by the word "sibling"
      who is an unlisted brother or sister, and by "group:NAME" of which group of names a child
      is; without it groups are told by the lists of name variants.
      docs/tracing.md says how each figure is reckoned.
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
    let truth = try readPairs("truth.csv")
    let tags = try readPairs("tags.csv")
    let groups = try TraceGroups(schemas: schemasFolder, tags: tags)
    var score = TraceScore()
    var times: [Double] = []
    try run.ask { id, query, answer, ms in
      times.append(ms)
      score.add(answer, truth: truth[id] ?? [], group: groups.group(of: id, query))
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
    if let alerts = score.falseAlerts(atRecall: 0.95, group: TraceGroups.sibling) {
      say("false alerts of unlisted siblings at recall .95", alerts, 4)
    }
    say("calibration error", score.calibrationError, 4)
    sayGroups(score)
    try measureTokens(truth)
  }

  /// Groups with fewer children than this say nothing.
  private static let leastGroup = 100

  private func sayGroups(_ score: TraceScore) {
    let groups = score.rank1ByGroup.filter { $0.asked >= Self.leastGroup }
    for one in groups { say("rank 1, \(one.asked) names: \(one.group)", one.rank1, 4) }
    let ranks = groups.map(\.rank1)
    if groups.count > 1, let best = ranks.max(), let worst = ranks.min() {
      say("rank 1, gap between groups of names", best - worst, 4)
    }
  }

  /// The yes or no by strong tokens, over the same lists.
  private func measureTokens(_ truth: [String: Set<String>]) throws {
    var score = TokenScore()
    try TraceFiles.rows(folder + "/queries.csv", list: "queries") { columns, fields, line, _ in
      let id = try columns.id(fields, list: "queries", line: line)
      score.ask(
        try columns.query(fields, list: "queries", line: line), truth: truth[id] ?? [])
    }
    try TraceFiles.rows(folder + "/pool.csv", list: "pool") { columns, fields, line, _ in
      score.pass(try columns.record(fields, list: "pool", line: line))
    }
    say("strong tokens, recall", score.recall, 4)
    say("strong tokens, other children hit by a question", score.others, 4)
    if let hits = score.notThere { say("strong tokens, not-there questions that hit", hits, 4) }
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

  /// The second column of a file by its first; nothing when there is no such file.
  private func readPairs(_ file: String) throws -> [String: Set<String>] {
    var pairs: [String: Set<String>] = [:]
    guard let data = FileManager.default.contents(atPath: folder + "/" + file) else {
      return pairs
    }
    var rows = CSVRows()
    func add(_ fields: [String], _ line: Int) throws {
      guard line > 1 else { return }
      guard fields.count >= 2 else { throw TraceFault("\(file) line \(line): give two columns") }
      pairs[fields[0], default: []].insert(fields[1])
    }
    try data.withUnsafeBytes { try rows.feed($0, add) }
    try rows.finish(add)
    return pairs
  }

  private func percentile(_ sorted: [Double], _ part: Double) -> Double {
    sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(part * Double(sorted.count)))]
  }

  private func say(_ name: String, _ value: Double, _ decimals: Int) {
    print(name + "\t" + String(format: "%.\(decimals)f", value))
  }
}
