// `gatehouse log key …`: the life of the log's signing key. Never prints a private key.

import ArgumentParser
import ExchangeModel
import Foundation
import Gateway
import MessageLog
import Storage

extension LogCommand {
  struct Key: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The log's signing key.",
      subcommands: [Create.self, KeyShow.self, Rotate.self, Retire.self])
  }
}

extension LogCommand.Key {
  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a key: the log's, or with --witness the one for cosigning others' logs.")

    @Option(help: "The log's or witness's name: a schemeless URL, e.g. gatehouse.example/log.")
    var origin: String
    @Option(help: "The private key's file.") var key = "log.key.pem"
    @Option(name: .customLong("vkey-file"), help: "The public key's file.")
    var vkeyFile = "log.vkey"
    @Flag(help: "A witness's key.") var witness = false

    func run() async throws {
      do {
        let signer = try LogKeyFile.create(
          at: key, vkeyFile: vkeyFile, origin: origin,
          kind: witness ? .cosignatureV1 : .ed25519, surroundings: .system)
        print(signer.key.vkey)
      } catch {
        throw CommandFailure(.error, "\(error)")
      }
    }
  }

  struct KeyShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show",
      abstract: "Show the log's public keys, and the notes by which one followed another.",
      discussion: "With --policy, the C2SP tlog-policy that a verifier of this log may use.")

    @OptionGroup var options: StoreOptions
    @Flag(help: "Print a tlog-policy.") var policy = false
    @Flag(help: "Print the rotation notes too.") var notes = false

    func run() async throws {
      let settings = try SettingsFile.read(options.config)
      let keys: [NoteKey]
      do {
        keys = try LogKeyFile.readAll(settings).keys
      } catch {
        throw CommandFailure(.error, "\(error)")
      }
      if policy {
        let witnesses = settings.witnesses.map { (name: $0.name, key: $0.key, url: $0.url) }
        return print(
          LogPolicy.text(logs: keys, witnesses: witnesses, quorum: settings.logQuorum),
          terminator: "")
      }
      for key in keys { print(key.vkey) }
      guard notes else { return }
      for note in try await options.withStore({ try await $0.keyRotations() }) {
        print("\n" + String(decoding: note, as: UTF8.self), terminator: "")
      }
    }
  }

  struct Rotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a new key; a note signed by both keys says that it follows the old one.",
      discussion: """
        From then on checkpoints are signed by both, until `log key retire`: a running gateway \
        takes the new key within a second. Publish the note and the new public key where the old one is known.
        """)

    @OptionGroup var options: StoreOptions
    @Option(help: "The private keys' file; default: that of the settings.") var key: String?
    @Option(name: .customLong("vkey-file"), help: "The public keys' file.") var vkeyFile: String
    @Option(help: "The file for the note.") var note: String

    func run() async throws {
      let settings = try SettingsFile.read(options.config)
      let path = key ?? LogKeyFile.path(settings)
      do {
        let old = try LogKeyFile.readAll(at: path, setting: "log.key")
        let new = try nextKey(path, old.current.key)
        let note = try KeyRotation.signed(
          from: old.current, to: new, at: Surroundings.system.now())
        try await options.withStore { try await $0.recordRotation(note) }
        try LogArgument.write(note.bytes, to: self.note)
        try LogKeyFile.replace(
          at: path, vkeyFile: vkeyFile, by: LogSigners(new, retiring: old.all))
        try? FileManager.default.removeItem(atPath: path + ".next")
        try? FileManager.default.removeItem(atPath: path + ".next.vkey")
        print(new.key.vkey)
      } catch let failure as CommandFailure {
        throw failure
      } catch {
        throw CommandFailure(.error, "\(error)")
      }
      Terminal.say("A running gateway signs by both keys within a second; see log.key.changed.")
    }

    /// The key of a rotation that was broken off, or a new one: in a file of its own before
    /// anything says that it follows.
    private func nextKey(_ path: String, _ old: NoteKey) throws -> NoteSigner {
      let next = path + ".next"
      if FileManager.default.fileExists(atPath: next) {
        return try LogKeyFile.readAll(at: next, setting: "log.key").current
      }
      return try LogKeyFile.create(
        at: next, vkeyFile: next + ".vkey", origin: old.name.description, surroundings: .system)
    }
  }

  struct Retire: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take the old keys out: from then on the new one signs alone.")

    @OptionGroup var options: StoreOptions
    @Option(help: "The private keys' file; default: that of the settings.") var key: String?
    @Option(name: .customLong("vkey-file"), help: "The public keys' file.") var vkeyFile: String

    func run() async throws {
      let settings = try SettingsFile.read(options.config)
      let path = key ?? LogKeyFile.path(settings)
      do {
        let signers = try LogKeyFile.readAll(at: path, setting: "log.key")
        guard !signers.retiring.isEmpty else {
          return Terminal.say("There is one key only; nothing to retire.")
        }
        try LogKeyFile.replace(at: path, vkeyFile: vkeyFile, by: LogSigners(signers.current))
        try await options.withStore { try await $0.recordLogAct("log-key-retired") }
        print(signers.current.key.vkey)
      } catch {
        throw CommandFailure(.error, "\(error)")
      }
      Terminal.say("A running gateway signs by the new key alone within a second.")
    }
  }
}
