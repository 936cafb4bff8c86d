// `gatehouse check`: the settings as they are understood, and what is wrong with them.
// Never shows a key.

import ArgumentParser
import Foundation
import Gateway
import Validation

struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Show the settings, redacted, and what is wrong with them.")

  @Option(help: "The settings file.") var config: String
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    let settings = try SettingsFile.read(config)
    let problems = GatewayServer.problems(of: settings)
    if json {
      printJSON(settings, problems)
    } else {
      for (name, value) in settings.redacted { print("\(name)\t\(value)") }
      for problem in problems { Terminal.say("problem: \(problem)") }
    }
    guard problems.isEmpty else {
      throw CommandFailure(.error, "\(problems.count) problem(s); the gateway would not start")
    }
    Terminal.say("The settings are good.")
  }

  private func printJSON(_ settings: Settings, _ problems: [String]) {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("settings")
    writer.beginObject()
    for (name, value) in settings.redacted {
      writer.key(name)
      writer.string(value)
    }
    writer.endObject()
    writer.key("problems")
    writer.beginArray()
    for problem in problems { writer.string(problem) }
    writer.endArray()
    writer.endObject()
    print(String(decoding: writer.bytes, as: UTF8.self))
  }
}

/// Reads a settings file for a command.
enum SettingsFile {
  static func read(_ path: String) throws -> Settings {
    do {
      return try Settings(file: path)
    } catch {
      throw CommandFailure(.usage, "\(error)")
    }
  }
}
