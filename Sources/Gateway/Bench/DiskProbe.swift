// How fast the disk makes small appends durable: without it no durable rate means anything.

import Foundation

/// The disk below a folder, measured by itself.
package struct DiskProbe: Sendable {
  /// Milliseconds that half of the appends with their sync did not exceed.
  package let medianMilliseconds: Double
  /// Appends of one block, each with its own sync, a second.
  package let rate: Double

  private static let appends = 200
  private static let block = 4096

  /// Appends 4 KiB and syncs, 200 times, in a file that is then removed.
  /// Throws `BenchFault` when the disk refuses.
  package init(directory: String) throws {
    let path = directory + "/disk-probe"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw BenchFault("\(path): cannot be written") }
    defer {
      close(descriptor)
      unlink(path)
    }
    let bytes = [UInt8](repeating: 0x5A, count: Self.block)
    var times: [Double] = []
    for _ in 0..<Self.appends {
      let start = ContinuousClock.now
      let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      guard written == Self.block, Self.sync(descriptor) == 0 else {
        throw BenchFault("\(path): the disk does not sync")
      }
      times.append((ContinuousClock.now - start) / .microseconds(1) / 1000)
    }
    let total = times.reduce(0, +)
    times.sort()
    medianMilliseconds = times[times.count / 2]
    rate = Double(times.count) * 1000 / max(total, 0.001)
  }

  private static func sync(_ descriptor: Int32) -> Int32 {
    #if os(Linux)
      fdatasync(descriptor)
    #else
      fsync(descriptor)
    #endif
  }
}
