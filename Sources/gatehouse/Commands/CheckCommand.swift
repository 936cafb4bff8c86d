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
    let warnings = GatewayServer.warnings(of: settings, surroundings: .system)
    if json {
      printJSON(settings, problems, warnings)
    } else {
      for (name, value) in settings.redacted { print("\(name)\t\(value)") }
      for warning in warnings { Terminal.say("warning: \(warning)") }
      for problem in problems { Terminal.say("problem: \(problem)") }
    }
    guard problems.isEmpty else {
      throw CommandFailure(.error, "\(problems.count) problem(s); the gateway would not start")
    }
    Terminal.say(
      warnings.isEmpty
        ? "The settings are good."
        : "The gateway would start; \(warnings.count) thing(s) would not work.")
  }

  private func printJSON(_ settings: Settings, _ problems: [String], _ warnings: [String]) {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("settings")
    writer.beginObject()
    for (name, value) in settings.redacted {
      writer.key(name)
      writer.string(value)
    }
    writer.endObject()
    for (name, texts) in [("problems", problems), ("warnings", warnings)] {
      writer.key(name)
      writer.beginArray()
      for text in texts { writer.string(text) }
      writer.endArray()
    }
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
