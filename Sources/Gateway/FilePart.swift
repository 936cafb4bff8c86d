// A part of a file, read piece by piece. Never reads beyond it.

import Foundation
import Storage

final class FilePart: Sendable {
  private static let pieceBytes: Int64 = 128 << 10

  private let descriptor: Int32
  private let end: Int64

  /// `count` bytes from `start` on. Throws `FileFailure`.
  init(path: String, from start: Int64, count: Int64) throws {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileFailure(operation: "open", code: errno) }
    end = start + count
    guard lseek(descriptor, off_t(start), SEEK_SET) == off_t(start) else {
      throw FileFailure(operation: "seek", code: errno)
    }
  }

  deinit { close(descriptor) }

  /// The next piece; nil at the end.
  func next() throws -> [UInt8]? {
    let left = end - Int64(lseek(descriptor, 0, SEEK_CUR))
    guard left > 0 else { return nil }
    var count = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: Int(min(left, Self.pieceBytes))) {
      buffer, used in
      count = read(descriptor, buffer.baseAddress, buffer.count)
      used = max(0, count)
    }
    guard count > 0 else { throw FileFailure(operation: "read", code: count < 0 ? errno : EIO) }
    return bytes
  }
}
