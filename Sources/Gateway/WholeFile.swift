// Writing a small file such that after a crash it is the old one or the new one, never half.
// Never follows a link that somebody put in its place: a rename replaces the link.

package import Foundation
package import Storage

/// Replaces files as a whole.
package enum WholeFile {
  /// Why a file could not be written.
  package struct Fault: Error, Sendable, CustomStringConvertible {
    package let description: String
  }

  /// Writes beside the file, syncs, renames, and syncs the folder.
  package static func write(
    _ bytes: [UInt8], to path: String, mode: mode_t, failpoint: Failpoint? = nil
  ) throws {
    guard let (file, part) = openPart(of: path, mode: mode) else {
      throw Fault(description: "\(path): cannot be written")
    }
    do {
      try file.write(contentsOf: Data(bytes))
    } catch {
      unlink(part)
      throw Fault(description: "\(path): cannot be written")
    }
    try publish(file, part: part, as: path, failpoint: failpoint)
  }

  /// A new part beside a file, in place of one that was left over; nil when it cannot be made.
  package static func openPart(of path: String, mode: mode_t) -> (file: FileHandle, part: String)? {
    let part = path + ".part"
    unlink(part)
    let descriptor = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { return nil }
    return (FileHandle(fileDescriptor: descriptor, closeOnDealloc: true), part)
  }

  /// Syncs a part that was written, renames it, and syncs the folder.
  package static func publish(
    _ file: FileHandle, part: String, as path: String, failpoint: Failpoint? = nil
  ) throws {
    do {
      try file.synchronize()
    } catch {
      unlink(part)
      throw Fault(description: "\(path): cannot be written")
    }
    // If we crash here the old file stands, and a part beside it that the next writing replaces.
    if let failpoint { Failpoint.hit(failpoint) }
    guard rename(part, path) == 0 else { throw Fault(description: "\(path): cannot be replaced") }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { return }
    defer { close(directory) }
    guard fsync(directory) == 0 else { throw Fault(description: "\(folder): cannot be synced") }
  }
}
