// `gatehouse message send / status / receipt`: the sender's side; `held / release`: what waits for
// a person, at the gateway's own machine.

import ArgumentParser
import ExchangeModel
import Foundation
import Gateway
import Storage
import Validation

struct MessageCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "message", abstract: "Send messages and see what became of them.",
    subcommands: [Send.self, Status.self, Receipt.self, Held.self, Release.self, Open.self])

  struct Send: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Send envelopes; prints a receipt for each.",
      discussion: """
        A file is a whole envelope in JSON or XML. Attachments that the payload names are uploaded
        first, from --attachment files or the folder `attachments` beside the envelope.
        """)

    @OptionGroup var options: ClientOptions
    @Option(name: .customLong("attachment"), help: "A file to upload first; may be repeated.")
    var attachments: [String] = []
    @Argument(help: "Envelope files.") var files: [String]

    func run() async throws {
      try await options.withClient { client in
        for file in files { try await send(file, client) }
      }
    }

    private func send(_ file: String, _ client: PartyClient) async throws {
      guard let data = FileManager.default.contents(atPath: file) else {
        throw CommandFailure(.notFound, "\(file): cannot be read")
      }
      let bytes = Array(data)
      let beside = URL(fileURLWithPath: file).deletingLastPathComponent().path + "/attachments"
      let names = (try? FileManager.default.contentsOfDirectory(atPath: beside)) ?? []
      for path in attachments + names.sorted().map({ beside + "/" + $0 }) {
        try await upload(path, ifNamedIn: attachments.contains(path) ? nil : bytes, client)
      }
      let format = ContentFormat(lookingAt: bytes)
      let answer = try await client.send(bytes, format: format).orFailure()
      if options.json {
        print(answer.text)
      } else {
        let root = try JSONDocument.parse(answer.bytes).root
        let again = answer.status == 200 ? " (admitted before)" : ""
        print("\(root["messageId"]?.string ?? "")\t\(file)\(again)")
      }
    }

    /// Uploads a file whose digest the envelope names; every file when `bytes` is nil.
    private func upload(
      _ path: String, ifNamedIn bytes: [UInt8]?, _ client: PartyClient
    ) async throws {
      guard let digest = FileDigest.sha256(of: path) else {
        throw CommandFailure(.notFound, "\(path): cannot be read")
      }
      if let bytes, !String(decoding: bytes, as: UTF8.self).contains(digest) { return }
      _ = try await client.upload(file: path, sha256: digest).orFailure()
    }
  }

  struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "State and timeline of a message.")

    @OptionGroup var options: ClientOptions
    @Argument(help: "The message id of its receipt.") var id: String

    func run() async throws {
      let id = try MessageIDArgument.read(id)
      let answer = try await options.withClient { client in
        try await client.call("GET", "/v1/messages/\(id)").orFailure()
      }
      if options.json { return print(answer.text) }
      let root = try JSONDocument.parse(answer.bytes).root
      let fields = ["messageId", "type", "source", "recipient", "purpose", "priority", "state"]
      for field in fields { print("\(field)\t\(root[field]?.string ?? "")") }
      if let acknowledgement = root["acknowledgement"], let reason = acknowledgement["reason"] {
        print("reason\t\(reason.string ?? "")")
      }
      for entry in root["timeline"].map({ Array($0.elements) }) ?? [] {
        print("\(entry["at"]?.string ?? "")\t\(entry["event"]?.string ?? "")")
      }
    }
  }

  struct Receipt: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print a message's receipt, a C2SP tlog-proof.")

    @OptionGroup var options: ClientOptions
    @Argument(help: "The message id.") var id: String

    func run() async throws {
      let id = try MessageIDArgument.read(id)
      let answer = try await options.withClient { client in
        try await client.call("GET", "/v1/messages/\(id)/receipt").orFailure()
      }
      print(answer.text, terminator: "")
    }
  }

  struct Held: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the messages that are held, without their content.")

    @OptionGroup var options: StoreOptions
    @Flag(help: "Print one JSON object a message.") var json = false
    @Option(help: "At most this many.") var limit = 500

    func run() async throws {
      let held = try await options.withStore { store in
        // That one looked is logged before anything is shown.
        try await store.recordLogAct("held-listed")
        return try await store.heldMessages(limit: limit)
      }
      for message in held {
        let summary = message.summary
        guard json else {
          print(
            "\(summary.messageID)\t\(message.reason.rawValue)\t\(message.heldAt)\t\(summary.type)"
              + "\t\(summary.source)\t\(summary.recipient)")
          continue
        }
        var writer = JSONWriter()
        writer.beginObject()
        for (name, value) in [
          ("messageId", summary.messageID.text), ("reason", message.reason.rawValue),
          ("heldAt", message.heldAt.description), ("type", summary.type),
          ("source", summary.source.text), ("recipient", summary.recipient.text),
        ] {
          writer.key(name)
          writer.string(value)
        }
        writer.endObject()
        print(String(decoding: writer.bytes, as: UTF8.self))
      }
    }
  }

  struct Release: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Release a message that was held for a person into its recipient's inbox.",
      discussion: "What a withdrawn consent holds is not released: it needs a new message.")

    @OptionGroup var options: StoreOptions
    @Argument(help: "The message's id.") var id: String

    func run() async throws {
      guard let id = MessageID(id) else {
        throw CommandFailure(.usage, "not a message id; write it as the receipt has it")
      }
      try await options.withStore { try await $0.release(id) }
      Terminal.say("\(id) is released.")
    }
  }
}
