// `gatehouse ctf`: transfer files of DfE's Common Transfer File family.
// Never changes a file it reads, and never takes a pupil off a roll.

import ArgumentParser
import CommonTransfer
import ExchangeModel
import Foundation
import Gateway
import Policy

struct TransferCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ctf", abstract: "Common transfer files (CTF, CML, CMJ).",
    subcommands: [Check.self, Name.self, Export.self, Import.self, Delay.self])

  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check transfer files, without sending them anywhere.",
      discussion: """
        Every rule is in docs/transfer.md. Exits 0 when all files are accepted, with warnings or
        without; 4 when one is rejected, or pupils in it; 3 when one cannot be read.
        """)

    @Flag(help: "Print one JSON object a file.") var json = false
    @OptionGroup var options: TransferCheckOptions
    @Argument(help: ArgumentHelp("Transfer files.", valueName: "file")) var files: [String]

    func run() async throws {
      let settings = try options.settings()
      var rejected = 0
      var unread: [String] = []
      for file in files {
        guard let report = TransferFile(path: file).check(settings) else {
          Terminal.say("gatehouse: \(file): cannot be read")
          unread.append(file)
          continue
        }
        if report.verdict == .reject || report.verdict == .rejectPupil { rejected += 1 }
        if json {
          print(String(decoding: report.json(file: file), as: UTF8.self))
        } else {
          for line in report.lines(file: file) { print(line) }
        }
      }
      if rejected > 0 {
        throw CommandFailure(
          .verificationFailed, "\(rejected) of \(files.count) rejected, in whole or in part")
      }
      if let first = unread.first { throw CommandFailure(.notFound, "\(first): cannot be read") }
    }
  }
}

struct TransferCheckOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Who received the files: a DfE number such as 8509901, or 850LLLL.", valueName: "number"))
  var receiver: String?
  @Option(help: ArgumentHelp("Check as on this day; default: today.", valueName: "date"))
  var on: String?
  @Option(
    help: ArgumentHelp(
      "Who is on your roll: CSV with upn, surname, forename, date_of_birth, sex.",
      valueName: "file"))
  var roll: String?

  func settings() throws -> TransferSettings {
    var today = UKTime.date(of: Surroundings.system.now())
    if let on {
      guard let day = CivilDate(on) else {
        throw CommandFailure(.usage, "--on takes a day such as 2026-11-17")
      }
      today = day
    }
    var settings = TransferSettings(today: today)
    if let receiver {
      guard let place = TransferPlace(code: receiver), !place.isLostPupilPool else {
        throw CommandFailure(.usage, "--receiver takes a DfE number such as 8509901, or 850LLLL")
      }
      settings.receiver = place
    }
    if let roll { settings.roll = try TransferRollFile(path: roll).read() }
    return settings
  }
}

/// A transfer file on disk, read in pieces.
struct TransferFile {
  let path: String
  private static let pieceBytes = 256 << 10
  /// Beyond so many bytes the rest of a file is not read: it was refused long before.
  private static let mostBytes = 1 << 30

  var name: String { String(path.split(separator: "/").last ?? "") }

  /// Nil when it cannot be read.
  func check(
    _ settings: TransferSettings, pupil: (TransferPupil) -> Void = { _ in }
  ) -> TransferReport? {
    guard let handle = FileHandle(forReadingAtPath: path) else { return nil }
    defer { try? handle.close() }
    let reader = TransferReader(name: name, settings: settings)
    var count = 0
    do {
      while count < Self.mostBytes, let piece = try handle.read(upToCount: Self.pieceBytes),
        !piece.isEmpty
      {
        count += piece.count
        reader.add(Array(piece), pupil: pupil)
      }
    } catch {
      return nil
    }
    return reader.finish(pupil: pupil)
  }
}
