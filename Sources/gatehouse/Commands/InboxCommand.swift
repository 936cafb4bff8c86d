// `gatehouse inbox list / get / acknowledge / watch`: the recipient's side.

import ArgumentParser
import ExchangeModel
import Foundation
import Gateway
import Validation

struct InboxCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inbox", abstract: "Receive messages.",
    subcommands: [List.self, Get.self, Acknowledge.self, Watch.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List what awaits this party, oldest first.")

    @OptionGroup var options: ClientOptions
    @Option(help: "At most this many.") var limit = 100
    @Option(help: "Go on after this message id.") var after: String?
    @Option(help: "Wait up to this many seconds for the first one.") var wait = 0

    func run() async throws {
      let start = try after.map { "&after=\(try MessageIDArgument.read($0))" } ?? ""
      let path = "/v1/inbox?limit=\(limit)&wait=\(wait)" + start
      let answer = try await options.withClient { client in
        try await client.call("GET", path).orFailure()
      }
      if options.json { return print(answer.text) }
      let root = try JSONDocument.parse(answer.bytes).root
      for message in root["messages"].map({ Array($0.elements) }) ?? [] {
        print(InboxCommand.line(message))
      }
      if let next = root["next"]?.string {
        Terminal.say("There are more; go on with --after \(next)")
      }
    }
  }

  struct Get: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print a message: its envelope in JSON or XML, or text to read.")

    @OptionGroup var options: ClientOptions
    @Option(help: "json or xml; or text: a field a line, for a person.")
    var format: Format = .json
    @Argument(help: "The message id.") var id: String

    func run() async throws {
      let id = try MessageIDArgument.read(id)
      let accept = "application/cloudevents+" + (format == .xml ? "xml" : "json")
      let answer = try await options.withClient { client in
        try await client.call("GET", "/v1/inbox/\(id)", headers: [("Accept", accept)]).orFailure()
      }
      guard format == .text else { return print(answer.text) }
      let envelope = try JSONDocument.parse(answer.bytes).root
      for line in ReadableMessage.lines(of: envelope) { print(line) }
    }
  }

  enum Format: String, ExpressibleByArgument, CaseIterable { case json, xml, text }

  struct Acknowledge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say that a message was taken, or refuse it with a reason.")

    @OptionGroup var options: ClientOptions
    @Option(help: "Refuse it: the reason's code, e.g. not-ours.") var refuse: String?
    @Option(help: "A sentence to the sender, with --refuse.") var detail: String?
    @Option(help: "The role of who opened it, e.g. designated-safeguarding-lead.")
    var openedBy: String?
    @Argument(help: "The message id.") var id: String

    func run() async throws {
      let id = try MessageIDArgument.read(id)
      var writer = JSONWriter()
      writer.beginObject()
      writer.key("outcome")
      writer.string(refuse == nil ? "taken" : "refused")
      for (name, value) in [("reason", refuse), ("detail", detail), ("openedBy", openedBy)] {
        guard let value else { continue }
        writer.key(name)
        writer.string(value)
      }
      writer.endObject()
      let body = writer.bytes
      let answer = try await options.withClient { client in
        try await client.call(
          "POST", "/v1/inbox/\(id)/acknowledgement",
          headers: [("Content-Type", "application/json")], body: body
        ).orFailure()
      }
      if options.json { return print(answer.text) }
      let root = try JSONDocument.parse(answer.bytes).root
      print("\(id)\t\(root["state"]?.string ?? "")")
    }
  }

  struct Watch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print a line for each message as it arrives, until interrupted.",
      discussion: "Each line is followed up by `inbox get` and `inbox acknowledge`.")

    @OptionGroup var options: ClientOptions

    func run() async throws {
      try await options.withClient { client in
        var after: String?
        while !Task.isCancelled {
          let path = "/v1/inbox?wait=60" + (after.map { "&after=\($0)" } ?? "")
          let answer = try await client.call("GET", path).orFailure()
          let root = try JSONDocument.parse(answer.bytes).root
          for message in root["messages"].map({ Array($0.elements) }) ?? [] {
            after = message["messageId"]?.string
            let bytes = answer.bytes[message.byteRange]
            print(
              options.json ? String(decoding: bytes, as: UTF8.self) : InboxCommand.line(message))
          }
          // Whoever reads a pipe is told at once, not when a buffer is full.
          fflush(nil)
        }
      }
    }
  }

  static func line(_ message: JSONNode) -> String {
    ["messageId", "admittedAt", "priority", "type", "source"]
      .map { message[$0]?.string ?? "" }.joined(separator: "\t")
  }
}
