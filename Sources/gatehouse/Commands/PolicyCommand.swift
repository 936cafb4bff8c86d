// `gatehouse policy explain / replay`: how a message would be decided, and how one was.

import ArgumentParser
import ExchangeModel
import Foundation
import Gateway
import Storage
import Validation

struct PolicyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy", abstract: "Decisions: explain one before sending, replay one made.",
    subcommands: [Explain.self, Replay.self])

  struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say whether an envelope would be admitted, rule by rule. Sends nothing.",
      discussion: "Exits 0 when it would be permitted, 1 when it would be denied.")

    @OptionGroup var options: ClientOptions
    @Argument(help: "An envelope file, JSON or XML.") var file: String

    func run() async throws {
      guard let data = FileManager.default.contents(atPath: file) else {
        throw CommandFailure(.notFound, "\(file): cannot be read")
      }
      let bytes = Array(data)
      let answer = try await options.withClient { client in
        try await client.explain(bytes, format: ContentFormat(lookingAt: bytes)).orFailure()
      }
      let root = try JSONDocument.parse(answer.bytes).root
      if options.json {
        print(answer.text)
      } else {
        for line in DecisionText(root, width: Terminal.width).lines { print(line) }
      }
      if root["verdict"]?.string != "permit" {
        throw CommandFailure(.error, "\(file): would be refused")
      }
    }
  }

  struct Replay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make the decision on an admitted message again, from the facts it rested on.",
      discussion: """
        Reads the store at the gateway's own machine; the gateway need not run. Exits 0 when the \
        decision is the same, 4 when it differs, 1 when it cannot be made again.
        """)

    @OptionGroup var options: StoreOptions
    @Flag(help: "Print JSON.") var json = false
    @Argument(help: "The message id.") var id: String

    func run() async throws {
      let id = try MessageIDArgument.read(id)
      let replay = DecisionReplay(
        try await options.withStore { store in
          try await store.recordLogAct("decision-replayed", about: id)
          return try await store.decisionRecord(of: id)
        })
      if json {
        print(String(decoding: replay.json, as: UTF8.self))
      } else {
        say(replay)
      }
      switch replay.outcome {
      case .same: return
      case .differs: throw CommandFailure(.verificationFailed, "\(id): the decision differs")
      case .cannot(let reason): throw CommandFailure(.error, reason)
      }
    }

    private func say(_ replay: DecisionReplay) {
      switch replay.outcome {
      case .same:
        print("same\tThe same facts give the same decision: \(replay.recorded.verdict.rawValue).")
      case .differs(let differences):
        for difference in differences { print("differs\t\(difference)") }
      case .cannot(let reason): print("cannot\t\(reason)")
      }
      if replay.hasPolicyChanged {
        print(
          "policy\tThe rules have changed since (version \(replay.recorded.policyVersion)), so "
            + "their wording was not compared.")
      }
    }
  }
}
