// Attachments on disk: partial uploads beside whole ones, named by digest. Bytes are checked
// against the digest from the file itself before a name is given. Never knows who may read.

import Crypto
package import ExchangeModel
import Foundation

/// The folder of attachments.
package struct AttachmentFiles: Sendable {
  private let whole: String
  private let partial: String

  init(directory: String) throws {
    whole = directory + "/whole"
    partial = directory + "/partial"
    for path in [whole, partial] {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
    }
  }

  /// Where the whole attachment of this digest lies, whether or not it is there.
  package func path(of sha256: String) -> String { "\(whole)/\(sha256.prefix(2))/\(sha256)" }

  /// Bytes of a whole attachment; 0 when it is not there.
  package func size(of sha256: String) -> Int64 {
    Int64(JournalCheckpointer.size(of: path(of: sha256)))
  }

  /// Bytes of a partial upload that are on disk; 0 when none was begun.
  package func partialSize(of sha256: String, by party: PartyURN) -> Int64 {
    Int64(JournalCheckpointer.size(of: partialPath(sha256, party)))
  }

  /// Opens a partial upload at an offset, which must be where it stands (or 0, to begin anew).
  ///
  /// Throws: `Refusal(.attachmentRangeMismatch)` when out of step, `Refusal(.tooBusy)` when
  /// another request is writing it.
  package func openPartial(
    _ sha256: String, by party: PartyURN, at offset: Int64
  ) throws -> PartialAttachment {
    let path = partialPath(sha256, party)
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      if errno == ENOSPC || errno == EDQUOT { throw Refusal(.storageFull) }
      throw FileFailure(operation: "open", code: errno)
    }
    let upload = PartialAttachment(descriptor: descriptor, path: path)
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw Refusal(.tooBusy) }
    // Between our open and our lock another request may have finished the upload: then this is the
    // whole attachment, and must not be written to.
    guard upload.isStillPartial else { throw Refusal(.tooBusy) }
    if offset == 0 {
      guard ftruncate(descriptor, 0) == 0 else {
        throw FileFailure(operation: "truncate", code: errno)
      }
    } else if lseek(descriptor, 0, SEEK_END) != offset {
      throw Refusal(.attachmentRangeMismatch)
    }
    guard lseek(descriptor, off_t(offset), SEEK_SET) == offset else {
      throw FileFailure(operation: "seek", code: errno)
    }
    return upload
  }

  /// Makes a complete partial upload a whole attachment: digest checked, synced, renamed, and the
  /// folder synced. Throws `Refusal(.attachmentDigestMismatch)`, having removed the bytes, when
  /// they are not what the digest says.
  package func finish(_ upload: PartialAttachment, as sha256: String) throws {
    guard try upload.digest() == sha256 else {
      unlink(upload.path)
      throw Refusal(.attachmentDigestMismatch)
    }
    do {
      try upload.sync()
    } catch {
      // The kernel now calls these bytes clean: a second sync would succeed, and prove nothing.
      unlink(upload.path)
      throw error
    }
    let target = path(of: sha256)
    let folder = "\(whole)/\(sha256.prefix(2))"
    if mkdir(folder, 0o700) == 0 {
      try Self.syncFolder(whole)
    } else if errno == ENOSPC || errno == EDQUOT {
      throw Refusal(.storageFull)
    }
    // If we crash here the partial file is complete: the next PUT finds nothing left to send.
    Failpoint.hit(.attachmentBeforeRename)
    guard rename(upload.path, target) == 0 else {
      throw FileFailure(operation: "rename", code: errno)
    }
    try Self.syncFolder(folder)
  }

  /// Whether the whole attachment's file is there.
  func isThere(_ sha256: String) -> Bool { access(path(of: sha256), F_OK) == 0 }

  /// Removes a whole attachment's file. False when it cannot be removed.
  func remove(_ sha256: String) -> Bool { unlink(path(of: sha256)) == 0 || errno == ENOENT }

  private func partialPath(_ sha256: String, _ party: PartyURN) -> String {
    "\(partial)/\(party.localAuthority)-\(party.slug)-\(sha256)"
  }

  private static func syncFolder(_ path: String) throws {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileFailure(operation: "open", code: errno) }
    defer { Foundation.close(descriptor) }
    guard fsync(descriptor) == 0 else { throw FileFailure(operation: "sync", code: errno) }
  }
}

/// An attachment being received; holds the lock on its partial file while it lives.
package final class PartialAttachment: Sendable {
  private let descriptor: Int32
  let path: String

  init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  deinit { Foundation.close(descriptor) }

  /// Writes bytes after those already there.
  /// Throws: `Refusal(.storageFull)` on a full disk, `FileFailure` otherwise.
  package func append(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes
    while let start = rest.baseAddress, !rest.isEmpty {
      let count = write(descriptor, start, rest.count)
      if count < 0 {
        if errno == EINTR { continue }
        if errno == ENOSPC || errno == EDQUOT { throw Refusal(.storageFull) }
        throw FileFailure(operation: "write", code: errno)
      }
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
    }
  }

  /// True while the path still names the file that is open and locked.
  var isStillPartial: Bool {
    var named = stat()
    var opened = stat()
    return stat(path, &named) == 0 && fstat(descriptor, &opened) == 0
      && named.st_ino == opened.st_ino && named.st_dev == opened.st_dev
  }

  /// Bytes on disk.
  package var size: Int64 { Int64(lseek(descriptor, 0, SEEK_END)) }

  /// The SHA-256 of the whole file in lower-case hex.
  func digest() throws -> String {
    var hasher = SHA256()
    var offset: off_t = 0
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = pread(descriptor, buffer.baseAddress, buffer.count, offset)
      if count < 0 {
        if errno == EINTR { continue }
        throw FileFailure(operation: "read", code: errno)
      }
      if count == 0 { break }
      hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      offset += off_t(count)
    }
    return Hex.text(hasher.finalize())
  }

  func sync() throws {
    guard fsync(descriptor) == 0 else { throw FileFailure(operation: "sync", code: errno) }
  }
}

/// A failed file operation, with the system's error number.
package struct FileFailure: Error, Sendable, CustomStringConvertible {
  package let operation: String
  package let code: Int32

  /// `code` is the system's `errno`.
  package init(operation: String, code: Int32) {
    self.operation = operation
    self.code = code
  }

  package var description: String { "\(operation): \(String(cString: strerror(code)))" }
}
