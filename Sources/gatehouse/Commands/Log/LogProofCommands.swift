// `gatehouse log prove` and `log verify-proof`: that one message was admitted, as a file that needs
// nobody's help to be checked.

import ArgumentParser
import ExchangeModel
import Foundation
import Gateway
import MessageLog
import Storage
import Validation

extension LogCommand {
  struct Prove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write the proof of a message's admission, a C2SP tlog-proof.",
      discussion: """
        At the gateway's own machine with --config; as the message's sender or recipient with \
        --profile.
        """)

    @Option(help: "The gateway's settings file.") var config: String?
    @Option(help: "The party's client.json.") var profile: String?
    @Option(name: .shortAndLong, help: "The file to write; default: standard output.")
    var output: String?
    @Argument(help: "The message id.") var id: String

    func run() async throws {
      let id = try MessageIDArgument.read(id)
      let proof: [UInt8]
      if let config {
        let settings = try SettingsFile.read(config)
        proof = try await StoreOptions.withStore(config) { try await prove(id, $0, settings) }
      } else {
        var options = ClientOptions()
        options.profile = profile
        proof = try await options.withClient { client in
          try await client.call("GET", "/v1/messages/\(id)/receipt").orFailure().bytes
        }
      }
      guard let output else { return print(String(decoding: proof, as: UTF8.self), terminator: "") }
      try LogArgument.write(proof, to: output)
      Terminal.say("Wrote \(output); check it with `gatehouse log verify-proof`.")
    }

    private func prove(
      _ id: MessageID, _ store: Store, _ settings: Settings
    ) async throws -> [UInt8] {
      let tree = try await store.lastPublished()
      var proof: TlogProof?
      if let tree { proof = try await store.admissionProof(of: id, in: tree) }
      // Admitted since the last checkpoint: one that covers it is signed.
      if proof == nil {
        proof = try await store.admissionProof(of: id, in: try await store.sign(settings))
      }
      guard let proof else {
        throw CommandFailure(.unavailable, "the log has not signed a tree with it yet; try again")
      }
      try await store.recordLogView("proved", leaves: proof.index..<(proof.index + 1))
      return proof.text
    }
  }

  struct VerifyProof: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check a proof offline; exits 4 with the reason when it does not hold.",
      discussion: """
        Needs the proof and the log's public key, and asks nobody. With --witness, so many \
        cosignatures of those keys must be on the checkpoint as --quorum says; with --policy, a \
        C2SP tlog-policy file says it all.
        """)

    @Argument(help: "The proof (.tlog-proof).") var file: String
    @Option(help: "The log's public key (vkey); repeat it for several.") var key: [String] = []
    @Option(help: "A note by which the log's key was followed by another; may be repeated.")
    var rotation: [String] = []
    @Option(help: "A witness's public key (vkey); may be repeated.") var witness: [String] = []
    @Option(help: "Cosignatures of those witnesses that are needed.") var quorum = 0
    @Option(help: "A tlog-policy file, instead of keys.") var policy: String?
    @Option(help: "The leaf's entry, for a proof that does not bring it.") var entry: String?
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      let policy = try readPolicy()
      let notes = try rotation.map { try LogArgument.file($0) }
      let given = try LogArgument.keys(key, "--key") + (policy?.logs ?? [])
      guard !given.isEmpty else {
        throw CommandFailure(.usage, "give --key VKEY, the log's public key, or --policy FILE")
      }
      let witnesses =
        try policy?.witnesses ?? LogArgument.keys(witness, "--witness")
      let bytes = try LogArgument.file(file)
      let givenEntry = try entry.map { try LogArgument.file($0) }
      do {
        let proof = try TlogProof(bytes)
        guard let entry = givenEntry ?? proof.extra else {
          throw CommandFailure(.usage, "the proof does not bring its entry; give --entry FILE")
        }
        let opened = try proof.verify(
          entry: entry, logs: KeyRotation.trusted(from: given, by: notes), witnesses: witnesses)
        let isEnough =
          policy?.isMet(by: opened.cosignatures) ?? (opened.cosignatures.count >= quorum)
        guard isEnough else {
          throw CommandFailure(
            .verificationFailed,
            "Only \(opened.cosignatures.count) known witnesses have cosigned the checkpoint.")
        }
        tell(proof, entry, opened.checkpoint, opened.cosignatures)
      } catch let fault as LogFault {
        throw CommandFailure(.verificationFailed, "\(fault)")
      }
    }

    private func readPolicy() throws -> LogPolicy? {
      guard let policy else { return nil }
      do {
        return try LogPolicy(try LogArgument.file(policy))
      } catch let fault as LogFault {
        throw CommandFailure(.usage, "\(policy): \(fault)")
      }
    }

    private func tell(
      _ proof: TlogProof, _ entry: [UInt8], _ checkpoint: Checkpoint,
      _ cosignatures: [VerifiedSignature]
    ) {
      let leaf = try? LeafEntry(entry)
      let fields: [(String, String)] = [
        ("origin", checkpoint.origin.description), ("index", String(proof.index)),
        ("size", String(checkpoint.size)), ("at", leaf?.at.description ?? ""),
        ("event", leaf?.kind.rawValue ?? ""), ("subject", leaf?.subject ?? ""),
        ("commitment", leaf.map { "sha256:\($0.commitment.hex)" } ?? ""),
        (
          "witnesses",
          cosignatures.map { "\($0.key.name) \(Timestamp(milliseconds: $0.time * 1000))" }
            .joined(separator: ", ")
        ),
      ]
      guard json else {
        for (name, value) in fields where !value.isEmpty { print("\(name)\t\(value)") }
        return Terminal.say("The proof holds.")
      }
      var writer = JSONWriter()
      writer.beginObject()
      for (name, value) in fields {
        writer.key(name)
        writer.string(value)
      }
      writer.endObject()
      print(String(decoding: writer.bytes, as: UTF8.self))
    }
  }
}
