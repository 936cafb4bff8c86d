// A CSV file that a command writes. Whole or not at all: it has its name only once it is finished.

import Foundation
import Gateway

/// A CSV file as it is written, readable by its owner alone: it names children.
final class CSVFile {
  private static let flushBytes = 64 << 10
  private let path: String
  private let file: FileHandle
  /// The unfinished file beside it; nil when it is a link, a pipe or a device, which is written at
  /// once.
  private var part: String?
  private var waiting = Data()

  /// Throws `CommandFailure` when it cannot be written.
  init(path: String) throws {
    self.path = path
    let found = try? FileManager.default.attributesOfItem(atPath: path)
    let isFile = found.map { $0[.type] as? FileAttributeType == .typeRegular } ?? true
    if !isFile, let direct = FileHandle(forWritingAtPath: path) {
      // A link may lead to a file that has something in it; a pipe has no end to cut.
      try? direct.truncate(atOffset: 0)
      file = direct
    } else if isFile, let (file, part) = WholeFile.openPart(of: path, mode: 0o600) {
      self.file = file
      self.part = part
    } else {
      throw CommandFailure(
        .usage, "cannot write \(path): name a file in a folder that you may write to")
    }
  }

  deinit {
    if let part { try? FileManager.default.removeItem(atPath: part) }
  }

  func write(_ text: String) throws {
    waiting.append(contentsOf: text.utf8)
    if waiting.count > Self.flushBytes { try flush() }
  }

  /// Finishes it. Throws `WholeFile.Fault` when it cannot be kept.
  func close() throws {
    try flush()
    guard let unfinished = part else { return try file.close() }
    part = nil
    try WholeFile.publish(file, part: unfinished, as: path)
    try file.close()
  }

  private func flush() throws {
    try file.write(contentsOf: waiting)
    waiting.removeAll(keepingCapacity: true)
  }

  /// A field as RFC 4180 wants it. One that a spreadsheet would take for a formula stays as it
  /// is: the file is read by programs, and an id must come back unchanged.
  static func field(_ text: String) -> String {
    let isPlain = !text.utf8.contains {
      $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 0x0A || $0 == 0x0D
    }
    return isPlain ? text : "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}
