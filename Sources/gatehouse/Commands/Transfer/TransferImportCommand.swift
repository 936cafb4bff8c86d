// `gatehouse ctf import`: files that a person fetched from S2S are checked for their receiver,
// written without refused pupils, and handed on through the gateway. And the posting delay.
// Never takes a pupil off a roll, nor joins a pupil to a record: the school's system does.

import ArgumentParser
import CommonTransfer
import ExchangeModel
import Foundation
import Gateway
import Storage
import Validation

extension TransferCommand {
  struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "import", abstract: "Take in transfer files that were fetched from S2S.",
      discussion: """
        Each file is checked for --receiver. With --directory it is written there strictly, \
        without refused pupils; with --profile it is handed in at the gateway, as an authority's \
        transfer desk does for its schools. Exits 4 when a file, or a pupil in one, is refused.
        """)

    @OptionGroup var options: TransferCheckOptions
    @Option(help: ArgumentHelp("Write what is taken here.", valueName: "directory"))
    var directory: String?
    @Option(help: ArgumentHelp("Hand the files in as this party.", valueName: "file"))
    var profile: String?
    @Argument(help: "Transfer files.") var files: [String]

    func run() async throws {
      var settings = try options.settings()
      // A desk takes in what is for any school of its authority: the gateway asks for whom.
      if profile != nil { settings.receiver = nil }
      var folder = try directory.map { try TransferFolder($0) }
      var refused = 0
      for file in files {
        guard let report = TransferFile(path: file).check(settings) else {
          throw CommandFailure(.notFound, "\(file): cannot be read")
        }
        for line in report.lines(file: file) { print(line) }
        if report.verdict == .reject || report.verdict == .rejectPupil { refused += 1 }
        guard report.verdict != .reject, report.refusedPupils < report.pupils else { continue }
        try write(file, report, settings, into: &folder)
        if profile != nil { try await handIn(file) }
      }
      try folder?.writeManifest()
      if refused > 0 {
        throw CommandFailure(
          .verificationFailed, "\(refused) of \(files.count) refused, in whole or in part")
      }
    }

    private func write(
      _ path: String, _ report: TransferReport, _ settings: TransferSettings,
      into folder: inout TransferFolder?
    ) throws {
      guard let name = folder?.name(for: TransferFile(path: path).name, report.header) else {
        return
      }
      var writer = TransferWriter(
        report.header, version: settings.currentVersion,
        made: report.header.madeAt(orOn: settings.today))
      _ = TransferFile(path: path).check(settings) { if !$0.isRefused { writer.add($0) } }
      let pupils = writer.pupils
      try folder?.add(
        name, writer.finish(), pupils: pupils, version: "\(settings.currentVersion).0")
    }

    private func handIn(_ path: String) async throws {
      guard let data = FileManager.default.contents(atPath: path) else {
        throw CommandFailure(.notFound, "\(path): cannot be read")
      }
      var client = ClientOptions()
      client.profile = profile
      client.json = false
      let name = TransferFile(path: path).name.filter { $0.isASCII && $0 != "\"" }
      let answer = try await client.withClient {
        try await $0.call(
          "POST", "/v1/transfers",
          headers: [
            ("Content-Type", "application/xml"),
            ("Content-Disposition", "attachment; filename=\"\(name)\""),
          ], body: Array(data))
      }
      if let failure = CommandFailure(answer) { throw failure }
      print(answer.text)
    }
  }

  struct Delay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "delay",
      abstract: "Set how long an authority's lost pupils are kept from view after leaving.")

    @OptionGroup var store: StoreOptions
    @Option(help: "The authority's three digits.") var authority: String
    @Option(help: "15-school-days, 20-school-days or 4-weeks.") var delay: String

    func run() async throws {
      guard let delay = PostingDelay(rawValue: delay) else {
        let words = PostingDelay.allCases.map(\.rawValue).joined(separator: ", ")
        throw CommandFailure(.usage, "--delay takes one of: \(words)")
      }
      guard LocalAuthorityNumber.isReal(authority.utf8) else {
        throw CommandFailure(.usage, "--authority takes the three digits of an authority")
      }
      try await store.withStore { try await $0.setPostingDelay(delay, of: authority) }
      print("authority \(authority): \(delay.rawValue)")
    }
  }
}
