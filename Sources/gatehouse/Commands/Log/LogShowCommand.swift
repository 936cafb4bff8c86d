// `gatehouse log show`: read the log at the gateway's own machine; that one looked is logged.

import ArgumentParser
import ExchangeModel
import Foundation
import Gateway
import MessageLog
import Storage
import Validation

/// What narrows a look at the log.
struct LogFilterOptions: ParsableArguments {
  @Option(help: "From this day or time on.") var from: String?
  @Option(help: "Up to and with this day, or before this time.") var to: String?
  @Option(help: "A kind of event, e.g. admitted.") var kind: String?
  @Option(help: "A party that the event names: its URN.") var party: String?
  @Option(help: "A message's id.") var message: String?

  func filter() throws -> LogFilter {
    var filter = LogFilter()
    filter.from = try LogArgument.time(from, "--from", isEnd: false)
    filter.to = try LogArgument.time(to, "--to", isEnd: true)
    if let kind {
      guard let known = LogEvent.Kind(rawValue: kind) else {
        let all = LogEvent.Kind.allCases.map(\.rawValue).joined(separator: ", ")
        throw CommandFailure(.usage, "--kind: give one of \(all)")
      }
      filter.kind = known
    }
    if let party {
      guard let urn = PartyURN(party) else {
        throw CommandFailure(.usage, "--party: not a party URN; write urn:gatehouse:<la>:<slug>")
      }
      filter.party = urn
    }
    filter.message = try message.map { try MessageIDArgument.read($0) }
    return filter
  }
}

extension LogCommand {
  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show records of the log, oldest first.",
      discussion: """
        One record a line; --json writes JSON Lines. When there are more, the last line of the \
        talk names --after for the next page. With --witnesses: who has cosigned how much of the \
        log, whose logs are cosigned here, and what keeps ours from being signed.
        """)

    @OptionGroup var options: StoreOptions
    @OptionGroup var narrowing: LogFilterOptions
    @Option(help: "Records at most.") var limit = 100
    @Option(help: "Go on after this leaf.") var after: Int64?
    @Flag(help: "Show the witnesses instead.") var witnesses = false
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      let filter = try narrowing.filter()
      guard (1...100_000).contains(limit) else {
        throw CommandFailure(.usage, "--limit: give 1 to 100000")
      }
      guard (after ?? 0) >= 0, (after ?? 0) < Int64.max else {
        throw CommandFailure(.usage, "--after: give the index of a leaf")
      }
      let settings = try SettingsFile.read(options.config)
      if witnesses {
        return try await options.withStore { try await showWitnesses($0, settings) }
      }
      let first = after.map { $0 + 1 } ?? 0
      try await options.withStore { store in
        let page = try await store.logRecords(filter, from: first, limit: limit)
        for record in page.records {
          print(
            json
              ? String(decoding: LogRecordText.json(record), as: UTF8.self)
              : LogRecordText.line(record))
        }
        let end = (page.records.last?.index ?? (first - 1)) + 1
        try await store.recordLogView("shown", leaves: first..<max(end, first))
        if page.next != nil {
          Terminal.say("There are more: go on with --after \(end - 1).")
        }
      }
    }

    private func showWitnesses(_ store: Store, _ settings: Settings) async throws {
      let sizes = try await store.cosignedSizes()
      let signed = try await store.lastPublished()
      let quorum = QuorumRule(
        witnesses: settings.witnesses.map(\.key), needed: settings.logQuorum)
      let cosigned = signed.map { quorum.count(in: $0.note) } ?? 0
      let halts = try await store.halts(of: settings.logOrigin)
      let logs = try await store.witnessedLogs()
      let known = Dictionary(sizes.map { ($0.vkey, $0.size) }, uniquingKeysWith: max)
      var writer = JSONWriter()
      writer.beginObject()
      func member(_ name: String, _ number: Int64) {
        writer.key(name)
        writer.integer(number)
      }
      member("size", signed?.size ?? 0)
      member("needed", Int64(settings.logQuorum))
      member("cosigned", Int64(cosigned))
      let groups: [(String, [(String, Int64)])] = [
        ("witnesses", settings.witnesses.map { ($0.name, known[$0.key.vkey] ?? 0) }),
        ("halts", halts.map { ("\($0.witness) \($0.reason.rawValue)", $0.size) }),
        ("witnessed", logs.map { ($0.origin, $0.size) }),
      ]
      if !json { print("log\t\(signed?.size ?? 0)\t\(cosigned) of \(settings.logQuorum) needed") }
      for (name, rows) in groups {
        writer.key(name)
        writer.beginArray()
        for (text, size) in rows {
          writer.beginObject()
          writer.key("name")
          writer.string(text)
          member("size", size)
          writer.endObject()
          if !json { print("\(name)\t\(size)\t\(text)") }
        }
        writer.endArray()
      }
      writer.endObject()
      if json { print(String(decoding: writer.bytes, as: UTF8.self)) }
      if !halts.isEmpty {
        Terminal.say("The log is not signed further: see docs/log.md, After a restore.")
      }
    }
  }
}
