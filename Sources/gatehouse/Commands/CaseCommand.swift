// `gatehouse case list / show`: how the cases stand that this party is a party of.

import ArgumentParser
import ExchangeModel
import Gateway
import Validation

struct CaseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "case", abstract: "Missing children, deletions and traces: how they stand.",
    subcommands: [List.self, Show.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the cases, newest first.")

    @OptionGroup var options: ClientOptions
    @Option(help: "At most this many.") var limit = 100

    func run() async throws {
      let answer = try await options.withClient { try await $0.cases(limit: limit).orFailure() }
      if options.json { return print(answer.text) }
      let root = try JSONDocument.parse(answer.bytes).root
      for found in root["cases"].map({ Array($0.elements) }) ?? [] {
        print(
          ["caseId", "kind", "state", "keeper", "changedAt"].map { found[$0]?.string ?? "" }
            .joined(separator: "\t"))
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show a case: its messages, and for a trace who was asked and what came back.")

    @OptionGroup var options: ClientOptions
    @Argument(help: "The case's id.") var id: String

    func run() async throws {
      guard let id = MessageID(id) else {
        throw CommandFailure(.usage, "not a case's id; take it from `gatehouse case list`")
      }
      let answer = try await options.withClient { try await $0.exchangeCase(id).orFailure() }
      if options.json { return print(answer.text) }
      let root = try JSONDocument.parse(answer.bytes).root
      for name in ["caseId", "kind", "state", "keeper", "openedAt", "changedAt"] {
        print("\(name)\t\(root[name]?.string ?? "")")
      }
      for message in root["messages"].map({ Array($0.elements) }) ?? [] {
        print(
          ["at", "step", "source", "recipient", "outcome", "messageId"]
            .map { message[$0]?.string ?? "" }.joined(separator: "\t"))
      }
      for asked in root["asked"].map({ Array($0.elements) }) ?? [] {
        print(
          "asked\t"
            + ["asked", "askedAt", "state", "dueAt", "answeredAt", "answer"]
            .map { asked[$0]?.string ?? "" }.joined(separator: "\t"))
      }
    }
  }
}
