// `gatehouse sandbox`: everything on one machine, nothing to configure, and the main job walked.

import ArgumentParser
import ExchangeModel
import Foundation
import Gateway
import Logging

struct SandboxCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sandbox",
    abstract: "Run a gateway with a throw-away CA and every agency, and walk one exchange.")

  @Option(help: "The folder to make it in.") var directory = "sandbox"
  @Option(help: "The API's port; 0 takes a free one.") var port = 8443
  @Option(help: "Reserved for the console's port; the console is not built yet.")
  var consolePort: Int?
  @Option(help: "The schemas folder; default: the one beside the program or here.")
  var schemas: String?
  @Flag(help: "Exit after the exchange: 0 when every step held.") var once = false

  func run() async throws {
    guard let schemas = schemas ?? SchemaFolder.locate() else {
      throw CommandFailure(.usage, "no schemas folder found; give --schemas DIR")
    }
    let path = URL(fileURLWithPath: directory).standardizedFileURL.path
    let schemasPath = URL(fileURLWithPath: schemas).standardizedFileURL.path
    // Whoever waits for this file must not find the one of an earlier run.
    try? FileManager.default.removeItem(atPath: path + "/sandbox.json")
    let folder = SandboxFolder(path: path, schemas: schemasPath, surroundings: .system)
    Terminal.say(Terminal.styled("Gatehouse sandbox", .bold) + " in \(path)")
    Terminal.say("A throw-away CA, \(SandboxParty.all.count) agencies, one gateway. No real data.")
    let settings = try folder.prepare(port: port)
    let server = try await start(settings, path)
    try await folder.register(in: server.store)
    try await SandboxCalendars.importAll(into: server.store)
    try await SandboxPupils.load(into: server.store)
    try folder.publish(api: server.api.port, admin: server.admin?.port)
    let failing = try Acknowledger.roles.compactMap { slug, _ in
      try SandboxParty.all.first { $0.folder == slug }
        .map { (slug: slug, profile: try folder.profile(of: $0)) }
    }
    let story = SandboxStory(
      folder: folder, logKey: server.publisher.key,
      api: "https://localhost:\(server.api.port)", once: once)
    try await server.run(
      beside: [Acknowledger(profiles: failing, logger: Self.logger(path))], until: story,
      endsWithIt: once)
  }

  private func start(_ settings: Settings, _ path: String) async throws -> GatewayServer {
    do {
      return try await GatewayServer.start(
        settings, surroundings: .system, logger: Self.logger(path))
    } catch {
      throw CommandFailure(
        .error, "the gateway does not start: \(error); is port \(settings.port) taken?")
    }
  }

  /// The gateway's own log goes to a file, so that the story can be read.
  private static func logger(_ path: String) -> Logger {
    let file = open(path + "/gatehouse.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    return Logger(label: "gatehouse") { _ in
      JSONLogHandler(level: .info, now: Surroundings.system.now) { bytes in
        bytes.withUnsafeBytes { buffer in
          if let start = buffer.baseAddress { _ = write(file, start, buffer.count) }
        }
      }
    }
  }
}
