// `gatehouse consent record / list / show / withdraw / review`: the consents that a party holds.

import ArgumentParser
import ExchangeModel
import Foundation
import Gateway
import Validation

struct ConsentCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "consent", abstract: "Record consents, see them, and withdraw them.",
    discussion: """
      A record's id is what a message names in `consentref`.
      Exit codes: 0 ok, 1 refused, 2 usage, 3 no such record, 5 the gateway cannot be reached.
      """,
    subcommands: [Record.self, List.self, Show.self, Withdraw.self, Review.self])

  struct Record: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Record a consent, or a refusal; prints the record's id.",
      discussion: "The file is JSON: see NewConsent in the gateway's /openapi.json.")

    @OptionGroup var options: ClientOptions
    @Option(help: ArgumentHelp("The consent, JSON.", valueName: "file")) var file: String

    func run() async throws {
      guard let data = FileManager.default.contents(atPath: file) else {
        throw CommandFailure(.notFound, "\(file): cannot be read")
      }
      let answer = try await options.withClient {
        try await $0.recordConsent(Array(data)).orFailure()
      }
      if options.json { return print(answer.text) }
      print(try JSONDocument.parse(answer.bytes).root["id"]?.string ?? "")
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the consents that this party holds, in the order recorded.")

    @OptionGroup var options: ClientOptions
    @Option(help: "At most this many.") var limit = 100
    @Option(help: "Go on after this record.") var after: String?

    func run() async throws {
      let start = try after.map(ConsentCommand.id)
      let answer = try await options.withClient { client in
        try await client.consents(after: start, limit: limit).orFailure()
      }
      if options.json { return print(answer.text) }
      let root = try JSONDocument.parse(answer.bytes).root
      for record in root["consents"].map({ Array($0.elements) }) ?? [] {
        print(ConsentCommand.line(record))
      }
      if let next = root["next"]?.string {
        Terminal.say("There are more; go on with --after \(next)")
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show a consent.")

    @OptionGroup var options: ClientOptions
    @Argument(help: "The record's id.") var id: String

    func run() async throws {
      let id = try ConsentCommand.id(id)
      let answer = try await options.withClient { try await $0.consent(id).orFailure() }
      if options.json { return print(answer.text) }
      let root = try JSONDocument.parse(answer.bytes).root
      for (name, value) in root.members where name != "history" {
        print("\(name)\t\(ConsentCommand.text(value))")
      }
      for change in root["history"].map({ Array($0.elements) }) ?? [] {
        let fields = ["at", "change", "scope", "recipient", "item", "reviewBy", "actor"]
        print(fields.compactMap { change[$0]?.string }.joined(separator: "\t"))
      }
    }
  }

  struct Withdraw: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Withdraw a consent at once: wholly, for one recipient, or for one item.")

    @OptionGroup var options: ClientOptions
    @Option(help: "For this recipient alone: its URN.") var recipient: String?
    @Option(help: "For this item alone.") var item: String?
    @Option(help: "Why; seen by who holds the record.") var reason: String?
    @Argument(help: "The record's id.") var id: String

    func validate() throws {
      if recipient != nil, item != nil {
        throw ValidationError("Give --recipient or --item, not both.")
      }
    }

    func run() async throws {
      let id = try ConsentCommand.id(id)
      let answer = try await options.withClient { client in
        try await client.withdrawConsent(id, recipient: recipient, item: item, reason: reason)
          .orFailure()
      }
      try ConsentCommand.tell(answer, asJSON: options.json)
    }
  }

  struct Review: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say that a consent was reviewed, and until when it stands.")

    @OptionGroup var options: ClientOptions
    @Option(help: "The day of the next review, YYYY-MM-DD.") var until: String
    @Argument(help: "The record's id.") var id: String

    func run() async throws {
      let id = try ConsentCommand.id(id)
      guard let day = CivilDate(until) else {
        throw CommandFailure(.usage, "--until: give a day as YYYY-MM-DD")
      }
      let answer = try await options.withClient {
        try await $0.reviewConsent(id, until: day).orFailure()
      }
      try ConsentCommand.tell(answer, asJSON: options.json)
    }
  }

  private static func id(_ text: String) throws -> MessageID {
    guard let id = MessageID(text) else {
      throw CommandFailure(.usage, "not a consent's id; take it from `gatehouse consent list`")
    }
    return id
  }

  private static func tell(_ answer: ClientAnswer, asJSON: Bool) throws {
    if asJSON { return print(answer.text) }
    print(line(try JSONDocument.parse(answer.bytes).root))
  }

  private static func line(_ record: JSONNode) -> String {
    (["id", "status", "reviewBy"].map { record[$0]?.string ?? "" }
      + ["purposes", "items", "recipients"].map { record[$0].map(text) ?? "" })
      .joined(separator: "\t")
  }

  private static func text(_ value: JSONNode) -> String {
    switch value.kind {
    case .array: value.elements.compactMap(\.string).joined(separator: " ")
    case .object: value.members.compactMap(\.value.string).joined(separator: " ")
    default: value.string ?? value.numberText ?? ""
    }
  }
}
