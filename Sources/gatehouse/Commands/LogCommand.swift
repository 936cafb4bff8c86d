// `gatehouse log verify`: recompute the whole log and compare everything with it.

import ArgumentParser
import Foundation
import Gateway
import MessageLog
import Storage
import Validation

struct LogCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "The message log.", subcommands: [Verify.self])

  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Recompute the log; names the first bad record and exits 4 when it does not hold.")

    @OptionGroup var options: StoreOptions
    @Option(help: "The log's public key (vkey); default: that of the key in the settings.")
    var vkey: String?
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      let settings = try SettingsFile.read(options.config)
      let key = try vkey.map { try NoteKey(vkey: $0) } ?? LogKeyFile.read(settings).key
      let result = try await options.withStore { store in
        try await store.verifyLog(
          openNote: { note in
            let checkpoint = try Checkpoint.open(note, log: key).checkpoint
            return (checkpoint.size, checkpoint.root)
          },
          progress: { done, total in
            Terminal.progress("verifying: \(done) of \(total) leaves")
          })
      }
      Terminal.endProgress()
      if json { printJSON(result) }
      guard let fault = result.faults.first else {
        let text =
          "\(result.leaves) leaves, \(result.messages) messages and "
          + "\(result.checkpoints) checkpoints hold."
        return json ? Terminal.say(text) : print(text)
      }
      throw CommandFailure(.verificationFailed, fault)
    }

    private func printJSON(_ result: LogVerification) {
      var writer = JSONWriter()
      writer.beginObject()
      writer.key("leaves")
      writer.integer(result.leaves)
      writer.key("messages")
      writer.integer(result.messages)
      writer.key("checkpoints")
      writer.integer(Int64(result.checkpoints))
      writer.key("faults")
      writer.beginArray()
      for fault in result.faults { writer.string(fault) }
      writer.endArray()
      writer.endObject()
      print(String(decoding: writer.bytes, as: UTF8.self))
    }
  }
}
