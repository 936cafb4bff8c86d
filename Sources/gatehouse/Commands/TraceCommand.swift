// `gatehouse trace`, and its `batch`: a list of missing children asked against a list of pupils, on
// this machine.
// Never discloses to anybody but who may read both files already; sends nothing.

import ArgumentParser
import Foundation
import PupilTracing

struct TraceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace", abstract: "Look for a child, here and with other authorities.",
    discussion: """
      From a worry to a reviewed answer, step by step; each command says what comes next:

        1. ask        look among the pupils of your own authority
        2. disclose   see the school of a candidate
        3. confirm    say whether a candidate is the child, or none is
        4. enquire    ask the other authorities, yes or no
        5. request    send the request to those who said yes
        6. gatehouse case show   who was asked, what came back
        7. reply      tell who answered whether it was the child

      Whoever is asked finds the request in `gatehouse inbox list`, and goes: ask --request, \
      disclose, confirm, answer. `--officer` is a post or staff number, never a name.
      docs/cases.md walks through it with invented children. `load` fills a pool; `batch` asks a \
      whole list of children against a list of pupils, on this machine.
      Exit codes: 0 ok, 1 refused, 2 usage, 3 not found, 5 the gateway cannot be reached.
      """,
    subcommands: [
      TraceAskCommand.self, TraceShowCommand.self, TraceDiscloseCommand.self,
      TraceConfirmCommand.self, TraceEnquireCommand.self, TraceRequestCommand.self,
      TraceAnswerCommand.self, TraceReplyCommand.self, TraceLoadCommand.self,
      TraceBatchCommand.self,
    ])

  /// Why a child is looked for, as people read it in a help text.
  static let reasons =
    "moved-unknown, no-show, lost-file-match, returned-from-leave, ehe-check or "
    + "safeguarding"
  static let verifications =
    "school-roll, home-visit, officer-saw-child, health or parent-document"
}

struct TraceBatchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "batch",
    abstract: "Ask a whole list of children against a list of pupils.",
    discussion: """
      Both lists are CSV files with a heading row. Headings, in any order: id, upn, surname,
      forename, middle, dob, sex, postcode, address; also former_surname, known_as, former_dob,
      former_postcode, former_address, parent, sibling, school. Only id and one
      of surname, forename and upn are needed.
      Writes query_id, rank, candidate_id, weight (bits), probability, ms; at most five candidates
      a child, none for whoever is not found. Nothing is merged: a person confirms.
      docs/tracing.md explains the figures.
      """)

  @Option(help: "The list of pupils to search.") var pool: String
  @Option(help: "The list of children to look for.") var queries: String
  @Option(help: "Where to write the candidates.") var output: String
  @Option(help: "Also write outcome, reading and reasons in words to this file.")
  var explanations: String?
  @Option(help: "The schemas folder; default: the one beside the program or here.")
  var schemas: String?
  @Flag(help: "Use the frozen model; learn nothing from the questions.") var frozen = false

  func run() async throws {
    do {
      try trace()
    } catch let fault as TraceFault {
      throw CommandFailure(.error, fault.description)
    }
  }

  private func trace() throws {
    let folder = URL(fileURLWithPath: output).deletingLastPathComponent().path
    let table = try CSVFile(path: output)
    let words = try explanations.map { try CSVFile(path: $0) }
    var run = TraceRun(
      pool: try TraceFiles.pool(
        pool, variants: try TraceFiles.variants(schemas: schemas), below: folder),
      queries: queries)
    let learned = frozen ? 0 : try run.learn()
    try table.write("query_id,rank,candidate_id,weight,probability,ms\n")
    try words?.write("query_id,outcome,not_here,candidate_id,reading,weight,probability,reasons\n")
    var counts: [TraceOutcome: Int] = [:]
    try run.ask { id, _, answer, ms in
      counts[answer.outcome, default: 0] += 1
      for (rank, one) in answer.offered.enumerated() {
        try table.write(
          "\(CSVFile.field(id)),\(rank + 1),\(CSVFile.field(one.id)),"
            + String(format: "%.4f,%.6f,%.3f\n", one.bits, one.posterior, ms))
      }
      try words.map { try explain(id, answer, to: $0) }
    }
    try table.close()
    try words?.close()
    let outcomes = TraceOutcome.allCases.map { "\(counts[$0] ?? 0) \($0.rawValue)" }
    Terminal.say(
      "Model \(run.pool.model.version), "
        + (learned > 0 ? "learned from \(learned) questions: " : "frozen: ")
        + outcomes.joined(separator: ", ") + ".")
  }

  private func explain(_ id: String, _ answer: TraceAnswer, to file: CSVFile) throws {
    let head =
      "\(CSVFile.field(id)),\(answer.outcome.rawValue),"
      + String(format: "%.6f", answer.notHere)
    if answer.candidates.isEmpty { try file.write(head + ",,,,,\n") }
    for one in answer.candidates {
      try file.write(
        head + ",\(CSVFile.field(one.id)),\(one.reading.rawValue),"
          + String(format: "%.2f,%.6f,", one.bits, one.posterior)
          + CSVFile.field(one.explanation) + "\n")
    }
  }
}
