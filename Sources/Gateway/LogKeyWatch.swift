// Notices that the file of the log's signing keys was changed, so that a rotated key signs without a
// restart. Never takes a key that none of those at hand leads to: somebody who can write the file
// could otherwise sign this log with a key of his own.

import Foundation
import MessageLog
import Storage
import Synchronization

final class LogKeyWatch: Sendable {
  /// What tells a changed file: its place on the disk, its length and when it was written.
  private struct Mark: Equatable {
    let file: String
    let bytes: String
    let written: Date
  }

  private let settings: Settings
  private let last: Mutex<Mark?>

  init(_ settings: Settings) {
    self.settings = settings
    last = Mutex(Self.mark(LogKeyFile.path(settings)))
  }

  /// The keys of a file that changed since the last look; nil when it did not. Throws
  /// `LogKeyFile.Fault` when it cannot be read, or holds a key that does not follow one of `known`.
  func changed(from known: LogSigners, _ store: Store) async throws -> LogSigners? {
    let mark = Self.mark(LogKeyFile.path(settings))
    let isNew = last.withLock { last in
      defer { last = mark }
      return mark != nil && mark != last
    }
    guard isNew else { return nil }
    let found = try LogKeyFile.readAll(settings)
    guard found.keys != known.keys else { return nil }
    let trusted = KeyRotation.trusted(from: known.keys, by: try await store.keyRotations())
    guard found.keys.allSatisfy({ trusted.contains($0) }) else {
      throw LogKeyFile.Fault(
        description: "log.key: the file holds a key that no rotation note leads to; the old keys "
          + "sign on. Use `gatehouse log key rotate`, or restart to begin with it")
    }
    return found
  }

  private static func mark(_ path: String) -> Mark? {
    guard let found = try? FileManager.default.attributesOfItem(atPath: path),
      let file = found[.systemFileNumber], let bytes = found[.size],
      let written = found[.modificationDate] as? Date
    else { return nil }
    // Numbers, of a kind that differs by platform.
    return Mark(file: "\(file)", bytes: "\(bytes)", written: written)
  }
}
