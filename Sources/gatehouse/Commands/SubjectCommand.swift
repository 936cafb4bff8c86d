// `gatehouse subject …`: the rights of a child, at the gateway's machine and on a party's side.
// Never takes an identifier on the command line, where other people of the machine could see it.

import ArgumentParser
import ExchangeModel
import Foundation
import Gateway
import Storage
import Validation

struct SubjectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "subject", abstract: "The rights of a child: access and rectification.",
    subcommands: [Export.self, Rectify.self, State.self])

  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Everything the gateway holds about a child, for a person to review.",
      discussion: """
        FILE is a JSON object of identifiers: upn, formerUpn, nhsNumber, uln, uci, surname,
        forename, dateOfBirth. One number is enough, or both names with the date of birth.
        """)

    @OptionGroup var options: StoreOptions
    @Option(help: "The file with the child's identifiers.") var child: String
    @Option(help: "Write to this new file, readable by you alone, rather than to stdout.")
    var output: String?

    func run() async throws {
      let settings = try SettingsFile.read(options.config)
      let subject = try SubjectArgument.read(child, limits: settings.limits)
      let folder = try SchemaFolder(settings.schemas)
      let schemas = try SchemaSet(files: folder.files, limits: settings.limits)
      let bytes = try await options.withStore { store in
        let exporter = SubjectExporter(
          store: store, schemas: schemas, limits: settings.limits,
          now: Surroundings.system.now)
        return try await exporter.everything(about: subject)
      }
      guard let output else { return print(String(decoding: bytes, as: UTF8.self)) }
      guard !FileManager.default.fileExists(atPath: output),
        FileManager.default.createFile(
          atPath: output, contents: Data(bytes), attributes: [.posixPermissions: 0o600])
      else { throw CommandFailure(.error, "\(output): cannot be made, or is there already") }
      Terminal.say("A person must review \(output) before anything of it is released.")
    }
  }

  struct Rectify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Tell all who were sent something that it was put right.",
      discussion: """
        FILE is a JSON object: child (identifiers), field, kind, old, new, reason, from.
        Prints the rectification's id.
        """)

    @OptionGroup var options: ClientOptions
    @Option(help: "The file with the request.") var file: String

    func run() async throws {
      guard let data = FileManager.default.contents(atPath: file) else {
        throw CommandFailure(.notFound, "\(file): cannot be read")
      }
      let answer = try await options.withClient { client in
        try await client.call(
          "POST", "/v1/rectifications", headers: [("Content-Type", "application/json")],
          body: Array(data)
        ).orFailure()
      }
      try RectificationText.print(answer, json: options.json)
    }
  }

  struct State: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "rectification", abstract: "See who has put it right.")

    @OptionGroup var options: ClientOptions
    @Argument(help: "The rectification's id.") var id: String

    func run() async throws {
      let id = try MessageIDArgument.read(id)
      let answer = try await options.withClient { client in
        try await client.call("GET", "/v1/rectifications/\(id)").orFailure()
      }
      try RectificationText.print(answer, json: options.json)
    }
  }
}

/// The file that says which child is meant.
enum SubjectArgument {
  /// Bytes of the file, at most: what comes on standard input must end.
  private static let mostBytes = 64 << 10

  /// Reads a file, or standard input for `-`.
  static func read(_ path: String, limits: Limits) throws -> Subject {
    let data =
      path == "-"
      ? try FileHandle.standardInput.read(upToCount: mostBytes)
      : FileManager.default.contents(atPath: path)
    guard let data else {
      throw CommandFailure(.notFound, "\(path): cannot be read")
    }
    do {
      return try SubjectFile.read(Array(data), limits: limits)
    } catch {
      let faults = error.issues.map {
        "\(path): \($0.place.isEmpty ? "" : $0.place + ": ")\($0.message)"
      }
      throw CommandFailure(.usage, faults.joined(separator: "\n"))
    }
  }
}

private enum RectificationText {
  static func print(_ answer: ClientAnswer, json: Bool) throws {
    if json { return Swift.print(answer.text) }
    let root = try JSONDocument.parse(answer.bytes).root
    Swift.print(root["rectificationId"]?.string ?? "")
    for recipient in root["recipients"].map({ Array($0.elements) }) ?? [] {
      let applied = recipient["applied"]?.bool.map { $0 ? "\tapplied" : "\tnot applied" } ?? ""
      Swift.print(
        "\(recipient["recipient"]?.string ?? "")\t\(recipient["state"]?.string ?? "")\(applied)")
    }
  }
}
