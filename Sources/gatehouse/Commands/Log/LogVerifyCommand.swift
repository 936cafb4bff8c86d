// `gatehouse log verify`: recompute the whole log, from the database or from tiles, and compare
// everything with it. Never changes the log.

import ArgumentParser
import Foundation
import Gateway
import MessageLog
import Storage
import Validation

extension LogCommand {
  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Recompute the log; names the first bad record and exits 4 when it does not hold.",
      discussion: """
        From the database with --config, or with --tiles from a folder of tiles, such as \
        `gatehouse log export --tiles` writes or a mirror of /v1/log; that needs nothing but the \
        folder and --vkey. With --resume a run that was broken off goes on where it stood, and \
        one that ended looks at what is new; an audit quotes a run without it.
        """)

    @Option(help: "The gateway's settings file.") var config: String?
    @Option(help: "A folder with `checkpoint` and `tile/`.") var tiles: String?
    @Option(help: "The log's public key; repeat it for several. Default: those of the settings.")
    var vkey: [String] = []
    @Option(help: "A file that remembers how far the verification got.") var resume: String?
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      let resume = resume.map { ResumeFile(path: $0) }
      if let tiles {
        let settings = try config.map { try SettingsFile.read($0) }
        let keys = try LogArgument.keys(given: vkey, settings: settings, rotations: [])
        return try finish(try TileFolder(path: tiles).verify(keys, resume))
      }
      guard let config else { throw CommandFailure(.usage, "give --config FILE or --tiles DIR") }
      let settings = try SettingsFile.read(config)
      let result = try await StoreOptions.withStore(config) { store in
        let keys = try LogArgument.keys(
          given: vkey, settings: settings, rotations: try await store.keyRotations())
        return try await store.verifyLog(
          from: try resume?.read(),
          openNote: { note in
            let checkpoint = try Checkpoint.open(note, logs: keys).checkpoint
            return (checkpoint.size, checkpoint.root)
          },
          progress: { done, total in
            Terminal.progress("verifying: \(done) of \(total) leaves")
          },
          keep: { try resume?.write($0) })
      }
      try finish(result)
    }

    private func finish(_ result: LogVerification) throws {
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

/// The file of `--resume`.
struct ResumeFile: Sendable {
  let path: String

  /// How far the earlier run got; nil when there was none. Throws for a file of another kind.
  func read() throws -> LogMark? {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    let root = try? JSONDocument.parse(Array(data)).root
    func number(_ name: String) -> Int64? { root?[name]?.integer.flatMap { Int64(exactly: $0) } }
    guard let leaves = number("leaves"), leaves >= 0,
      let hash = root?["root"]?.string.flatMap({ MerkleHash(hex: $0) }),
      let messages = number("messages"), let acknowledgements = number("acknowledgements"),
      let checkpoints = number("checkpoints").flatMap({ Int(exactly: $0) })
    else { throw CommandFailure(.usage, "\(path): not the file of an earlier verification") }
    return LogMark(
      leaves: leaves, root: hash, messages: messages, acknowledgements: acknowledgements,
      checkpoints: checkpoints)
  }

  func write(_ mark: LogMark) throws {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("leaves")
    writer.integer(mark.leaves)
    writer.key("root")
    writer.string(mark.root.hex)
    writer.key("messages")
    writer.integer(mark.messages)
    writer.key("acknowledgements")
    writer.integer(mark.acknowledgements)
    writer.key("checkpoints")
    writer.integer(Int64(mark.checkpoints))
    writer.endObject()
    try LogArgument.write(writer.bytes + [0x0A], to: path)
  }
}
