// The bytes of uploads by the MESH door until they are whole: one file each, chunk after chunk.
// Never trusts a file's length: the row says how far it is good, and what lies beyond is cut off.

import ExchangeModel
import Foundation

/// The folder of uploads under way.
struct MeshUploads: Sendable {
  private let folder: String

  init(directory: String) throws {
    folder = directory
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  func path(of meshID: String) -> String { "\(folder)/\(meshID)" }

  /// Begins a file, or opens the one that is there, to go on after `offset` bytes.
  ///
  /// Throws: `Refusal(.tooBusy)` while another request is writing it.
  func open(_ meshID: String, at offset: Int64) throws -> PartialAttachment {
    let path = path(of: meshID)
    let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      if errno == ENOSPC || errno == EDQUOT { throw Refusal(.storageFull) }
      throw FileFailure(operation: "open", code: errno)
    }
    let file = PartialAttachment(descriptor: descriptor, path: path)
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, file.isStillPartial else {
      throw Refusal(.tooBusy)
    }
    guard file.size >= offset else { throw FileFailure(operation: "size", code: EIO) }
    guard ftruncate(descriptor, off_t(offset)) == 0 else {
      throw FileFailure(operation: "truncate", code: errno)
    }
    guard lseek(descriptor, off_t(offset), SEEK_SET) == off_t(offset) else {
      throw FileFailure(operation: "seek", code: errno)
    }
    return file
  }

  /// The same bytes under a second name, to be given away while the first stays until the end.
  func twin(of meshID: String) throws -> PartialAttachment {
    let twin = path(of: meshID) + ".twin"
    unlink(twin)
    guard link(path(of: meshID), twin) == 0 else {
      throw FileFailure(operation: "link", code: errno)
    }
    let descriptor = Foundation.open(twin, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileFailure(operation: "open", code: errno) }
    return PartialAttachment(descriptor: descriptor, path: twin)
  }

  /// The whole file; nil when it is not there. The caller knows that it is small.
  func bytes(of meshID: String) -> [UInt8]? {
    FileManager.default.contents(atPath: path(of: meshID)).map { Array($0) }
  }

  func remove(_ meshID: String) {
    unlink(path(of: meshID))
    unlink(path(of: meshID) + ".twin")
  }

  /// The uploads that have a file older than a time.
  func names(before time: Timestamp) -> Set<String> {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return Set(
      names.filter { name in
        var status = stat()
        guard stat("\(folder)/\(name)", &status) == 0 else { return false }
        return Int64(status.st_mtim.tv_sec) * 1000 < time.milliseconds
      }
      .map { String($0.prefix(32)) })
  }
}
