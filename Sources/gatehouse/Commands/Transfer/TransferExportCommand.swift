// `gatehouse ctf export`: correctly named files in a folder, with a manifest, for the upload to S2S
// that a person makes. Never overwrites a file, and never exports one that its rules stop.

import ArgumentParser
import CommonTransfer
import Crypto
import ExchangeModel
import Foundation
import Gateway
import Validation

extension TransferCommand {
  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write transfer files strictly, named and listed, for the upload to S2S.",
      discussion: """
        With files: each is read in whatever dialect, checked, and written anew. With --profile: \
        what the gateway holds for that party is fetched. manifest.json lists names and digests. \
        Exits 4 when a file cannot be exported.
        """)

    @Option(help: ArgumentHelp("Where the files go.", valueName: "directory"))
    var directory: String
    @Option(help: "The CTF version to write: 25 or 24.") var version = 25
    @Flag(help: "Leave out addresses, telephones, suppliers' data and unknown elements.")
    var addressSensitive = false
    @Option(help: ArgumentHelp("Fetch what waits for this party.", valueName: "file"))
    var profile: String?
    @Flag(help: "Acknowledge what was fetched, once it is written.") var acknowledge = false
    @OptionGroup var options: TransferCheckOptions
    @Argument(help: "Transfer files.") var files: [String] = []

    func run() async throws {
      guard TransferWriter.versions.contains(version) else {
        throw CommandFailure(.usage, "--version takes 25 or 24")
      }
      guard profile != nil || !files.isEmpty else {
        throw CommandFailure(.usage, "give files, or --profile to fetch what waits")
      }
      var folder = try TransferFolder(directory)
      var stopped = 0
      for file in files where try !export(file, into: &folder) { stopped += 1 }
      if let profile {
        try await TransferFetch(profile: profile, acknowledges: acknowledge).run(into: &folder)
      }
      try folder.writeManifest()
      if stopped > 0 {
        throw CommandFailure(
          .verificationFailed, "\(stopped) of \(files.count) cannot be exported")
      }
    }

    private func export(_ path: String, into folder: inout TransferFolder) throws -> Bool {
      let settings = try options.settings()
      guard let report = TransferFile(path: path).check(settings) else {
        throw CommandFailure(.notFound, "\(path): cannot be read")
      }
      for line in report.lines(file: path) { Terminal.say(line) }
      guard report.verdict != .reject, report.refusedPupils < report.pupils else { return false }
      guard let name = folder.name(for: TransferFile(path: path).name, report.header) else {
        Terminal.say(
          "\(path): no name can be made: the source school is not stated, or its serials to this "
            + "destination are used up")
        return false
      }
      var writer = TransferWriter(
        report.header, version: version, made: report.header.madeAt(orOn: settings.today),
        stripsAddresses: addressSensitive)
      _ = TransferFile(path: path).check(settings) { pupil in
        if !pupil.isRefused { writer.add(pupil, stripsAddresses: addressSensitive) }
      }
      let pupils = writer.pupils
      let bytes = writer.finish()
      for issue in writer.issues {
        Terminal.say("\(path): \(issue.message) [\(issue.rule.rawValue), \(issue.level.rawValue)]")
      }
      guard writer.mayLeave else { return false }
      try folder.add(name, bytes, pupils: pupils, version: "\(version).0")
      print("\(directory)/\(name.text)")
      return true
    }
  }
}

/// A folder of transfer files with its manifest.
struct TransferFolder {
  private let path: String
  private var entries: [(name: String, sha256: String, bytes: Int, pupils: Int, version: String)] =
    []

  init(_ path: String) throws {
    self.path = path
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
    } catch {
      throw CommandFailure(.error, "\(path): cannot be made")
    }
  }

  /// The name of a file: its own when it has one that is free, else the next of its pair.
  func name(for own: String, _ header: TransferHeader) -> TransferFileName? {
    if let name = TransferFileName(own), !isThere(name) { return name }
    guard let source = header.source?.place, let destination = header.destination?.place else {
      return nil
    }
    var name = TransferFileName(
      source: source, kind: TransferFileName(own)?.kind ?? .transfer, destination: destination,
      serial: 1)
    while let taken = name, isThere(taken) { name = taken.next }
    return name
  }

  func isThere(_ name: TransferFileName) -> Bool {
    FileManager.default.fileExists(atPath: "\(path)/\(name.text)")
  }

  mutating func add(
    _ name: TransferFileName, _ bytes: [UInt8], pupils: Int, version: String
  ) throws {
    do {
      try Data(bytes).write(
        to: URL(fileURLWithPath: "\(path)/\(name.text)"), options: [.withoutOverwriting])
    } catch {
      throw CommandFailure(.error, "\(path)/\(name.text): cannot be written, or is there")
    }
    entries.append((name.text, Hex.text(SHA256.hash(data: bytes)), bytes.count, pupils, version))
  }

  /// Writes `manifest.json` with what was added, behind what an earlier run listed.
  func writeManifest() throws {
    guard !entries.isEmpty else { return }
    let file = "\(path)/manifest.json"
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("files")
    writer.beginArray()
    if let earlier = FileManager.default.contents(atPath: file),
      let root = try? JSONDocument.parse(Array(earlier)).root
    {
      for entry in root["files"].map({ Array($0.elements) }) ?? [] { writer.raw(entry.rawBytes) }
    }
    for entry in entries {
      writer.beginObject()
      for (key, value) in [
        ("name", entry.name), ("sha256", entry.sha256), ("version", entry.version),
      ] {
        writer.key(key)
        writer.string(value)
      }
      for (key, value) in [("bytes", entry.bytes), ("pupils", entry.pupils)] {
        writer.key(key)
        writer.integer(Int64(value))
      }
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    try Data(writer.bytes + [0x0A]).write(to: URL(fileURLWithPath: file), options: .atomic)
  }
}

/// Fetches the transfer files that wait for a party, such as whoever carries files to S2S.
struct TransferFetch {
  let profile: String
  let acknowledges: Bool

  func run(into folder: inout TransferFolder) async throws {
    var options = ClientOptions()
    options.profile = profile
    options.json = false
    let acknowledges = acknowledges
    let found = try await options.withClient { client in
      var found: [(TransferFileName, [UInt8], Int, String)] = []
      var after = ""
      repeat {
        let page = try await client.call("GET", "/v1/transfers?side=received\(after)")
        if let failure = CommandFailure(page) { throw failure }
        let root = try JSONDocument.parse(page.bytes).root
        for entry in root["transfers"].map({ Array($0.elements) }) ?? [] {
          guard let id = entry["messageId"]?.string.flatMap({ MessageID($0) }),
            let name = entry["fileName"]?.string.flatMap({ TransferFileName($0) }),
            entry["state"]?.string == "sent" || entry["state"]?.string == "collected"
          else { continue }
          let file = try await client.call("GET", "/v1/transfers/\(id)/file")
          if let failure = CommandFailure(file) { throw failure }
          found.append(
            (
              name, file.bytes, Int(entry["pupils"]?.integer ?? 0),
              entry["version"]?.string ?? ""
            ))
          guard acknowledges else { continue }
          _ = try await client.call(
            "POST", "/v1/inbox/\(id)/acknowledgement",
            headers: [("Content-Type", "application/json")],
            body: Array(#"{"outcome":"taken"}"#.utf8))
        }
        after = root["next"]?.string.map { "&after=\($0)" } ?? ""
      } while !after.isEmpty
      return found
    }
    for (name, bytes, pupils, version) in found where !folder.isThere(name) {
      try folder.add(name, bytes, pupils: pupils, version: version)
      print(name.text)
    }
  }
}
