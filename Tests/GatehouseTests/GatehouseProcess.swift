// The built `gatehouse` as a process of its own: started, watched, signalled, its exit code read.
// Its output goes to files, so that nobody waits for a full pipe.

import Foundation
import Synchronization
import Testing

/// How a process ended, and what it said.
struct ProcessEnd: Sendable {
  /// The exit code; nil when a signal ended it.
  let code: Int32?
  /// The signal that ended it; nil when it exited.
  let signal: Int32?
  /// Standard output: data.
  let out: String
  /// Standard error: talk.
  let talk: String
}

/// A running `gatehouse`.
final class GatehouseProcess: Sendable {
  struct NotFound: Error {}
  struct TimedOut: Error {}

  private enum State {
    case running([CheckedContinuation<Void, Never>])
    case ended(status: Int32, isSignal: Bool)
  }

  let identifier: Int32
  private let folder: String
  private let state = Mutex(State.running([]))

  /// The program: beside the test bundle, or in the checkout's build folder.
  static let program: String? = {
    var folders = [URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()]
    if let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
      folders.append(URL(fileURLWithPath: link).deletingLastPathComponent())
    }
    folders.append(checkout.appendingPathComponent(".build/debug"))
    let paths = folders.map { $0.appendingPathComponent("gatehouse").path }
    let given = ProcessInfo.processInfo.environment["GATEHOUSE_PROGRAM"].map { [$0] } ?? []
    return (given + paths).first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// The checkout that these tests lie in.
  static let checkout = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Starts the program with these arguments, in the checkout's folder.
  init(_ arguments: [String], environment: [String: String] = [:]) throws {
    guard let program = Self.program else { throw NotFound() }
    folder = FileManager.default.temporaryDirectory.path + "/gatehouse-io-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.currentDirectoryURL = Self.checkout
    var inherited = ProcessInfo.processInfo.environment
    inherited["GATEHOUSE_PROFILE"] = nil
    process.environment = inherited.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try Self.file(folder + "/out")
    process.standardError = try Self.file(folder + "/talk")
    let box = EndBox()
    process.terminationHandler = { process in
      box.tell(process.terminationStatus, process.terminationReason == .uncaughtSignal)
    }
    try process.run()
    identifier = process.processIdentifier
    box.listen { [weak self] status, isSignal in self?.ended(status, isSignal) }
  }

  deinit {
    if case .running = state.withLock({ $0 }) { Foundation.kill(identifier, SIGKILL) }
    try? FileManager.default.removeItem(atPath: folder)
  }

  private static func file(_ path: String) throws -> FileHandle {
    _ = FileManager.default.createFile(atPath: path, contents: nil)
    return try #require(FileHandle(forWritingAtPath: path))
  }

  private func ended(_ status: Int32, _ isSignal: Bool) {
    let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      guard case .running(let waiters) = state else { return [] }
      state = .ended(status: status, isSignal: isSignal)
      return waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  var isRunning: Bool { if case .running = state.withLock({ $0 }) { true } else { false } }

  /// What it has printed so far.
  var out: String { (try? String(contentsOfFile: folder + "/out", encoding: .utf8)) ?? "" }
  var talk: String { (try? String(contentsOfFile: folder + "/talk", encoding: .utf8)) ?? "" }

  func send(signal: Int32) { Foundation.kill(identifier, signal) }

  /// Waits until it has ended. Kills it and throws `TimedOut` when it does not in time.
  func wait(seconds: Double = 120) async throws -> ProcessEnd {
    let guardian = Task {
      try await Task.sleep(for: .seconds(seconds))
      send(signal: SIGKILL)
      throw TimedOut()
    }
    await withCheckedContinuation { continuation in
      let isEnded = state.withLock { state in
        guard case .running(let waiters) = state else { return true }
        state = .running(waiters + [continuation])
        return false
      }
      if isEnded { continuation.resume() }
    }
    guardian.cancel()
    if case .failure(let error) = await guardian.result, error is TimedOut {
      Issue.record("not ended within \(seconds) s; it said: \(talk.suffix(2000))")
      throw error
    }
    guard case .ended(let status, let isSignal) = state.withLock({ $0 }) else { throw TimedOut() }
    return ProcessEnd(
      code: isSignal ? nil : status, signal: isSignal ? status : nil, out: out, talk: talk)
  }

  /// Waits until `text` stands in its output or talk. Throws when it ends first, or in no time.
  func waitFor(_ text: String, seconds: Double = 90) async throws {
    let limit = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < limit {
      if out.contains(text) || talk.contains(text) { return }
      guard isRunning else { break }
      try await Task.sleep(for: .milliseconds(20))
    }
    guard !out.contains(text), !talk.contains(text) else { return }
    Issue.record("never said \(text); it said: \(talk.suffix(2000))")
    throw TimedOut()
  }

  /// Runs the program to its end.
  static func run(
    _ arguments: [String], environment: [String: String] = [:], seconds: Double = 120
  ) async throws -> ProcessEnd {
    try await GatehouseProcess(arguments, environment: environment).wait(seconds: seconds)
  }
}

/// Carries the end of a process to whoever listens, whichever of the two comes first.
private final class EndBox: Sendable {
  private struct State: Sendable {
    var end: (status: Int32, isSignal: Bool)?
    var listener: (@Sendable (Int32, Bool) -> Void)?
  }

  private let state = Mutex(State())

  func tell(_ status: Int32, _ isSignal: Bool) {
    let listener = state.withLock { state in
      state.end = (status, isSignal)
      return state.listener
    }
    listener?(status, isSignal)
  }

  func listen(_ listener: @escaping @Sendable (Int32, Bool) -> Void) {
    let end = state.withLock { state in
      state.listener = listener
      return state.end
    }
    if let end { listener(end.status, end.isSignal) }
  }
}
