// The folder that a case system shares with the connector: which place is for what, and how files
// are taken from it and put into it. Never follows a link, and never shows a half-written file.

import ExchangeModel
import Foundation

/// What keeps the connector from working in its folder.
package enum ConnectorFault: Error, Sendable, CustomStringConvertible {
  /// The folder cannot be used as it is; the text says what to do.
  case folder(String)

  package var description: String {
    switch self {
    case .folder(let text): text
    }
  }
}

/// The places of a connector's folder.
package struct ConnectorFolder: Sendable {
  package enum Place: String, CaseIterable, Sendable {
    /// What the case system wants sent.
    case outbox
    /// What came for it.
    case inbox
    /// What was sent, each file with its receipt beside it.
    case sent
    /// What was refused for good, each file with the reason beside it.
    case quarantine
    /// The connector's own notes.
    case notes = ".gatehouse"
  }

  /// A file that waits in `outbox`, as it looked when it was listed.
  package struct Waiting: Hashable, Sendable {
    package let name: String
    let size: Int64
    /// Microseconds of its last change; only ever compared with itself.
    let changed: Int64
  }

  package let path: String
  /// Held open with its lock for as long as the connector lives.
  private let lock: FileHandle

  /// Makes what is missing and takes the folder for this process alone.
  /// Throws `ConnectorFault` when it cannot be written or another connector works in it.
  package init(_ path: String) throws {
    self.path = path
    for place in Place.allCases {
      try Self.make("\(path)/\(place.rawValue)")
    }
    for place in [Place.outbox, .inbox, .sent] {
      try Self.make("\(path)/\(place.rawValue)/attachments")
    }
    try Self.make("\(path)/\(Place.notes.rawValue)/unacknowledged")
    let name = "\(path)/\(Place.notes.rawValue)/lock"
    let descriptor = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      throw ConnectorFault.folder("\(path): cannot be written; give this user the right to")
    }
    lock = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw ConnectorFault.folder("\(path): another connector works in this folder; stop it first")
    }
  }

  private static func make(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o770])
    } catch {
      throw ConnectorFault.folder("\(path): cannot be made; give this user the right to")
    }
  }

  /// The path of a file in a place.
  package func file(_ name: String, in place: Place) -> String {
    "\(path)/\(place.rawValue)/\(name)"
  }

  /// The finished files that wait in `outbox` (or a folder in it), by name. A name that begins with
  /// a dot or ends as a program's unfinished file does is still being written.
  func waiting(in folder: String = "") throws -> [Waiting] {
    let base = "\(path)/\(Place.outbox.rawValue)\(folder.isEmpty ? "" : "/" + folder)"
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: base) else {
      throw ConnectorFault.folder("\(base): cannot be listed")
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.compactMap { name in
      guard !Self.isUnfinished(name) else { return nil }
      // Of the entry itself: a link is no file that waits.
      let found = try? FileManager.default.attributesOfItem(atPath: "\(base)/\(name)")
      guard let found, found[.type] as? FileAttributeType == .typeRegular,
        let size = (found[.size] as? NSNumber)?.int64Value,
        let changed = found[.modificationDate] as? Date
      else { return nil }
      let microseconds = (changed.timeIntervalSince1970 * 1_000_000).rounded()
      return Waiting(name: name, size: size, changed: Int64(exactly: microseconds) ?? 0)
    }
  }

  private static func isUnfinished(_ name: String) -> Bool {
    let endings = [".part", ".tmp", ".filepart", ".crdownload", "~"]
    return name.hasPrefix(".") || endings.contains { name.lowercased().hasSuffix($0) }
  }

  /// A file's bytes; nil when it is gone, is no plain file or holds more than `limit`.
  func read(_ path: String, limit: Int) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return nil }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    // Nothing more to read is nil too: an empty file.
    guard let data = try? file.read(upToCount: limit + 1) ?? Data(), data.count <= limit else {
      return nil
    }
    return Array(data)
  }

  /// Moves a file from `outbox` to another place under a name that is free there, and returns the
  /// name without its ending. `mark` tells files of one name apart.
  @discardableResult
  func move(_ name: String, to place: Place, mark: String) throws -> String {
    let freeName = self.freeName(name, in: place, mark: mark)
    let from = file(name, in: .outbox)
    guard rename(from, file(freeName, in: place)) == 0 else {
      throw ConnectorFault.folder("\(path): a file cannot be moved to \(place.rawValue)")
    }
    return freeName
  }

  /// The name itself, or one with the mark before its ending where another file has it.
  func freeName(_ name: String, in place: Place, mark: String) -> String {
    guard access(file(name, in: place), F_OK) == 0 else { return name }
    let (stem, ending) = Self.split(name)
    return "\(stem).\(mark)\(ending)"
  }

  /// A name and its ending, with the dot.
  static func split(_ name: String) -> (stem: String, ending: String) {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return (name, "") }
    return (String(name[..<dot]), String(name[dot...]))
  }
}
