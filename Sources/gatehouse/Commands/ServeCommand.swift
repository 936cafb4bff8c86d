// `gatehouse serve`: the gateway, until SIGTERM or SIGINT; then it finishes what it has begun.

import ArgumentParser
import ExchangeModel
import Foundation
import Gateway
import Logging

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Run the gateway.")

  @Option(help: "The settings file.") var config: String

  func run() async throws {
    Memory.returnLargeBlocks()
    let settings = try SettingsFile.read(config)
    let problems = GatewayServer.problems(of: settings)
    guard problems.isEmpty else {
      throw CommandFailure(.error, problems.joined(separator: "\n"))
    }
    let server = try await GatewayServer.start(
      settings, surroundings: .system, logger: .gatehouse(level: settings.logLevel))
    try await server.run()
  }
}
