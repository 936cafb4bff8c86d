// A sandbox's folder for a test: made by `gatehouse sandbox --once`, then served, its parties'
// clients at hand. Removed when the test ends.

import Crypto
import ExchangeModel
import Foundation
import Gateway
import Storage
import Testing
import Validation

/// A folder that a sandbox has made.
final class SandboxDirectory: Sendable {
  let path: String
  var config: String { path + "/gatehouse.json" }
  var vkey: String { path + "/log.vkey" }

  /// An empty name; nothing is made yet.
  init() {
    path = FileManager.default.temporaryDirectory.path + "/gatehouse-box-" + UUID().uuidString
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// A copy of a folder made by one sandbox that walked its story and ended.
  static func make() async throws -> SandboxDirectory {
    let template = try await template.value
    let directory = SandboxDirectory()
    try await aside {
      try FileManager.default.copyItem(atPath: template, toPath: directory.path)
    }
    return directory
  }

  private static let template = Task {
    let path = templatePath
    atexit { try? FileManager.default.removeItem(atPath: SandboxDirectory.templatePath) }
    let end = try await GatehouseProcess.run(
      ["sandbox", "--directory", path, "--port", "0", "--schemas", FewSchemas.path, "--once"])
    try #require(end.code == 0, "\(end.talk)")
    return path
  }

  private static let templatePath =
    FileManager.default.temporaryDirectory.path
    + "/gatehouse-template-\(ProcessInfo.processInfo.processIdentifier)"

  /// The `client.json` of a party.
  func profile(_ folder: String) -> String { "\(path)/parties/\(folder)/client.json" }

  /// A client of a party for a gateway on a port.
  func client(_ folder: String, port: Int) throws -> PartyClient {
    let base = "\(path)/parties/\(folder)"
    return try PartyClient(
      ClientProfile(
        url: "https://localhost:\(port)", certificateAuthority: path + "/ca.pem",
        certificate: base + "/certificate.pem", key: base + "/key.pem", party: folder))
  }
}

/// A `gatehouse serve` of a sandbox's folder.
final class ServedGateway: Sendable {
  let process: GatehouseProcess
  let port: Int
  /// From the start of the process to the moment it listens.
  let startTime: Duration

  /// Starts it and waits until it listens; nil when it dies before, at a failpoint.
  init?(_ directory: SandboxDirectory, environment: [String: String] = [:]) async throws {
    let started = ContinuousClock.now
    process = try GatehouseProcess(
      ["serve", "--config", directory.config], environment: environment)
    var port: Int?
    while port == nil, process.isRunning, ContinuousClock.now - started < .seconds(90) {
      port = Self.port(in: process.talk)
      if port == nil { try await Task.sleep(for: .milliseconds(5)) }
    }
    startTime = ContinuousClock.now - started
    guard let port else { return nil }
    self.port = port
  }

  /// The port in the line that tells of the start.
  private static func port(in talk: String) -> Int? {
    for line in talk.split(separator: "\n") where line.contains("gateway.started") {
      let root = try? JSONDocument.parse(Array(line.utf8)).root
      return root?["port"]?.string.flatMap { Int($0) }
    }
    return nil
  }

  /// Kills it as a power cut would.
  func kill() async throws {
    process.send(signal: SIGKILL)
    _ = try await process.wait(seconds: 60)
  }

  /// Asks it to stop, and expects that it ends well.
  func stop() async throws {
    process.send(signal: SIGTERM)
    let end = try await process.wait(seconds: 120)
    #expect(end.code == 0, "\(end.talk.suffix(2000))")
  }
}

/// Envelopes from the examples beside the schemas.
enum Example {
  static let messages = GatehouseProcess.checkout.path + "/schemas/messages"
  static let absence =
    messages + "/fifteen-day-absence-notification/v1/examples/on-and-off.valid.json"
  static let referral = messages + "/medical-referral/v1/examples/year-9-fatigue.valid.json"
  static let question =
    messages + "/medical-evidence-request/v1/examples/mornings-only.valid.json"
  static let invalid =
    messages
    + "/medical-referral/v1/examples/upn-check-letter-and-unknown-codes.invalid.json"

  /// An absence notification with this id.
  static func envelope(id: String) throws -> [UInt8] {
    let data = try #require(FileManager.default.contents(atPath: absence))
    var envelope = try EnvelopeReader.read(Array(data), format: .json).envelope
    envelope.id = id
    return EnvelopeWriter.write(envelope, as: .json)
  }
}

/// Does long work on a thread of its own: the few that all tests share stay free.
func aside<Made: Sendable>(_ work: @escaping @Sendable () throws -> Made) async throws -> Made {
  try await withCheckedThrowingContinuation { continuation in
    DispatchQueue.global().async { continuation.resume(with: Result(catching: work)) }
  }
}

/// The SHA-256 of some bytes in lower-case hex.
func sha256(_ bytes: [UInt8]) -> String { Hex.text(SHA256.hash(data: bytes)) }

/// The tests with processes of their own run one after another: each wants both cores.
@Suite("gatehouse", .serialized)
enum GatehouseTests {}
