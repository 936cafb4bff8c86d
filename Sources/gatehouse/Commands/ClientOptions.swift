// What every command on a party's side takes: the profile. Opens the client and closes it.

import ArgumentParser
import ExchangeModel
import Foundation
import Gateway

struct ClientOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The party's client.json.",
      discussion: "Default: $GATEHOUSE_PROFILE, else ./client.json.", valueName: "file"))
  var profile: String?

  @Flag(help: "Print JSON.")
  var json = false

  /// Runs `body` with a client of the profile; failures become the documented exit codes.
  func withClient<Value: Sendable>(
    _ body: (PartyClient) async throws -> Value
  ) async throws -> Value {
    let path =
      profile ?? ProcessInfo.processInfo.environment["GATEHOUSE_PROFILE"] ?? "client.json"
    let client: PartyClient
    do {
      client = try PartyClient(try ClientProfile(file: path))
    } catch {
      throw CommandFailure.from(error)
    }
    do {
      let value = try await body(client)
      try await client.close()
      return value
    } catch {
      try? await client.close()
      throw CommandFailure.from(error)
    }
  }
}

/// A message id as the person typed it: nothing else goes into a request's path.
enum MessageIDArgument {
  static func read(_ text: String) throws -> MessageID {
    guard let id = MessageID(text) else {
      throw CommandFailure(.usage, "not a message id; take it from the receipt or the inbox")
    }
    return id
  }
}

extension ClientAnswer {
  /// This answer, or the failure that it is.
  func orFailure() throws -> ClientAnswer {
    if let failure = CommandFailure(self) { throw failure }
    return self
  }
}
