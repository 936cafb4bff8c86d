// `gatehouse log measure`: how appending, verifying and proving cost as a log grows, on this
// machine and disk. Never a test: the figures depend on the machine.

import ArgumentParser
import ExchangeModel
import Foundation
import Gateway
import MessageLog
import Policy
import Storage
import Validation

extension LogCommand {
  struct Measure: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Measure the log on this machine: append messages, then verify all of it.",
      discussion: """
        Fills a throw-away store with medical referrals of 2 KB, each admitted by the policy and \
        made durable, and says what every tenth of them cost. Then verifies the log from the \
        database and from tiles. With --events, appends so many invented events instead, and pages \
        through the questions of `gatehouse audit query`. Use a release build.
        """)

    @Option(help: "Messages to admit; each is one leaf.") var leaves = 100_000
    @Option(help: "Measure audit questions over so many invented events instead.") var events: Int?
    @Option(help: "Where to make the throw-away folder.") var directory = "/var/tmp"
    @Option(help: "The schemas folder; default: the one beside the program or here.")
    var schemas: String?
    @Flag(help: "Leave the folder there.") var keep = false

    /// Submissions under way at once: they share their syncs.
    private static let atOnce = 256

    func run() async throws {
      guard let schemas = schemas ?? SchemaFolder.locate() else {
        throw CommandFailure(.usage, "no schemas folder found; give --schemas DIR")
      }
      guard (100...100_000_000).contains(events ?? leaves) else {
        throw CommandFailure(.usage, "--leaves, --events: give 100 to 100000000")
      }
      let folder = try await BenchFolder(
        below: URL(fileURLWithPath: directory).standardizedFileURL.path, schemas: schemas,
        surroundings: .system)
      do {
        if let events {
          let store = try Store(
            directory: folder.data, surroundings: .system, access: Policy.decideAccess,
            due: Policy.reckonDue)
          try await AuditMeasure(store: store, events: events, report: report).run()
          try store.close()
        } else {
          try await measure(folder, schemas)
        }
      } catch {
        if !keep { folder.remove() }
        throw error
      }
      if keep { Terminal.say("Left \(folder.path).") } else { folder.remove() }
    }

    private func measure(_ folder: BenchFolder, _ schemas: String) async throws {
      let settings = try Settings(file: folder.settingsFile)
      let set = try SchemaSet(files: SchemaFolder(schemas).files, limits: settings.limits)
      let store = try Store(
        directory: folder.data, limits: settings.limits, surroundings: .system,
        access: Policy.decideAccess,
        due: Policy.reckonDue)
      let admission = Admission(store: store, schemas: set, limits: settings.limits)
      let referral = try BenchReferral(
        format: .json, schemas: set, at: Surroundings.system.now())
      let spki = try CertificateFile.read(folder.path + "/school.pem").spkiSHA256
      let tenth = leaves / 10
      for part in 0..<10 {
        let started = ContinuousClock.now
        try await admit(part * tenth..<(part + 1) * tenth, referral, admission, spki)
        report("append \(tenth), from \(part * tenth)", started, tenth)
      }
      var started = ContinuousClock.now
      let tree = try await store.sign(settings)
      report("checkpoint of \(tree.size) leaves", started, 1)
      started = .now
      let keys = try LogKeyFile.readAll(settings).keys
      let result = try await store.verifyLog(
        openNote: { note in
          let checkpoint = try Checkpoint.open(note, logs: keys).checkpoint
          return (checkpoint.size, checkpoint.root)
        }, progress: { _, _ in })
      guard result.faults.isEmpty else {
        throw CommandFailure(.verificationFailed, result.faults.joined(separator: "\n"))
      }
      report("verify from the database", started, Int(result.leaves))
      started = .now
      let tiles = TileFolder(path: folder.path + "/tiles")
      try await tiles.write(tree, of: store)
      report("export tiles", started, Int(tree.size))
      started = .now
      let fromTiles = try tiles.verify(keys, nil)
      guard fromTiles.faults.isEmpty else {
        throw CommandFailure(.verificationFailed, fromTiles.faults.joined(separator: "\n"))
      }
      report("verify from tiles", started, Int(tree.size))
      try store.close()
    }

    private func admit(
      _ numbers: Range<Int>, _ referral: BenchReferral, _ admission: Admission, _ spki: String
    ) async throws {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for start in 0..<Self.atOnce {
          group.addTask {
            for number in stride(
              from: numbers.lowerBound + start, to: numbers.upperBound, by: Self.atOnce)
            {
              var bytes = referral.bytes
              let digits = Array(String(number).utf8)
              let end = referral.idOffset + BenchReferral.idDigits
              bytes.replaceSubrange((end - digits.count)..<end, with: digits)
              let outcome = try await admission.admit(
                bytes, format: .json, from: .certificate(spki))
              guard case .admitted = outcome else {
                throw CommandFailure(.error, "a message was not admitted: \(outcome)")
              }
            }
          }
        }
        try await group.waitForAll()
      }
    }

    private func report(_ what: String, _ started: ContinuousClock.Instant, _ count: Int) {
      let spent = ContinuousClock.now - started
      let seconds =
        Double(spent.components.seconds) + Double(spent.components.attoseconds) / 1e18
      print(
        String(
          format: "%8.2f s %10.0f/s  ", seconds, Double(count) / max(seconds, 0.000_001)) + what)
    }
  }
}
