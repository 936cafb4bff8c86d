// `gatehouse message send / status / receipt`: the sender's side.

import ArgumentParser
import ExchangeModel
import Foundation
import Gateway
import Validation

struct MessageCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "message", abstract: "Send messages and see what became of them.",
    subcommands: [Send.self, Status.self, Receipt.self])

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
      let format = EnvelopeFile.format(of: bytes)
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
}
