// `gatehouse ctf name`: what a transfer file's name says, or what it has to be.
// Never looks into a file: `ctf check` holds the name against the header.

import ArgumentParser
import CommonTransfer
import ExchangeModel
import Foundation
import Validation

extension TransferCommand {
  struct Name: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Read a transfer file's name, or make one.",
      discussion: """
        With a name: what it says; exits 4 when it breaks the rule. With --from, --to and --in: the
        next name of the pair in that folder, counted up from the names that are there.
        """)

    @Option(help: ArgumentHelp("The sender: 8504321, or 850LLLL.", valueName: "number"))
    var from: String?
    @Option(
      help: ArgumentHelp(
        "The receiver: 8519901, 851LLLL, XXXXXXX (not known) or MMMMMMM (outside).",
        valueName: "number"))
    var to: String?
    @Option(help: "CTF, CML or CMJ.") var kind = "CTF"
    @Option(help: ArgumentHelp("The serial number, 1 to 999.", valueName: "number"))
    var serial: Int?
    @Option(
      name: .customLong("in"),
      help: ArgumentHelp("Count up from the names in this folder.", valueName: "directory"))
    var folder: String?
    @Flag(help: "Print JSON.") var json = false
    @Argument(help: "Names to read.") var names: [String] = []

    func run() async throws {
      if from != nil || to != nil { return print(try make().text) }
      guard !names.isEmpty else {
        throw CommandFailure(.usage, "give a name to read, or --from and --to to make one")
      }
      var wrong = 0
      for name in names { if !tell(name) { wrong += 1 } }
      if wrong > 0 {
        throw CommandFailure(.verificationFailed, "\(wrong) of \(names.count) break the rule")
      }
    }

    private func make() throws -> TransferFileName {
      guard let source = from.flatMap({ TransferPlace(code: $0) }), !source.isLostPupilPool else {
        throw CommandFailure(.usage, "--from takes a DfE number such as 8504321, or 850LLLL")
      }
      guard let destination = to.flatMap({ TransferPlace(code: $0) }) else {
        throw CommandFailure(
          .usage, "--to takes a DfE number such as 8519901, 851LLLL, XXXXXXX or MMMMMMM")
      }
      guard let kind = TransferFileName.Kind(kind) else {
        throw CommandFailure(.usage, "--kind takes CTF, CML or CMJ")
      }
      var number = serial ?? 1
      if serial == nil, let folder {
        let known = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let pair = known.compactMap { TransferFileName($0) }.filter {
          $0.source == source && $0.destination == destination && $0.kind == kind
        }
        number = (pair.map(\.serial).max() ?? 0) + 1
      }
      guard
        let made = TransferFileName(
          source: source, kind: kind, destination: destination, serial: number)
      else {
        throw CommandFailure(.error, "the serial goes from 1 to 999; start again from 1")
      }
      return made
    }

    private func tell(_ text: String) -> Bool {
      let name = TransferFileName(text)
      if json {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("name")
        writer.string(text)
        writer.key("valid")
        writer.bool(name != nil)
        if let name {
          for (key, value) in [
            ("source", name.source.code), ("kind", name.kind.code),
            ("destination", name.destination.code),
          ] {
            writer.key(key)
            writer.string(value)
          }
          writer.key("serial")
          writer.integer(Int64(name.serial))
        }
        writer.endObject()
        print(String(decoding: writer.bytes, as: UTF8.self))
      } else if let name {
        print(
          "\(text): \(name.kind.code) number \(name.serial) from \(name.source.words) to "
            + "\(name.destination.words)")
      } else {
        print(
          "\(text): not a transfer file's name; one is 8504321_CTF_8519901_001.xml (source, kind, "
            + "destination, serial)")
      }
      return name != nil
    }
  }
}

extension TransferPlace {
  /// The place in words.
  var words: String {
    switch self {
    case .school(let number): "school \(number.digits)"
    case .authority(let digits): "authority \(digits)"
    case .unknown: "the lost pupil pool (destination not known)"
    case .outside: "the lost pupil pool (outside the maintained sector)"
    }
  }
}
