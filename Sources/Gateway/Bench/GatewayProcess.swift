// A real gateway for the bench, in a process of its own: the same program, `serve`.
// Never outlives the bench: it is told to stop and waited for.

import Foundation
import Validation

/// A running `gatehouse serve`.
package final class GatewayProcess: Sendable {
  package let pid: Int32
  package let port: Int
  private let process: Process

  /// Starts the gateway and returns when it listens. Throws `BenchFault` when it does not within
  /// 60 seconds.
  package static func start(_ folder: BenchFolder) async throws -> GatewayProcess {
    guard FileManager.default.createFile(atPath: folder.log, contents: nil),
      let log = FileHandle(forWritingAtPath: folder.log)
    else { throw BenchFault("\(folder.log): cannot be written") }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.program)
    process.arguments = ["serve", "--config", folder.settingsFile]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = log
    try process.run()
    for _ in 0..<3000 {
      if let port = Self.port(in: folder.log) {
        return GatewayProcess(process, port: port)
      }
      guard process.isRunning else { break }
      try await Task.sleep(for: .milliseconds(20))
    }
    process.terminate()
    let said = FileManager.default.contents(atPath: folder.log) ?? Data()
    throw BenchFault("the gateway did not start: \(String(decoding: said, as: UTF8.self))")
  }

  private init(_ process: Process, port: Int) {
    self.process = process
    self.port = port
    pid = process.processIdentifier
  }

  /// Stops the gateway as an operator would, and waits for its end.
  /// - Returns: true when it ended with 0.
  package func stop() -> Bool {
    process.terminate()
    process.waitUntilExit()
    return process.terminationReason == .exit && process.terminationStatus == 0
  }

  /// This program's file.
  private static var program: String {
    let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return link ?? CommandLine.arguments.first ?? "gatehouse"
  }

  /// The port that the gateway's log names once it listens.
  private static func port(in log: String) -> Int? {
    guard let data = FileManager.default.contents(atPath: log) else { return nil }
    for line in Array(data).split(separator: 0x0A) {
      guard let entry = try? JSONDocument.parse(Array(line)).root,
        entry["event"]?.string == "gateway.started"
      else { continue }
      return entry["port"]?.string.flatMap { Int($0) }
    }
    return nil
  }
}
