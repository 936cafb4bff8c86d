// Where an image's bytes come from and go to. The room itself opens no file: the caller maps,
// reads and writes.

/// An image to be read. `mapped` must stay valid, and its bytes unchanged, while this lives.
package protocol ImageBytes: AnyObject, Sendable {
  /// The whole image. Only the sections that a scan needs are ever touched here, so that of a
  /// mapped file the records stay on the disk.
  var mapped: UnsafeRawBufferPointer { get }
  /// Reads bytes without mapping them (`pread`), so that they do not stay resident.
  func read(offset: Int, count: Int) throws -> [UInt8]
}

/// Where an image is written: its own bytes in order, and numbered parts for what must wait.
package protocol ImageStore: AnyObject {
  /// Appends to the image.
  func write(_ bytes: [UInt8]) throws
  /// Appends to a part, of which there are `ImageWriter.parts`.
  func append(_ bytes: [UInt8], to part: Int) throws
  /// Reads back from a part; fewer bytes at its end.
  func read(part: Int, offset: Int, count: Int) throws -> [UInt8]
}

/// An image in memory, for small pools and tests.
package final class ImageInMemory: ImageBytes, ImageStore, @unchecked Sendable {
  private var bytes: [UInt8] = []
  private var waiting = [[UInt8]](repeating: [], count: ImageWriter.parts)
  private var copy: UnsafeMutableRawBufferPointer?

  package init() {}

  /// An image of these bytes.
  package init(bytes: [UInt8]) { self.bytes = bytes }

  deinit { copy?.deallocate() }

  /// All bytes written so far.
  package var contents: [UInt8] { bytes }

  /// The bytes at a fixed place; writing ends with the first call.
  package var mapped: UnsafeRawBufferPointer {
    if let copy { return UnsafeRawBufferPointer(copy) }
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 64)
    copy.copyBytes(from: bytes)
    self.copy = copy
    return UnsafeRawBufferPointer(copy)
  }

  package func read(offset: Int, count: Int) throws -> [UInt8] {
    guard offset >= 0, count >= 0, offset <= bytes.count, count <= bytes.count - offset else {
      throw TraceFault("the image is shorter than its index says; build it again")
    }
    return Array(bytes[offset..<offset + count])
  }

  package func write(_ bytes: [UInt8]) throws { self.bytes += bytes }

  package func append(_ bytes: [UInt8], to part: Int) throws { waiting[part] += bytes }

  package func read(part: Int, offset: Int, count: Int) throws -> [UInt8] {
    Array(waiting[part].dropFirst(offset).prefix(count))
  }
}

/// A checksum against bad disks and torn files, eight bytes at a time; no defence against intent.
enum ImageChecksum {
  static func of(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) -> UInt64 {
    var a = seed ^ 0x9E37_79B9_7F4A_7C15
    var b: UInt64 = 0xD6E8_FEB8_6659_FD93
    let words = bytes.count / 16
    for index in 0..<words {
      let x = bytes.loadUnaligned(fromByteOffset: index * 16, as: UInt64.self)
      let y = bytes.loadUnaligned(fromByteOffset: index * 16 + 8, as: UInt64.self)
      a = ((a ^ x) &* 0xff51_afd7_ed55_8ccd) ^ (a >> 29)
      b = ((b ^ y) &* 0xc4ce_b9fe_1a85_ec53) ^ (b >> 31)
    }
    for index in words * 16..<bytes.count {
      a = ((a ^ UInt64(bytes[index])) &* 0xff51_afd7_ed55_8ccd) ^ (a >> 29)
    }
    return ShortHash.mix(a ^ ShortHash.mix(b) ^ UInt64(bytes.count))
  }

  static func of(_ bytes: [UInt8]) -> UInt64 { bytes.withUnsafeBytes { of($0) } }
}
