// A pool's image as a file: written once, then mapped for scanning while its records are read.
// Never shared while it is written; nothing here knows what the bytes mean.

import Foundation
import PupilTracing

/// A finished image on the disk, open for reading.
package final class PupilImageFile: ImageBytes, @unchecked Sendable {
  private let descriptor: Int32
  package let mapped: UnsafeRawBufferPointer

  /// Opens and maps a file. Throws `TraceFault`.
  package init(path: String) throws {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw TraceFault("the image of the pool cannot be opened") }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_size > 0,
      let base = mmap(nil, Int(status.st_size), PROT_READ, MAP_PRIVATE, descriptor, 0),
      base != MAP_FAILED
    else {
      close(descriptor)
      throw TraceFault("the image of the pool cannot be mapped")
    }
    mapped = UnsafeRawBufferPointer(start: base, count: Int(status.st_size))
  }

  deinit {
    if let base = mapped.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: base), mapped.count)
    }
    close(descriptor)
  }

  package func read(offset: Int, count: Int) throws -> [UInt8] {
    guard offset >= 0, count >= 0, offset <= mapped.count, count <= mapped.count - offset else {
      throw TraceFault("the image is shorter than its index says; build it again")
    }
    return try [UInt8](unsafeUninitializedCapacity: count) { space, done in
      done = try PartFile.fill(space, from: descriptor, at: offset)
    }
  }
}

/// Writes an image to a file, with its parts in files beside it that are gone when it ends.
package final class PupilImageFileWriter: ImageStore {
  private let image: PartFile
  private let parts: [PartFile]

  /// Creates the file, which must not exist. Throws `TraceFault`.
  package init(path: String) throws {
    image = try PartFile(path: path, isKept: true)
    parts = try (0..<ImageWriter.parts).map { try PartFile(path: "\(path).part\($0)", isKept: false) }
  }

  package func write(_ bytes: [UInt8]) throws { try image.append(bytes) }
  package func append(_ bytes: [UInt8], to part: Int) throws { try parts[part].append(bytes) }

  package func read(part: Int, offset: Int, count: Int) throws -> [UInt8] {
    try parts[part].read(offset: offset, count: count)
  }
}

/// A file that grows. Readable by nobody else; without a name unless it is kept.
private final class PartFile {
  private let descriptor: Int32
  private var size = 0

  init(path: String, isKept: Bool) throws {
    descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw TraceFault("the image of the pool cannot be created; is its folder there and writable?")
    }
    if !isKept { unlink(path) }
  }

  deinit { close(descriptor) }

  func append(_ bytes: [UInt8]) throws {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { all in
        pwrite(descriptor, all.baseAddress.map { $0 + done }, all.count - done, off_t(size))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw TraceFault("the image cannot be written; is the disk full?") }
      done += count
      size += count
    }
  }

  func read(offset: Int, count: Int) throws -> [UInt8] {
    let count = max(0, min(count, size - offset))
    return try [UInt8](unsafeUninitializedCapacity: count) { space, done in
      done = try Self.fill(space, from: descriptor, at: offset)
    }
  }

  static func fill(
    _ space: UnsafeMutableBufferPointer<UInt8>, from descriptor: Int32, at offset: Int
  ) throws -> Int {
    var done = 0
    while done < space.count {
      let count = pread(
        descriptor, space.baseAddress.map { $0 + done }, space.count - done, off_t(offset + done))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw TraceFault("the image of the pool cannot be read") }
      done += count
    }
    return done
  }
}
