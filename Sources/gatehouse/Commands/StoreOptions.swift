// What every command at the gateway's own machine takes: the settings, for the store they name.

import ArgumentParser
import ExchangeModel
import Gateway
import Policy
import Storage

struct StoreOptions: ParsableArguments {
  @Option(help: "The gateway's settings file.") var config: String

  /// Runs `body` with the store; failures become the documented exit codes.
  func withStore<Value: Sendable>(_ body: (Store) async throws -> Value) async throws -> Value {
    try await Self.withStore(config, body)
  }

  /// The same for a command whose settings file may be left out.
  static func withStore<Value: Sendable>(
    _ config: String, _ body: (Store) async throws -> Value
  ) async throws -> Value {
    let settings = try SettingsFile.read(config)
    do {
      let store = try Store(
        directory: settings.data, limits: settings.limits, surroundings: .system,
        access: Policy.decideAccess, due: Policy.reckonDue)
      let value = try await body(store)
      try store.close()
      return value
    } catch {
      throw CommandFailure.from(error)
    }
  }
}
