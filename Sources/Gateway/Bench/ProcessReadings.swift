// CPU time and memory of processes as Linux tells them (proc(5)). Reads only.
// On other systems there is nothing to read, and every reading is nil.

import Foundation

/// CPU times at one moment, in seconds since some start.
package struct CPUReading: Sendable {
  /// User and system time of one process.
  package let server: Double
  /// User and system time of this process: the load generator.
  package let client: Double
  /// Time that all cores together were not idle.
  package let busy: Double
  private let at = ContinuousClock.now

  /// Reads now. Nil when this system does not tell.
  package init?(server pid: Int32?) {
    guard let busy = ProcFile.busy else { return nil }
    self.busy = busy
    client = ProcFile.seconds(of: "self") ?? 0
    server = pid.flatMap { ProcFile.seconds(of: String($0)) } ?? 0
  }

  /// Seconds from an earlier reading to this one.
  package func seconds(since earlier: CPUReading) -> Double {
    (at - earlier.at) / .milliseconds(1) / 1000
  }

  /// Cores that neither the server nor this process kept busy since an earlier reading, on average.
  package func othersCores(since earlier: CPUReading) -> Double {
    let own = server - earlier.server + client - earlier.client
    return max(0, (busy - earlier.busy - own) / max(seconds(since: earlier), 0.001))
  }
}

/// Readings of memory.
package enum MemoryReading {
  /// Bytes of a process that are in memory (VmRSS); nil when the system does not tell.
  package static func resident(of pid: Int32) -> Int64? {
    guard let text = ProcFile.text("/proc/\(pid)/status") else { return nil }
    let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    let kilobytes = line?.split(separator: " ", omittingEmptySubsequences: true).dropLast().last
    return kilobytes?.split(separator: "\t").last.flatMap { Int64($0) }.map { $0 * 1024 }
  }
}

private enum ProcFile {
  private static let ticks = max(1, Double(sysconf(Int32(_SC_CLK_TCK))))

  static func text(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
  }

  /// User and system time of a process: fields 14 and 15 of its `stat`, counted after the name in
  /// brackets, which may hold spaces.
  static func seconds(of process: String) -> Double? {
    guard let text = text("/proc/\(process)/stat"), let end = text.lastIndex(of: ")") else {
      return nil
    }
    let fields = text[end...].split(separator: " ")
    guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else {
      return nil
    }
    return (user + system) / ticks
  }

  /// Time of all cores that was not idle and not waiting for a disk.
  static var busy: Double? {
    let line = text("/proc/stat")?.split(separator: "\n").first
    guard let fields = line?.split(separator: " "), fields.first == "cpu", fields.count >= 9 else {
      return nil
    }
    // user nice system idle iowait irq softirq steal
    return [1, 2, 3, 6, 7, 8].reduce(0) { $0 + (Double(fields[$1]) ?? 0) } / ticks
  }
}
