// `gatehouse log …`: the message log, for whoever must answer for it and whoever checks the answer.

import ArgumentParser
import ExchangeModel
import Foundation
import Gateway
import MessageLog
import Storage

struct LogCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "The message log.",
    discussion: "docs/log.md tells administrators and auditors how to use it.",
    subcommands: [
      Verify.self, Show.self, Prove.self, VerifyProof.self, Export.self, VerifyExport.self,
      Key.self, Measure.self,
    ])
}

/// Reads what the log's commands are given.
enum LogArgument {
  /// Keys given as vkeys. Throws a failure of usage.
  static func keys(_ texts: [String], _ option: String) throws -> [NoteKey] {
    try texts.map { text in
      guard let key = try? NoteKey(vkey: text) else {
        throw CommandFailure(.usage, "\(option): not a vkey; write name+id+base64")
      }
      return key
    }
  }

  /// The log's keys: those given, or those of the settings; and all that they lead to by notes.
  static func keys(
    given: [String], option: String = "--vkey", settings: Settings?, rotations: [[UInt8]]
  ) throws -> [NoteKey] {
    let keys: [NoteKey]
    if given.isEmpty {
      guard let settings else {
        throw CommandFailure(.usage, "give \(option), the log's public key")
      }
      do {
        keys = try LogKeyFile.readAll(settings).keys
      } catch {
        throw CommandFailure(.error, "\(error); or give \(option)")
      }
    } else {
      keys = try self.keys(given, option)
    }
    return KeyRotation.trusted(from: keys, by: rotations)
  }

  /// A time, or a day: its beginning, or with `isEnd` its end.
  static func time(_ text: String?, _ option: String, isEnd: Bool) throws -> Timestamp? {
    guard let text else { return nil }
    guard let time = AuditFields.time(text, isEnd: isEnd) else {
      throw CommandFailure(
        .usage, "\(option): write a day (2026-11-21) or a time (2026-11-21T09:00:00Z)")
    }
    return time
  }

  static func file(_ path: String) throws -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw CommandFailure(.notFound, "\(path): cannot be read")
    }
    return Array(data)
  }

  /// Writes a file as a whole; failures become the command's.
  static func write(_ bytes: [UInt8], to path: String) throws {
    do {
      try WholeFile.write(bytes, to: path, mode: 0o644)
    } catch {
      throw CommandFailure(.error, "\(error)")
    }
  }
}

extension Store {
  /// Signs the tree as it stands, with the keys of the settings.
  func sign(_ settings: Settings) async throws -> PublishedTree {
    let signers = try LogKeyFile.readAll(settings)
    let origin = signers.current.key.name
    return try await publishCheckpoint(origin: origin) { size, root in
      try Checkpoint(origin: origin, size: size, root: root).signed(by: signers.all)
    }
  }
}
