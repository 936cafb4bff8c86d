// `gatehouse bench`: what this machine's gateway carries, the whole way in with its fsync.
// Never a test: rates depend on the machine. It fails only when an answer was not 202.

import ArgumentParser
import ExchangeModel
import Foundation
import Gateway
import Validation

struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure a gateway on this machine, each message made durable.",
    discussion: """
      Starts a gateway of its own with a fresh database for each step, and sends it medical
      referrals of about 2 KB over mutual TLS on loopback. The load shares the cores with the
      gateway. docs/performance.md says how to read the figures.
      """,
    subcommands: [BenchTraceCommand.self])

  @Option(help: "Seconds measured in each step.") var seconds = 5.0
  @Option(help: "Connections of each step, separated by commas.") var connections = "1,16,64"
  @Option(help: "The format of the messages: json or xml.") var format = "json"
  @Option(help: "Where to make the throw-away folders: its disk is what is measured.")
  var directory = "/var/tmp"
  @Option(help: "The schemas folder; default: the one beside the program or here.")
  var schemas: String?
  @Flag(help: "Print JSON.") var json = false

  /// Cores that others may use before the figures are in doubt.
  private static let quietCores = 0.25

  func run() async throws {
    let plan = try plan()
    let steps = try counts()
    do {
      let machine = try await look(plan)
      let referral = try plan.referral()
      Terminal.say("Messages of \(referral.bytes.count) bytes; \(seconds) s a step.")
      let decision = try plan.decision(on: referral)
      Terminal.say(
        String(
          format: "Deciding: %.1f us a message by all rules, %.1f us on facts decided before.",
          decision.byAllRules, decision.known))
      var done: [BenchStep] = []
      if !json { print(BenchTable.head) }
      for count in steps {
        let step = try await plan.measure(referral, connections: count)
        if !json { print(BenchTable.row(step, machine.disk)) }
        done.append(step)
      }
      if json {
        print(
          BenchTable.json(
            done, machine, plan.format, referral.bytes.count, decision))
      }
      try judge(done)
    } catch let failure as CommandFailure {
      throw failure
    } catch let refusal as Refusal {
      throw CommandFailure(
        .error, "the bench's message is refused: \(refusal.code.rawValue) \(refusal.issues)")
    } catch {
      throw CommandFailure(.error, "\(error)")
    }
  }

  private func plan() throws -> BenchPlan {
    guard let format = ContentFormat(rawValue: format) else {
      throw CommandFailure(.usage, "--format: give json or xml")
    }
    guard (0.1...3600).contains(seconds) else {
      throw CommandFailure(.usage, "--seconds: give 0.1 to 3600")
    }
    guard let schemas = schemas ?? SchemaFolder.locate() else {
      throw CommandFailure(.usage, "no schemas folder found; give --schemas DIR")
    }
    func absolute(_ path: String) -> String {
      URL(fileURLWithPath: path).standardizedFileURL.path
    }
    return BenchPlan(
      format: format, window: .milliseconds(Int(seconds * 1000)),
      directory: absolute(directory), schemas: absolute(schemas), surroundings: .system)
  }

  private func counts() throws -> [Int] {
    let parts = connections.split(separator: ",")
    let counts = parts.compactMap { Int($0) }.filter { (1...1024).contains($0) }
    guard !counts.isEmpty, counts.count == parts.count else {
      throw CommandFailure(.usage, "--connections: give numbers from 1 to 1024, e.g. 1,16,64")
    }
    return counts
  }

  /// Measures the disk, and looks for a second whether others use the cores.
  private func look(_ plan: BenchPlan) async throws -> BenchMachine {
    let before = CPUReading(server: nil)
    try await Task.sleep(for: .seconds(1))
    let others = before.flatMap { CPUReading(server: nil)?.othersCores(since: $0) }
    try FileManager.default.createDirectory(
      atPath: plan.directory, withIntermediateDirectories: true)
    let machine = BenchMachine(
      disk: try DiskProbe(directory: plan.directory), othersCores: others,
      isQuiet: others.map { $0 < Self.quietCores })
    Terminal.say(machine.sentence)
    if machine.isQuiet == false {
      Terminal.say(
        Terminal.styled("The machine is not quiet: ", .yellow)
          + "trust the CPU a message and the ratios, not the rates.")
    }
    return machine
  }

  private func judge(_ steps: [BenchStep]) throws {
    let faults = steps.filter { !$0.isClean }.map { step in
      let answers = step.load.otherAnswers.sorted { $0.key < $1.key }
        .map { "\($0.value) answers \($0.key)" }
      let broken = step.load.broken > 0 ? ["\(step.load.broken) connections broke"] : []
      let end = step.hasEndedWell ? [] : ["the gateway did not end well"]
      let none = step.messages > 0 ? [] : ["no answer at all"]
      return "\(step.connections) connections: "
        + (answers + broken + end + none).joined(separator: ", ")
    }
    guard faults.isEmpty else {
      throw CommandFailure(.error, faults.joined(separator: "\n"))
    }
  }
}

/// What the figures stand beside.
struct BenchMachine {
  let disk: DiskProbe
  /// Cores that others used in the second before the run; nil when the system does not tell.
  let othersCores: Double?
  let isQuiet: Bool?

  var sentence: String {
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let others = othersCores.map { String(format: "%.2f cores", $0) } ?? "an unknown share"
    return String(
      format: "Disk: fsync p50 %.3f ms, %.0f appends/s one by one. %d cores, others use ",
      disk.medianMilliseconds, disk.rate, cores) + others + "."
  }
}

/// The figures on stdout.
enum BenchTable {
  static let head =
    "connections  messages/s  p50 ms  p99 ms  server us/msg  load us/msg  RSS MB  others  x fsync"

  static func row(_ step: BenchStep, _ disk: DiskProbe) -> String {
    func figure(_ value: Double?, _ width: Int, _ decimals: Int) -> String {
      let text = value.map { String(format: "%.\(decimals)f", $0) } ?? "-"
      return String(repeating: " ", count: max(0, width - text.utf8.count)) + text
    }
    return [
      figure(Double(step.connections), 11, 0), figure(step.rate, 10, 0),
      figure(step.load.milliseconds(at: 0.5), 6, 2), figure(step.load.milliseconds(at: 0.99), 6, 2),
      figure(step.serverMicroseconds, 13, 1), figure(step.clientMicroseconds, 11, 1),
      figure(step.residentBytes.map { Double($0) / 1_048_576 }, 6, 0),
      figure(step.othersCores, 6, 2), figure(step.rate / max(disk.rate, 0.001), 7, 2),
    ].joined(separator: "  ")
  }

  static func json(
    _ steps: [BenchStep], _ machine: BenchMachine, _ format: ContentFormat, _ size: Int,
    _ decision: DecisionProbe
  ) -> String {
    var writer = JSONWriter()
    func number(_ name: String, _ value: Double?) {
      writer.key(name)
      guard let value else { return writer.null() }
      writer.number(String(format: "%.3f", value))
    }
    func count(_ name: String, _ value: Int64) {
      writer.key(name)
      writer.integer(value)
    }
    writer.beginObject()
    writer.key("format")
    writer.string(format.rawValue)
    count("messageBytes", Int64(size))
    number("fsyncP50Milliseconds", machine.disk.medianMilliseconds)
    number("fsyncRate", machine.disk.rate)
    number("othersCoresBefore", machine.othersCores)
    number("decisionByAllRulesMicroseconds", decision.byAllRules)
    number("decisionKnownMicroseconds", decision.known)
    writer.key("isQuiet")
    if let isQuiet = machine.isQuiet { writer.bool(isQuiet) } else { writer.null() }
    writer.key("steps")
    writer.beginArray()
    for step in steps {
      writer.beginObject()
      count("connections", Int64(step.connections))
      count("messages", Int64(step.messages))
      number("messagesPerSecond", step.rate)
      for (name, part) in [("p50", 0.5), ("p99", 0.99), ("p999", 0.999), ("longest", 1)] {
        number(name + "Milliseconds", step.load.milliseconds(at: part))
      }
      number("serverCPUMicroseconds", step.serverMicroseconds)
      number("loadCPUMicroseconds", step.clientMicroseconds)
      if let bytes = step.residentBytes { count("serverResidentBytes", bytes) }
      number("othersCores", step.othersCores)
      number("ratioToFsyncRate", step.rate / max(machine.disk.rate, 0.001))
      writer.key("isClean")
      writer.bool(step.isClean)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}
